"""The subscription orderChanged: an order and each of its changes."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import strawberry

from gateway.errors import SERVICE_UNAVAILABLE, GatewayError
from gateway.execution.shared_results import SharedEvent
from gateway.graph.decorators import subscribed
from gateway.graph.info import Info
from gateway.graph.lookup import own_order
from gateway.graph.order.order import Order
from gateway.graph.partial_errors import report_unreadable
from gateway.graph.query import Id
from gateway.imin import documents
from gateway.imin.endpoints.orders import ORDER
from gateway.imin.transport.deadline import request_deadline
from gateway.order_watcher import TooManySubscribers


@strawberry.type(description="Subscriptions, over a WebSocket (graphql-transport-ws) or server-sent events.")
class Subscription:
    """Root type; has no state."""

    @subscribed(
        "The order as it is now, then again after each change of an item's status, the total or the "
        "receipts. Completes when all items are cancelled or over. Null, once, if the caller has no such "
        "order.",
        Order | None,
        requests=ORDER.requests,
    )
    async def order_changed(self, info: Info, id: Id) -> AsyncGenerator[SharedEvent, None]:  # noqa: A002  # Relay names the argument
        services = info.context.services
        try:
            # No `yield` inside: the next event may be requested in another context.
            with request_deadline(services.operation_seconds):
                owned = await own_order(info.context, id)
                changes = services.order_watcher.changes(*owned) if owned else _missing()
                first = await anext(changes)
        except TooManySubscribers:
            raise GatewayError(
                SERVICE_UNAVAILABLE, "There are too many subscriptions. Please try again in a moment."
            ) from None
        async with aclosing(changes):
            yield await _shown(info, first)
            async for order in changes:
                yield await _shown(info, order)


async def _missing() -> AsyncGenerator[documents.Order | None, None]:
    yield None


async def _shown(info: Info, order: documents.Order | None) -> SharedEvent:
    """The order, with the items that cancellations hold now, also those of other processes."""
    if (update := info.context.services.cancellations.attempts.refresh()) is not None:
        await update
    return SharedEvent(report_unreadable(info, order), order)
