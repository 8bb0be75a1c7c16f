"""What a cancellation would do, as far as the order shows it, with a token that holds the gateway to it.

The token is bound to the customer, the order, the items, and all terms that were read: a cancellation with it
is sent only if the order, as it is read right before the PATCH, has the same terms.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal
from typing import Any

from msgspec import Struct

from gateway.cancellation.refunds import refund_of, total_after
from gateway.cancellation.request import CancellationRequest
from gateway.clock import Clock
from gateway.imin.documents import CancellationBlock, Event, Order, OrderItem, Priced
from gateway.imin.documents.vocabulary import EventStatus
from gateway.imin.errors import InvalidValue
from gateway.imin.jsonld import iri_tail
from gateway.signing.previews import PreviewSigner

_LONGEST = timedelta(minutes=10)
_MAX_DIGITS = Context(prec=1_000)


class PreviewItem(Struct, frozen=True):
    """What the order shows of one item. is_permitted: None if neither imin nor the terms say so.

    refund: None if it is not known, or if the cancellation is not permitted.
    """

    order_item: OrderItem
    is_permitted: bool | None
    reason: CancellationBlock | None
    refund: Priced | None

    @property
    def cancellable_until(self) -> datetime | None:
        """Raises InvalidValue, as the item's own field does."""
        return self.order_item.cancellable_until


class Preview(Struct, frozen=True):
    """What cancelling all of the items together would do.

    refund, total_after: None if they are not known, or if the cancellation is not permitted. valid_until,
    token: None if it is not permitted.
    """

    order: Order
    items: tuple[PreviewItem, ...]
    refund: Priced | None = None
    total_after: Priced | None = None
    valid_until: datetime | None = None
    token: str | None = None

    @property
    def is_permitted(self) -> bool:
        """Whether all of the items are known to be cancellable."""
        return all(item.is_permitted for item in self.items)


class Previews:
    """Makes previews, and compares them with what an order shows later."""

    def __init__(self, signer: PreviewSigner, now: Clock) -> None:
        self._signer = signer
        self._now = now

    def of(self, request: CancellationRequest, order: Order) -> Preview:
        """The preview of a request. order: as imin shows it now; it has all of the requested items."""
        items = request.items_in(order)
        shown = Preview(order, tuple(_preview_item(order, item) for item in items))
        now = self._now()
        deadlines = [until for item in items if (until := _until(item)) is not None]
        ends = min([now + _LONGEST, *deadlines]).astimezone(UTC).replace(microsecond=0)
        if not shown.is_permitted or ends < now:
            return shown
        bound = _bound(request.customer, order, items)
        return Preview(
            order,
            shown.items,
            refund_of(order, items),
            total_after(order, items),
            ends,
            self._signer.sign(int(ends.timestamp()), *bound),
        )

    def changed(self, request: CancellationRequest, order: Order) -> Preview | None:
        """The preview as it is now, if the terms that the request's token stands for no longer hold.

        So it is for any token that was not made for this order and these items, or has ended.
        """
        token = request.preview_token
        if token is None:
            return None
        preview, now = self.of(request, order), self._now().timestamp()
        items = request.items_in(order)
        # A service may have named the order by imin's number, without its customer.
        is_valid = any(
            self._signer.verify(token, now, *_bound(customer, order, items))
            for customer in {request.customer, ""}
        )
        return None if is_valid and preview.is_permitted else preview


def _preview_item(order: Order, item: OrderItem) -> PreviewItem:
    is_permitted = item.is_presently_cancellable
    refund = refund_of(order, (item,)) if is_permitted else None
    return PreviewItem(item, is_permitted, item.cancellation_blocked_because, refund)


def _until(item: OrderItem) -> datetime | None:
    try:
        return item.cancellable_until
    except InvalidValue:
        return None


def _bound(customer: str, order: Order, items: Iterable[OrderItem]) -> tuple[Any, ...]:
    """What a token stands for: whose order, which items, and every term that was read."""
    items = sorted(items, key=lambda item: item.identifier)
    return (
        customer,
        order.identifier,
        [_terms(item) for item in items],
        _money(order.total_payment_due),
        [_money(line) for line in order.total_payment_tax],
        [_money(refund_of(order, (item,))) for item in items],
        _money(refund_of(order, items)),
        _money(total_after(order, items)),
    )


def _terms(item: OrderItem) -> tuple[Any, ...]:
    until = _until(item)
    return (
        item.identifier,
        item.status_text,
        item.is_presently_cancellable,
        item.allows_full_refund,
        until.astimezone(UTC).isoformat() if until else None,
        _money(item.item_price),
        [_money(line) for line in item.tax],
        _booked(item.session),
    )


def _booked(session: Event | None) -> tuple[Any, ...] | None:
    """What is booked: a seller may replace it by another session at the same time and price."""
    if session is None:
        return None
    starts = session.starts
    return (
        session.identifier,
        session.iri,
        starts.astimezone(UTC).isoformat() if starts else session.start_date,
        _status_of(session),
    )


def _status_of(session: Event) -> EventStatus | str | None:
    """The text of a status that the gateway does not know: two of those are not the same."""
    status = session.event_status
    return iri_tail(session.inherited("own_event_status")) if status is EventStatus.UNKNOWN else status


def _money(priced: Priced | None) -> tuple[str | None, str] | None:
    if priced is None:
        return None
    return None if priced.amount is None else _text(priced.amount), priced.currency


def _text(amount: Decimal) -> str:
    """The same for equal amounts: 2.5 and 2.50."""
    return str(amount.normalize(_MAX_DIGITS))
