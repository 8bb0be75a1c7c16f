"""A client of the subscriptions to a customer's lists and account."""

from typing import Any

from tests.conftest import Gateway
from tests.support.subscriptions import Socket
from tests.support.waiting import PLENTY

QUIET = {"follow_first_seconds": PLENTY, "follow_longest_seconds": PLENTY}
"""Settings with which nothing is read unless something hurries it."""

UNCHANGED: dict[str, list[Any]] = {"added": [], "moved": [], "changed": [], "removed": []}

_EDGES = "{ index previousIndex edge { cursor node { id %s } } }"
_CHANGE = """{ connection { totalCount edges { cursor node { id %s } } pageInfo { hasNextPage endCursor } }
  isSnapshot added %s moved %s changed %s removed }"""


def _list_changed(field: str, shown: str) -> str:
    edges = _EDGES % shown
    arguments, variables = "first: $first, customerIdentifier: $customer", "$first: Int, $customer: ID"
    selection = _CHANGE % (shown, edges, edges, edges)
    return f"subscription ({variables}) {{ {field}({arguments}) {selection} }}"


ORDERS_CHANGED = _list_changed("ordersChanged", "identifier items { status isPresentlyCancellable }")
UPCOMING_CHANGED = _list_changed(
    "upcomingOrderItemsChanged", "identifier status isPresentlyCancellable session { startDate }"
)


async def start(socket: Socket, query: str, name: str = "1", **variables: Any) -> None:
    """Begin an operation on a WebSocket."""
    await socket.send(id=name, type="subscribe", payload={"query": query, "variables": variables})


async def event(socket: Socket) -> Any:
    """The value of the only root field in the next event, which must have no errors."""
    message = await socket.receive()
    assert message["type"] == "next", message
    assert list(message["payload"]) == ["data"], message
    [value] = message["payload"]["data"].values()
    return value


def names(change: Any) -> list[str]:
    """imin's identifiers of the nodes in the window."""
    return [edge["node"]["identifier"] for edge in change["connection"]["edges"]]


def apply(shown: list[Any], change: Any) -> list[Any]:
    """What a client does with an event that keeps a list of edges: see OrderConnectionChange."""
    window = change["connection"]["edges"]
    if change["isSnapshot"] or not change["connection"]["pageInfo"]["hasNextPage"]:
        return [*window]
    put = sorted((*change["added"], *change["moved"]), key=lambda one: one["index"])
    taken = {*change["removed"], *(one["edge"]["node"]["id"] for one in put)}
    shown = [edge for edge in shown if edge["node"]["id"] not in taken]
    for one in put:
        shown.insert(one["index"], one["edge"])
    newer = {one["edge"]["node"]["id"]: one["edge"] for one in change["changed"]}
    return [newer.get(edge["node"]["id"], edge) for edge in shown]


async def call_webhook(gateway: Gateway, path: str, **body: str) -> None:
    """Call a webhook of the gateway."""
    url, headers = f"{gateway.url}/webhooks/{path}", {"X-Api-Key": "key"}
    async with gateway.http.post(url, json=body, headers=headers) as response:
        assert response.status == 204


def changes(change: Any) -> dict[str, list[Any]]:
    """The changes alone, each edge as (index, previous index, identifier)."""
    edges = {
        name: [
            (one["index"], one["previousIndex"], one["edge"]["node"]["identifier"]) for one in change[name]
        ]
        for name in ("added", "moved", "changed")
    }
    return {**edges, "removed": change["removed"]}
