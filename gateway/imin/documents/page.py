"""Numbered pages of orders and of upcoming order items."""

from functools import lru_cache
from typing import Generic, TypeVar

import msgspec
from msgspec import Struct, field

from gateway.imin import jsonld
from gateway.imin.documents.order import Order
from gateway.imin.documents.order_item import OrderItem
from gateway.imin.documents.partial import Attributes, partial_document
from gateway.imin.documents.thing import Thing
from gateway.imin.errors import Unreadable
from gateway.imin.jsonld import Int

T = TypeVar("T")
D = TypeVar("D", Order, OrderItem)

# Assumption: ten a page, as documented; a page that shows otherwise is believed.
PAGE_SIZE = 10
_MOST_COLLECTIONS = 128


class View(Thing, kw_only=True, gc=False, rename="camel"):
    """What a page says of its place. Hints: the documentation's own examples contradict themselves."""

    current_page: Int | None = field(default=None, name="imin:currentPage")
    items_per_page: Int | None = field(default=None, name="imin:itemsPerPage")
    total_pages: Int | None = field(default=None, name="imin:totalPages")
    next: str | None = None


class _Collection(Thing, kw_only=True, gc=False, rename="camel"):
    total_items: Int | None = field(default=None, name="imin:totalItems")
    view: View | None = None


class _Orders(_Collection, kw_only=True, gc=False, rename="camel"):
    items: tuple[Order, ...] = field(default=(), name="imin:item")


class _OrderItems(_Collection, kw_only=True, gc=False, rename="camel"):
    items: tuple[OrderItem, ...] = field(default=(), name="imin:item")


class _Pieces(Struct, gc=False):
    """A page cut up, so that one odd piece costs no other."""

    type: msgspec.Raw = msgspec.Raw(b"null")
    total_items: msgspec.Raw = field(default=msgspec.Raw(b"null"), name="imin:totalItems")
    view: msgspec.Raw = msgspec.Raw(b"null")
    items: msgspec.Raw = field(default=msgspec.Raw(b"null"), name="imin:item")


class _Listed(Struct, gc=False):
    items: tuple[msgspec.Raw, ...] = field(default=(), name="imin:item")


class _Named(Struct, gc=False):
    identifier: str = ""


class Page(Struct, Generic[T], frozen=True):
    """One numbered page.

    number: from 1. size: items a full page holds, as far as this page tells. total: items in the
    whole list, as this page has it; 0 where a page behind the end does not say. is_total_stated: whether the
    page says so itself, else it is told from the page's place.
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


def read_order_page(body: bytes, number: int, wanted: Attributes | None = None) -> Page[Order]:
    """Page of orders. An order that cannot be read costs itself only. wanted: None for all of them.

    Raises Unreadable where the body is no page, or another page than was asked for.
    """
    return _read(_Orders, Order, body, number, wanted)


def orders_apart(body: bytes) -> dict[str, bytes]:
    """JSON of each order of a page by its identifier; none where one of them is odd."""
    try:
        items = msgspec.json.decode(body, type=_Listed).items
        named = {msgspec.json.decode(item, type=_Named).identifier: bytes(item) for item in items}
    except msgspec.MsgspecError:
        return {}
    return {identifier: item for identifier, item in named.items() if identifier}


def read_order_item_page(body: bytes, number: int, wanted: Attributes | None = None) -> Page[OrderItem]:
    """Page of upcoming order items. As read_order_page."""
    return _read(_OrderItems, OrderItem, body, number, wanted)


def _read(
    whole: type[_Collection], item_type: type[D], body: bytes, number: int, wanted: Attributes | None
) -> Page[D]:
    collection = jsonld.decode(_of_excerpts(whole, item_type, partial_document(item_type, wanted)), body)  # type: ignore[arg-type]  # types are hashable
    if collection is not None:
        items = collection.items  # type: ignore[attr-defined]  # `whole` always has items
    else:
        collection, items = _read_pieces(item_type, body)
    for item in items:
        if item.own_identifier is None and not item.iri and not item.unreadable:
            item.unreadable = ("identifier",)
    if (
        not items
        and collection.total_items is None
        and not collection.view
        and not _is_collection(collection)
    ):
        # Another document, or an error that came as a success: an empty list would be a lie.
        raise Unreadable("the answer is no page of a list")
    return _page(collection, items, number)


@lru_cache(_MOST_COLLECTIONS)
def _of_excerpts(whole: type[_Collection], item_type: type[D], item_excerpt: type[D]) -> type[_Collection]:
    """The collection of such excerpts."""
    if item_excerpt is item_type:
        return whole

    class Excerpts(whole, kw_only=True, gc=False, rename="camel"):  # type: ignore[valid-type, misc, call-arg]  # made
        items: tuple[item_excerpt, ...] = field(default=(), name="imin:item")  # type: ignore[valid-type]  # made

    return Excerpts


def _is_collection(collection: _Collection) -> bool:
    """Whether it is called one; a page of an empty list may say no more."""
    return (collection.type or "").endswith("Collection")


def _read_pieces(item_type: type[D], body: bytes) -> tuple[_Collection, tuple[D, ...]]:
    pieces = jsonld.decode(_Pieces, body)
    if pieces is None:
        raise Unreadable("the page is no JSON object")
    told = {"type": pieces.type, "imin:totalItems": pieces.total_items, "view": pieces.view}
    envelope = msgspec.json.encode(told)
    collection, _ = jsonld.read_leniently(_Collection, envelope)
    return collection, tuple(_read_piece(item_type, item) for item in _one_or_many(pieces.items))


def _one_or_many(items: msgspec.Raw) -> tuple[msgspec.Raw, ...]:
    if bytes(items) == b"null":
        return ()
    many = jsonld.decode(tuple[msgspec.Raw, ...], items)
    return (items,) if many is None else many


def _read_piece(item_type: type[D], piece: msgspec.Raw) -> D:
    try:
        document, unreadable = jsonld.read(item_type, piece)
    except Unreadable:
        return item_type(unreadable=("the whole of it",))
    document.unreadable = unreadable
    return document


def _page(collection: _Collection, items: tuple[D, ...], number: int) -> Page[D]:
    view = collection.view or View()
    if view.current_page is not None and view.current_page != number:
        raise Unreadable(f"asked for page {number}, got page {view.current_page}")
    size = _size(collection.total_items, view, len(items), number)
    is_stated = collection.total_items is not None
    return Page(number, size, _total(collection, len(items), size, number), items, is_stated)


def _size(total: int | None, view: View, found: int, number: int) -> int:
    """Items a full page holds: more than documented where more are seen, fewer if the first page has."""
    is_short = number == 1 and 0 < found < PAGE_SIZE and total is not None and found < total
    if found > PAGE_SIZE or (is_short and view.items_per_page in {None, found}):
        return found
    return PAGE_SIZE


def _total(collection: _Collection, found: int, size: int, number: int) -> int:
    """Items in the whole list: as stated, else told from the number of pages, else what has been seen.

    A full page without a word on the rest may have a next one.
    """
    stated, view = collection.total_items, collection.view
    seen = (number - 1) * size + found if found else 0
    if stated is not None and stated >= 0:
        return max(stated, found)
    if view and view.total_pages and view.total_pages > number:
        return view.total_pages * size
    may_go_on = found == size and (view is None or view.next is not None)
    return seen + (1 if may_go_on else 0)
