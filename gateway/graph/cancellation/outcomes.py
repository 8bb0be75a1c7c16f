"""What cancelOrderItems can answer: one type an outcome, each with a code and a sentence."""

from typing import Annotated, TypeAlias

import strawberry

from gateway.cancellation import outcomes
from gateway.cancellation.outcomes import Outcome
from gateway.cancellation.rules import items_named
from gateway.graph.enums import CancellationBlock
from gateway.graph.error import Error, ErrorCode
from gateway.graph.order.order import Order
from gateway.graph.order.order_item import OrderItem
from gateway.graph.scalars import DateTime
from gateway.imin import documents

_PENDING = "We have asked the venue to cancel. You will get an e-mail once they have confirmed it."
_ALREADY_CANCELLED = "This booking is cancelled already."
_NOT_PERMITTED = "The seller does not permit this cancellation."
_UNCONFIRMED = (
    "We asked for the cancellation but do not know yet whether it went through. "
    "Please look at the booking again in a moment."
)
_UNAVAILABLE = (
    "The booking system cannot be reached at the moment. Nothing was cancelled. Please try again later."
)

_SENTENCES = {
    CancellationBlock.SELLER_CANCELLED: "The seller has cancelled this booking already.",
    CancellationBlock.ATTENDANCE_RECORDED: "This booking is over and can no longer be cancelled.",
}


@strawberry.type(description="imin took the cancellation; the booking system has yet to confirm it.")
class CancellationPending:
    """Outcome: accepted."""

    code: ErrorCode = strawberry.field(description="CANCELLATION_PENDING.")
    message: str = strawberry.field(description="A sentence for the customer.")
    order: Order = strawberry.field(description="The order as it reads now.")
    order_items: list[OrderItem] = strawberry.field(
        description="The items that were named, as they read now."
    )


@strawberry.type(
    description="The items are cancelled, and nothing is left to ask for: asking again is no mistake."
)
class AlreadyCancelled:
    """Outcome: done."""

    code: ErrorCode = strawberry.field(description="ALREADY_CANCELLED.")
    message: str = strawberry.field(description="A sentence for the customer.")
    order: Order = strawberry.field(description="The order as it reads now.")
    order_items: list[OrderItem] = strawberry.field(
        description="The items that were named, as they read now."
    )


@strawberry.type(description="Why one item could not be cancelled.")
class CancellationRefusal:
    """As far as the order tells."""

    order_item: OrderItem = strawberry.field(description="The item.")
    reason: CancellationBlock = strawberry.field(description="What stands in the way.")
    cancellable_until: DateTime | None = strawberry.field(
        description="When the window for cancelling closed, or will."
    )


@strawberry.type(description="The seller's rules forbid the cancellation. Nothing was cancelled.")
class CancellationNotPermittedError(Error):
    """Outcome: refused, with imin's sentence for customers."""

    refusals: list[CancellationRefusal] = strawberry.field(
        description="The items that stand in the way, and why; empty where only imin knows."
    )


@strawberry.type(description="There is no such order, or it is not the caller's.")
class OrderNotFoundError(Error):
    """Outcome: nothing was sent."""


@strawberry.type(description="The order has no such item. Nothing was cancelled.")
class OrderItemNotFoundError(Error):
    """Outcome: nothing was cancelled."""

    order_item_ids: list[strawberry.ID] = strawberry.field(
        description="The ids that name no item of the order."
    )


@strawberry.type(
    description="Items belong to another order. A cancellation is of one order; nothing was cancelled."
)
class OrderItemNotInOrderError(Error):
    """Outcome: nothing was sent."""

    order_item_ids: list[strawberry.ID] = strawberry.field(description="The ids of items of another order.")


@strawberry.type(
    description="The cancellation was sent, but nothing tells yet whether it arrived. The gateway finds out "
    "by itself, and asks for nothing more for these items until it knows: follow the order, or ask again."
)
class CancellationUnconfirmedError(Error):
    """Outcome: unknown."""

    order_item_ids: list[strawberry.ID] = strawberry.field(description="The items it was asked for.")


@strawberry.type(
    description="The booking system could not be reached, or said that it failed and left the order as it "
    "was. Nothing was cancelled; it can be tried again."
)
class CancellationUnavailableError(Error):
    """Outcome: nothing was cancelled."""


@strawberry.type(
    description="The idempotency key was used for another cancellation before. Nothing was sent."
)
class IdempotencyKeyReusedError(Error):
    """Outcome: nothing was sent."""


CancelOrderItemsResult: TypeAlias = Annotated[
    CancellationPending
    | AlreadyCancelled
    | CancellationNotPermittedError
    | OrderNotFoundError
    | OrderItemNotFoundError
    | OrderItemNotInOrderError
    | CancellationUnconfirmedError
    | CancellationUnavailableError
    | IdempotencyKeyReusedError,
    strawberry.union("CancelOrderItemsResult", description="What became of a cancellation."),
]

_ERRORS: dict[type, tuple[type[Error], ErrorCode, str]] = {
    outcomes.OrderMissing: (OrderNotFoundError, ErrorCode.ORDER_NOT_FOUND, "There is no such order."),
    outcomes.Unavailable: (CancellationUnavailableError, ErrorCode.UPSTREAM_UNAVAILABLE, _UNAVAILABLE),
    outcomes.KeyReused: (
        IdempotencyKeyReusedError,
        ErrorCode.IDEMPOTENCY_KEY_REUSED,
        "This idempotency key was used for another cancellation before.",
    ),
}


def needs_order(outcome: Outcome) -> bool:
    """Whether the answer shows the order."""
    return isinstance(outcome, outcomes.Pending | outcomes.AlreadyCancelled | outcomes.NotPermitted)


def show(outcome: Outcome, order: documents.Order | None, ids: list[strawberry.ID]) -> CancelOrderItemsResult:
    """The outcome as a client sees it. order: where `needs_order`. ids: as the client named items."""
    if order is not None and isinstance(outcome, outcomes.Pending | outcomes.AlreadyCancelled):
        return _success(outcome, order)
    if order is not None and isinstance(outcome, outcomes.NotPermitted):
        return _not_permitted(outcome, order)
    match outcome:
        case outcomes.ItemsMissing(strange):
            return OrderItemNotFoundError(
                code=ErrorCode.ORDER_ITEM_NOT_FOUND,
                message="The order has no such item.",
                order_item_ids=[strawberry.ID(id_) for id_ in strange],
            )
        case outcomes.ItemsElsewhere(strange):
            return OrderItemNotInOrderError(
                code=ErrorCode.ORDER_ITEM_NOT_IN_ORDER,
                message="The item belongs to another order.",
                order_item_ids=[strawberry.ID(id_) for id_ in strange],
            )
        case outcomes.Unconfirmed():
            return CancellationUnconfirmedError(
                code=ErrorCode.CANCELLATION_UNCONFIRMED, message=_UNCONFIRMED, order_item_ids=ids
            )
    kind, code, message = _ERRORS[type(outcome)]
    return kind(code=code, message=message)  # type: ignore[return-value]  # each of them is a member of the union


def _success(
    outcome: outcomes.Pending | outcomes.AlreadyCancelled, order: documents.Order
) -> CancelOrderItemsResult:
    # The documents are the objects; see decision 1.
    items: list[OrderItem] = list(items_named(order, outcome.items))  # type: ignore[arg-type]  # as above
    if isinstance(outcome, outcomes.Pending):
        return CancellationPending(
            code=ErrorCode.CANCELLATION_PENDING,
            message=_PENDING,
            order=order,  # type: ignore[arg-type]  # as above
            order_items=items,
        )
    return AlreadyCancelled(
        code=ErrorCode.ALREADY_CANCELLED,
        message=_ALREADY_CANCELLED,
        order=order,  # type: ignore[arg-type]  # as above
        order_items=items,
    )


def _not_permitted(outcome: outcomes.NotPermitted, order: documents.Order) -> CancellationNotPermittedError:
    refusals = [
        CancellationRefusal(
            order_item=item,  # type: ignore[arg-type]  # documents are the objects
            reason=CancellationBlock[refusal.reason],
            cancellable_until=item.cancellable_until,  # type: ignore[arg-type]  # a date is its runtime object
        )
        for refusal in outcome.refusals
        for item in items_named(order, (refusal.item,))
    ]
    ours = next((_SENTENCES[refusal.reason] for refusal in refusals if refusal.reason in _SENTENCES), "")
    return CancellationNotPermittedError(
        code=ErrorCode.CANCELLATION_NOT_PERMITTED,
        message=outcome.text or ours or _NOT_PERMITTED,
        refusals=refusals,
    )
