"""Deciding, from the order as it reads. PURE."""

from dataclasses import dataclass
from datetime import datetime

from gateway.cancellation.attempts import Attempt, AttemptState
from gateway.cancellation.outcomes import (
    AlreadyCancelled,
    ItemsElsewhere,
    ItemsMissing,
    NotPermitted,
    Outcome,
    Pending,
    Refusal,
    Unconfirmed,
)
from gateway.imin.documents import CancellationBlock, Order, OrderItem
from gateway.imin.documents.cancellability import FINAL
from gateway.imin.documents.vocabulary import OrderItemStatus

_UNDER_WAY = {OrderItemStatus.CUSTOMER_CANCELLATION_PENDING, OrderItemStatus.CUSTOMER_CANCELLED}


@dataclass(frozen=True)
class WantedItem:
    """An item as a client named it.

    id: as it was written. name: imin's identifier of it, "" where the id can name no item of the order.
    is_elsewhere: whether it is known to be an item of another order of the caller's.
    """

    id: str
    name: str
    is_elsewhere: bool = False


def items_named(order: Order, names: tuple[str, ...]) -> tuple[OrderItem, ...]:
    """The order's items of those identifiers."""
    return tuple(item for item in order.items if item.identifier in names)


def strangers(order: Order, wanted: tuple[WantedItem, ...]) -> ItemsMissing | ItemsElsewhere | None:
    """The wanted items that are none of the order's; None where all are."""
    known = {item.identifier for item in order.items}
    strange = [item for item in wanted if item.is_elsewhere or item.name not in known]
    if not strange:
        return None
    ids = tuple(item.id for item in strange)
    return ItemsElsewhere(ids) if all(item.is_elsewhere for item in strange) else ItemsMissing(ids)


def under_way(customer: str, order: Order, names: tuple[str, ...]) -> Pending | AlreadyCancelled | None:
    """The success that the order shows; None where an item shows none."""
    items = items_named(order, names)
    if len(items) < len(names) or not all(item.status in _UNDER_WAY for item in items):
        return None
    is_done = all(item.status is OrderItemStatus.CUSTOMER_CANCELLED for item in items)
    return (AlreadyCancelled if is_done else Pending)(customer, order.identifier, names)


def decide(
    customer: str, order: Order, names: tuple[str, ...], held: frozenset[str]
) -> Outcome | tuple[OrderItem, ...]:
    """The outcome, where nothing need be sent; otherwise the items to ask imin for.

    held: items of which an earlier attempt is unconfirmed. Items under way already are left out of the
    request: booking systems refuse them once the window has closed. Terms and windows are imin's to judge.
    """
    if shown := under_way(customer, order, names):
        return shown
    if held.intersection(names):
        return Unconfirmed(customer, order.identifier, names)
    items = items_named(order, names)
    if any(item.cancellation_blocked_because in FINAL for item in items):
        return NotPermitted(customer, order.identifier, names, "", refusals(items))
    return tuple(item for item in items if item.status not in _UNDER_WAY)


def refusals(items: tuple[OrderItem, ...]) -> tuple[Refusal, ...]:
    """Which items stand in the way, and why, as far as the order tells."""
    blocks = [(item, item.cancellation_blocked_because) for item in items if item.status not in _UNDER_WAY]
    return tuple(
        Refusal(item.identifier, block.name)
        for item, block in blocks
        if block not in {None, CancellationBlock.UNKNOWN}
    )


def seen(attempt: Attempt, order: Order | None, now: datetime, doubt_seconds: float) -> AttemptState:
    """What a fresh reading of its order tells of an attempt.

    doubt_seconds: how long after it was sent imin may still act on an attempt whose answer was lost.
    """
    outcome = under_way(attempt.customer, order, attempt.items) if order else None
    if isinstance(outcome, AlreadyCancelled):
        return AttemptState.CANCELLED
    if outcome:
        return AttemptState.PENDING
    if now.timestamp() <= attempt.requested_at + doubt_seconds:
        return attempt.state
    return AttemptState.REFUSED if attempt.state is AttemptState.PENDING else AttemptState.NOT_TAKEN
