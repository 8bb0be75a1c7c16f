"""An order as its subscribers know it: imin's document, the gateway's cancellations, and flags of the clock.

Pure: nothing here sends a request or waits.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol, TypeAlias

import msgspec
from msgspec import Struct

from gateway.cancellation.attempts import UNSETTLED, Attempt
from gateway.imin.documents import CancellationBlock, Order, OrderItem
from gateway.imin.documents.order_item import deadline_of_item
from gateway.imin.documents.vocabulary import OrderItemStatus

Path: TypeAlias = tuple[str, ...]
"""Names of fields in the schema, from the compared object down to a value. Lists add nothing to it."""

_FINAL = {
    OrderItemStatus.CUSTOMER_CANCELLED,
    OrderItemStatus.SELLER_CANCELLED,
    OrderItemStatus.ATTENDEE_ATTENDED,
    OrderItemStatus.ATTENDEE_ABSENT,
}
_PAST_SECONDS = 0.001
"""A flag changes just after its deadline."""


class Comparison(Protocol):
    """Finds what a client could see of a difference. Clock and journal are left out: see OrderState."""

    def of_orders(self, before: Order, after: Order) -> Iterator[Path]:
        """Where two states of an order differ, besides their items."""

    def of_items(self, before: OrderItem, after: OrderItem) -> Iterator[Path]:
        """Where two states of an item differ."""


class ItemFlags(NamedTuple):
    """What time and open cancellations change of an item while its document stays the same."""

    is_presently_cancellable: bool | None
    cancellation_blocked_because: CancellationBlock | None


@dataclass(slots=True, eq=False)
class OrderState:
    """One state of an order.

    order: None if imin has none; replaced by a newer document that shows clients the same. attempts: the
    cancellations on it, oldest first. flags: by the item's identifier. at: when it was first seen. digest:
    the same for documents that state the same. number: among the states of its watch. changes: since the
    state with that number, once they are known.
    """

    order: Order | None
    attempts: tuple[Attempt, ...]
    flags: Mapping[str, ItemFlags]
    at: datetime
    digest: int
    number: int = 0
    changes: tuple[int, tuple[Any, ...]] | None = None

    @property
    def is_final(self) -> bool:
        """Whether every item is cancelled or over, and the result of every cancellation is known."""
        if self.order is None:
            return True
        items = self.order.items
        are_settled = all(attempt.state not in UNSETTLED for attempt in self.attempts)
        return bool(items) and are_settled and all(item.status in _FINAL for item in items)


def flags_of(order: Order | None) -> dict[str, ItemFlags]:
    """The flags of each item at this moment."""
    items = order.items if order is not None else ()
    return {item.identifier: item_flags(item) for item in items}


def item_flags(item: OrderItem) -> ItemFlags:
    """The flags of an item at this moment."""
    return ItemFlags(item.is_presently_cancellable, item.cancellation_blocked_because)


def seconds_to_deadline(items: Iterable[OrderItem], now: datetime) -> float:
    """Until the next item's time for cancelling has passed; infinite if there is none."""
    deadlines = [deadline_of_item(item).latest for item in items]
    seconds = [(deadline - now).total_seconds() for deadline in deadlines if deadline is not None]
    return min((one + _PAST_SECONDS for one in seconds if one >= 0), default=float("inf"))


def digest_of(document: Struct | None) -> int:
    """A digest of all that imin stated and the gateway reads, for this process only; 0 of no document."""
    if document is None:
        return 0
    # The owner of a document is no data: it becomes null.
    content = msgspec.json.encode(document, enc_hook=lambda _: None)
    return hash(content)  # keyed, 64 bits, and three times as fast as hashlib's


def differ(before: OrderState, after: OrderState, comparison: Comparison) -> bool:
    """Whether a client could see a difference between two states."""
    if before.flags != after.flags or _progress(before.attempts) != _progress(after.attempts):
        return True
    if before.digest == after.digest:
        return False
    if before.order is None or after.order is None:
        return before.order is not after.order
    return orders_differ(before.order, after.order, comparison)


def orders_differ(before: Order, after: Order, comparison: Comparison) -> bool:
    """Whether a client could see a difference between two documents of an order."""
    ids = [[item.identifier for item in order.items] for order in (before, after)]
    if ids[0] != ids[1] or any(comparison.of_orders(before, after)):
        return True
    pairs = zip(before.items, after.items, strict=True)
    return any(path for one, other in pairs for path in comparison.of_items(one, other))


def _progress(attempts: Iterable[Attempt]) -> list[Any]:
    """What clients see of attempts."""
    return [(attempt.id, attempt.state, attempt.settled_at) for attempt in attempts]
