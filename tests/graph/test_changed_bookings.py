"""What happens to a booking afterwards: each of the sandbox's changes, and what a query then shows."""

from datetime import datetime
from typing import Any, NamedTuple

import pytest

from gateway.sandbox import Sandbox
from gateway.sandbox.api.control_changes import ORDER_CHANGES
from tests.conftest import Gateway

ELSEWHERE = {"refuse", "confirm"}
"""Changes of a pending cancellation: see tests/sandbox/test_control.py."""

TIMES = "items { session { startDate endDate } }"
NAME = "items { session { name } }"
EVENT = "items { status session { eventStatus } }"
VENUE = "items { session { venue { name address { postalCode } } } }"
BOOKED = "items { status session { name startDate } price { amount } customerNotice }"
PASSES = "items { accessPasses { text url } accessCodes { description } }"
CHANNEL = "items { accessChannel { name url } }"
TOTAL = "totalPaymentDue { amount }"
MESSAGE = "items { status cancellationMessage }"

EVENING = "2026-11-09T18:30:00+00:00"
TEN = "2026-11-08T10:00:00+00:00"
CONFIRMED = "ORDER_ITEM_CONFIRMED"
PUTNEY = {"name": "Putney Baths", "address": {"postalCode": "SW15 6TS"}}
WANDLE = {"name": "Wandle Sports Hall", "address": {"postalCode": "SW18 4DJ"}}


class Change(NamedTuple):
    """A control request for an order of this kind, and what a query shows before and after it."""

    name: str
    kind: str
    body: dict[str, Any]
    selection: str
    before: Any
    after: Any


def _session(**shown: Any) -> dict[str, Any]:
    return {"session": shown}


def _event(status: str) -> dict[str, Any]:
    return {"status": CONFIRMED} | _session(eventStatus=status)


def _booked(name: str, notice: str | None) -> dict[str, Any]:
    session = {"name": name, "startDate": TEN}
    return {"status": CONFIRMED, "session": session, "price": {"amount": "10"}, "customerNotice": notice}


def _passes(text: str | None = None, pin: str | None = None) -> dict[str, Any]:
    return {
        "accessPasses": [{"text": text, "url": None}] if text else [],
        "accessCodes": [{"description": pin}] if pin else [],
    }


def _channel(url: str) -> dict[str, Any]:
    return {"accessChannel": {"name": "Zoom Video Chat", "url": url}}


def _seller(status: str, message: str | None) -> dict[str, Any]:
    return {"status": status, "cancellationMessage": message}


LINK = "https://zoom.example.org/j/4711"
OF_ITEMS = [
    Change(
        "move-session",
        "session",
        {"start": EVENING},
        TIMES,
        _session(startDate=TEN, endDate="2026-11-08T11:00:00+00:00"),
        _session(startDate=EVENING, endDate="2026-11-09T19:30:00+00:00"),
    ),
    Change(
        "move-session",
        "individual_slot",
        {"start": EVENING, "end": "2026-11-09T20:00:00+00:00"},
        TIMES,
        _session(startDate=TEN, endDate="2026-11-08T10:40:00+00:00"),
        _session(startDate=EVENING, endDate="2026-11-09T20:00:00+00:00"),
    ),
    Change(
        "rename-session",
        "session",
        {"name": "Beginners"},
        NAME,
        _session(name="Hatha Yoga"),
        _session(name="Beginners"),
    ),
    Change(
        "rename-session",
        "individual_slot",
        {"name": "Court 9"},
        NAME,
        _session(name="Five-a-Side Pitch 1"),
        _session(name="Court 9"),
    ),
    Change(
        "event-status",
        "session",
        {"status": "EventCancelled"},
        EVENT,
        _event("EVENT_SCHEDULED"),
        _event("EVENT_CANCELLED"),
    ),
    Change(
        "event-status",
        "slot",
        {"status": "EventPostponed"},
        EVENT,
        _event("EVENT_SCHEDULED"),
        _event("EVENT_POSTPONED"),
    ),
    Change(
        "rename-venue",
        "session",
        {"name": "Putney Lido"},
        VENUE,
        _session(venue=PUTNEY),
        _session(venue=PUTNEY | {"name": "Putney Lido"}),
    ),
    Change("change-venue", "session", {}, VENUE, _session(venue=PUTNEY), _session(venue=WANDLE)),
    Change("change-venue", "individual_slot", {}, VENUE, _session(venue=PUTNEY), _session(venue=WANDLE)),
    Change(
        "replace-session",
        "session",
        {"notice": "Sorry."},
        BOOKED,
        _booked("Hatha Yoga", None),
        _booked("Lane Swimming", "Sorry."),
    ),
    Change(
        "replace-session",
        "slot",
        {},
        BOOKED,
        _booked("Badminton Court", None),
        _booked("Five-a-Side Pitch 2", None),
    ),
    Change(
        "replace-session",
        "virtual",
        {},
        BOOKED,
        _booked("Yoga at Home", None),
        _booked("Lunchtime HIIT Online", None),
    ),
    Change(
        "access-pass",
        "session",
        {"text": "EXT1"},
        PASSES,
        _passes("EXT95957919LMX4BC"),
        _passes("EXT1"),
    ),
    Change(
        "access-code",
        "slot",
        {"code": "4711"},
        PASSES,
        _passes(pin="7919"),
        _passes(pin="4711"),
    ),
    Change("join-link", "session", {"url": LINK}, CHANNEL, {"accessChannel": None}, _channel(LINK)),
    Change(
        "join-link",
        "virtual",
        {"url": LINK},
        CHANNEL,
        _channel("https://zoom.example.org/j/95957919"),
        _channel(LINK),
    ),
    Change(
        "customer-notice",
        "session",
        {"text": "Bring a towel."},
        "items { customerNotice }",
        {"customerNotice": None},
        {"customerNotice": "Bring a towel."},
    ),
    Change(
        "seller-message",
        "session",
        {"message": "Closed."},
        MESSAGE,
        _seller(CONFIRMED, None),
        _seller(CONFIRMED, "Closed."),
    ),
    Change(
        "seller-cancel",
        "session",
        {"message": "Closed."},
        MESSAGE,
        _seller(CONFIRMED, None),
        _seller("SELLER_CANCELLED", "Closed."),
    ),
    Change(
        "item-status",
        "session",
        {"status": "AttendeeAttended"},
        "items { status isPresentlyCancellable }",
        {"status": CONFIRMED, "isPresentlyCancellable": True},
        {"status": "ATTENDEE_ATTENDED", "isPresentlyCancellable": False},
    ),
]


OF_ORDERS = [
    Change("total", "session", {"amount": 7.5}, TOTAL, {"amount": "10"}, {"amount": "7.5"}),
    Change("seller-cancel", "session", {}, TOTAL, {"amount": "10"}, {"amount": "0"}),
    Change(
        "receipts",
        "session",
        {},
        "receipts { identifier }",
        [{"identifier": "400008"}],
        [{"identifier": "400008"}, {"identifier": "500001"}],
    ),
]


@pytest.mark.parametrize("change", OF_ITEMS + OF_ORDERS, ids=lambda change: f"{change.name} {change.kind}")
async def test_shown(gateway: Gateway, sandbox: Sandbox, imin: tuple[Sandbox, str], change: Change) -> None:
    """The next query shows the change."""
    order = sandbox.add_order(kind=change.kind)["identifier"]
    query = f"query ($id: ID!) {{ order(identifier: $id) {{ {change.selection} }} }}"
    before = await gateway.data(query, id=order)

    url = f"{imin[1].removesuffix('/api/v2')}/sandbox/orders/{order}/{change.name}"
    async with gateway.http.post(url, json=change.body) as response:
        assert response.status in {200, 201}

    assert _selected(before) == change.before
    assert _selected(await gateway.data(query, id=order)) == change.after


def _selected(data: Any) -> Any:
    """What the order shows, or its only item."""
    (value,) = data["order"].values()
    return value[0] if "items" in data["order"] else value


def test_every_change_is_in_a_table() -> None:
    """Each change that the sandbox declares is read through the gateway."""
    named = {request.path.rpartition("/")[2] for request in ORDER_CHANGES}
    assert named - ELSEWHERE == {change.name for change in OF_ITEMS + OF_ORDERS}


async def test_group(gateway: Gateway, sandbox: Sandbox) -> None:
    """A session that several items of an order book moves for all of them, and for no other item."""
    order = sandbox.add_order(items=2)
    document = sandbox.store.for_update(order["identifier"])
    first, second = document["orderedItem"]
    document["orderedItem"] = [first, second, first | {"identifier": "third", "attendee": {"type": "Person"}}]
    document["orderedItem"][2]["orderedItem"] = dict(first["orderedItem"])

    sandbox.changes.move_session(order["identifier"], "third", datetime.fromisoformat(EVENING), None)

    query = "query ($id: ID!) { order(identifier: $id) { items { session { startDate } } } }"
    items = (await gateway.data(query, id=order["identifier"]))["order"]["items"]
    assert [item["session"]["startDate"] for item in items] == [EVENING, "2026-11-09T10:00:00+00:00", EVENING]
