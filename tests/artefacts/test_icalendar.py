"""iCalendar files are read as they were meant by libraries that have nothing to do with the gateway."""

from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import pytest
import vobject
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.artefacts.icalendar import component, encode, text, times, uri
from gateway.artefacts.time_zone_definition import time_zone_definition
from gateway.time_zones import time_zone

CHARACTERS = st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"))


def event(*lines: str) -> bytes:
    required = ("UID:1", "DTSTAMP:20261101T090000Z")
    zones = [line for zone in ("Europe/London",) for line in time_zone_definition(zone, 2025, 2028)]
    return encode(component("VCALENDAR", [*zones, *component("VEVENT", (*required, *lines))]))


def parsed(body: bytes, name: str) -> Any:
    """The only component of that name."""
    (found,) = icalendar.Calendar.from_ical(body).walk(name)
    return found


@settings(max_examples=25)
@given(st.text(CHARACTERS, min_size=1))
@example("Yoga, Pilates; all \\ levels\nBring a mat")
@example("é" * 200)
@example("👩‍👩‍👧" * 50)
@example("\\n is no new line")
def test_texts(words: str) -> None:
    """A text is read as it was written, whatever is in it, and no line has more than 75 octets."""
    body = event(f"SUMMARY:{text(words)}")

    found = parsed(body, "VEVENT")
    assert str(found["SUMMARY"]) == words
    assert vobject.readOne(body.decode()).vevent.summary.value == words
    assert body.endswith(b"\r\n")
    lines = body.removesuffix(b"\r\n").split(b"\r\n")
    assert all(len(line) <= 75 and b"\n" not in line and line.decode() for line in lines)


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("a\r\nb\rc\nd", r"a\nb\nc\nd"),
        ("a\u2028b\u0085c\x0bd", r"a\nb\nc\nd"),
        ("bell\x07 escape\x1b[1m delete\x7f tab\t", "bell escape[1m delete tab\t"),
        ("END:VEVENT\r\nBEGIN:VEVENT", r"END:VEVENT\nBEGIN:VEVENT"),
    ],
)
def test_lines_and_controls(words: str, value: str) -> None:
    """All that a reader could take for the end of a line is written as one; controls are left out."""
    assert text(words) == value


@pytest.mark.parametrize(
    ("address", "is_written"),
    [
        ("https://zoom.example.org/j/4711?pwd=x", True),
        ("javascript:alert(1)", False),
        ("https://example.org/a b", False),
        ("https://example.org/\r\nBEGIN:VALARM", False),
        (None, False),
    ],
)
def test_addresses(address: str | None, *, is_written: bool) -> None:
    """Only web addresses are written, since readers make links of them."""
    assert (uri(address) == address) == (is_written or address is None)


MOMENTS = [
    "2026-11-08T10:00:00+00:00",
    "2027-03-28T00:59:59+00:00",
    "2027-03-28T01:00:00+00:00",
    "2027-03-28T02:30:00+01:00",
    "2027-07-01T10:00:00+01:00",
    "2026-10-25T00:30:00+00:00",
    "2026-10-25T01:30:00+00:00",
    "2026-10-25T02:00:00+00:00",
    "2027-10-31T00:00:00+00:00",
    "2027-10-31T01:00:00+00:00",
    "2027-07-01T05:00:00-04:00",
]


@pytest.mark.parametrize("zone", ["Europe/London", "Unknown/Zone"])
@pytest.mark.parametrize("start", MOMENTS)
def test_instants(start: str, zone: str) -> None:
    """An instant is read as the same one, when the clocks change too, whether or not the zone is known."""
    starts = datetime.fromisoformat(start)
    ends = starts + timedelta(hours=1)

    body = event(*times("Europe/London", DTSTART=starts, DTEND=ends)).replace(b"Europe/London", zone.encode())

    found = parsed(body, "VEVENT")
    other = vobject.readOne(body.decode()).vevent
    for read in ((found["DTSTART"].dt, found["DTEND"].dt), (other.dtstart.value, other.dtend.value)):
        assert [moment.astimezone(UTC) for moment in read] == [starts, ends]


def test_repeated_hour() -> None:
    """In the hour that comes twice, times are in UTC, so that no reader can take one for the other."""
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    written = [times("Europe/London", DTSTART=first + timedelta(hours=hours)) for hours in (-1, 0, 1, 2)]

    assert written == [
        ["DTSTART;TZID=Europe/London:20261025T003000"],
        ["DTSTART:20261025T003000Z"],
        ["DTSTART:20261025T013000Z"],
        ["DTSTART;TZID=Europe/London:20261025T023000"],
    ]


@pytest.mark.parametrize(
    "name",
    [
        "Europe/London",
        "Europe/Dublin",
        "America/New_York",
        "Australia/Lord_Howe",
        "Asia/Kolkata",
        "Africa/Casablanca",
        "America/Vancouver",
        "Etc/GMT",
    ],
)
def test_time_zones(name: str) -> None:
    """A reader that knows only the definition has the right offset all year, and around each change."""
    lines = [line.replace(name, "Unknown/Zone") for line in time_zone_definition(name, 2025, 2028)]
    read = parsed(encode(component("VCALENDAR", lines)), "VTIMEZONE").to_tz(lookup_tzid=False)
    start, zone = datetime(2026, 1, 1, tzinfo=UTC), time_zone(name)
    hours = [(start + timedelta(hours=hour)).astimezone(zone) for hour in range(3 * 8_760)]
    offsets = [local.utcoffset() for local in hours]
    changes = [at for at in range(1, len(hours)) if offsets[at] != offsets[at - 1]]
    tried = {*range(0, len(hours), 101), *(at + hour for at in changes for hour in range(-5, 5))}

    differing = [
        hours[at]
        for at in sorted(tried)
        if not hours[at].fold and hours[at].replace(tzinfo=read).utcoffset() != offsets[at]
    ]

    assert differing == []


def test_london() -> None:
    """London's definition is the usual one: two rules, whose onsets are in the time before the change."""
    assert time_zone_definition("Europe/London", 2026, 2027) == (
        "BEGIN:VTIMEZONE",
        "TZID:Europe/London",
        "BEGIN:DAYLIGHT",
        "DTSTART:19700329T010000",
        "TZOFFSETFROM:+0000",
        "TZOFFSETTO:+0100",
        "TZNAME:BST",
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
        "END:DAYLIGHT",
        "BEGIN:STANDARD",
        "DTSTART:19701025T020000",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0000",
        "TZNAME:GMT",
        "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
        "END:STANDARD",
        "END:VTIMEZONE",
    )
