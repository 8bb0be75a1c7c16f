"""Sessions and slots as imin's Search API has them now, by identifier and for booked items."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from gateway.auth import Caller, demo_caller
from gateway.commands import gateway_listening
from gateway.sandbox import Fault, Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.imin import OPPORTUNITY

SESSIONS = "GET /events-api/v2/scheduled-sessions/:id"
SLOTS = "GET /facilities-api/v2/slots/:id"
NAME = "query ($i: ID!) { opportunity(type: SCHEDULED_SESSION, identifier: $i) { name } }"
LIVE = """query ($i: ID!) { opportunity(type: SCHEDULED_SESSION, identifier: $i) {
    __typename id identifier name startDateLocal timeZone eventStatus remainingAttendeeCapacity isBookable
    checkoutUrl venue { id name }
    ... on ScheduledSession { superEvent { offers { price { amount } } } } } }"""


def session(**changes: Any) -> dict[str, Any]:
    return {
        "type": "ScheduledSession",
        "id": "https://search.imin.co/events-api/v2/scheduled-sessions/x",
        "identifier": OPPORTUNITY,
        "startDate": "2026-11-05T18:00:00Z",
        "remainingAttendeeCapacity": 3,
        "imin:checkoutUrlTemplate": "{checkoutBaseUrl}/v1/scheduled-sessions/x%2Fy",
        "superEvent": {
            "type": "SessionSeries",
            "offers": [{"type": "Offer", "id": "https://opendata.example.org/o/1", "price": 7.5}],
            "location": {"type": "Place", "identifier": "hall", "name": "Town Hall"},
            "superEvent": {"type": "EventSeries", "name": "Yoga"},
        },
    } | changes


@pytest.fixture
def settings(settings: Settings) -> Settings:
    search = settings.imin_base_url.replace("/api/v2", "/search")
    return settings.but(search_base_url=search, checkout_base_url="https://checkout.globex.example/")


@pytest.fixture
async def other(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> AsyncIterator[Gateway]:
    """The same gateway for a customer who is no service."""

    async def small(_request: object) -> Caller:
        return Caller("small")

    async with gateway_listening(settings, small, sandbox.clock.now) as url:
        yield Gateway(url, gateway.http)


async def test_opportunity(gateway: Gateway, sandbox: Sandbox) -> None:
    """A session is found by its identifier with places left, offers and where to book it: one request."""
    sandbox.search.put(OPPORTUNITY, session())

    found = (await gateway.data(LIVE, i=OPPORTUNITY))["opportunity"]

    assert found.pop("id")
    assert found["venue"].pop("id")
    assert found == {
        "__typename": "ScheduledSession",
        "identifier": OPPORTUNITY,
        "name": "Yoga",
        "startDateLocal": "2026-11-05T18:00:00+00:00",
        "timeZone": "Europe/London",
        "eventStatus": "EVENT_SCHEDULED",
        "remainingAttendeeCapacity": 3,
        "isBookable": True,
        "checkoutUrl": "https://checkout.globex.example/v1/scheduled-sessions/x%2Fy",
        "venue": {"name": "Town Hall"},
        "superEvent": {"offers": [{"price": {"amount": "7.5"}}]},
    }
    assert [(entry.route, entry.status) for entry in sandbox.request_log.entries] == [(SESSIONS, 200)]


@pytest.mark.parametrize(
    "template", [None, "https://evil.example/v1/x", "{checkoutBaseUrl}.evil.example/v1", "{checkoutBaseUrl}"]
)
async def test_checkout_elsewhere(gateway: Gateway, sandbox: Sandbox, template: Any) -> None:
    """Without a template it is not bookable; one that leads to another host gives no address."""
    sandbox.search.put(OPPORTUNITY, session(**{"imin:checkoutUrlTemplate": template}))

    found = (await gateway.data(LIVE, i=OPPORTUNITY))["opportunity"]

    assert (found["isBookable"], found["checkoutUrl"]) == (template is not None, None)


UPCOMING = """{ viewer { upcomingOrderItems(first: 1) { nodes {
    session { __typename identifier isBookable checkoutUrl }
    liveSession { __typename identifier isBookable } } } } }"""


async def test_live_session(gateway: Gateway, sandbox: Sandbox) -> None:
    """A booked item asks Search by its session's identifier; the order's snapshot is not bookable."""
    [item] = (await gateway.data(UPCOMING))["viewer"]["upcomingOrderItems"]["nodes"]

    booked, live = item["session"], item["liveSession"]
    assert (booked.pop("isBookable"), booked.pop("checkoutUrl"), live.pop("isBookable")) == (None, None, True)
    assert booked == live
    assert live["__typename"] == "Slot"
    assert sandbox.request_log.counts() == {"GET /order-items": 1, SLOTS: 1}


async def test_cancelled_since(gateway: Gateway, sandbox: Sandbox) -> None:
    """What has changed since the booking shows in the live session only."""
    query = """{ viewer { upcomingOrderItems(first: 1) { nodes {
        session { identifier eventStatus } liveSession { eventStatus } } } } }"""
    [item] = (await gateway.data(query))["viewer"]["upcomingOrderItems"]["nodes"]
    identifier = item["session"]["identifier"]
    cancelled = session(identifier=identifier, eventStatus="https://schema.org/EventCancelled")
    sandbox.search.put(identifier, cancelled | {"type": "Slot"})

    [item] = (await gateway.data(query))["viewer"]["upcomingOrderItems"]["nodes"]

    assert item["session"]["eventStatus"] == "EVENT_SCHEDULED"
    assert item["liveSession"] == {"eventStatus": "EVENT_CANCELLED"}


@pytest.mark.parametrize("identifier", [{}, {"identifier": None}, {"identifier": ""}, {"identifier": " "}])
async def test_named_by_iri(gateway: Gateway, sandbox: Sandbox, identifier: dict[str, Any]) -> None:
    """A session whose identifier is missing or blank is named by its IRI, also in the response of Search."""
    booked = {"id": "https://search.imin.co/events-api/v2/scheduled-sessions/a%2Fb", **identifier}
    booked |= {"type": "ScheduledSession", "name": "Yoga"}
    sandbox.put_order("small", {"type": "Order", "identifier": "1", "orderedItem": [{"orderedItem": booked}]})
    sandbox.search.put("a/b", booked)

    query = '{ order(identifier: "1") { items { liveSession { identifier name } } } }'
    data = await gateway.data(query)

    assert data["order"]["items"] == [{"liveSession": {"identifier": "a/b", "name": "Yoga"}}]
    assert sandbox.request_log.count(SESSIONS) == 1


REQUESTS: list[tuple[str, str, dict[str, int]]] = [
    ("a session", 'opportunity(type: SCHEDULED_SESSION, identifier: "%s") { name }', {SESSIONS: 1}),
    (
        "twice",
        "a: opportunity(type: SLOT, identifier: 1) { id } b: opportunity(type: SLOT, identifier: 1) { id }",
        {SLOTS: 1},
    ),
    (
        "a slot",
        'customer(identifier: "facility") { upcomingOrderItems { nodes { liveSession { id } } } }',
        {"GET /order-items": 1, SLOTS: 6},
    ),
    (
        "past",
        'customer(identifier: "receipts") { orders(first: 1) { nodes { items { liveSession { id } } } } }',
        {"GET /orders": 1, SESSIONS: 3},
    ),
    (
        "not selected",
        "viewer { upcomingOrderItems { nodes { session { isBookable } } } }",
        {"GET /order-items": 1},
    ),
]


@pytest.mark.parametrize(
    ("selection", "requests"), [one[1:] for one in REQUESTS], ids=[one[0] for one in REQUESTS]
)
async def test_requests(gateway: Gateway, sandbox: Sandbox, selection: str, requests: Any) -> None:
    """The requests to imin, by what is selected; what was requested once is not requested again."""
    await gateway.data(f"{{ {selection.replace('%s', OPPORTUNITY)} }}")

    assert sandbox.request_log.counts() == requests


NEVER = {
    "empty": "",
    "a blank": "  ",
    "a dot": ".",
    "two dots": "..",
    "a line break": "a\nb",
    "NUL": "\0",
    "half a pair": "\ud800",
    "too long": "a" * 1_501,
    "too long when quoted": "/" * 600,
}


@pytest.mark.parametrize("identifier", NEVER.values(), ids=list(NEVER))
async def test_no_identifier(gateway: Gateway, sandbox: Sandbox, identifier: str) -> None:
    """What can be no identifier names nothing: null, and no request is sent."""
    answer = await gateway.answer(NAME, i=identifier)

    assert answer.get("data") in ({"opportunity": None}, None)
    assert sandbox.request_log.entries == []


@pytest.mark.parametrize(
    "identifier",
    ["../../orders/1", "a/../b", "%2e%2e", "a?x=1", "a#b", "a%2Fb", "a%00", "é☃", "a b", "a\\b", "...x", "*"],
)
async def test_quoted(gateway: Gateway, sandbox: Sandbox, identifier: str) -> None:
    """Any other text is one segment of the path, and arrives as it was given."""
    sandbox.search.put(identifier, session(identifier=identifier))

    data = await gateway.data(NAME, i=identifier)

    assert data == {"opportunity": {"name": "Yoga"}}
    assert sandbox.request_log.counts() == {SESSIONS: 1}


async def test_missing(gateway: Gateway, sandbox: Sandbox) -> None:
    """What Search does not have is null; so is a slot under the identifier of a session."""
    data = await gateway.data(
        """query ($i: ID!) { a: opportunity(type: SLOT, identifier: $i) { id }
                             b: opportunity(type: SCHEDULED_SESSION, identifier: $i) { id } }""",
        i=OPPORTUNITY,
    )

    assert data == {"a": None, "b": None}
    assert sandbox.request_log.counts() == {SESSIONS: 1, SLOTS: 1}


async def test_not_set_up(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> None:
    """Without the setting, `opportunity` says so and items have no live session; Search gets no request."""
    without = settings.but(search_base_url=None)
    async with gateway_listening(without, demo_caller, sandbox.clock.now) as url:
        off = Gateway(url, gateway.http)
        one = await off.answer(NAME, i=OPPORTUNITY)
        two = await off.data(UPCOMING)

    [error] = one["errors"]
    assert one["data"] == {"opportunity": None}
    assert error["message"] == "Live sessions are not available: the gateway has no GATEWAY_SEARCH_BASE_URL."
    assert error["extensions"] == {"code": "NOT_AVAILABLE"}
    [item] = two["viewer"]["upcomingOrderItems"]["nodes"]
    assert (item["session"]["__typename"], item["liveSession"]) == ("Slot", None)
    assert sandbox.request_log.counts() == {"GET /order-items": 1}


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("503", "UPSTREAM_UNAVAILABLE"),
        ("reset", "UPSTREAM_UNAVAILABLE"),
        ("html_200", "UPSTREAM_INVALID"),
    ],
)
async def test_outage(gateway: Gateway, sandbox: Sandbox, kind: Any, code: str) -> None:
    """However often Search fails, only live sessions are missing: orders are read and listed as before."""
    sandbox.search.put(OPPORTUNITY, session())
    sandbox.faults.add(Fault(SESSIONS, kind, times=None))
    sandbox.faults.add(Fault(SLOTS, kind, times=None))

    live = [await gateway.answer(NAME, i=OPPORTUNITY) for _ in range(30)]
    mixed = await gateway.answer(UPCOMING)
    orders = await gateway.data("{ viewer { orders(first: 1) { totalCount } } }")

    assert {error["extensions"]["code"] for answer in live for error in answer["errors"]} == {code}
    [item] = mixed["data"]["viewer"]["upcomingOrderItems"]["nodes"]
    assert (item["session"]["__typename"], item["liveSession"]) == ("Slot", None)
    assert [error["path"][-1] for error in mixed["errors"]] == ["liveSession"]
    assert orders == {"viewer": {"orders": {"totalCount": 1917}}}


async def test_global_ids(gateway: Gateway, other: Gateway, sandbox: Sandbox) -> None:
    """A live session and its places have ids that work for every caller, as long as Search has them."""
    sandbox.search.put(OPPORTUNITY, session())
    found = (await gateway.data(LIVE, i=OPPORTUNITY))["opportunity"]
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Session { name } ... on Place { name } } }"
    ids = [found["id"], found["venue"]["id"]]

    seen = await other.data(query, ids=ids)
    sandbox.search.put(OPPORTUNITY, None)
    gone = await other.data(query, ids=ids)

    assert seen["nodes"] == [{"id": ids[0], "name": "Yoga"}, {"id": ids[1], "name": "Town Hall"}]
    assert gone == {"nodes": [None, None]}
    assert sandbox.request_log.counts() == {SESSIONS: 3}


async def test_shared(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> None:
    """All customers share one cached answer, however short other responses stay fresh."""
    sandbox.search.put(OPPORTUNITY, session())
    callers = iter([Caller("1234"), Caller("small"), Caller(None, may_name_any_customer=True)])

    async def next_caller(_request: object) -> Caller:
        return next(callers)

    cached = settings.but(cache_enabled=True, cache_fresh_seconds=0, cache_stale_seconds=0)
    async with gateway_listening(cached, next_caller, sandbox.clock.now) as url:
        answers = [await Gateway(url, gateway.http).data(NAME, i=OPPORTUNITY) for _ in range(3)]

    assert answers == [{"opportunity": {"name": "Yoga"}}] * 3
    assert sandbox.request_log.counts() == {SESSIONS: 1}


@pytest.mark.parametrize(
    "document",
    [
        session(identifier="another"),
        {},
        [],
        {"type": "ScheduledSession", "identifier": OPPORTUNITY, "id": "x"},
    ],
    ids=["another", "nothing", "no object", "an identifier alone"],
)
async def test_unreadable(gateway: Gateway, sandbox: Sandbox, document: Any) -> None:
    """Another session, or nothing of it, is an error, not an answer."""
    sandbox.search.put(OPPORTUNITY, document)

    answer = await gateway.answer(NAME, i=OPPORTUNITY)

    assert answer["data"] == {"opportunity": None}
    assert [error["extensions"] for error in answer["errors"]] == [{"code": "UPSTREAM_INVALID"}]


async def test_partly_unreadable(gateway: Gateway, sandbox: Sandbox) -> None:
    """What cannot be read is null with an error that names it; the rest is shown."""
    sandbox.search.put(OPPORTUNITY, session(remainingAttendeeCapacity="many"))

    answer = await gateway.answer(LIVE, i=OPPORTUNITY)

    found, [error] = answer["data"]["opportunity"], answer["errors"]
    assert (found["name"], found["remainingAttendeeCapacity"]) == ("Yoga", None)
    assert (error["path"], error["extensions"]) == (["opportunity"], {"code": "UPSTREAM_INVALID"})
    assert "remainingAttendeeCapacity" in error["message"]


def test_checkout_setting() -> None:
    """In production, the checkout's address must be https."""
    with pytest.raises(ValueError, match="must be an https URL in production"):
        Settings(profile="production", checkout_base_url="http://checkout.globex.example")
