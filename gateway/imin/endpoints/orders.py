"""Orders and upcoming order items. Source: imin docs, Order History, Order By Id, Upcoming OrderItems."""

from collections.abc import Iterable
from typing import Any

from gateway.imin import jsonld
from gateway.imin.documents import (
    PAGE_SIZE,
    Attributes,
    Order,
    OrderItem,
    Owner,
    Page,
    bind_order,
    bind_passes,
    bind_sessions,
    bind_upcoming_items,
    partial_document,
    read_order_item_page,
    read_order_page,
    split_order_page,
)
from gateway.imin.documents.vocabulary import OrderItemStatus
from gateway.imin.endpoints.declaration import CustomerOrder, CustomerPage, Endpoint, Parts
from gateway.imin.errors import IminError, NotFound, Refused, Unreadable
from gateway.imin.routes import is_echo, is_identifier

_PENDING = OrderItemStatus.CUSTOMER_CANCELLATION_PENDING


def read_order(json: bytes, key: CustomerOrder, selection: Attributes | None) -> Order:
    """The order, which need not repeat the identifier it was requested by, or may spell it in another case.

    Raises Unreadable.
    """
    order = None if selection is None else jsonld.decode(partial_document(Order, selection), json)
    if order is None:
        order, unreadable = jsonld.read(Order, json)
        order.unreadable = unreadable
    identifier = key[1]
    if not order.identifier and order.own_items:
        order.own_identifier = identifier
    if not is_echo(order.identifier, identifier):
        raise Unreadable("GET /orders/:id returned another order")
    return order


def _bind_order(order: Order | None, owner: Owner) -> None:
    if order is not None:
        bind_order(order, owner)
        bind_sessions(order.own_items)
        bind_passes(order.own_items)


def _bind_orders(page: Page[Order], owner: Owner) -> None:
    for order in page.items:
        bind_order(order, owner)
        bind_sessions(order.own_items)
        bind_passes(order.own_items)


def _bind_items(page: Page[OrderItem], owner: Owner) -> None:
    bind_upcoming_items(page.items, owner)
    bind_sessions(page.items)
    bind_passes(page.items)


def _is_beyond_the_end(error: IminError, key: CustomerPage) -> bool:
    # Assumption: a page beyond the end may be a bad parameter to imin; the first page never is.
    return isinstance(error, NotFound) or (
        isinstance(error, Refused) and error.kind == "InvalidQuery" and key[1] > 1
    )


def _empty_page(key: CustomerPage) -> Page[Any]:
    return Page(key[1], PAGE_SIZE, 0, ())


def _are_orders_cacheable(orders: Iterable[Order]) -> bool:
    return all(not order.unreadable and _are_items_cacheable(order.items) for order in orders)


def _are_items_cacheable(items: Iterable[OrderItem]) -> bool:
    """A pending cancellation is not cached: it changes by itself, and the customer waits for that."""
    return all(not item.unreadable and item.status is not _PENDING for item in items)


def _is_item_page_cacheable(page: Page[OrderItem]) -> bool:
    # If an item's order is unknown, a change of that order could not make this page outdated.
    return all(is_identifier(item.order_identifier) for item in page.items) and _are_items_cacheable(
        page.items
    )


ORDER: Endpoint[CustomerOrder, Order | None] = Endpoint(
    name="order",
    path="/orders/{identifier}",
    read=read_order,
    absent=lambda _key: None,
    bind=_bind_order,
    orders=lambda order: (order.identifier,) if order else (),
    is_cacheable=lambda order: order is not None and _are_orders_cacheable((order,)),
    is_own_name=lambda order, key: order is None or order.identifier == key[1],
)
"""An order by its identifier; None where imin has none."""

ORDER_PAGE: Endpoint[CustomerPage, Page[Order]] = Endpoint(
    name="orders",
    path="/orders?customerIdentifier={customer}&page={page}",
    read=lambda json, key, selection: read_order_page(json, key[1], selection),
    absent=_empty_page,
    is_absent=_is_beyond_the_end,
    bind=_bind_orders,
    orders=lambda page: [order.identifier for order in page.items],
    is_cacheable=lambda page: _are_orders_cacheable(page.items),
    parts=Parts(ORDER, lambda page: [(order.unique_name, order) for order in page.items], split_order_page),
)
"""Page of a customer's orders, newest first. Ten a page, from 1; assumption: none for an unknown customer."""

ORDER_ITEM_PAGE: Endpoint[CustomerPage, Page[OrderItem]] = Endpoint(
    name="order-items",
    path="/order-items?customerIdentifier={customer}&page={page}",
    read=lambda json, key, selection: read_order_item_page(json, key[1], selection),
    absent=_empty_page,
    is_absent=_is_beyond_the_end,
    bind=_bind_items,
    orders=lambda page: [item.order_identifier for item in page.items],
    is_cacheable=_is_item_page_cacheable,
)
"""Page of a customer's upcoming order items, earliest first. Pages like those of ORDER_PAGE."""
