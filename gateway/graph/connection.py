"""Relay connections: the GraphQL side of gateway.pagination."""

from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

import strawberry
from msgspec import Struct

from gateway.graph.info import Info
from gateway.graph.order.order import Order
from gateway.graph.order.order_item import OrderItem
from gateway.graph.partial_errors import report_unreadable
from gateway.graph.scalars import DateTime
from gateway.graph.selection import response_key, selected, selected_below
from gateway.imin import documents
from gateway.imin.endpoints.declaration import CustomerPage, Endpoint
from gateway.pagination.fetch import fetch_window
from gateway.pagination.lists import PagedList
from gateway.pagination.matching import FetchWindow, Matches, count_between, fetch_matching
from gateway.pagination.range import Range
from gateway.pagination.window import Window

T = TypeVar("T", bound=documents.Owned)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FILTERED_TOTAL = (
    "With a filter by status, the number of matches found so far from where the window begins, which is the "
    "whole number only if the window is the first and the last one and `pageInfo.isComplete`."
)


@strawberry.type(
    description="The position of a window in its list. See the Relay Cursor Connections Specification."
)
class PageInfo:
    """Runtime object: ConnectionPage."""

    has_next_page: bool = strawberry.field(description="Whether there are more items after the window.")
    has_previous_page: bool = strawberry.field(description="Whether there are items before the window.")
    start_cursor: str | None = strawberry.field(
        description="Cursor of the first item, for the argument `before`; null if the window is empty."
    )
    end_cursor: str | None = strawberry.field(
        description="Cursor of the last item, for the argument `after`; null if the window is empty."
    )
    is_complete: bool = strawberry.field(
        description="Whether the list was read far enough for this window. False if a filter matches so few "
        "items that 200 items of the list were looked at before the window was full: then there may be "
        "more, and `endCursor` (`startCursor` with `last`) is that of the last item looked at, which "
        "continues the search, also if no item matched. Always true without a filter."
    )
    scanned_until: DateTime | None = strawberry.field(
        description="With a filter: the date of the last item looked at, `orderDate` of an order and the "
        "start of an item's session. Null without a filter, or if the date is not known."
    )


@strawberry.type(description="An order in a list, with its cursor.")
class OrderEdge:
    """Runtime object: Edge."""

    cursor: str = strawberry.field(
        description="Opaque cursor of the order. It stays valid when the list changes."
    )
    node: Order = strawberry.field(description="The order.")


@strawberry.type(description="An order item in a list, with its cursor.")
class OrderItemEdge:
    """Runtime object: Edge."""

    cursor: str = strawberry.field(
        description="Opaque cursor of the item. It stays valid when the list changes."
    )
    node: OrderItem = strawberry.field(description="The item.")


@strawberry.type(description="A window of a list of orders: the requested part of it.")
class OrderConnection:
    """Runtime object: Connection."""

    edges: list[OrderEdge] = strawberry.field(description="Orders of the window, with their cursors.")
    nodes: list[Order] = strawberry.field(description="Orders of the window, without their cursors.")
    page_info: PageInfo = strawberry.field(description="Position of the window in the list.")
    total_count: int = strawberry.field(description=f"Number of orders in the whole list. {_FILTERED_TOTAL}")


@strawberry.type(description="A window of a list of order items: the requested part of it.")
class OrderItemConnection:
    """Runtime object: Connection."""

    edges: list[OrderItemEdge] = strawberry.field(description="Items of the window, with their cursors.")
    nodes: list[OrderItem] = strawberry.field(description="Items of the window, without their cursors.")
    page_info: PageInfo = strawberry.field(description="Position of the window in the list.")
    total_count: int = strawberry.field(description=f"Number of items in the whole list. {_FILTERED_TOTAL}")


class Edge(Struct, Generic[T], frozen=True):
    """An item of a window, as OrderEdge and OrderItemEdge read it."""

    node: T
    window: Window[T]
    index: int

    @property
    def cursor(self) -> str:
        return self.window.cursors[self.index]


class ConnectionPage(Struct, Generic[T], frozen=True):
    """The position of a window, as PageInfo reads it."""

    window: Window[T]

    @property
    def has_next_page(self) -> bool:
        return self.window.has_next

    @property
    def has_previous_page(self) -> bool:
        return self.window.has_previous

    @property
    def start_cursor(self) -> str | None:
        return self.window.start_cursor

    @property
    def end_cursor(self) -> str | None:
        return self.window.end_cursor

    @property
    def is_complete(self) -> bool:
        return self.window.is_complete

    @property
    def scanned_until(self) -> datetime | None:
        last = self.window.scanned_until
        date = None if last is None else self.window.paged_list.date(last)
        return None if date is None else _EPOCH + timedelta(microseconds=date)


class Connection(Struct, Generic[T], frozen=True):
    """A window, as OrderConnection and OrderItemConnection read it."""

    window: Window[T]

    @property
    def edges(self) -> list[Edge[T]]:
        window = self.window
        return [Edge(item, window, index) for index, item in enumerate(window.items)]

    @property
    def nodes(self) -> tuple[T, ...]:
        return self.window.items

    @property
    def page_info(self) -> ConnectionPage[T]:
        return ConnectionPage(self.window)

    @property
    def total_count(self) -> int:
        return self.window.total


async def connect(
    info: Info,
    paged_list: PagedList[T],
    pages: Endpoint[CustomerPage, documents.Page[T]],
    customer: str,
    requested: Range,
) -> Connection[T]:
    """The connection for a requested range. If only the total is selected, one page is loaded."""
    needs_items = requested.is_first_page or bool(selected(info, "edges", "nodes", "pageInfo"))
    fetch = _fetch(info, paged_list, pages, customer, count_only=not needs_items)
    return _connection(info, await fetch(requested))


async def connect_matching(  # noqa: PLR0913  # as connect
    info: Info,
    paged_list: PagedList[T],
    pages: Endpoint[CustomerPage, documents.Page[T]],
    customer: str,
    requested: Range,
    *,
    matches: Matches[T] | None,
) -> Connection[T]:
    """The connection for a requested range of a filtered list. matches: None for a range of dates alone."""
    fetch = _fetch(info, paged_list, pages, customer)
    window = await fetch_matching(fetch, paged_list, requested, matches)
    is_whole = window.is_complete and not (window.has_next or window.has_previous)
    if matches is None and not is_whole and selected(info, "totalCount"):
        total = await count_between(fetch, paged_list, requested.dates)
        window.total = len(window.items) if total is None else total
    return _connection(info, window)


def _fetch(
    info: Info,
    paged_list: PagedList[T],
    pages: Endpoint[CustomerPage, documents.Page[T]],
    customer: str,
    *,
    count_only: bool = False,
) -> FetchWindow[T]:
    context = info.context
    loader, totals = context.loader(pages), context.totals
    return lambda requested: fetch_window(
        loader, totals, customer, paged_list, requested, count_only=count_only
    )


def _connection(info: Info, window: Window[T]) -> Connection[T]:
    if len(set(window.identities)) < len(window.identities):
        documents.distinguish_items(
            tuple(item for item in window.items if isinstance(item, documents.OrderItem))
        )
    report_window(info, window)
    return Connection(window)


def report_window(info: Info, window: Window[T]) -> None:
    """Report each item that could be read only in part, at every place where the connection shows it."""
    if not any(item.unreadable for item in window.items):
        return
    here = info.path.as_list()
    shown: set[tuple[str, ...]] = {(response_key(nodes),) for nodes in selected(info, "nodes")}
    for edges in selected(info, "edges"):
        shown |= {(response_key(edges), response_key(node)) for node in selected_below(info, [edges], "node")}
    for index, item in enumerate(window.items):
        for items, *node in sorted(shown):
            report_unreadable(info, item, path=[*here, items, index, *node])
