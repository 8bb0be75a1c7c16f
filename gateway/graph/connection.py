"""Relay connections: the GraphQL side of gateway.pagination."""

from typing import Generic, TypeVar

import strawberry
from msgspec import Struct

from gateway.graph.info import Info
from gateway.graph.order.order import Order
from gateway.graph.order.order_item import OrderItem
from gateway.graph.partial_errors import report_unreadable
from gateway.graph.selection import response_key, selected, selected_below
from gateway.imin import documents
from gateway.imin.endpoints.declaration import CustomerPage, Endpoint
from gateway.pagination.fetch import fetch_window
from gateway.pagination.lists import PagedList
from gateway.pagination.range import Range
from gateway.pagination.window import Window

T = TypeVar("T", bound=documents.Owned)


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
    total_count: int = strawberry.field(description="Number of orders in the whole list.")


@strawberry.type(description="A window of a list of order items: the requested part of it.")
class OrderItemConnection:
    """Runtime object: Connection."""

    edges: list[OrderItemEdge] = strawberry.field(description="Items of the window, with their cursors.")
    nodes: list[OrderItem] = strawberry.field(description="Items of the window, without their cursors.")
    page_info: PageInfo = strawberry.field(description="Position of the window in the list.")
    total_count: int = strawberry.field(description="Number of items in the whole list.")


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
        return self.window.cursor_text(0) if self.window.items else None

    @property
    def end_cursor(self) -> str | None:
        return self.window.cursor_text(len(self.window.items) - 1) if self.window.items else None


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
    context = info.context
    loader, totals = context.loader(pages), context.services.totals
    window = await fetch_window(loader, totals, customer, paged_list, requested, count_only=not needs_items)
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
