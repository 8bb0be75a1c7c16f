"""What a caller asks to cancel, and how it is proven that the order is the caller's."""

from collections.abc import Awaitable, Callable, Container
from dataclasses import dataclass

from gateway.imin.documents import Order, OrderItem


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

    customer: whose order it is. order: imin's identifier of it. preview_token: of the preview whose terms the
    customer has accepted; None if they accept any.
    """

    customer: str
    order: str
    items: tuple[RequestedItem, ...]
    preview_token: str | None = None

    @property
    def identifiers(self) -> tuple[str, ...]:
        """imin's identifiers of the items, each once."""
        return tuple(dict.fromkeys(item.identifier for item in self.items))

    def items_in(self, order: Order) -> tuple[OrderItem, ...]:
        """Those of the items that the order has."""
        return items_with(order, {item.identifier for item in self.items if not item.is_elsewhere})


def items_with(order: Order, identifiers: Container[str]) -> tuple[OrderItem, ...]:
    """The order's items that have one of these identifiers or made-up names."""
    return tuple(
        item for item in order.items if item.identifier in identifiers or item.unique_name in identifiers
    )


@dataclass(frozen=True)
class OwnershipCheck:
    """Proves that an order which is named by imin's identifier belongs to the caller.

    may_see: whether the caller may see a customer's orders. search: finds the order among the caller's; gives
    the request with the customer and the order as found, None if there is no such order. Raises IminError.
    """

    may_see: Callable[[str], bool]
    search: Callable[[], Awaitable[CancellationRequest | None]]
