"""cancelOrderItems: prove that the order is the caller's, cancel its items, and show the outcome."""

from functools import partial
from typing import Annotated

import msgspec
import strawberry
from strawberry import UNSET

from gateway.cancellation.outcomes import NotPermitted, OrderMissing
from gateway.cancellation.request import CancellationRequest, OwnershipCheck
from gateway.cancellation.rules import without_identifier
from gateway.context import Context
from gateway.graph.cancellation.cancel_order_items_result import CancelOrderItemsResult
from gateway.graph.cancellation.requested_items import check_items, request_of
from gateway.graph.cancellation.shown_outcome import result_of
from gateway.graph.decorators import resolved
from gateway.graph.idempotency_key import callers_key
from gateway.graph.info import Info
from gateway.graph.lookup import own_order
from gateway.imin.endpoints.orders import ORDER
from gateway.imin.routes import is_identifier
from gateway.journal.keys import IdempotencyKey


@strawberry.input(description="The items of one order to cancel. Either all of them are cancelled, or none.")
class CancelOrderItemsInput:
    """Input of cancelOrderItems."""

    order_id: strawberry.ID = strawberry.field(description="`id` or `identifier` of the order.")
    order_item_ids: list[strawberry.ID] = strawberry.field(
        description="`id` or `identifier` of each item, 1 to 100."
    )
    idempotency_key: str | None = strawberry.field(
        default=UNSET,
        description="A text that the client makes up for this cancellation, 1 to 255 characters. "
        "For 24 hours, a call with the same key and input gives the first outcome again and cancels nothing "
        "further.",
    )
    preview_token: str | None = strawberry.field(
        default=UNSET,
        description="The `token` of a cancellationPreview. If the order no longer has the terms that the "
        "preview shows, nothing is sent, and the outcome is CancellationTermsChangedError. Without it, the "
        "items are cancelled under any terms.",
    )


@strawberry.type(description="The result of cancelOrderItems.")
class CancelOrderItemsPayload:
    """Payload of cancelOrderItems."""

    result: CancelOrderItemsResult = strawberry.field(description="The outcome.")


@strawberry.type
class CancelOrderItems:
    """Part of the root type; has no state."""

    @resolved(
        "Cancel items of an order: all that are named, or none. If the client disconnects, the cancellation "
        "still runs to its end.",
        CancelOrderItemsPayload | None,
        requests=3,  # the order, the PATCH, the order again
        is_null_only_with_error=True,
    )
    async def cancel_order_items(
        self,
        info: Info,
        input: Annotated[  # noqa: A002  # Relay names the argument
            CancelOrderItemsInput, strawberry.argument(description="What to cancel.")
        ],
    ) -> CancelOrderItemsPayload | None:
        context = info.context
        key = _idempotency_key(context, input)
        request, ownership = _request(context, input)
        result = await context.services.cancellations.cancel(request, key, ownership)
        if result.order is not None and isinstance(request, CancellationRequest):
            order = result.order
            context.loader(ORDER).remember((request.customer, order.identifier), order)
        return CancelOrderItemsPayload(result=result_of(result, request, input.order_item_ids))


def _idempotency_key(context: Context, input_: CancelOrderItemsInput) -> IdempotencyKey | None:
    """The key, if there is one. Raises GatewayError if the input is invalid."""
    check_items(input_.order_item_ids)
    given = callers_key(context, input_.idempotency_key)
    if given.text is None:
        return None
    # The order of the items makes no difference. The preview is a condition, and no part of what is done.
    payload = msgspec.json.encode([input_.order_id, *sorted(set(input_.order_item_ids))]).decode()
    return IdempotencyKey(given.caller, given.text, payload, given.most)


def _request(
    context: Context, input_: CancelOrderItemsInput
) -> tuple[CancellationRequest | OrderMissing | NotPermitted, OwnershipCheck | None]:
    """What to cancel, and how to prove that the order is the caller's; None if its global id proves it.

    Or why nothing can be: there is no such order, or imin has no identifier for it that can be used.
    """
    caller, id_ = context.caller, context.services.signer.verify(input_.order_id)
    if id_ is None:
        if not is_identifier(input_.order_id):
            return OrderMissing(), None
        request = request_of(
            context, caller.customer or "", input_.order_id, input_.order_item_ids, _token(input_)
        )
        return request, OwnershipCheck(caller.may_see, partial(_search, context, input_))
    if id_.kind != "Order" or not caller.may_see(id_.customer):
        return OrderMissing(), None
    (order,) = id_.parts
    request = request_of(context, id_.customer, order, input_.order_item_ids, _token(input_))
    return request if is_identifier(order) else without_identifier(request), None


async def _search(context: Context, input_: CancelOrderItemsInput) -> CancellationRequest | None:
    """The request, if the order is found among the caller's. Raises IminError."""
    owned = await own_order(context, input_.order_id)
    if owned is None:
        return None
    return request_of(context, *owned, input_.order_item_ids, _token(input_))


def _token(input_: CancelOrderItemsInput) -> str | None:
    return None if input_.preview_token is UNSET else input_.preview_token
