"""Global ids: each leads back to its object, and any other text leads to none."""

from typing import Any

from gateway.sandbox import Sandbox
from tests.conftest import Gateway

NODES = """
{
  viewer {
    id
    orders(first: 2) {
      nodes { id orderNumber items { id identifier } receipts { id identifier } seller { id name } }
    }
  }
}
"""

NODE = """
query ($id: ID!) {
  node(id: $id) {
    __typename id
    ... on Customer { identifier }
    ... on Order { orderNumber }
    ... on OrderItem { identifier }
    ... on Receipt { identifier }
    ... on Seller { name }
  }
}
"""


async def test_nodes(gateway: Gateway, sandbox: Sandbox) -> None:
    """Every id leads back to its object, with at most one request."""
    viewer = (await gateway.data(NODES))["viewer"]
    order = viewer["orders"]["nodes"][1]
    item, receipt, seller = order["items"][0], order["receipts"][0], order["seller"]
    expected: list[tuple[dict[str, Any], dict[str, int]]] = [
        ({"__typename": "Customer", "id": viewer["id"], "identifier": "1234"}, {}),
        ({"__typename": "Order", "id": order["id"], "orderNumber": "1916"}, {"GET /orders/:id": 1}),
        ({"__typename": "OrderItem", **item}, {"GET /orders/:id": 1}),
        ({"__typename": "Receipt", **receipt}, {"GET /orders/:id": 1}),
        ({"__typename": "Seller", **seller}, {"GET /orders": 1}),
    ]

    for node, requests in expected:
        sandbox.request_log.clear()
        assert await gateway.data(NODE, id=node["id"]) == {"node": node}
        assert sandbox.request_log.counts() == requests

    several = await gateway.data(
        "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }",
        ids=[node["id"] for node, _ in expected] + ["none"],
    )
    assert several == {"nodes": [*({"id": node["id"]} for node, _ in expected), None]}


async def test_same_id_everywhere(gateway: Gateway) -> None:
    """An order has the same id however it is reached; a seller has the same id on all orders."""
    data = await gateway.data(
        "{ viewer { orders(first: 50) { nodes { id identifier seller { id identifier } } } } }"
    )
    orders = data["viewer"]["orders"]["nodes"]

    again = await gateway.data("query ($i: ID!) { order(identifier: $i) { id } }", i=orders[3]["identifier"])

    assert again == {"order": {"id": orders[3]["id"]}}
    ids = {(order["seller"]["identifier"], order["seller"]["id"]) for order in orders}
    assert len({identifier for identifier, _ in ids}) == len(ids) == 4


async def test_forged_ids(gateway: Gateway, sandbox: Sandbox) -> None:
    """An id that was changed anywhere, or made up, finds nothing and causes no request."""
    id_ = (await gateway.data("{ viewer { orders(first: 1) { nodes { id } } } }"))["viewer"]["orders"][
        "nodes"
    ][0]["id"]
    sandbox.request_log.clear()
    forged = [id_[:at] + ("A" if id_[at] != "A" else "B") + id_[at + 1 :] for at in range(len(id_))]
    forged += [id_ + "A", id_[:-1], id_ + "=", "", "MQ", "é", "1" * 5000]

    for start in range(0, len(forged), 50):
        ids = forged[start : start + 50]
        assert await gateway.data("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids) == {
            "nodes": [None] * len(ids)
        }
    assert sandbox.request_log.entries == []
