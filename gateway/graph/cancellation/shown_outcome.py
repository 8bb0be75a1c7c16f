"""Convert the outcome of a cancellation to its GraphQL type."""

from collections.abc import Mapping
from typing import Any, cast

import strawberry

from gateway.cancellation import outcomes
from gateway.cancellation.outcomes import CancellationResult
from gateway.cancellation.request import CancellationRequest, items_with
from gateway.graph.cancellation.cancel_order_items_result import (
    AlreadyCancelled,
    CancellationNotPermittedError,
    CancellationPending,
    CancellationRefusal,
    CancellationTermsChangedError,
    CancellationUnavailableError,
    CancellationUnconfirmedError,
    CancelOrderItemsResult,
    IdempotencyKeyReusedError,
    OrderItemNotFoundError,
    OrderItemNotInOrderError,
    OrderNotFoundError,
    RefusedItem,
)
from gateway.graph.cancellation.cancellation_preview import CancellationPreview
from gateway.graph.enums import CancellationBlock
from gateway.graph.error import ErrorCode
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
_TERMS_CHANGED = (
    "The terms of this cancellation are not those that you were shown, so nothing was cancelled. "
    "Please look at the new terms."
)

_NOT_RECORDED = (
    "The cancellation cannot be recorded at the moment, so it was not sent. Please try again later."
)
_SEARCH_INCOMPLETE = (
    "This booking was not found among your bookings, but not all of them were searched. The cancellation was "
    "not sent. Please choose the booking from your list of bookings."
)

_OWN_MESSAGES = {
    CancellationBlock.SELLER_CANCELLED: "The seller has cancelled this booking already.",
    CancellationBlock.ATTENDANCE_RECORDED: "This booking is over and can no longer be cancelled.",
    CancellationBlock.NOT_IDENTIFIABLE: "This booking cannot be cancelled here, because the booking system "
    "does not tell it apart from others. Please contact the seller.",
}
"""For refusals that the gateway decides without asking imin."""


def result_of(
    result: CancellationResult, request: CancellationRequest | outcomes.Outcome, ids: list[strawberry.ID]
) -> CancelOrderItemsResult:
    """The outcome for the client. request: what was requested. ids: its items as the client wrote them."""
    order = result.order
    shown = _shown(order, request)
    match result.outcome:
        case outcomes.Pending() if order is not None:
            return CancellationPending(code=ErrorCode.CANCELLATION_PENDING, message=_PENDING, **shown)
        case outcomes.AlreadyCancelled() if order is not None:
            return AlreadyCancelled(code=ErrorCode.ALREADY_CANCELLED, message=_ALREADY_CANCELLED, **shown)
        case outcomes.NotPermitted() as outcome:
            return _not_permitted(outcome, order, shown)
        case outcomes.TermsChanged(preview):
            return CancellationTermsChangedError(
                code=ErrorCode.CANCELLATION_TERMS_CHANGED,
                message=_TERMS_CHANGED,
                preview=cast("CancellationPreview", preview),
                **shown,
            )
    return _error(result.outcome, ids, shown)


def _shown(order: documents.Order | None, request: CancellationRequest | outcomes.Outcome) -> dict[str, Any]:
    """The order and the requested items of it, as arguments. order: None if it was not read."""
    # imin's documents are the runtime objects of the graph's types; see decision 0001.
    if order is None or not isinstance(request, CancellationRequest):
        return {"order": order, "order_items": []}
    return {"order": order, "order_items": list(request.items_in(order))}


def _not_permitted(
    outcome: outcomes.NotPermitted, order: documents.Order | None, shown: Mapping[str, Any]
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
        **shown,
    )


def _error(
    outcome: outcomes.Outcome, ids: list[strawberry.ID], shown: Mapping[str, Any]
) -> CancelOrderItemsResult:
    match outcome:
        case outcomes.OrderMissing():
            return OrderNotFoundError(
                code=ErrorCode.ORDER_NOT_FOUND, message="There is no such order.", **shown
            )
        case outcomes.ItemsMissing(missing):
            return OrderItemNotFoundError(
                code=ErrorCode.ORDER_ITEM_NOT_FOUND,
                message="The order has no such item.",
                order_item_ids=[strawberry.ID(id_) for id_ in missing],
                **shown,
            )
        case outcomes.ItemsElsewhere(elsewhere):
            return OrderItemNotInOrderError(
                code=ErrorCode.ORDER_ITEM_NOT_IN_ORDER,
                message="The item belongs to another order.",
                order_item_ids=[strawberry.ID(id_) for id_ in elsewhere],
                **shown,
            )
        case outcomes.Unconfirmed():
            message = _CANCELLED_BUT_UNREAD if outcome.were_cancelled else _UNCONFIRMED
            return CancellationUnconfirmedError(
                code=ErrorCode.CANCELLATION_UNCONFIRMED, message=message, order_item_ids=ids, **shown
            )
        case outcomes.KeyReused():
            return IdempotencyKeyReusedError(
                code=ErrorCode.IDEMPOTENCY_KEY_REUSED,
                message="This idempotency key was used for another cancellation before.",
                **shown,
            )
    return _unavailable(outcome, shown)


def _unavailable(outcome: outcomes.Outcome, shown: Mapping[str, Any]) -> CancellationUnavailableError:
    code, message = ErrorCode.UPSTREAM_UNAVAILABLE, _UNAVAILABLE
    match outcome:
        case outcomes.CancellationUnavailable(is_journal_unread=True):
            message = _NOT_RECORDED
        case outcomes.CancellationUnavailable(is_search_incomplete=True):
            code, message = ErrorCode.SEARCH_INCOMPLETE, _SEARCH_INCOMPLETE
        case outcomes.CancellationUnavailable(is_partly_done=True):
            message = _PARTLY_UNAVAILABLE
    return CancellationUnavailableError(code=code, message=message, **shown)
