"""Reads calendar files with two independent libraries, and a customer with bookings to read."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import icalendar
import vobject

from gateway.sandbox import Sandbox
from tests.conftest import Gateway

CUSTOMER = "small"


class ReadEvent(NamedTuple):
    """An event as a library reads it. starts, ends: as instants."""

    uid: str
    starts: str
    ends: str
    status: str
    sequence: int
    summary: str


def by_icalendar(body: bytes) -> list[ReadEvent]:
    calendar: Any = icalendar.Calendar.from_ical(body)
    assert [*calendar.errors] == []
    events: list[Any] = calendar.walk("VEVENT")
    assert [error for event in events for error in event.errors] == []
    return [
        ReadEvent(
            str(event["UID"]),
            _instant(event["DTSTART"].dt),
            _instant(event["DTEND"].dt),
            str(event["STATUS"]),
            int(event["SEQUENCE"]),
            str(event["SUMMARY"]),
        )
        for event in events
    ]


def by_vobject(body: bytes) -> list[ReadEvent]:
    calendar = vobject.readOne(body.decode())
    return [
        ReadEvent(
            event.uid.value,
            _instant(event.dtstart.value),
            _instant(event.dtend.value),
            event.status.value,
            int(event.sequence.value),
            event.summary.value,
        )
        for event in calendar.contents.get("vevent", [])
    ]


READERS: tuple[Callable[[bytes], list[ReadEvent]], ...] = (by_icalendar, by_vobject)


def read(body: bytes) -> list[ReadEvent]:
    """The events of a file, which both libraries must read alike."""
    first, second = (reader(body) for reader in READERS)
    assert first == second
    return first


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


async def feed_url(gateway: Gateway, customer: str = CUSTOMER) -> str:
    """The address of the customer's feed."""
    query = "query ($id: ID!) { customer(identifier: $id) { calendarFeed { url } } }"
    url: str = (await gateway.data(query, id=customer))["customer"]["calendarFeed"]["url"]
    return url


async def poll(gateway: Gateway, url: str, etag: str = "") -> tuple[int, bytes, str]:
    """Status, body and etag of a feed. etag: that the program knows."""
    headers = {"If-None-Match": etag} if etag else {}
    async with gateway.http.get(url, headers=headers) as response:
        return response.status, await response.read(), response.headers.get("ETag", "")


def book(sandbox: Sandbox, start: str, **options: Any) -> tuple[str, str]:
    """Identifiers of a new order of the customer and of its item. start: of the item."""
    order = sandbox.add_order(CUSTOMER, start=datetime.fromisoformat(start), **options)
    return order["identifier"], order["orderedItem"][0]["identifier"]
