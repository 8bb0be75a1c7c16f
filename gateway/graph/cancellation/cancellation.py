"""A cancellation that was requested through the gateway, from its journal."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, ForwardRef

import strawberry

from gateway.cancellation.attempts import Attempt, AttemptState
from gateway.cancellation.request import items_with
from gateway.graph.decorators import resolved
from gateway.graph.info import Info
from gateway.graph.money import Money
from gateway.graph.scalars import DateTime
from gateway.imin import documents
from gateway.imin.endpoints.orders import ORDER

# By name, without an import: order_item.py imports this module. Strawberry resolves it at the end.
_OrderItem: Any = Annotated[ForwardRef("OrderItem"), strawberry.lazy("gateway.graph.order.order_item")]

_DESCRIPTIONS = {
    AttemptState.UNCONFIRMED: "It was sent to imin, and it is not known yet whether imin accepted it.",
    AttemptState.PENDING: "It was accepted by imin. The booking system has not confirmed it yet.",
    AttemptState.CANCELLED: "The booking system has cancelled the items.",
    AttemptState.REFUSED: "It was refused, by imin at once or by the booking system later.",
    AttemptState.NOT_TAKEN: "The items did not change, so it had no effect. It can be requested again.",
}
_WITHOUT_EFFECT = {AttemptState.REFUSED, AttemptState.NOT_TAKEN}

strawberry.enum(AttemptState, name="CancellationState", description="How far a cancellation has come.")
for _value, _state in zip(
    AttemptState.__strawberry_definition__.values,  # type: ignore[attr-defined]  # put there by Strawberry
    AttemptState,
    strict=True,
):
    _value.description = _DESCRIPTIONS[_state]


@strawberry.type(description="A cancellation of items of an order that was requested through this gateway.")
class Cancellation:
    """Runtime object: itself, made from an Attempt. booked: the order, if it is at hand."""

    requested_at: DateTime = strawberry.field(description="When it was sent to imin.")
    settled_at: DateTime | None = strawberry.field(
        description="When the gateway learned the final state; null until then."
    )
    state: AttemptState = strawberry.field(description="How far it has come.")
    expected_refund: Money | None = strawberry.field(
        description="What the customer was to get back when it was sent: the full price of each item that "
        "the terms refund, tax included. Null if that is not known, or if the cancellation had no effect."
    )
    attempt: strawberry.Private[Attempt]
    customer: strawberry.Private[str]
    booked: strawberry.Private[documents.Order | None]

    @resolved(
        "The items that were to be cancelled, as they are now. Items that were cancelled or pending before "
        "are not among them.",
        list[_OrderItem],
        requests=ORDER.requests,
    )
    async def order_items(self, info: Info) -> Sequence[documents.OrderItem]:
        """The order that they are on is usually at hand, and otherwise read. Raises IminError."""
        order = self.booked or await info.context.loader(ORDER).get((self.customer, self.attempt.order))
        return items_with(order, self.attempt.items) if order else ()

    @staticmethod
    def of(attempt: Attempt, customer: str, order: documents.Order | None) -> "Cancellation":
        """customer: whose order it is, as the order's owner. order: None if it is not at hand."""
        settled_at = None if attempt.settled_at is None else _date_time(attempt.settled_at)
        return Cancellation(
            requested_at=_date_time(attempt.requested_at),
            settled_at=settled_at,
            state=attempt.state,
            expected_refund=_refund(attempt),
            attempt=attempt,
            customer=customer,
            booked=order,
        )


def _refund(attempt: Attempt) -> Any:
    refund = attempt.refund
    if refund is None or attempt.state in _WITHOUT_EFFECT:
        return None
    return documents.Priced(price=refund.amount, price_currency=refund.currency)


def _date_time(seconds: float) -> DateTime:
    return DateTime(datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds"))
