"""The subscriptions to what belongs to a customer: their account and their two lists."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, TypeVar

import strawberry
from strawberry import UNSET

from gateway.errors import SERVICE_UNAVAILABLE, GatewayError
from gateway.execution.field_cost import per_page
from gateway.execution.shared_results import SharedEvent
from gateway.graph.connection_change import (
    ConnectionChange,
    OrderConnectionChange,
    OrderItemConnectionChange,
)
from gateway.graph.customer import Customer
from gateway.graph.decorators import subscribed
from gateway.graph.info import Info
from gateway.graph.list_arguments import or_none
from gateway.imin import documents
from gateway.imin.endpoints.customer_account import CUSTOMER_ACCOUNT
from gateway.imin.endpoints.orders import ORDER_ITEM_PAGE, ORDER_PAGE
from gateway.imin.routes import is_identifier
from gateway.imin.transport.deadline import request_deadline
from gateway.live.customer_watch import Feed
from gateway.live.list_changes import snapshot
from gateway.live.list_feed import ListFeed, ListState
from gateway.live.subscriber_limit import TooManySubscribers
from gateway.pagination.lists import ORDER_HISTORY, UPCOMING_ITEMS
from gateway.pagination.range import Range

S = TypeVar("S")
T = TypeVar("T", bound=documents.Owned)

CustomerIdentifier = Annotated[
    strawberry.ID | None,
    strawberry.argument(
        description="Identifier of the customer in imin: of the caller, or for a trusted service of anyone. "
        "Without it: the caller."
    ),
]
First = Annotated[
    int | None,
    strawberry.argument(description="Number of items of the window, 1 to 100. Without it: 10."),
]
_NULL = "Null, once, if the caller is a service and names no customer, or may not see the customer."

_NOTHING = SharedEvent(None, None)


@strawberry.type
class CustomerSubscriptions:
    """The root fields; has no state."""

    @subscribed(
        "The customer as they are now, then again whenever a field of their account has changed. The "
        f"account is read at once when imin reports a change (webhook). {_NULL}",
        Customer | None,
        requests=CUSTOMER_ACCOUNT.requests,
    )
    async def customer_changed(
        self, info: Info, customer_identifier: CustomerIdentifier = UNSET
    ) -> AsyncGenerator[SharedEvent, None]:
        customer = _customer(info, customer_identifier)
        if customer is None:
            yield _NOTHING
            return
        async with aclosing(_states(info, info.context.services.live.account, customer)) as states:
            async for state in states:
                yield SharedEvent(Customer.of(customer, info.context, state.account), state)

    @subscribed(
        "The first window of the customer's orders, newest first, then each change of it. The cursors work "
        f"in `Customer.orders` too. {_NULL}",
        OrderConnectionChange | None,
        requests=per_page(ORDER_PAGE.requests),
    )
    async def orders_changed(
        self, info: Info, first: First = UNSET, customer_identifier: CustomerIdentifier = UNSET
    ) -> AsyncGenerator[SharedEvent, None]:
        """Raises BadArgument."""
        size = Range.from_arguments(ORDER_HISTORY, or_none(first)).count
        feed = info.context.services.live.orders
        async with aclosing(_list_changes(info, feed, customer_identifier, size)) as changes:
            async for change in changes:
                yield change

    @subscribed(
        "The first window of the customer's booked items that are still to come, earliest first, then each "
        f"change of it. The cursors work in `Customer.upcomingOrderItems` too. {_NULL}",
        OrderItemConnectionChange | None,
        requests=per_page(ORDER_ITEM_PAGE.requests),
    )
    async def upcoming_order_items_changed(
        self, info: Info, first: First = UNSET, customer_identifier: CustomerIdentifier = UNSET
    ) -> AsyncGenerator[SharedEvent, None]:
        """Raises BadArgument."""
        size = Range.from_arguments(UPCOMING_ITEMS, or_none(first)).count
        feed = info.context.services.live.upcoming_items
        async with aclosing(_list_changes(info, feed, customer_identifier, size)) as changes:
            async for change in changes:
                yield change


def _customer(info: Info, identifier: str | None) -> str | None:
    """Whose updates the caller gets; None if they may not have them."""
    caller = info.context.caller
    if identifier is None or identifier is UNSET:
        return caller.customer
    return identifier if is_identifier(identifier) and caller.may_see(identifier) else None


async def _list_changes(
    info: Info, feed: ListFeed[T], identifier: str | None, size: int
) -> AsyncGenerator[SharedEvent, None]:
    """The window, then its changes; None, once, if the caller may not have them."""
    customer = _customer(info, identifier)
    if customer is None:
        yield _NOTHING
        return
    before: ListState[T] | None = None
    known = 0
    async with aclosing(_states(info, feed, customer, size)) as states:
        async for state in states:
            changes = feed.changes(before, known, state) if before else snapshot(state.window)
            yield SharedEvent(ConnectionChange(state.window, changes), changes if before else state)
            before, known = state, changes.known


async def _states(info: Info, feed: Feed[S], customer: str, size: int = 1) -> AsyncGenerator[S, None]:
    services = info.context.services
    states = services.live.customer_watcher.states(feed, customer, size)
    try:
        # No `yield` inside: the next event may be requested in another context.
        with request_deadline(services.operation_seconds):
            first = await anext(states)
    except TooManySubscribers:
        raise GatewayError(
            SERVICE_UNAVAILABLE, "There are too many subscriptions. Please try again in a moment."
        ) from None
    async with aclosing(states):
        yield first
        async for state in states:
            yield state
