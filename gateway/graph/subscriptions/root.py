"""The root type of subscriptions."""

import strawberry

from gateway.graph.subscriptions.customer_changed import CustomerSubscriptions
from gateway.graph.subscriptions.order_changed import OrderSubscriptions


@strawberry.type(description="Subscriptions, over a WebSocket (graphql-transport-ws) or server-sent events.")
class Subscription(OrderSubscriptions, CustomerSubscriptions):
    """Root type; has no state."""
