"""OrderItem.calendarUrl: a calendar file with one booked item, behind a signed link that expires."""

import re

import pytest

from gateway.sandbox import Sandbox
from tests.conftest import Gateway
from tests.support.calendars import book, read

ITEMS = """query ($order: ID!) { order(identifier: $order) { id items {
  id calendarUrl session { name startDate } } } }"""
JOIN = "https://zoom.example.org/j/4711?pwd=a;b,c"


async def links(gateway: Gateway, order: str) -> list[str]:
    """The links of an order's items."""
    items = (await gateway.data(ITEMS, order=order))["order"]["items"]
    return [item["calendarUrl"] for item in items]


async def test_whole_file(gateway: Gateway, sandbox: Sandbox) -> None:
    """The file says what, when and where the item is, for one request to imin."""
    order, _ = book(sandbox, "2027-06-08T10:00:00+01:00")
    (url,) = await links(gateway, order)
    sandbox.request_log.clear()

    async with gateway.http.get(url) as response:
        body = (await response.read()).decode()

    head, _, event = body.partition("BEGIN:VEVENT\r\n")
    names = ("Content-Type", "Content-Disposition", "Cache-Control", "X-Content-Type-Options")
    assert (response.status, [response.headers[name] for name in names]) == (
        200,
        [
            "text/calendar; charset=utf-8",
            'attachment; filename="booking.ics"',
            "private, no-store",
            "nosniff",
        ],
    )
    assert head.startswith("BEGIN:VCALENDAR\r\nPRODID:-//imin gateway//Bookings//EN\r\nVERSION:2.0\r\n")
    assert head.count("BEGIN:VTIMEZONE\r\nTZID:Europe/London\r\n") == 1
    assert event.split("\r\n")[1:] == [
        "DTSTAMP:20261101T090000Z",
        "LAST-MODIFIED:20261101T090000Z",
        "SEQUENCE:215686800",
        "SUMMARY:Hatha Yoga",
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        "DTSTART;TZID=Europe/London:20270608T100000",
        "DTEND;TZID=Europe/London:20270608T110000",
        r"LOCATION:Putney Baths\, 376 Upper Richmond Road\, Putney\, London\, SW15 6T",
        " S",
        "GEO:51.460700;-0.223700",
        "DESCRIPTION:Organizer: Riverside Leisure Trust",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    assert sandbox.request_log.counts() == {"GET /orders/:id": 1}


async def test_online(gateway: Gateway, sandbox: Sandbox) -> None:
    """An online session takes place at its join link; passes, codes and persons are not in the file."""
    order, item = book(sandbox, "2026-11-08T10:00:00+00:00", kind="virtual")
    sandbox.changes.set_join_link(order, item, JOIN)
    sandbox.changes.set_access_code(order, item, "4711-secret")
    sandbox.changes.replace_access_pass(order, item, "EXT-secret")
    sandbox.changes.set_text(order, item, "customerNotice", "Please bring a towel, Zoë; \\o/\nThank you!")
    (url,) = await links(gateway, order)

    async with gateway.http.get(url) as response:
        body = (await response.text()).replace("\r\n ", "")

    escaped = JOIN.replace(";", r"\;").replace(",", r"\,")
    assert f"\r\nLOCATION:{escaped}\r\n" in body
    assert f"\r\nURL:{JOIN}\r\n" in body
    assert "GEO:" not in body
    assert r"DESCRIPTION:Please bring a towel\, Zoë\; \\o/\nThank you!\n\nOrganizer: " in body
    assert rf"\n\nJoin online: {escaped}" in body
    assert "secret" not in body
    assert "@" not in body


@pytest.mark.parametrize(
    ("item_status", "event_status", "expected", "notice"),
    [
        ("OrderItemConfirmed", "EventScheduled", "CONFIRMED", None),
        ("OrderItemConfirmed", "EventRescheduled", "CONFIRMED", None),
        ("AttendeeAttended", "EventScheduled", "CONFIRMED", None),
        ("OrderItemProposed", "EventScheduled", "TENTATIVE", "The seller has not approved this booking yet."),
        (
            "CustomerCancellationPending",
            "EventScheduled",
            "TENTATIVE",
            "You have asked to cancel this booking. The venue has not confirmed it yet.",
        ),
        (
            "OrderItemConfirmed",
            "EventPostponed",
            "TENTATIVE",
            r"This session is postponed\, without a new date yet.",
        ),
        ("OrderItemConfirmed", "EventCancelled", "CANCELLED", "This session does not take place."),
        ("OrderItemProposed", "EventCancelled", "CANCELLED", "This session does not take place."),
        ("CustomerCancelled", "EventScheduled", "CANCELLED", "You have cancelled this booking."),
        ("SellerCancelled", "EventPostponed", "CANCELLED", "The seller has cancelled this booking."),
        ("SomethingNew", "EventScheduled", "TENTATIVE", None),
    ],
)
async def test_status(  # noqa: PLR0913, PLR0917  # a table
    gateway: Gateway,
    sandbox: Sandbox,
    item_status: str,
    event_status: str,
    expected: str,
    notice: str | None,
) -> None:
    """A cancelled booking or session is CANCELLED and blocks no time; an uncertain one is TENTATIVE."""
    order, _ = book(sandbox, "2026-11-08T10:00:00+00:00")
    item = sandbox.store.for_update(order)["orderedItem"][0]
    item["orderItemStatus"] = item_status
    item["orderedItem"]["eventStatus"] = event_status
    (url,) = await links(gateway, order)

    async with gateway.http.get(url) as response:
        body = await response.read()

    text = body.decode().replace("\r\n ", "")
    assert [event.status for event in read(body)] == [expected]
    assert ("TRANSP:TRANSPARENT" in text) == (expected == "CANCELLED")
    assert re.findall(r"DESCRIPTION:(.*?)(?:\\n\\n)?Organizer", text) == [notice or ""]


@pytest.mark.parametrize(
    "name",
    ["é" * 10_000, "a\x07b\x1b[1m\u2028c\r\nEND:VEVENT", "\u202e👩\u200d👩\u200d👧" * 100],
    ids=["long", "controls", "invisible"],
)
async def test_unusual_texts(gateway: Gateway, sandbox: Sandbox, name: str) -> None:
    """Long texts are cut, controls are left out, and what looks like iCalendar is a text."""
    order, item = book(sandbox, "2026-11-08T10:00:00+00:00")
    sandbox.changes.rename_session(order, item, name)
    sandbox.changes.set_text(order, item, "customerNotice", name * 10)
    (url,) = await links(gateway, order)

    async with gateway.http.get(url) as response:
        body = await response.read()

    (event,) = read(body)
    assert len(event.summary) <= 200
    assert len(body) < 30_000
    assert body.count(b"\r\nEND:VEVENT\r\n") == 1
    assert all(
        line.isprintable() or "\u202e" in line or "\u200d" in line for line in body.decode().split("\r\n")
    )


@pytest.mark.parametrize(
    ("member", "value", "lines"),
    [
        ("endDate", None, ["DTSTART;TZID=Europe/London:20261108T100000"]),
        ("endDate", "2026-11-07T10:00:00Z", ["DTSTART;TZID=Europe/London:20261108T100000"]),
        ("startDate", "2026-11-08", ["DTSTART;VALUE=DATE:20261108", "DTEND;VALUE=DATE:20261109"]),
        ("startDate", None, None),
        ("startDate", "soon", None),
        ("startDate", "1901-01-01T00:00:00Z", None),
    ],
)
async def test_unusual_times(
    gateway: Gateway, sandbox: Sandbox, member: str, value: str | None, lines: list[str] | None
) -> None:
    """Without an end that can be used the entry has none; without a date there is no link, or no file."""
    order, _ = book(sandbox, "2026-11-08T10:00:00+00:00")
    session = sandbox.store.for_update(order)["orderedItem"][0]["orderedItem"]
    session.update({member: value, "duration": None, "superEvent": None})
    answer = await gateway.answer(ITEMS, order=order)
    url = answer["data"]["order"]["items"][0]["calendarUrl"]

    if url is None:
        assert lines is None
        return
    async with gateway.http.get(url) as response:
        found = re.findall(r"^DT(?:START|END);.*?(?=\r)", await response.text(), re.MULTILINE)

    assert (response.status, found) == ((200, lines) if lines else (404, []))
