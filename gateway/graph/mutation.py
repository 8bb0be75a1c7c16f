"""The root type of mutations, put together from their modules."""

import strawberry

from gateway.graph.calendar.reset_calendar_feed import ResetCalendarFeed
from gateway.graph.cancellation.cancel_order_items import CancelOrderItems


@strawberry.type(description="Operations that change something. Each returns a payload with its outcome.")
class Mutation(CancelOrderItems, ResetCalendarFeed):
    """Root type; has no state."""
