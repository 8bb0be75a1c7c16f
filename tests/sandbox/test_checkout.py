"""Checkout: creating its sessions."""

from typing import Any

import pytest

from gateway.sandbox import Fault
from tests.sandbox.conftest import Imin
from tests.support.checkout_bodies import CONTEXT, LINKS, PATH, body, booked, item

UNAVAILABLE = {
    "@context": CONTEXT,
    "type": "UnavailableOpportunityError",
    "description": "This opportunity is not available to book.",
}
GLOBEX = {"type": "Organization", "name": "Globex", "url": "https://globex.example"}


async def test_standalone(imin: Imin) -> None:
    """Without a customer, a session is named by its id from open data; the response adds the broker."""
    session, _ = booked(imin.sandbox)
    requested = {"type": "ScheduledSession", "id": session["identifier"]}

    status, created = await imin.call("POST", PATH, body({"type": "OrderItem", "orderedItem": requested}))

    (action,) = created.pop("potentialAction")
    order = created["imin:initialOrder"]
    assert (status, created["@context"], created["type"]) == (201, CONTEXT, "imin:CheckoutSession")
    assert order.pop("broker") == {
        "type": "Organization",
        "name": "LukeTestOrg",
        "url": "https://imin.co/luke-test-org",
    }
    assert order == {
        "type": "OrderQuote",
        "orderedItem": [{"type": "OrderItem", "orderedItem": requested}],
    }
    target = action.pop("target")
    assert action == {"type": "OrderAction", "name": "Checkout"}
    assert target.startswith(str(imin.server.make_url("/checkout/")))
    assert len(target.rpartition("/")[2]) == 14


async def test_authenticated(imin: Imin) -> None:
    """With a customer, an offer and links back, the response is the request and where to pay."""
    session, offer = booked(imin.sandbox)
    request = body(item(session, offer), customer="1234", broker=GLOBEX) | {"imin:navigationLinks": LINKS}
    url = imin.server.make_url(PATH)

    async with imin.http.post(url, json=request) as response:
        created = await response.json()

    (action,) = created.pop("potentialAction")
    assert (response.status, response.headers["Location"]) == (201, action["target"])
    assert created == request
    assert imin.sandbox.request_log.counts() == {f"POST {PATH}": 1}
    assert imin.sandbox.request_log.entries[0].body == request


async def test_group(imin: Imin) -> None:
    """A group has an item for each attendee, with one session and offer."""
    session, offer = booked(imin.sandbox)
    items = [item(session, offer, attendee) for attendee in ("abc", "group")]

    status, created = await imin.call("POST", PATH, body(*items, customer="1234", broker=GLOBEX))

    assert (status, created["imin:initialOrder"]["orderedItem"]) == (201, items)


@pytest.mark.parametrize("kind", ["slot", "individual_slot", "virtual"])
async def test_slots_and_online_sessions(imin: Imin, kind: str) -> None:
    """Slots and online sessions are sold too."""
    session, offer = booked(imin.sandbox, kind=kind)

    status, _ = await imin.call("POST", PATH, body(item(session, offer), customer="1234"))

    # The one court of an individual facility is the booked one's.
    assert status == (400 if kind == "individual_slot" else 201)


async def test_unavailable(imin: Imin) -> None:
    """What is sold out, past, unknown, cancelled, too far ahead or not bookable is refused."""
    sold_out, unbookable, cancelled = [booked(imin.sandbox)[0] for _ in range(3)]
    imin.sandbox.search.set_places(sold_out["identifier"], 0)
    imin.sandbox.search.set_bookable(unbookable["identifier"], is_bookable=False)
    order = imin.sandbox.store.identifiers("small")[0]
    imin.sandbox.changes.set_event_status(order, None, "EventCancelled")
    past, _ = booked(imin.sandbox, days_ahead=-1)
    far, _ = booked(imin.sandbox, days_ahead=20)
    begun = next(one for one in imin.sandbox.opportunities() if one["type"] == "ScheduledSession")
    begun |= {"identifier": "begun", "id": "begun", "startDate": "2025-06-02T09:30:00Z"}
    imin.sandbox.search.put("begun", begun)
    unknown = {"type": "ScheduledSession", "identifier": "https://example.com/nothing"}
    other_type = {"type": "Slot", "identifier": booked(imin.sandbox)[0]["identifier"]}

    for session in (sold_out, unbookable, cancelled, past, far, begun, unknown, other_type):
        refused = await imin.call("POST", PATH, body(item(session)))
        assert refused == (400, UNAVAILABLE)
    assert imin.sandbox.checkout.sessions() == []


async def test_fewer_places_than_attendees(imin: Imin) -> None:
    """A group that is larger than what is left is refused as a whole."""
    session, offer = booked(imin.sandbox)
    imin.sandbox.search.set_places(session["identifier"], 1)
    items = [item(session, offer, attendee) for attendee in ("abc", "group")]

    assert await imin.call("POST", PATH, body(*items, customer="1234")) == (400, UNAVAILABLE)
    assert (await imin.call("POST", PATH, body(items[0], customer="1234")))[0] == 201


async def test_unknown_offer_and_people(imin: Imin) -> None:
    """An unknown offer, customer or attendee is an error of OpenActive."""
    session, offer = booked(imin.sandbox)
    requests = {
        "UnknownOfferError": body(item(session, "https://example.com/offer"), customer="1234"),
        "IncompleteCustomerDetailsError": body(item(session, offer), customer="nobody"),
    }
    attendees = body(item(session, offer, "abc"), item(session, offer, "nobody"), customer="1234")

    for error, request in [*requests.items(), ("IncompleteCustomerDetailsError", attendees)]:
        status, refused = await imin.call("POST", PATH, request)
        assert (status, refused["@type"]) == (400, error)


def _bad_links(url: Any) -> dict[str, Any]:
    return {"imin:navigationLinks": [LINKS[0] | {"url": url}]}


SESSION = {"type": "ScheduledSession", "identifier": "x"}
BAD_BODIES: dict[str, Any] = {
    "not JSON": b"{",
    "deep": b"[" * 100_000,
    "list": [],
    "type": body(item(SESSION)) | {"type": "Order"},
    "no order": {"type": "imin:CheckoutSession"},
    "order": {"type": "imin:CheckoutSession", "imin:initialOrder": {"type": "Order"}},
    "no items": body(),
    "items": body(*([item(SESSION)] * 9)),
    "item": body({"orderedItem": SESSION}),
    "kind": body(item({"type": "Course", "identifier": "x"})),
    "no identifier": body({"type": "OrderItem", "orderedItem": {"type": "Slot"}}),
    "identifier": body(item({"type": "Slot", "identifier": ["x"]})),
    "offer": body(item(SESSION) | {"acceptedOffer": {"id": "x"}}),
    "attendee": body(item(SESSION) | {"attendee": 1}),
    "customer": body(item(SESSION), customer=["1234"]),
    "customer without address": body(item(SESSION), customer={"type": "Person"}),
    "group without customer": body(item(SESSION, "x", "abc"), item(SESSION, "x", "small")),
    "group without attendees": body(item(SESSION), item(SESSION), customer="1234"),
    "two sessions": body(
        item(SESSION, "x", "abc"), item(SESSION | {"identifier": "y"}, "x", "small"), customer="1234"
    ),
    "links": body(item(SESSION)) | {"imin:navigationLinks": "https://globex.example"},
    **{
        f"link {url}": body(item(SESSION)) | _bad_links(url)
        for url in ("javascript:alert(1)", "/relative", "https://a b", "https://ä.example", None, "http://")
    },
}


@pytest.mark.parametrize("request_body", BAD_BODIES.values(), ids=BAD_BODIES)
async def test_malformed(imin: Imin, request_body: Any) -> None:
    """A body that is not as documented is a 400 that says what is wrong, and makes no session."""
    status, refused = await imin.call("POST", PATH, request_body)

    assert status == 400
    assert "error" in refused or refused["@type"] == "IncompleteCustomerDetailsError"
    assert imin.sandbox.checkout.sessions() == []


async def test_fault(imin: Imin) -> None:
    """The endpoint fails as others do, before or after it takes effect."""
    session, _ = booked(imin.sandbox)
    imin.sandbox.faults.add(Fault(f"POST {PATH}", "503"))
    imin.sandbox.faults.add(Fault(f"POST {PATH}", "status_after"))

    statuses = [(await imin.call("POST", PATH, body(item(session))))[0] for _ in range(3)]

    assert statuses == [503, 500, 201]
    assert len(imin.sandbox.checkout.sessions()) == 2


async def test_style(imin: Imin) -> None:
    """The response has the keys of the sandbox's style."""
    session, _ = booked(imin.sandbox)
    imin.sandbox.style.keys = "@type"

    _, created = await imin.call("POST", PATH, body(item(session)))

    assert created["@type"] == "imin:CheckoutSession"
    assert created["potentialAction"][0]["@type"] == "OrderAction"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_other_methods(imin: Imin, method: str) -> None:
    """Checkout has no other method at this path."""
    status, refused = await imin.call(method, PATH)

    assert (status, refused["@type"]) == (404, "UnknownOrIncorrectEndpointError")


async def test_opportunities(imin: Imin) -> None:
    """The control API lists what is for sale, and changes its places and whether it is sold."""
    _, listed = await imin.call("GET", "/sandbox/opportunities")
    first = listed["opportunities"][0]
    named = {"identifier": listed["opportunities"][1]["identifier"]}

    sold_out = await imin.call("PATCH", "/sandbox/opportunities", {"places": 0})
    withdrawn = await imin.call("PATCH", "/sandbox/opportunities", named | {"bookable": False})
    unknown = await imin.call("PATCH", "/sandbox/opportunities", {"identifier": "x", "places": 1})

    assert set(first) == {"type", "identifier", "name", "start", "places", "bookable", "offers"}
    assert sold_out == (200, first | {"places": 0})
    assert withdrawn == (200, listed["opportunities"][1] | {"bookable": False})
    assert unknown == (404, {"error": "Search has no session or slot 'x'"})
    for wrong in ({"places": -1}, {"places": 1.5}, {"bookable": "no"}):
        assert (await imin.call("PATCH", "/sandbox/opportunities", wrong))[0] == 400


async def test_nothing_for_sale(imin: Imin) -> None:
    """A year later there is nothing for sale, and the list says so."""
    imin.sandbox.clock.advance(365 * 86_400)

    assert await imin.call("GET", "/sandbox/opportunities") == (200, {"opportunities": []})
    assert (await imin.call("PATCH", "/sandbox/opportunities", {"places": 0}))[0] == 404
    assert (await imin.call("GET", "/sandbox"))[0] == 200
