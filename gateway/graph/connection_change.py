"""Changes of the first window of a list: the events of the subscriptions to lists."""

from typing import Any, Generic, TypeVar

import strawberry
from msgspec import Struct

from gateway.graph.connection import (
    Connection,
    Edge,
    OrderConnection,
    OrderEdge,
    OrderItemConnection,
    OrderItemEdge,
    report_window,
)
from gateway.graph.decorators import resolved
from gateway.graph.info import Info
from gateway.graph.partial_errors import report_unreadable
from gateway.graph.selection import response_key, selected, selected_below
from gateway.imin import documents
from gateway.live.list_changes import ListChanges, Placed
from gateway.pagination.window import Window

T = TypeVar("T", bound=documents.Owned)

_INDEX = "Index of the edge in `connection.edges`, from 0."
_PREVIOUS_INDEX = "Index that it had before; null for an edge that was added."
_CONNECTION = "The window as it is now: the same as a query for `first` items would return."
_IS_SNAPSHOT = (
    "Whether `connection` replaces what you have: in the first event, and if more has changed than the "
    "window shows. Then the lists below are empty."
)
_ADDED = (
    "Edges that are new in the list, by ascending index. Those that have come up into the window from below "
    "are not among them: you have them, or get them with `after`."
)
_MOVED = "Edges that have moved past others, by ascending index. Those that only shifted are not among them."
_CHANGED = "Edges whose nodes have changed, by ascending index. They may have moved as well."
_REMOVED = (
    "Global ids of nodes that have left the list, or their place in it for one below the window. Those that "
    "others have pushed out of the window are not among them: they follow after it."
)
_HOW_TO_USE = (
    "Show `connection`, which is enough for a list that has only the window. For a list with further pages: "
    "if `isSnapshot`, begin again with `connection`. Otherwise take out what was removed or moved, put in "
    "what was moved or added, each at its index, and replace what has changed. Read further pages after the "
    "cursor of your last edge. If not `connection.pageInfo.hasNextPage`, `connection` is the whole list."
)


@strawberry.type(description="An edge of an order that was added, has moved or has changed.")
class OrderEdgeChange:
    """Runtime object: EdgeChange."""

    index: int = strawberry.field(description=_INDEX)
    previous_index: int | None = strawberry.field(description=_PREVIOUS_INDEX)
    edge: OrderEdge = strawberry.field(description="The edge as it is now.")


@strawberry.type(description="An edge of an order item that was added, has moved or has changed.")
class OrderItemEdgeChange:
    """Runtime object: EdgeChange."""

    index: int = strawberry.field(description=_INDEX)
    previous_index: int | None = strawberry.field(description=_PREVIOUS_INDEX)
    edge: OrderItemEdge = strawberry.field(description="The edge as it is now.")


class EdgeChange(Struct, Generic[T], frozen=True):
    """An edge with its places, as OrderEdgeChange and OrderItemEdgeChange read it."""

    edge: Edge[T]
    index: int
    previous_index: int | None


class ConnectionChange(Struct, Generic[T], frozen=True):
    """A window and what has changed, as OrderConnectionChange and OrderItemConnectionChange read it."""

    window: Window[T]
    changes: ListChanges[T]


def _window(graphql_type: Any) -> Any:
    """The field of the window."""

    async def resolve(root: strawberry.Parent[ConnectionChange[Any]], info: Info) -> Any:
        report_window(info, root.window)
        return Connection(root.window)

    return resolved(_CONNECTION, graphql_type, requests=0)(staticmethod(resolve))


def _edges(name: str, graphql_type: Any, description: str) -> Any:
    """A field of edges. name: of the attribute of ListChanges."""

    async def resolve(root: strawberry.Parent[ConnectionChange[Any]], info: Info) -> Any:
        places: tuple[Placed, ...] = getattr(root.changes, name)
        _report(info, root.window, places)
        return [_edge_change(root.window, place) for place in places]

    return resolved(description, graphql_type, requests=0)(staticmethod(resolve))


def _is_snapshot() -> Any:
    """The field that says whether the window replaces what the client has."""

    def resolve(root: strawberry.Parent[ConnectionChange[Any]]) -> Any:
        return root.changes.is_snapshot

    return resolved(_IS_SNAPSHOT, bool, requests=0)(staticmethod(resolve))


def _removed() -> Any:
    """The field of removed nodes."""

    def resolve(root: strawberry.Parent[ConnectionChange[Any]]) -> Any:
        return [node.id for node in root.changes.removed]

    return resolved(_REMOVED, list[strawberry.ID], requests=0)(staticmethod(resolve))


def _edge_change(window: Window[T], place: Placed) -> EdgeChange[T]:
    edge = Edge(window.items[place.index], window, place.index)
    return EdgeChange(edge, place.index, place.previous_index)


def _report(info: Info, window: Window[T], places: tuple[Placed, ...]) -> None:
    """Report each node that could be read only in part, at every place where the response shows it."""
    here = info.path.as_list()
    shown = {
        (response_key(edge), response_key(node))
        for edge in selected(info, "edge")
        for node in selected_below(info, [edge], "node")
    }
    for position, place in enumerate(places):
        for keys in sorted(shown):
            report_unreadable(info, window.items[place.index], path=[*here, position, *keys])


@strawberry.type(description=f"What has changed in the first window of a list of orders. {_HOW_TO_USE}")
class OrderConnectionChange:
    """Runtime object: ConnectionChange."""

    connection = _window(OrderConnection)
    is_snapshot = _is_snapshot()
    added = _edges("added", list[OrderEdgeChange], _ADDED)
    moved = _edges("moved", list[OrderEdgeChange], _MOVED)
    changed = _edges("changed", list[OrderEdgeChange], _CHANGED)
    removed = _removed()


@strawberry.type(description=f"What has changed in the first window of a list of order items. {_HOW_TO_USE}")
class OrderItemConnectionChange:
    """Runtime object: ConnectionChange."""

    connection = _window(OrderItemConnection)
    is_snapshot = _is_snapshot()
    added = _edges("added", list[OrderItemEdgeChange], _ADDED)
    moved = _edges("moved", list[OrderItemEdgeChange], _MOVED)
    changed = _edges("changed", list[OrderItemEdgeChange], _CHANGED)
    removed = _removed()
