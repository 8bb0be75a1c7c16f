"""The union CancelOrderItemsResult: one type for each outcome, and the conversion of outcomes to them."""

from datetime import datetime
from typing import Annotated, TypeAlias, cast

import strawberry
from msgspec import Struct

from gateway.cancellation import outcomes
from gateway.cancellation.outcomes import CancellationResult
from gateway.cancellation.rules import items_with
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
_CANCELLED_BUT_UNREAD = (
    "This booking is cancelled already, but it cannot be shown at the moment. "
    "Please look at it again in a moment."
)
_UNAVAILABLE = (
    "The booking system cannot be reached at the moment. Nothing was cancelled. Please try again later."
)
_PARTLY_UNAVAILABLE = (
    "The booking system cannot be reached at the moment. Nothing more was cancelled than before. "
    "Please try again later."
)

_NOT_RECORDED = (
    "The cancellation cannot be recorded at the moment, so it was not sent. Please try again later."
)

_OWN_MESSAGES = {
    CancellationBlock.SELLER_CANCELLED: "The seller has cancelled this booking already.",
    CancellationBlock.ATTENDANCE_RECORDED: "This booking is over and can no longer be cancelled.",
}
"""For refusals that the gateway decides without asking imin."""


@strawberry.type(
    description="imin accepted the cancellation. The booking system has not confirmed it yet and may still "
    "refuse it; subscribe to orderChanged to learn the result."
)
class CancellationPending:
    """Outcome: Pending."""

    code: ErrorCode = strawberry.field(description="CANCELLATION_PENDING.")
    message: str = strawberry.field(description="A message to show to the customer.")
    order: Order = strawberry.field(description="The order as it is now.")
    order_items: list[OrderItem] = strawberry.field(description="The requested items as they are now.")


@strawberry.type(
    description="The items were cancelled before. This is a success: requesting it again is harmless."
)
class AlreadyCancelled:
    """Outcome: AlreadyCancelled."""

    code: ErrorCode = strawberry.field(description="ALREADY_CANCELLED.")
    message: str = strawberry.field(description="A message to show to the customer.")
    order: Order = strawberry.field(description="The order as it is now.")
    order_items: list[OrderItem] = strawberry.field(description="The requested items as they are now.")


@strawberry.type(description="Why one item could not be cancelled.")
class CancellationRefusal:
    """Runtime object: RefusedItem."""

    order_item: OrderItem = strawberry.field(description="The item.")
    reason: CancellationBlock = strawberry.field(description="The reason.")
    cancellable_until: DateTime | None = strawberry.field(
        description="When the window for cancelling this item closes or closed."
    )


class RefusedItem(Struct, frozen=True):
    """An item that could not be cancelled, from the order as it was read after the refusal."""

    order_item: documents.OrderItem
    reason: CancellationBlock

    @property
    def cancellable_until(self) -> datetime | None:
        """Raises InvalidValue, as the item's own field does."""
        return self.order_item.cancellable_until


@strawberry.type(description="The seller's rules do not permit the cancellation. Nothing was cancelled.")
class CancellationNotPermittedError(Error):
    """Outcome: NotPermitted."""

    refusals: list[CancellationRefusal] = strawberry.field(
        description="Which items could not be cancelled, and why. Empty if the order does not show a reason."
    )


@strawberry.type(description="The order does not exist, or it is not the caller's.")
class OrderNotFoundError(Error):
    """Outcome: OrderMissing."""


@strawberry.type(description="The order does not have one or more of the items. Nothing was cancelled.")
class OrderItemNotFoundError(Error):
    """Outcome: ItemsMissing."""

    order_item_ids: list[strawberry.ID] = strawberry.field(
        description="The requested ids that the order does not have."
    )


@strawberry.type(
    description="One or more items belong to another order. Nothing was cancelled; make one call per order."
)
class OrderItemNotInOrderError(Error):
    """Outcome: ItemsElsewhere."""

    order_item_ids: list[strawberry.ID] = strawberry.field(
        description="The requested ids that belong to another order."
    )


@strawberry.type(
    description="The cancellation was sent, by this call or an earlier one, but the order does not show its "
    "result yet, or cannot be read. The gateway keeps reading the order, and sends no other cancellation of "
    "these items meanwhile. Subscribe to orderChanged, or call again with the same key."
)
class CancellationUnconfirmedError(Error):
    """Outcome: Unconfirmed."""

    order_item_ids: list[strawberry.ID] = strawberry.field(description="The requested items.")


@strawberry.type(
    description="The booking system could not be reached, or failed and left the order unchanged, or the "
    "gateway cannot record the cancellation now. Nothing was cancelled by this call; try again later."
)
class CancellationUnavailableError(Error):
    """Outcome: CancellationUnavailable."""


@strawberry.type(
    description="The idempotency key was used for a different cancellation within 24 hours. Nothing was sent."
)
class IdempotencyKeyReusedError(Error):
    """Outcome: KeyReused."""


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
    strawberry.union("CancelOrderItemsResult", description="The outcome of a cancellation."),
]


def result_of(result: CancellationResult, ids: list[strawberry.ID]) -> CancelOrderItemsResult:
    """The outcome for the client. ids: the items as the client wrote them."""
    order = result.order
    match result.outcome:
        case outcomes.Pending() as outcome if order is not None:
            return CancellationPending(
                code=ErrorCode.CANCELLATION_PENDING,
                message=_PENDING,
                order=_graph_order(order),
                order_items=_graph_items(order, outcome.items),
            )
        case outcomes.AlreadyCancelled() as outcome if order is not None:
            return AlreadyCancelled(
                code=ErrorCode.ALREADY_CANCELLED,
                message=_ALREADY_CANCELLED,
                order=_graph_order(order),
                order_items=_graph_items(order, outcome.items),
            )
        case outcomes.NotPermitted() as outcome:
            return _not_permitted(outcome, order)
    return _error(result.outcome, ids)


def _not_permitted(
    outcome: outcomes.NotPermitted, order: documents.Order | None
) -> CancellationNotPermittedError:
    """order: None if it cannot be read now; then the refused items cannot be shown."""
    refusals = [
        RefusedItem(item, CancellationBlock[refusal.reason])
        for refusal in outcome.refusals
        for item in (items_with(order, (refusal.item,)) if order else ())
    ]
    reasons = [CancellationBlock[refusal.reason] for refusal in outcome.refusals]
    own = next((_OWN_MESSAGES[reason] for reason in reasons if reason in _OWN_MESSAGES), "")
    return CancellationNotPermittedError(
        code=ErrorCode.CANCELLATION_NOT_PERMITTED,
        message=outcome.text or own or _NOT_PERMITTED,
        refusals=cast("list[CancellationRefusal]", refusals),
    )


def _error(outcome: outcomes.Outcome, ids: list[strawberry.ID]) -> CancelOrderItemsResult:
    """An outcome without an order."""
    match outcome:
        case outcomes.OrderMissing():
            return OrderNotFoundError(code=ErrorCode.ORDER_NOT_FOUND, message="There is no such order.")
        case outcomes.ItemsMissing(missing):
            return OrderItemNotFoundError(
                code=ErrorCode.ORDER_ITEM_NOT_FOUND,
                message="The order has no such item.",
                order_item_ids=[strawberry.ID(id_) for id_ in missing],
            )
        case outcomes.ItemsElsewhere(elsewhere):
            return OrderItemNotInOrderError(
                code=ErrorCode.ORDER_ITEM_NOT_IN_ORDER,
                message="The item belongs to another order.",
                order_item_ids=[strawberry.ID(id_) for id_ in elsewhere],
            )
        case outcomes.Unconfirmed():
            message = _CANCELLED_BUT_UNREAD if outcome.were_cancelled else _UNCONFIRMED
            return CancellationUnconfirmedError(
                code=ErrorCode.CANCELLATION_UNCONFIRMED, message=message, order_item_ids=ids
            )
        case outcomes.KeyReused():
            return IdempotencyKeyReusedError(
                code=ErrorCode.IDEMPOTENCY_KEY_REUSED,
                message="This idempotency key was used for another cancellation before.",
            )
    return CancellationUnavailableError(
        code=ErrorCode.UPSTREAM_UNAVAILABLE, message=_message_of_unavailable(outcome)
    )


def _message_of_unavailable(outcome: outcomes.Outcome) -> str:
    match outcome:
        case outcomes.CancellationUnavailable(is_journal_unread=True):
            return _NOT_RECORDED
        case outcomes.CancellationUnavailable(is_partly_done=True):
            return _PARTLY_UNAVAILABLE
    return _UNAVAILABLE


def _graph_order(order: documents.Order) -> Order:
    # imin's documents are the runtime objects of the graph's types; see decision 0001.
    return cast("Order", order)


def _graph_items(order: documents.Order, identifiers: tuple[str, ...]) -> list[OrderItem]:
    return cast("list[OrderItem]", list(items_with(order, identifiers)))
