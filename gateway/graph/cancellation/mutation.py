"""cancelOrderItems: its input, and the way from ids to an outcome. The exchange itself knows no GraphQL."""

from typing import Annotated

import msgspec
import strawberry
from strawberry import UNSET

from gateway.cancellation.exchange import Result, Wanted
from gateway.cancellation.idempotency import LONGEST_KEY
from gateway.cancellation.outcomes import OrderMissing, Unavailable
from gateway.cancellation.rules import WantedItem
from gateway.context import Context
from gateway.errors import BAD_USER_INPUT, GatewayError
from gateway.graph.cancellation.outcomes import CancelOrderItemsResult, needs_order, show
from gateway.graph.decorators import resolved
from gateway.graph.info import Info
from gateway.graph.lookup import own_order
from gateway.imin import documents
from gateway.imin.errors import IminError

MOST_ITEMS = 100


@strawberry.input(description="Which items of which order to cancel: all of them or none.")
class CancelOrderItemsInput:
    """Input of cancelOrderItems."""

    order_id: strawberry.ID = strawberry.field(description="The order's id.")
    order_item_ids: list[strawberry.ID] = strawberry.field(description="The items' ids, 1 to 100.")
    idempotency_key: str | None = strawberry.field(
        default=UNSET,
        description="A text of the client's own, 1 to 255 characters, the same on each attempt: for 24 hours "
        "the same key and input give the first outcome again, without a second cancellation.",
    )


@strawberry.type(description="Answer to cancelOrderItems.")
class CancelOrderItemsPayload:
    """Payload: the outcome."""

    result: CancelOrderItemsResult = strawberry.field(description="What became of it.")


@strawberry.type(description="Changing.")
class Mutation:
    """Root type; has no state."""

    @resolved(
        "Ask for the cancellation of items of an order: all that are named, or none.",
        CancelOrderItemsPayload | None,
    )
    async def cancel_order_items(
        self,
        info: Info,
        input: Annotated[  # noqa: A002  # Relay names the argument
            CancelOrderItemsInput, strawberry.argument(description="What to cancel.")
        ],
    ) -> CancelOrderItemsPayload | None:
        """Cancel. Goes on to its end even if the client hangs up."""
        key = _checked_key(input)
        context = info.context
        result = await context.services.cancellations.once(
            context.caller.customer or context.caller.name,
            key,
            _payload(input),
            lambda: _cancel(context, input),
        )
        result = await _with_order(context, result)
        return CancelOrderItemsPayload(result=show(result.outcome, result.order, input.order_item_ids))


def _checked_key(wanted: CancelOrderItemsInput) -> str | None:
    """The idempotency key, if there is one. Raises GatewayError where the input makes no sense."""
    count = len(wanted.order_item_ids)
    if not 1 <= count <= MOST_ITEMS:
        raise GatewayError(BAD_USER_INPUT, f"orderItemIds must be 1 to {MOST_ITEMS}, got {count}.")
    key = wanted.idempotency_key
    if key is None or key is UNSET:
        return None
    if not 1 <= len(key) <= LONGEST_KEY:
        reason = f"idempotencyKey must be 1 to {LONGEST_KEY} characters, got {len(key)}."
        raise GatewayError(BAD_USER_INPUT, reason)
    return key


def _payload(wanted: CancelOrderItemsInput) -> str:
    """What an idempotency key stands for: the input, in whatever order the items are named."""
    return msgspec.json.encode([wanted.order_id, *sorted(set(wanted.order_item_ids))]).decode()


async def _cancel(context: Context, wanted: CancelOrderItemsInput) -> Result:
    try:
        key = await own_order(context, wanted.order_id)
    except IminError:
        return Result(Unavailable())
    if key is None:
        return Result(OrderMissing())
    customer, order = key
    items = tuple(_wanted_item(context, order, id_) for id_ in dict.fromkeys(wanted.order_item_ids))
    result = await context.services.cancellations.cancel(
        Wanted(customer, order, items, lambda: _read(context, customer, order))
    )
    context.services.order_watcher.poll_now(order)
    if result.order:
        context.orders.remember(customer, (result.order,))
    return result


async def _read(context: Context, customer: str, order: str) -> documents.Order | None:
    read = await context.services.reads.order(customer, order, context.staleness.note, anew=True)
    return read.value()


def _wanted_item(context: Context, order: str, id_: str) -> WantedItem:
    """The item that an id names: a global id, or imin's number of an item of that order."""
    known = context.services.signer.verify(id_)
    if known is None:
        return WantedItem(id_, id_)
    if known.kind != "OrderItem" or not context.caller.may_see(known.customer):
        return WantedItem(id_, "")
    return WantedItem(id_, known.parts[-1], is_elsewhere=known.parts[0] != order)


async def _with_order(context: Context, result: Result) -> Result:
    """The result with its order, which a kept outcome does not hold: the order is read as it is now."""
    outcome = result.outcome
    if result.order is not None or not needs_order(outcome):
        return result
    try:
        order = await _read(context, outcome.customer, outcome.order)  # type: ignore[union-attr]  # needs_order
    except IminError:
        order = None
    return Result(outcome, order) if order else Result(Unavailable())
