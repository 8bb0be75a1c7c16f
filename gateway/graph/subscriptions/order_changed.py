"""The subscriptions to an order: the order and each of its changes, with or without their reasons."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import strawberry

from gateway.errors import SERVICE_UNAVAILABLE, GatewayError
from gateway.execution.shared_results import SharedEvent
from gateway.graph.decorators import subscribed
from gateway.graph.info import Info
from gateway.graph.lookup import own_order
from gateway.graph.order.order import Order
from gateway.graph.partial_errors import unreadable_reporter
from gateway.graph.query import Id
from gateway.graph.subscriptions.order_change import OrderChange, OrderChangeEvent
from gateway.imin.endpoints.orders import ORDER
from gateway.imin.transport.deadline import request_deadline
from gateway.live.order_state import OrderState
from gateway.live.subscriber_limit import TooManySubscribers

_COMPLETES = (
    "Completes when all items are cancelled or over and nothing more has followed for five readings. Null, "
    "once, if the caller has no such order."
)


@strawberry.type
class OrderSubscriptions:
    """The root fields; has no state."""

    @subscribed(
        "The order as it is now, then again whenever anything in it has changed, or what the gateway knows "
        f"of a cancellation. Links that expire do not count. {_COMPLETES}",
        Order | None,
        requests=ORDER.requests,
    )
    async def order_changed(self, info: Info, id: Id) -> AsyncGenerator[SharedEvent, None]:  # noqa: A002  # Relay names the argument
        async with aclosing(_states(info, id)) as states:
            async for state in states:
                order = state.order if state else None
                yield SharedEvent(order, state, unreadable_reporter(info, order))

    @subscribed(
        "As `orderChanged`, with what has changed since the event before. The first event has the order as "
        f"it is now, and no changes. {_COMPLETES}",
        OrderChange | None,
        requests=ORDER.requests,
    )
    async def order_changes(self, info: Info, id: Id) -> AsyncGenerator[SharedEvent, None]:  # noqa: A002  # Relay names the argument
        watcher = info.context.services.live.order_watcher
        before: OrderState | None = None
        async with aclosing(_states(info, id)) as states:
            async for state in states:
                changes = watcher.changes(before, state) if before and state else ()
                order = state.order if state else None
                event = OrderChangeEvent(order, state.at, changes) if order and state else None
                yield SharedEvent(event, changes or state)
                before = state


async def _states(info: Info, id_: str) -> AsyncGenerator[OrderState | None, None]:
    """The states of one of the caller's orders; None, once, if the caller has no such order."""
    services = info.context.services
    try:
        # No `yield` inside: the next event may be requested in another context.
        with request_deadline(services.operation_seconds):
            owned = await own_order(info.context, id_)
            info.context.on_wait()
            states = services.live.order_watcher.states(*owned) if owned else None
            first = await anext(states) if states else None
    except TooManySubscribers:
        raise GatewayError(
            SERVICE_UNAVAILABLE, "There are too many subscriptions. Please try again in a moment."
        ) from None
    if states is None:
        yield None
        return
    async with aclosing(states):
        yield first
        async for state in states:
            yield state
