"""Relay connections over imin's numbered pages."""

from typing import Generic, TypeVar

import strawberry
from msgspec import Struct

from gateway.graph.info import Info
from gateway.graph.order.order import Order
from gateway.graph.order.order_item import OrderItem
from gateway.graph.partial_errors import report_unreadable
from gateway.graph.selection import response_key, selected, selected_below
from gateway.imin import documents
from gateway.loaders import CoalescingLoader, CustomerPage
from gateway.pagination.fetch import fetch_window
from gateway.pagination.lists import PagedList
from gateway.pagination.range import Range
from gateway.pagination.window import Window

T = TypeVar("T", bound=documents.Owned)


@strawberry.type(
    description="Where a window stands in its list. Source: Relay Cursor Connections Specification."
)
class PageInfo:
    """Runtime object: ConnectionPage."""

    has_next_page: bool = strawberry.field(description="Whether there is more after the window.")
    has_previous_page: bool = strawberry.field(description="Whether there is more before the window.")
    start_cursor: str | None = strawberry.field(description="Cursor of the first item, for before.")
    end_cursor: str | None = strawberry.field(description="Cursor of the last item, for after.")


@strawberry.type(description="An order in a list.")
class OrderEdge:
    """Runtime object: Edge."""

    cursor: str = strawberry.field(description="Place of the order; holds while the list moves.")
    node: Order = strawberry.field(description="The order.")


@strawberry.type(description="An order item in a list.")
class OrderItemEdge:
    """Runtime object: Edge."""

    cursor: str = strawberry.field(description="Place of the item; holds while the list moves.")
    node: OrderItem = strawberry.field(description="The item.")


@strawberry.type(description="A window of a list of orders.")
class OrderConnection:
    """Runtime object: Connection."""

    edges: list[OrderEdge] = strawberry.field(description="The orders with their cursors.")
    nodes: list[Order] = strawberry.field(description="The orders alone.")
    page_info: PageInfo = strawberry.field(description="Where the window stands.")
    total_count: int = strawberry.field(description="How many orders there are in all.")


@strawberry.type(description="A window of a list of order items.")
class OrderItemConnection:
    """Runtime object: Connection."""

    edges: list[OrderItemEdge] = strawberry.field(description="The items with their cursors.")
    nodes: list[OrderItem] = strawberry.field(description="The items alone.")
    page_info: PageInfo = strawberry.field(description="Where the window stands.")
    total_count: int = strawberry.field(description="How many items there are in all.")


class Edge(Struct, Generic[T], frozen=True):
    """An item of a window."""

    node: T
    window: Window[T]
    index: int

    @property
    def cursor(self) -> str:
        """The item's cursor."""
        return self.window.cursors[self.index]


class ConnectionPage(Struct, Generic[T], frozen=True):
    """Where a window stands."""

    window: Window[T]

    @property
    def has_next_page(self) -> bool:
        """Whether there is more after the window."""
        return self.window.has_next

    @property
    def has_previous_page(self) -> bool:
        """Whether there is more before the window."""
        return self.window.has_previous

    @property
    def start_cursor(self) -> str | None:
        """Cursor of the first item."""
        return self.window.cursor_text(0) if self.window.items else None

    @property
    def end_cursor(self) -> str | None:
        """Cursor of the last item."""
        return self.window.cursor_text(len(self.window.items) - 1) if self.window.items else None


class Connection(Struct, Generic[T], frozen=True):
    """A window as the connection types read it."""

    window: Window[T]

    @property
    def edges(self) -> list[Edge[T]]:
        """The items with their cursors."""
        window = self.window
        return [Edge(item, window, index) for index, item in enumerate(window.items)]

    @property
    def nodes(self) -> tuple[T, ...]:
        """The items alone."""
        return self.window.items

    @property
    def page_info(self) -> ConnectionPage[T]:
        """Where the window stands."""
        return ConnectionPage(self.window)

    @property
    def total_count(self) -> int:
        """Items in the whole list."""
        return self.window.total


async def connect(
    info: Info,
    paged_list: PagedList[T],
    loader: CoalescingLoader[CustomerPage, documents.Page[T]],
    customer: str,
    requested: Range,
) -> Connection[T]:
    """The connection for a requested range. If only the total is selected, one page is loaded."""
    needs_items = requested.is_first_page or bool(selected(info, "edges", "nodes", "pageInfo"))
    totals = info.context.services.totals
    window = await fetch_window(loader, totals, customer, paged_list, requested, count_only=not needs_items)
    if any(item.unreadable for item in window.items):
        _report(info, window)
    return Connection(window)


def _report(info: Info, window: Window[T]) -> None:
    """Report each item that could be read only in part, at every place where the response shows it."""
    here = info.path.as_list()
    shown: set[tuple[str, ...]] = {(response_key(nodes),) for nodes in selected(info, "nodes")}
    for edges in selected(info, "edges"):
        shown |= {(response_key(edges), response_key(node)) for node in selected_below(info, [edges], "node")}
    for index, item in enumerate(window.items):
        for items, *node in sorted(shown):
            report_unreadable(info, item, path=[*here, items, index, *node])
