"""Connections of a list that changes while imin's pages are read."""

import pytest

from gateway.sandbox import Sandbox
from tests.conftest import Gateway


@pytest.mark.parametrize("size", [10, 25])
async def test_booked_while_read(gateway: Gateway, sandbox: Sandbox, size: int) -> None:
    """Every order is shown once although a booking follows each page that is read."""
    query = """query ($n: Int, $after: String) { customer(identifier: "abc") {
      orders(first: $n, after: $after) { nodes { identifier } pageInfo { hasNextPage endCursor } } } }"""
    own = [sandbox.add_order("abc")["identifier"] for _ in range(30)] + sandbox.store.identifiers("abc")[30:]
    sandbox.style.books_while_read = True
    seen: list[str] = []
    requests: list[int] = []
    after = None

    while len(requests) < 10:
        sandbox.request_log.clear()
        orders = (await gateway.data(query, n=size, after=after))["customer"]["orders"]
        requests.append(sandbox.request_log.count("GET /orders"))
        seen += [node["identifier"] for node in orders["nodes"]]
        after = orders["pageInfo"]["endCursor"]
        if not orders["pageInfo"]["hasNextPage"]:
            break

    assert len(seen) == len(set(seen))
    assert set(own) <= set(seen)
    # Only the first window has to follow the head of the list.
    assert max(requests[1:]) <= -(-size // 10) + 1
