"""orderChanged: an order, followed to its end."""

from collections.abc import AsyncGenerator

import strawberry

from gateway.errors import SERVICE_UNAVAILABLE, GatewayError
from gateway.graph.decorators import followed
from gateway.graph.info import Info
from gateway.graph.lookup import own_order
from gateway.graph.order.order import Order
from gateway.graph.partial_errors import report_unreadable
from gateway.graph.query import Id
from gateway.imin import documents
from gateway.order_watcher import TooManySubscribers


@strawberry.type(description="Subscriptions, over a WebSocket (graphql-transport-ws) or server-sent events.")
class Subscription:
    """Root type; has no state."""

    @followed(
        "An order as it is, then after each change of an item's status, the total or the receipts, until all "
        "its items are cancelled or over. Null, once, where there is no such order of the caller's.",
        Order | None,
    )
    async def order_changed(self, info: Info, id: Id) -> AsyncGenerator[documents.Order | None, None]:  # noqa: A002  # Relay names the argument
        """The states of an order."""
        key = await own_order(info.context, id)
        if key is None:
            yield None
            return
        changes = info.context.services.order_watcher.changes(*key)
        try:
            async for order in changes:
                yield report_unreadable(info, order)
        except TooManySubscribers:
            raise GatewayError(
                SERVICE_UNAVAILABLE, "Too many orders are being followed. Please try again in a moment."
            ) from None
        finally:
            await changes.aclose()
