"""What imin answered, as the document that was asked for."""

from gateway.imin import jsonld
from gateway.imin.documents import (
    PAGE_SIZE,
    Attributes,
    CustomerAccount,
    Order,
    OrderItem,
    Page,
    partial_document,
    read_order_item_page,
    read_order_page,
)
from gateway.imin.errors import Unreadable


def read_orders(json: bytes | None, page: int, wanted: Attributes | None = None) -> Page[Order]:
    """Page of orders that imin gave under that number; None is an empty list. Raises Unreadable.

    wanted: what of it will be looked at; None for all.
    """
    return Page(page, PAGE_SIZE, 0, ()) if json is None else read_order_page(json, page, wanted)


def read_upcoming_order_items(
    json: bytes | None, page: int, wanted: Attributes | None = None
) -> Page[OrderItem]:
    """Page of upcoming order items that imin gave under that number. As read_orders."""
    return Page(page, PAGE_SIZE, 0, ()) if json is None else read_order_item_page(json, page, wanted)


def read_order(json: bytes, identifier: str, wanted: Attributes | None = None) -> Order:
    """Order that imin gave for that identifier, which it need not repeat. As read_orders."""
    order = None if wanted is None else jsonld.decode(partial_document(Order, wanted), json)
    if order is None:
        order, unreadable = jsonld.read(Order, json)
        order.unreadable = unreadable
    if not order.identifier and order.own_items:
        order.own_identifier = identifier
    if order.identifier != identifier:
        raise Unreadable("GET /orders/:id answered another order")
    return order


def read_account(json: bytes, identifier: str) -> CustomerAccount:
    """Account that imin gave for that identifier. Raises Unreadable."""
    account, unreadable = jsonld.read(CustomerAccount, json)
    account.unreadable = unreadable
    if account.own_identifier is not None and str(account.own_identifier) != identifier:
        raise Unreadable("GET /customer-accounts/:id answered another account")
    return account
