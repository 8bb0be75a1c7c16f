"""Times as clocks at the venue show them, and the time zone they are in."""

from datetime import datetime
from typing import Any

import pytest

from gateway.sandbox import Sandbox
from tests.conftest import Gateway
from tests.graph.test_made_up_names import put

QUERY = """{ viewer { orders(first: 1) { nodes { items { session {
  startDate startDateLocal endDate endDateLocal timeZone venue { timeZone }
} } } } } }"""
LONDON, MANX, PARIS = "Europe/London", "Europe/Isle_of_Man", "Europe/Paris"


async def shown(gateway: Gateway, sandbox: Sandbox, **session: Any) -> Any:
    """What is shown of a session with these members."""
    put(sandbox, {}, {"orderedItem": {"type": "ScheduledSession", **session}})
    (order,) = (await gateway.data(QUERY))["viewer"]["orders"]["nodes"]
    return order["items"][0]["session"]


def at(
    country: str | None = None, postcode: str | None = None, geo: tuple[float, float] | None = None
) -> Any:
    """A venue there. geo: degrees north and east."""
    place: dict[str, Any] = {"type": "Place", "name": "One"}
    if country or postcode:
        place["address"] = {"addressCountry": country, "postalCode": postcode}
    if geo:
        place["geo"] = {"latitude": geo[0], "longitude": geo[1]}
    return place


@pytest.mark.parametrize(
    ("written", "local"),
    [
        ("2026-07-01T09:00:00Z", "2026-07-01T10:00:00+01:00"),
        ("2026-12-01T09:00:00Z", "2026-12-01T09:00:00+00:00"),
        ("2026-07-01T12:00:00+03:00", "2026-07-01T10:00:00+01:00"),
        # 01:59:59 is followed by 03:00:00 on 29 March, and by 01:00:00 on 25 October 2026.
        ("2026-03-29T00:59:59Z", "2026-03-29T00:59:59+00:00"),
        ("2026-03-29T01:00:00Z", "2026-03-29T02:00:00+01:00"),
        ("2026-03-29T01:30:00+00:00", "2026-03-29T02:30:00+01:00"),
        ("2026-10-25T00:30:00Z", "2026-10-25T01:30:00+01:00"),
        ("2026-10-25T01:30:00Z", "2026-10-25T01:30:00+00:00"),
        ("2026-07-01T10:00:00", "2026-07-01T10:00:00+01:00"),
        ("2026-07-01T09:00:00.25Z", "2026-07-01T10:00:00.250000+01:00"),
        ("2026-07-01", None),
        ("2026-07-01Z", None),
        ("1846-12-31T00:00:00Z", None),
        ("9999-12-31T23:30:00-02:00", None),
    ],
)
async def test_same_instant(gateway: Gateway, sandbox: Sandbox, written: str, local: str | None) -> None:
    """A local time is the same instant, with the offset of that day; a day without a time has none."""
    session = await shown(gateway, sandbox, startDate=written, endDate=written, location=at("GB"))

    assert (session["startDateLocal"], session["endDateLocal"]) == (local, local)
    if local:
        assert datetime.fromisoformat(local) == datetime.fromisoformat(session["startDate"])


@pytest.mark.parametrize(
    ("start", "local"),
    [
        ("2026-10-25T00:30:00Z", ("2026-10-25T01:30:00+01:00", "2026-10-25T01:30:00+00:00")),
        ("2026-03-29T00:30:00Z", ("2026-03-29T00:30:00+00:00", "2026-03-29T02:30:00+01:00")),
        ("2026-07-01", (None, None)),
        (None, (None, None)),
    ],
)
async def test_calculated_end(gateway: Gateway, sandbox: Sandbox, start: Any, local: Any) -> None:
    """An end that is calculated from the duration is local too, in the doubled and over the skipped hour."""
    session = await shown(gateway, sandbox, startDate=start, duration="PT1H", location=at("GB"))

    assert (session["startDateLocal"], session["endDateLocal"]) == local


@pytest.mark.parametrize(
    ("place", "zone"),
    [
        (at("GB"), LONDON),
        (at("gb "), LONDON),
        (at("United Kingdom"), LONDON),
        (at(None, "LS1 4DY"), LONDON),
        (at("GB", "BT1 5GS"), LONDON),
        (at("GB", None, (36.1, -5.4)), LONDON),
        (at("IM"), MANX),
        (at("Isle of Man"), MANX),
        (at("GB", "IM1 2RF"), MANX),
        (at(None, "im99 1aa"), MANX),
        (at(None, "JE2 3AB"), "Europe/Jersey"),
        (at("GB", "GY1 1AA"), "Europe/Guernsey"),
        (at(None, None, (54.15, -4.48)), MANX),
        (at(None, None, (54.6, -5.93)), LONDON),
        (at("FR"), PARIS),
        (at("https://schema.org/FR"), PARIS),
        (at(None, None, (48.85, 2.35)), PARIS),
        (at("ES", None, (28.1, -15.4)), "Atlantic/Canary"),
        (at("US", None, (40.7, -74.0)), "America/New_York"),
        (at("US"), LONDON),
        (at(None, None, (50.0, -30.0)), LONDON),
        (at("Atlantis", None, (0.0, 0.0)), LONDON),
        ({**at(), "containedInPlace": at("FR")}, PARIS),
        (None, LONDON),
    ],
)
async def test_zone_of_place(gateway: Gateway, sandbox: Sandbox, place: Any, zone: str) -> None:
    """The address tells the time zone, otherwise the position on land, otherwise the setting."""
    session = await shown(gateway, sandbox, startDate="2026-07-01T09:00:00Z", location=place)

    assert session["timeZone"] == zone
    assert session["venue"] in (None, {"timeZone": zone})


async def test_venue_abroad(gateway: Gateway, sandbox: Sandbox) -> None:
    """A session abroad starts at the time of clocks there."""
    session = await shown(gateway, sandbox, startDate="2026-07-01T09:00:00Z", location=at("FR"))

    assert session["startDateLocal"] == "2026-07-01T11:00:00+02:00"


@pytest.mark.settings(time_zone="Asia/Dubai")
@pytest.mark.parametrize("place", [None, at(), at("US")])
async def test_zone_of_settings(gateway: Gateway, sandbox: Sandbox, place: Any) -> None:
    """A virtual session without a place, and one whose place is unknown, are in the zone of the settings."""
    session = await shown(gateway, sandbox, startDate="2026-07-01T09:00:00Z", location=place)

    assert (session["timeZone"], session["startDateLocal"]) == ("Asia/Dubai", "2026-07-01T13:00:00+04:00")


async def test_place_of_virtual_session(gateway: Gateway, sandbox: Sandbox) -> None:
    """A virtual session is in the zone of the place that it is run from."""
    place = {"beta:affiliatedLocation": at("FR")}

    session = await shown(gateway, sandbox, startDate="2026-07-01T09:00:00Z", **place)

    assert session["timeZone"] == PARIS


@pytest.mark.parametrize(
    ("stated", "zone"),
    [
        ("Europe/Lisbon", "Europe/Lisbon"),
        ("europe/lisbon", "Europe/Lisbon"),
        ("GMT", PARIS),
        ("Etc/GMT+3", PARIS),
        ("Mars/Olympus", PARIS),
        ("../Europe/Lisbon", PARIS),
        (" ", PARIS),
        (None, PARIS),
    ],
)
@pytest.mark.parametrize("level", ["session", "series"])
async def test_zone_of_schedule(
    gateway: Gateway, sandbox: Sandbox, level: str, stated: str | None, zone: str
) -> None:
    """The schedule of the session, or of its series, tells the time zone if it names that of a region."""
    schedule = {"eventSchedule": [{"type": "Schedule", "scheduleTimezone": stated}]}
    members = schedule if level == "session" else {"superEvent": {"type": "SessionSeries", **schedule}}

    session = await shown(gateway, sandbox, location=at("FR"), **members)

    assert (session["timeZone"], session["venue"]) == (zone, {"timeZone": PARIS})


async def test_unreadable(gateway: Gateway, sandbox: Sandbox) -> None:
    """A start that is no date is an error of the local start too."""
    put(sandbox, {}, {"orderedItem": {"type": "ScheduledSession", "startDate": "soon"}})

    answer = await gateway.answer(QUERY)

    session = ["viewer", "orders", "nodes", 0, "items", 0, "session"]
    assert [error["path"] for error in answer["errors"]] == [
        [*session, "startDate"],
        [*session, "startDateLocal"],
    ]
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"UPSTREAM_INVALID"}
