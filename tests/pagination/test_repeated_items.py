"""Items that imin's list repeats, or identifies in no usable way: each is shown as often as imin lists it."""

from typing import Any

import pytest

from gateway.sandbox import Sandbox
from tests.conftest import Gateway

UPCOMING = """query ($first: Int, $after: String, $last: Int, $before: String) { viewer {
  upcomingOrderItems(first: $first, after: $after, last: $last, before: $before) {
    totalCount pageInfo { hasNextPage hasPreviousPage endCursor startCursor }
    edges { cursor node { id identifier isPresentlyCancellable cancellationBlockedBecause } }
} } }"""
ORDERS = """query ($first: Int, $after: String) { viewer { orders(first: $first, after: $after) {
  totalCount pageInfo { hasNextPage endCursor } nodes { id identifier } } } }"""
START = "2026-11-08T10:00:00Z"
BLOCKED = (False, "NOT_IDENTIFIABLE")


def book(sandbox: Sandbox, identifiers: list[Any], start: str | None = START) -> None:
    """The customer "empty" books one order with items of these identifiers, which start at the same time."""
    document = sandbox.add_order("empty")
    sandbox.remove_order(document["identifier"])
    (item,) = document["orderedItem"]
    del item["id"]
    item["orderedItem"]["startDate"] = start or item["orderedItem"]["startDate"]
    document["orderedItem"] = [item | {"identifier": identifier} for identifier in identifiers]
    sandbox.put_order("empty", document)


@pytest.fixture
async def empty(gateway: Gateway) -> Gateway:
    """The gateway, for the customer "empty" in place of the viewer."""

    class Empty(Gateway):
        async def answer(self, query: str, **variables: Any) -> dict[str, Any]:
            query = query.replace("viewer {", 'viewer: customer(identifier: "empty") {')
            return await super().answer(query, **variables)

    return Empty(gateway.url, gateway.http)


async def upcoming(gateway: Gateway, **arguments: Any) -> Any:
    return (await gateway.answer(UPCOMING, **arguments))["data"]["viewer"]["upcomingOrderItems"]


def names(connection: Any) -> list[str]:
    """The identifiers; made-up ones of items that are alike depend on how many of them are in the window."""
    identifiers = [edge["node"]["identifier"] for edge in connection["edges"]]
    return ["made up" if name.startswith("gateway:") else name for name in identifiers]


LISTS: dict[str, list[Any]] = {
    "beside each other": ["0", "1", "1", "2"],
    "many": ["1"] * 12,
    "on two pages": ["a", *"bcdefghi", "x", "x", "y"],
    "nameless": [None] * 12,
    "nameless on two pages": [*"abcdefghi", None, None, "x"],
    "all but one": ["1"] * 9 + ["2"] + ["1"] * 5,
}


@pytest.mark.parametrize("kind", LISTS)
async def test_all_are_shown(empty: Gateway, sandbox: Sandbox, kind: str) -> None:
    """A window of the whole list has all items, in imin's order, each with an id of its own."""
    identifiers = LISTS[kind]
    book(sandbox, identifiers)

    whole = await upcoming(empty, first=100)

    nodes = [edge["node"] for edge in whole["edges"]]
    assert whole["totalCount"] == len(nodes) == len(identifiers)
    assert sorted(node["identifier"] for node in nodes if not node["identifier"].startswith("gateway:")) == (
        sorted(name for name in identifiers if name)
    )
    assert len({node["id"] for node in nodes}) == len(nodes)
    for node in nodes:
        is_one = identifiers.count(node["identifier"]) == 1
        block = node["isPresentlyCancellable"], node["cancellationBlockedBecause"]
        assert block == ((True, None) if is_one else BLOCKED)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 10])
@pytest.mark.parametrize("kind", LISTS)
async def test_page_by_page(empty: Gateway, sandbox: Sandbox, kind: str, size: int) -> None:
    """Windows one after the other, forwards and backwards, lose no item and repeat none."""
    book(sandbox, LISTS[kind])
    whole = names(await upcoming(empty, first=100))

    forwards: list[str] = []
    after = None
    for _ in range(len(whole) + 1):
        window = await upcoming(empty, first=size, after=after)
        forwards += names(window)
        after = window["pageInfo"]["endCursor"]
        if not window["pageInfo"]["hasNextPage"]:
            break
    backwards: list[str] = []
    before = None
    for _ in range(len(whole) + 1):
        window = await upcoming(empty, last=size, before=before)
        backwards = names(window) + backwards
        before = window["pageInfo"]["startCursor"]
        if not window["pageInfo"]["hasPreviousPage"]:
            break

    assert forwards == backwards == whole


@pytest.mark.parametrize("length", [36, 128, 1_000])
async def test_long_identifiers(empty: Gateway, sandbox: Sandbox, length: int) -> None:
    """A cursor that is handed out is accepted, however long the identifiers beside each other are."""
    identifiers = [f"{number:02}".rjust(length, "x") for number in range(25)]
    book(sandbox, identifiers)

    found: list[str] = []
    window = await upcoming(empty, first=9)
    while True:
        found += names(window)
        assert max(len(edge["cursor"]) for edge in window["edges"]) <= 1_024
        if not window["pageInfo"]["hasNextPage"]:
            break
        window = await upcoming(empty, first=9, after=window["pageInfo"]["endCursor"])

    assert found == identifiers


async def test_orders(empty: Gateway, sandbox: Sandbox) -> None:
    """Orders whose identifiers cannot be used are all listed, page by page, with an id of their own."""
    unusable = ["a b", "", " ", "\0", "ä", "x" * 129, "a/b", "gateway:1", "c d", "e f", "?", "#"]
    for identifier in unusable:
        document = sandbox.add_order("empty")
        sandbox.remove_order(document["identifier"])
        sandbox.put_order("empty", {**document, "identifier": identifier, "id": None})

    found: list[dict[str, Any]] = []
    after = None
    while True:
        answer = await empty.answer(ORDERS, first=5, after=after)
        connection = answer["data"]["viewer"]["orders"]
        found += connection["nodes"]
        after = connection["pageInfo"]["endCursor"]
        if not connection["pageInfo"]["hasNextPage"]:
            break

    assert connection["totalCount"] == len(found) == len({order["id"] for order in found}) == len(unusable)
    shown = [order["identifier"] for order in reversed(found)]
    for identifier, name in zip(unusable, shown, strict=True):
        assert name == identifier or (name.startswith("gateway:") and identifier in {"", " ", "gateway:1"})
