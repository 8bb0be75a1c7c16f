"""Global ids of sessions and places: one for each that an order shows, never one for two."""

from typing import Any

import pytest

from gateway.execution.compiled.plan import RUNS_BEFORE_PARTIAL
from gateway.sandbox import Sandbox
from gateway.signing.global_ids import IdSigner
from tests.conftest import Gateway
from tests.graph.test_made_up_names import put

FRAGMENTS = """
fragment P on Place { ...Q containedInPlace { ...Q } }
fragment Q on Place { __typename id name url }
fragment S on Session {
  __typename id name startDate venue { ...P } affiliatedLocation { ...P } places { ...P }
  ... on ScheduledSession { superEvent { venue { ...P } superEvent { places { ...P } } } }
  ... on Slot { facilityUse { venue { ...P } aggregateFacilityUse { venue { ...P } } } }
  ... on OtherSession { superEvent { venue { ...P } } facilityUse { venue { ...P } } }
}
"""
ORDERS = (
    "query ($n: Int) { viewer { orders(first: $n) { nodes { items { id session { ...S } } } } } }" + FRAGMENTS
)
UPCOMING = "{ viewer { upcomingOrderItems(first: 100) { nodes { id session { ...S } } } } }" + FRAGMENTS
NODE = """
query ($id: ID!) { node(id: $id) {
  __typename id ... on Session { name startDate } ... on Place { name url }
} }
"""
VENUE = {"type": "Place", "identifier": "1", "name": "One"}


def entities(value: Any, found: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Every session and place in a value by its id, as a client's normalised cache reads it."""
    if isinstance(value, list):
        for one in value:
            entities(one, found)
    elif isinstance(value, dict):
        entities([*value.values()], found)
        if value.get("__typename"):
            of = {name: one for name, one in value.items() if not isinstance(one, dict | list)}
            if of not in found.setdefault(of["id"], []):
                found[of["id"]].append(of)
    return found


async def first_items(gateway: Gateway, orders: int = 1) -> list[Any]:
    nodes = (await gateway.data(ORDERS, n=orders))["viewer"]["orders"]["nodes"]
    return [item for order in nodes for item in order["items"]]


async def test_one_object_each(gateway: Gateway, sandbox: Sandbox) -> None:
    """An id has one content in a whole history, and leads back to it with one request."""
    found = entities(await gateway.data(ORDERS, n=100), {})
    entities(await gateway.data(UPCOMING), found)

    assert {len(contents) for contents in found.values()} == {1}
    kinds = {content["__typename"] for contents in found.values() for content in contents}
    assert kinds == {"ScheduledSession", "Slot", "Place"}
    for id_, (content,) in list(found.items())[::9]:
        sandbox.request_log.clear()
        node = (await gateway.data(NODE, id=id_))["node"]
        assert {**content, **node} == content
        assert sandbox.request_log.counts() == {"GET /orders/:id": 1}


async def test_same_everywhere(gateway: Gateway) -> None:
    """An id does not depend on the list, on what else is selected, or on how often the query has run."""
    small = "{ viewer { %s(first: 3) { nodes { %s } } } }"
    item = "id session { id venue { id } }"

    expected = {
        one["id"]: (one["session"]["id"], one["session"]["venue"]) for one in await first_items(gateway, 3)
    }
    expected = {id_: (session, venue and {"id": venue["id"]}) for id_, (session, venue) in expected.items()}
    upcoming = (await gateway.data(UPCOMING))["viewer"]["upcomingOrderItems"]["nodes"][:3]
    for _ in range(RUNS_BEFORE_PARTIAL + 2):
        data = await gateway.data(small % ("orders", f"items {{ {item} }}"))
        items = [one for order in data["viewer"]["orders"]["nodes"] for one in order["items"]]
        assert {one["id"]: (one["session"]["id"], one["session"]["venue"]) for one in items} == expected
        data = await gateway.data(small % ("upcomingOrderItems", item))
        assert [one["session"]["id"] for one in data["viewer"]["upcomingOrderItems"]["nodes"]] == [
            one["session"]["id"] for one in upcoming
        ]


async def test_snapshots_of_two_orders(gateway: Gateway, sandbox: Sandbox) -> None:
    """One session booked twice has two ids, and its venue too: the orders may show them differently."""
    session = sandbox.add_order()["orderedItem"][0]["orderedItem"]
    for name in ("Old", "New"):
        put(sandbox, {}, {"orderedItem": {**session, "location": {**VENUE, "name": name}}})

    new, old = await first_items(gateway, 2)

    assert (new["session"]["venue"]["name"], old["session"]["venue"]["name"]) == ("New", "Old")
    assert new["session"]["id"] != old["session"]["id"]
    assert new["session"]["venue"]["id"] != old["session"]["venue"]["id"]


IRI = {"type": "Place", "id": "https://places.example/1", "name": "One"}
SHOWN_AS_ONE: list[tuple[Any, Any, bool]] = [
    (VENUE, VENUE, True),
    (IRI, IRI, True),
    (VENUE, {**VENUE, "name": "Other"}, False),
    (VENUE, {**VENUE, "identifier": "2"}, False),
    ({"type": "Place", "name": "One"}, {"type": "Place", "name": "One"}, False),
    ({**IRI, "id": "_:b0"}, {**IRI, "id": "_:b0"}, False),
    ({**IRI, "id": "#/1"}, {**IRI, "id": "#/1"}, False),
    ({**VENUE, "identifier": "gateway:1"}, {**VENUE, "identifier": "gateway:1"}, False),
    ({**VENUE, "identifier": "x" * 1_001}, {**VENUE, "identifier": "x" * 1_001}, False),
    ({**VENUE, "containedInPlace": {**VENUE, "name": "Centre"}}, VENUE, False),
]


@pytest.mark.parametrize(("one", "other", "is_one"), SHOWN_AS_ONE)
async def test_venues_of_one_order(
    gateway: Gateway, sandbox: Sandbox, one: Any, other: Any, *, is_one: bool
) -> None:
    """Two venues of an order have one id if they have one name in imin and the same content."""
    session = sandbox.add_order()["orderedItem"][0]["orderedItem"]
    put(sandbox, {}, *({"orderedItem": {**session, "location": place}} for place in (one, other)))

    items = await first_items(gateway)
    first, second = (item["session"]["venue"] for item in items)
    found = entities(items, {})

    assert (first["id"] == second["id"]) is is_one
    assert {len(contents) for contents in found.values()} == {1}
    for venue in (first, second):
        assert (await gateway.data(NODE, id=venue["id"]))["node"]["name"] == venue["name"]


async def test_every_level(gateway: Gateway, sandbox: Sandbox) -> None:
    """Places of all levels and roles have ids of their own, which lead back to them."""
    place = iter({"type": "Place", "name": f"Place {number}"} for number in range(20))
    inside = {**next(place), "containedInPlace": {**next(place), "containedInPlace": next(place)}}
    series = {
        "type": "SessionSeries",
        "location": next(place),
        "superEvent": {"type": "EventSeries", "imin:locationSummary": [next(place), next(place)]},
    }
    session = {
        "type": "ScheduledSession",
        "startDate": "2026-12-01T09:00:00Z",
        "location": inside,
        "beta:affiliatedLocation": next(place),
        "superEvent": series,
    }
    slot = {
        "type": "Slot",
        "facilityUse": {"location": next(place), "aggregateFacilityUse": {"location": next(place)}},
    }
    put(sandbox, {}, {"orderedItem": session}, {"orderedItem": slot})

    found = entities(await first_items(gateway), {})
    nodes = {id_: (await gateway.data(NODE, id=id_))["node"]["__typename"] for id_ in found}

    names = sorted(content["name"] for (content,) in found.values() if content["__typename"] == "Place")
    assert names == [f"Place {number}" for number in (0, 1, 3, 4, 5, 6, 7, 8)]  # 2 is two levels down
    assert sorted(nodes.values()) == ["Place"] * 8 + ["ScheduledSession", "Slot"]


@pytest.mark.parametrize("identifiers", [(None, None), ("1", "1"), ("", "\0")])
async def test_unnamed_items(gateway: Gateway, sandbox: Sandbox, identifiers: tuple[Any, ...]) -> None:
    """Sessions of items that imin gives no name of their own have different ids, which lead back to them."""
    put(sandbox, {}, *({"identifier": one, "id": None} for one in identifiers))

    answer = await gateway.answer("{ viewer { orders(first: 1) { nodes { items { session { id } } } } } }")
    (order,) = answer["data"]["viewer"]["orders"]["nodes"]
    ids = [item["session"]["id"] for item in order["items"]]
    nodes = [(await gateway.answer(NODE, id=id_))["data"]["node"]["id"] for id_ in ids]

    assert len(set(ids)) == 2
    assert nodes == ids


async def test_deep_document(gateway: Gateway, sandbox: Sandbox) -> None:
    """Levels and places that are nested deeply are no error."""
    place: Any = {"type": "Place", "name": "Innermost"}
    series: Any = {"type": "SessionSeries", "location": place}
    for _ in range(150):
        place, series = {**VENUE, "containedInPlace": place}, {"type": "EventSeries", "superEvent": series}
    put(sandbox, {}, {"orderedItem": {"type": "ScheduledSession", "location": place, "superEvent": series}})

    (item,) = await first_items(gateway)

    assert (await gateway.data(NODE, id=item["session"]["venue"]["id"]))["node"]["name"] == "One"


@pytest.mark.parametrize("kind", ["Session", "Place"])
async def test_foreign_ids(production: Gateway, sandbox: Sandbox, kind: str) -> None:
    """An id that was issued to another customer finds nothing and causes no request."""
    order = sandbox.add_order()
    sandbox.request_log.clear()
    signer = IdSigner((b"sandbox-key",))
    parts = order["identifier"], order["orderedItem"][0]["identifier"]

    own, foreign = (signer.sign(kind, customer, *parts) for customer in ("1234", "5678"))

    assert await production.data(NODE, id=foreign) == {"node": None}
    assert sandbox.request_log.entries == []
    assert bool((await production.data(NODE, id=own))["node"]) is (
        kind == "Session"
    )  # no place has that name
