"""Numbered pages of orders and of upcoming order items."""

from typing import Generic, TypeVar

import msgspec
from msgspec import Struct, field

from gateway.imin import jsonld
from gateway.imin.documents.order import Order
from gateway.imin.documents.order_item import OrderItem
from gateway.imin.documents.partial import Attributes, partial_document
from gateway.imin.documents.thing import Envelope
from gateway.imin.errors import Unreadable
from gateway.imin.jsonld import Int
from gateway.imin.names import name_of

T = TypeVar("T")
D = TypeVar("D", Order, OrderItem)

# Assumption: ten a page, as documented; a page that shows otherwise is believed.
PAGE_SIZE = 10


class View(Envelope, kw_only=True, gc=False, rename="camel"):
    """What a page states of its position. Only hints: the documentation's examples contradict themselves."""

    current_page: Int | None = field(default=None, name="imin:currentPage")
    items_per_page: Int | None = field(default=None, name="imin:itemsPerPage")
    total_pages: Int | None = field(default=None, name="imin:totalPages")
    next: str | None = None


class _Collection(Envelope, kw_only=True, gc=False, rename="camel"):
    total_items: Int | None = field(default=None, name="imin:totalItems")
    view: View | None = None


class _Orders(_Collection, kw_only=True, gc=False, rename="camel"):
    items: tuple[Order, ...] = field(default=(), name="imin:item")


class _OrderItems(_Collection, kw_only=True, gc=False, rename="camel"):
    items: tuple[OrderItem, ...] = field(default=(), name="imin:item")


class _RawCollection(Struct, gc=False):
    """A page whose parts are decoded one by one, so that an unreadable one affects no other."""

    type: msgspec.Raw = msgspec.Raw(b"null")
    total_items: msgspec.Raw = field(default=msgspec.Raw(b"null"), name="imin:totalItems")
    view: msgspec.Raw = msgspec.Raw(b"null")
    items: msgspec.Raw = field(default=msgspec.Raw(b"null"), name="imin:item")


class _RawItems(Struct, gc=False):
    items: tuple[msgspec.Raw, ...] = field(default=(), name="imin:item")


class _IdentifierOnly(Struct, gc=False):
    identifier: str = ""


class Page(Struct, Generic[T], frozen=True):
    """One numbered page.

    number: from 1. size: items a full page holds, as far as this page shows. total: items in the
    whole list, according to this page; 0 where a page beyond the end does not say. is_total_stated: whether
    the page states the total; otherwise it is estimated from the page's position.
    """

    number: int
    size: int
    total: int
    items: tuple[T, ...]
    is_total_stated: bool = True

    @property
    def is_beyond_the_end(self) -> bool:
        """Whether the list ends before this page."""
        return self.number > 1 and not self.items


def read_order_page(body: bytes, number: int, selection: Attributes | None = None) -> Page[Order]:
    """Page of orders. An order that cannot be read affects no other.

    selection: fields to decode, None for all.
    Raises Unreadable if the body is not a page, or not the page of that number.
    """
    return _read(_Orders, Order, body, number, selection)


def read_order_item_page(body: bytes, number: int, selection: Attributes | None = None) -> Page[OrderItem]:
    """Page of upcoming order items. As read_order_page."""
    return _read(_OrderItems, OrderItem, body, number, selection)


def split_order_page(body: bytes) -> dict[str, bytes]:
    """JSON of each order of a page by its identifier; empty if any of them is unusual."""
    try:
        items = msgspec.json.decode(body, type=_RawItems).items
        orders = {msgspec.json.decode(item, type=_IdentifierOnly).identifier: bytes(item) for item in items}
    except msgspec.MsgspecError:
        return {}
    return {identifier: order for identifier, order in orders.items() if identifier}


def _read(
    collection_type: type[_Collection],
    item_type: type[D],
    body: bytes,
    number: int,
    selection: Attributes | None,
) -> Page[D]:
    collection = jsonld.decode(partial_document(collection_type, selection), body)
    if collection is not None:
        items = collection.items  # type: ignore[attr-defined]  # both types have it
    else:
        collection, items = _read_item_by_item(item_type, body)
    for item in items:
        if not item.unreadable and not name_of(item.own_identifier, item.iri):
            item.unreadable = ("identifier",)
    if (
        not items
        and collection.total_items is None
        and not collection.view
        and not _is_collection(collection)
    ):
        # Another document, or an error sent as a success: returning an empty list would be wrong.
        raise Unreadable("the answer is not a page of a list")
    return _page(collection, items, number)


def _is_collection(collection: _Collection) -> bool:
    """By the type that it states; a page of an empty list may state nothing else."""
    return (collection.type or "").endswith("Collection")


def _read_item_by_item(item_type: type[D], body: bytes) -> tuple[_Collection, tuple[D, ...]]:
    raw = jsonld.decode(_RawCollection, body)
    if raw is None:
        raise Unreadable("the page is not a JSON object")
    envelope = msgspec.json.encode({"type": raw.type, "imin:totalItems": raw.total_items, "view": raw.view})
    collection, _ = jsonld.read_leniently(_Collection, envelope)
    return collection, tuple(_read_item(item_type, item) for item in _one_or_many(raw.items))


def _one_or_many(items: msgspec.Raw) -> tuple[msgspec.Raw, ...]:
    if bytes(items) == b"null":
        return ()
    many = jsonld.decode(tuple[msgspec.Raw, ...], items)
    return (items,) if many is None else many


def _read_item(item_type: type[D], item: msgspec.Raw) -> D:
    try:
        document, unreadable = jsonld.read(item_type, item)
    except Unreadable:
        return item_type(unreadable=("the whole of it",))
    document.unreadable = unreadable
    return document


def _page(collection: _Collection, items: tuple[D, ...], number: int) -> Page[D]:
    view = collection.view or View()
    if view.current_page is not None and view.current_page != number:
        raise Unreadable(f"requested page {number}, got page {view.current_page}")
    size = _size(collection.total_items, view, len(items), number)
    is_stated = collection.total_items is not None
    return Page(number, size, _total(collection, len(items), size, number), items, is_stated)


def _size(total: int | None, view: View, found: int, number: int) -> int:
    """Items a full page holds: more than documented if more are seen, fewer if the first page has fewer."""
    is_short = number == 1 and 0 < found < PAGE_SIZE and total is not None and found < total
    if found > PAGE_SIZE or (is_short and view.items_per_page in {None, found}):
        return found
    return PAGE_SIZE


def _total(collection: _Collection, found: int, size: int, number: int) -> int:
    """Items in the whole list: as stated, else estimated from the number of pages, else those seen so far.

    A full page that states nothing may be followed by another.
    """
    stated, view = collection.total_items, collection.view
    seen = (number - 1) * size + found if found else 0
    if stated is not None and stated >= 0:
        return max(stated, found)
    if view and view.total_pages and view.total_pages > number:
        return view.total_pages * size
    may_go_on = found == size and (view is None or view.next is not None)
    return seen + (1 if may_go_on else 0)
