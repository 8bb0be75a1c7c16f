"""Binding documents to their customer, and giving each a name by which its global id leads to it alone.

An item has a made-up name if imin gives it no identifier that can be used, or one that another item of the
order has too, or if its order cannot be requested. No cancellation is sent for such an item.
"""

from gateway.imin.documents.order import Order
from gateway.imin.documents.order_item import OrderItem
from gateway.imin.documents.thing import Owner
from gateway.imin.names import is_name, make_up_name, name_of
from gateway.imin.routes import is_identifier


def bind_order(order: Order, owner: Owner) -> None:
    """Set the owner of an order, its items and its receipts, and what they need to know of each other."""
    name = order.own_identifier
    order.owner, order.stated_name, order.made_up_name = owner, "", ""
    if not isinstance(name, str) or not is_identifier(name):  # unusual
        name = name_of(name, order.plain_id or order.at_id)
        if not is_identifier(name):
            order.made_up_name = _made_up_name_of(order)
    order.stated_name, name = name, order.made_up_name or name
    items = order.own_items
    for item in items:
        _bind_item(item, owner, name)
        if order.made_up_name:
            item.made_up_name = make_up_name("item", _content_of(item))
    if len(items) > 1:
        distinguish_items(items)
    for receipt in order.own_receipts:
        receipt.owner, receipt.order_identifier = owner, name


def _made_up_name_of(order: Order) -> str:
    """By what is always decoded of an order and does not change."""
    parts = [str(order.own_identifier or ""), order.plain_id or order.at_id or "", order.order_date or ""]
    for item in order.own_items:
        parts = parts + _content_of(item)
    return make_up_name("order", parts)


def bind_upcoming_items(items: tuple[OrderItem, ...], owner: Owner) -> None:
    """Set the owner of items of the upcoming list, the orders that they belong to, and their names."""
    for item in items:
        order = item.named_order or ""
        if is_identifier(order):
            _bind_item(item, owner, order)
        else:
            _bind_item(item, owner, make_up_name(order, _content_of(item)))
            item.made_up_name = make_up_name("item", _content_of(item))
    distinguish_items(items)


def _bind_item(item: OrderItem, owner: Owner, order: str) -> None:
    """Set the owner and the order of an item, and its name as far as it depends on the item alone."""
    name = item.own_identifier
    item.owner, item.order_identifier, item.made_up_name = owner, order, ""
    if not isinstance(name, str) or not is_identifier(name):  # unusual
        name = name_of(name, item.plain_id or item.at_id)
        if not is_name(name):
            item.made_up_name = make_up_name("item", _content_of(item))
    item.stated_name = name


def distinguish_items(items: tuple[OrderItem, ...]) -> None:
    """Make up names for those of these items that have a name in common. For bound items."""
    names = [_name_of(item) for item in items]
    if len(set(names)) == len(names):  # the usual case
        return
    before: list[tuple[str, list[str]]] = []
    for item in items:
        if names.count(_name_of(item)) > 1:
            content = _content_of(item)
            same = item.order_identifier, content
            item.made_up_name = make_up_name("item", content, before.count(same))
            before.append(same)


def bind_passes(items: tuple[OrderItem, ...]) -> None:
    """Set the owner of the access passes of bound items, unless they are partial and have none.

    Not part of the functions above: what those read is decoded of every item.
    """
    if not items or not items[0].has_passes:
        return
    for item in items:
        for one in item.own_access_passes + item.older_access_passes:
            one.owner = item.owner


def _name_of(item: OrderItem) -> str:
    """What imin says of its name; of an item without a name, all that distinguishes it."""
    return f"{item.order_identifier}/{item.stated_name or _content_of(item)}"


def _content_of(item: OrderItem) -> list[str]:
    """What is always decoded of an item and does not change: by it an item without a name is recognised."""
    session = item.session
    iri, identifier, start = "", "", ""
    if session is not None:
        iri = session.plain_id or session.at_id or ""
        identifier, start = str(session.own_identifier or ""), session.start_date or ""
    return [str(item.own_identifier or ""), item.plain_id or item.at_id or "", iri, identifier, start]
