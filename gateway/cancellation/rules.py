"""What follows from an order as imin shows it, and from the journal. No I/O."""

from collections.abc import Iterable
from dataclasses import dataclass

from msgspec.structs import replace

from gateway.cancellation.attempts import UNSETTLED, Attempt, AttemptState
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
from gateway.cancellation.request import CancellationRequest, RequestedItem, items_with
from gateway.imin.documents import CancellationBlock, Order, OrderItem
from gateway.imin.documents.cancellability import FINAL
from gateway.imin.documents.vocabulary import OrderItemStatus

_PENDING = "https://openactive.io/CustomerCancellationPending"
_CANCELLED_OR_PENDING = {OrderItemStatus.CUSTOMER_CANCELLATION_PENDING, OrderItemStatus.CUSTOMER_CANCELLED}
_NO_REFUSAL = {
    CancellationBlock.UNKNOWN,
    CancellationBlock.CANCELLATION_PENDING,
    CancellationBlock.CANCELLATION_UNCONFIRMED,
}
"""Reasons that come neither from imin nor from the seller."""
_WITHOUT_EFFECT = {AttemptState.REFUSED, AttemptState.NOT_TAKEN}


@dataclass(frozen=True)
class Held:
    """Items of an order that open attempts hold.

    unconfirmed: it is not known whether imin accepted them. accepted: imin accepted them, though the order
    does not show it yet.
    """

    unconfirmed: frozenset[str]
    accepted: frozenset[str]


def _names(items: Iterable[OrderItem]) -> set[str]:
    return {name for item in items for name in (item.identifier, item.unique_name)}


def items_not_in(order: Order, items: tuple[RequestedItem, ...]) -> ItemsMissing | ItemsElsewhere | None:
    """The requested items that the order does not have; None if it has all of them."""
    identifiers = _names(order.items)
    missing = [item for item in items if item.is_elsewhere or item.identifier not in identifiers]
    if not missing:
        return None
    ids = tuple(item.id for item in missing)
    return ItemsElsewhere(ids) if all(item.is_elsewhere for item in missing) else ItemsMissing(ids)


def success_shown(
    customer: str, order: Order, identifiers: tuple[str, ...], accepted: frozenset[str] = frozenset()
) -> Pending | AlreadyCancelled | None:
    """The success that the order shows; None if some item is neither cancelled nor pending.

    accepted: items that imin has accepted for cancellation, though the order does not show it yet.
    """
    items = items_with(order, identifiers)
    if not _names(items).issuperset(identifiers) or not all(_is_under_way(item, accepted) for item in items):
        return None
    is_done = all(item.status is OrderItemStatus.CUSTOMER_CANCELLED for item in items)
    return (AlreadyCancelled if is_done else Pending)(customer, order.identifier, identifiers)


def is_contradicted(attempt: Attempt, order: Order) -> bool:
    """Whether an item that the attempt is to cancel is shown as neither cancelled nor pending.

    order: may have only some of its items.
    """
    return not all(item.status in _CANCELLED_OR_PENDING for item in items_with(order, attempt.items))


def _is_under_way(item: OrderItem, accepted: frozenset[str]) -> bool:
    return item.status in _CANCELLED_OR_PENDING or item.identifier in accepted


def decide(request: CancellationRequest, order: Order, held: Held) -> Outcome | tuple[OrderItem, ...]:
    """The outcome, if nothing needs to be sent; otherwise the items to send to imin.

    Items that are cancelled or pending already are not sent: booking systems refuse them once the window has
    closed. Nor is one that cannot be identified: the PATCH could mean another. Terms and windows are for imin
    to judge.
    """
    customer, identifiers = request.customer, request.identifiers
    if shown := success_shown(customer, order, identifiers, held.accepted):
        return shown
    if held.unconfirmed.intersection(identifiers):
        return Unconfirmed(customer, order.identifier, identifiers)
    items = items_with(order, identifiers)
    to_send = tuple(item for item in items if not _is_under_way(item, held.accepted))
    if any(item.made_up_name for item in to_send) or any(
        item.cancellation_blocked_because in FINAL for item in items
    ):
        return NotPermitted(customer, order.identifier, identifiers, "", refusals(items, held.accepted))
    return to_send


def without_identifier(request: CancellationRequest) -> NotPermitted:
    """The outcome for an order by whose identifier imin cannot be requested."""
    reason = CancellationBlock.NOT_IDENTIFIABLE.name
    why = tuple(Refusal(identifier, reason) for identifier in request.identifiers)
    return NotPermitted(request.customer, request.order, request.identifiers, "", why)


def unchanged(order: Order, identifiers: tuple[str, ...], held: Held) -> CancellationUnavailable:
    """The outcome of a cancellation that had no effect, given the order as it was last read."""
    items = items_with(order, identifiers)
    return CancellationUnavailable(any(_is_under_way(item, held.accepted) for item in items))


def unread(
    request: CancellationRequest, attempts: Iterable[Attempt]
) -> Unconfirmed | CancellationUnavailable:
    """The outcome if the order cannot be read and nothing was sent: what the journal knows of the items.

    attempts: all on the order.
    """
    latest: dict[str, AttemptState] = {}
    for attempt in attempts:
        if attempt.state not in _WITHOUT_EFFECT:
            # Without case, which imin may ignore: the order is not there to tell.
            latest |= {item.lower(): attempt.state for item in attempt.items}
    states = [latest.get(identifier.lower()) for identifier in request.identifiers]
    if not any(states):
        return CancellationUnavailable()
    were_cancelled = all(state is AttemptState.CANCELLED for state in states)
    return Unconfirmed(request.customer, request.order, request.identifiers, were_cancelled)


def show_as_pending(order: Order, identifiers: tuple[str, ...]) -> None:
    """Change an order that was last read before imin accepted the PATCH. Source: imin docs, Cancellations."""
    for item in items_with(order, identifiers):
        item.order_item_status = _PENDING


def refusals(items: tuple[OrderItem, ...], accepted: frozenset[str]) -> tuple[Refusal, ...]:
    """Which items cannot be cancelled and why, as far as the order shows it."""
    blocks = [(item, _block(item)) for item in items if not _is_under_way(item, accepted)]
    return tuple(
        Refusal(item.unique_name, block.name) for item, block in blocks if block and block not in _NO_REFUSAL
    )


def _block(item: OrderItem) -> CancellationBlock | None:
    """Why the item cannot be cancelled. That it cannot be identified outlasts a reason that may pass."""
    block = item.cancellation_blocked_because
    return CancellationBlock.NOT_IDENTIFIABLE if item.made_up_name and block not in FINAL else block


def after_reading(attempt: Attempt, order: Order | None, *, is_doubt_over: bool) -> Attempt:
    """An attempt, given a reading of its order made after it.

    order: None if imin has none; that shows nothing. is_doubt_over: whether imin can no longer act on it.
    """
    if order is None or attempt.state not in UNSETTLED:
        return attempt
    if outcome := success_shown(attempt.customer, order, attempt.items):
        return replace(attempt, state=state_of(outcome), is_shown=True)
    if attempt.is_open and not is_doubt_over:
        return attempt
    was_accepted = attempt.state is AttemptState.PENDING
    return replace(attempt, state=AttemptState.REFUSED if was_accepted else AttemptState.NOT_TAKEN)


def held_by(attempts: Iterable[Attempt]) -> Held:
    """The items that attempts hold after a reading of their order."""
    held: dict[AttemptState, set[str]] = {state: set() for state in UNSETTLED}
    for attempt in attempts:
        if attempt.is_open:
            held[attempt.state].update(attempt.items)
    unconfirmed = frozenset(held[AttemptState.UNCONFIRMED])
    return Held(unconfirmed, frozenset(held[AttemptState.PENDING] - unconfirmed))


def state_of(success: Pending | AlreadyCancelled) -> AttemptState:
    """The state of an attempt whose order shows this success."""
    return AttemptState.CANCELLED if isinstance(success, AlreadyCancelled) else AttemptState.PENDING
