"""What the journal knows of the cancellations of an order and its items, to be shown beside them."""

import asyncio

from gateway.cancellation.attempts import Attempt
from gateway.context import Context
from gateway.errors import SERVICE_UNAVAILABLE, GatewayError
from gateway.graph.cancellation.cancellation import Cancellation
from gateway.graph.info import Info
from gateway.imin import documents
from gateway.imin.endpoints.orders import ORDER
from gateway.journal.errors import JournalUnavailable

_UNREAD = "The state of cancellations cannot be read at the moment."


async def cancellations_of_order(info: Info, order: documents.Order) -> list[Cancellation]:
    """Cancellations of an order, newest first. If the journal fails: the open ones, with an error."""
    try:
        attempts = await _attempts(info.context, order, order.identifier)
    except JournalUnavailable:
        info.context.errors.append(GatewayError(SERVICE_UNAVAILABLE, _UNREAD, path=info.path.as_list()))
        attempts = info.context.services.cancellations.attempts.held.of_order(order.identifier)
    return [Cancellation.of(attempt, order.owner.customer, order) for attempt in reversed(attempts)]


async def newest_cancellation(info: Info, order: documents.Order) -> Cancellation | None:
    """The newest cancellation of an order. Raises GatewayError if the journal fails."""
    try:
        attempts = await _attempts(info.context, order, order.identifier)
    except JournalUnavailable:
        raise GatewayError(SERVICE_UNAVAILABLE, _UNREAD) from None
    return Cancellation.of(attempts[-1], order.owner.customer, order) if attempts else None


async def cancellation_of_item(info: Info, item: documents.OrderItem) -> Cancellation | None:
    """The newest cancellation of an item. Raises GatewayError if the journal fails."""
    name, customer = item.order_identifier, item.owner.customer
    if not name:
        return None
    order = info.context.loader(ORDER).at_hand((customer, name))
    # Otherwise, as much of it as the item shows: the order is not read for this.
    shown = order or documents.Order(own_identifier=name, own_items=(item,))
    names = (name,) if order else (name, item.identifier)
    try:
        attempts = await _attempts(info.context, shown, *names)
    except JournalUnavailable:
        raise GatewayError(SERVICE_UNAVAILABLE, _UNREAD) from None
    newest = next((one for one in reversed(attempts) if item.identifier in one.items), None)
    return Cancellation.of(newest, customer, order) if newest else None


async def _attempts(context: Context, order: documents.Order, *name: str) -> list[Attempt]:
    """Attempts on an order, oldest first. Fields that are resolved together share a read under one name."""
    in_flight = context.attempts_in_flight
    if name not in in_flight:
        task = asyncio.ensure_future(context.services.cancellations.of_order(order))
        in_flight[name] = task
        task.add_done_callback(lambda _: in_flight.pop(name, None))
    return await asyncio.shield(in_flight[name])
