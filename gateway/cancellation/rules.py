"""What follows from an order as imin shows it, and from the journal. Pure functions, no I/O."""

from collections.abc import Iterable
from datetime import datetime

from gateway.cancellation.attempts import Attempt, AttemptState
from gateway.cancellation.outcomes import (
    AlreadyCancelled,
    CancellationUnavailable,
    ItemsElsewhere,
    ItemsMissing,
    NotPermitted,
    Outcome,
    Pending,
    Refusal,
    Unconfirmed,
)
from gateway.cancellation.request import CancellationRequest, RequestedItem
from gateway.imin.documents import CancellationBlock, Order, OrderItem
from gateway.imin.documents.cancellability import FINAL
from gateway.imin.documents.vocabulary import OrderItemStatus

_CANCELLED_OR_PENDING = {OrderItemStatus.CUSTOMER_CANCELLATION_PENDING, OrderItemStatus.CUSTOMER_CANCELLED}
_WITHOUT_EFFECT = {AttemptState.REFUSED, AttemptState.NOT_TAKEN}


def items_with(order: Order, identifiers: tuple[str, ...]) -> tuple[OrderItem, ...]:
    """The order's items that have one of these identifiers."""
    return tuple(item for item in order.items if item.identifier in identifiers)


def items_not_in(order: Order, items: tuple[RequestedItem, ...]) -> ItemsMissing | ItemsElsewhere | None:
    """The requested items that the order does not have; None if it has all of them."""
    identifiers = {item.identifier for item in order.items}
    missing = [item for item in items if item.is_elsewhere or item.identifier not in identifiers]
    if not missing:
        return None
    ids = tuple(item.id for item in missing)
    return ItemsElsewhere(ids) if all(item.is_elsewhere for item in missing) else ItemsMissing(ids)


def success_shown(
    customer: str, order: Order, identifiers: tuple[str, ...]
) -> Pending | AlreadyCancelled | None:
    """The success that the order shows; None if some item is neither cancelled nor pending."""
    items = items_with(order, identifiers)
    if len(items) < len(identifiers) or not all(item.status in _CANCELLED_OR_PENDING for item in items):
        return None
    is_done = all(item.status is OrderItemStatus.CUSTOMER_CANCELLED for item in items)
    return (AlreadyCancelled if is_done else Pending)(customer, order.identifier, identifiers)


def decide(
    customer: str, order: Order, identifiers: tuple[str, ...], held: frozenset[str]
) -> Outcome | tuple[OrderItem, ...]:
    """The outcome, if nothing needs to be sent; otherwise the items to send to imin.

    held: items of an unconfirmed attempt. Items that are cancelled or pending already are not sent: booking
    systems refuse them once the window has closed. Terms and windows are for imin to judge.
    """
    if shown := success_shown(customer, order, identifiers):
        return shown
    if held.intersection(identifiers):
        return Unconfirmed(customer, order.identifier, identifiers)
    items = items_with(order, identifiers)
    if any(item.cancellation_blocked_because in FINAL for item in items):
        return NotPermitted(customer, order.identifier, identifiers, "", refusals(items))
    return tuple(item for item in items if item.status not in _CANCELLED_OR_PENDING)


def unchanged(order: Order, identifiers: tuple[str, ...]) -> CancellationUnavailable:
    """The outcome of a cancellation that had no effect, given the order as it was last read."""
    items = items_with(order, identifiers)
    return CancellationUnavailable(any(item.status in _CANCELLED_OR_PENDING for item in items))


def unread(
    request: CancellationRequest, attempts: Iterable[Attempt]
) -> Unconfirmed | CancellationUnavailable:
    """The outcome if the order cannot be read and nothing was sent: what the journal knows of the items.

    attempts: all on the order.
    """
    latest: dict[str, AttemptState] = {}
    for attempt in attempts:
        if attempt.state not in _WITHOUT_EFFECT:
            latest |= dict.fromkeys(attempt.items, attempt.state)
    states = [latest.get(identifier) for identifier in request.identifiers]
    if not any(states):
        return CancellationUnavailable()
    were_cancelled = all(state is AttemptState.CANCELLED for state in states)
    return Unconfirmed(request.customer, request.order, request.identifiers, were_cancelled)


def refusals(items: tuple[OrderItem, ...]) -> tuple[Refusal, ...]:
    """Which items cannot be cancelled and why, as far as the order shows it."""
    blocks = [
        (item, item.cancellation_blocked_because)
        for item in items
        if item.status not in _CANCELLED_OR_PENDING
    ]
    return tuple(
        Refusal(item.identifier, block.name)
        for item, block in blocks
        if block not in {None, CancellationBlock.UNKNOWN}
    )


def state_shown(attempt: Attempt, order: Order | None, now: datetime, doubt_seconds: float) -> AttemptState:
    """The state of an attempt, given a reading of its order made after it.

    order: None if imin has none; that shows nothing. doubt_seconds: how long after sending it imin may still
    act on a PATCH whose answer was lost.
    """
    if order is None:
        return attempt.state
    if outcome := success_shown(attempt.customer, order, attempt.items):
        return state_of(outcome)
    if now.timestamp() <= attempt.requested_at + doubt_seconds:
        return attempt.state
    return AttemptState.REFUSED if attempt.state is AttemptState.PENDING else AttemptState.NOT_TAKEN


def state_of(success: Pending | AlreadyCancelled) -> AttemptState:
    """The state of an attempt whose order shows this success."""
    return AttemptState.CANCELLED if isinstance(success, AlreadyCancelled) else AttemptState.PENDING
