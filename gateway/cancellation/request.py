"""What a caller asks to cancel. The graph makes it, once it has proven that the order is the caller's."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RequestedItem:
    """An item to cancel.

    id: as the client wrote it. identifier: imin's; "" if the id cannot be that of an item of the order.
    is_elsewhere: the id is that of an item of another order, which the caller may see too.
    """

    id: str
    identifier: str
    is_elsewhere: bool = False


@dataclass(frozen=True)
class CancellationRequest:
    """Items of one order to cancel: all of them or none.

    customer: whose order it is. order: imin's identifier of it.
    """

    customer: str
    order: str
    items: tuple[RequestedItem, ...]

    @property
    def identifiers(self) -> tuple[str, ...]:
        """imin's identifiers of the items, each once."""
        return tuple(dict.fromkeys(item.identifier for item in self.items))


@dataclass(frozen=True)
class IdempotencyKey:
    """A client's name for one change, unique for its caller.

    payload: the change as one text; the same key with another payload is a mistake of the client's.
    """

    caller: str
    key: str
    payload: str
