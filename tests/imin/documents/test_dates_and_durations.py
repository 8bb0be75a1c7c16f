"""How dates and durations are shown, in the ways in which imin and booking systems write them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.examples.upstream import Reader, reader_of_bodies

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def reader() -> AsyncIterator[Reader]:
    async with reader_of_bodies() as reader:
        yield reader


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2021-04-30T11:42:47Z", "2021-04-30T11:42:47Z"),
        ("2021-04-30T11:42:47+00:00", "2021-04-30T11:42:47+00:00"),
        ("2021-04-30T11:42:47.813766+01:00", "2021-04-30T11:42:47.813766+01:00"),
        ("2021-04-30T11:42:47.8137665Z", "2021-04-30T11:42:47.8137665Z"),
        (" 2021-04-30T11:42:47Z ", "2021-04-30T11:42:47Z"),
        ("2021-04-30 11:42:47+01:00", "2021-04-30T11:42:47+01:00"),
        ("2021-04-30T11:42Z", "2021-04-30T11:42:00+00:00"),
        ("20210430T114247Z", "2021-04-30T11:42:47+00:00"),
        ("2021-04-30T11:42:47+0100", "2021-04-30T11:42:47+01:00"),
        ("2021-07-01T10:00:00", "2021-07-01T10:00:00+01:00"),
        ("2021-01-01T10:00:00", "2021-01-01T10:00:00+00:00"),
        ("2021-07-01", "2021-07-01T00:00:00+01:00"),
        ("2021-01-01", "2021-01-01T00:00:00+00:00"),
        ("2030-01-16t10:00:00z", "2030-01-16T10:00:00Z"),
        ("2030-01-16t10:00:00.5+01:00", "2030-01-16T10:00:00.5+01:00"),
        ("2030-01-16T24:00:00Z", "2030-01-17T00:00:00+00:00"),
        ("2030-01-16t24:00:00z", "2030-01-17T00:00:00+00:00"),
        ("2030-12-31T24:00:00+01:00", "2031-01-01T00:00:00+01:00"),
        ("2030-03-30T24:00", "2030-03-31T00:00:00+00:00"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00+00:00"),
        ("2030-01-16T10:00:00-00:00", "2030-01-16T10:00:00+00:00"),
        ("2030-07-16+01:00", "2030-07-16T00:00:00+01:00"),
        ("1801-01-01T10:00:00", "1801-01-01T10:01:15+00:00"),
    ],
)
async def test_date_time(reader: Reader, written: str, read: str) -> None:
    """An instant is shown with its offset; a time without one is British local time."""
    assert await reader.order({"orderDate": written}, "{ orderDate }") == {"orderDate": read}


@pytest.mark.parametrize(
    "written",
    [
        "yesterday",
        "2021-02-30T10:00:00Z",
        "2021-02-28T24:00:01Z",
        "2021-02-28T25:00:00Z",
        "2021-02-28x10:00:00Z",
        "12:00",
        "2021",
        "",
        "0",
    ],
)
async def test_no_date_time(reader: Reader, written: str) -> None:
    """A text that is not a date is null, with a coded error at that field."""
    reader.upstream.serve_page({"identifier": "1", "orderDate": written, "orderNumber": "29"})

    answer = await reader.orders("{ orderDate orderNumber }")

    assert answer["data"]["viewer"]["orders"]["nodes"] == [{"orderDate": None, "orderNumber": "29"}]
    (error,) = answer["errors"]
    assert error["path"] == ["viewer", "orders", "nodes", 0, "orderDate"]
    assert error["extensions"] == {"code": "UPSTREAM_INVALID"}


@pytest.mark.parametrize(
    ("session", "end", "duration"),
    [
        ({"endDate": "2025-06-01T11:30:00Z"}, "2025-06-01T11:30:00Z", "PT1H30M"),
        ({"duration": "PT90M"}, "2025-06-01T11:30:00+00:00", "PT90M"),
        ({"duration": "P1DT16H"}, "2025-06-03T02:00:00+00:00", "P1DT16H"),
        ({"superEvent": {"duration": "PT1H"}}, "2025-06-01T11:00:00+00:00", "PT1H"),
        ({"endDate": "2025-06-01T13:00:00+02:00", "duration": "PT5M"}, "2025-06-01T13:00:00+02:00", "PT5M"),
        ({"endDate": "2025-06-01T10:00:00Z"}, "2025-06-01T10:00:00Z", "PT0S"),
        ({"endDate": "2025-06-01T24:00:00Z"}, "2025-06-02T00:00:00+00:00", "PT14H"),
        ({"endDate": "2025-06-01T10:01:01Z"}, "2025-06-01T10:01:01Z", "PT1M1S"),
        ({"endDate": "2025-06-01T11:00:30Z"}, "2025-06-01T11:00:30Z", "PT1H0M30S"),
        ({"duration": "PT1.5H"}, "2025-06-01T11:30:00+00:00", "PT1H30M"),
        ({"duration": "P1W2D"}, "2025-06-10T10:00:00+00:00", "P9D"),
        ({"duration": "P1M"}, "2025-07-01T10:00:00+00:00", "P1M"),
        ({"superEvent": {"duration": "P1Y"}}, "2026-06-01T10:00:00+00:00", "P1Y"),
        ({"duration": "PT0S"}, None, "PT0S"),
        ({}, None, None),
    ],
)
async def test_length(reader: Reader, session: Any, end: str | None, duration: str | None) -> None:
    """End and duration are calculated from each other if imin leaves one out, but never guessed."""
    answer = await reader.session({"startDate": "2025-06-01T10:00:00Z", **session}, "{ endDate duration }")

    assert answer == {"endDate": end, "duration": duration}


@pytest.mark.parametrize(
    ("start", "duration", "end"),
    [
        ("2030-02-01", "P1M", "2030-03-01T00:00:00+00:00"),
        ("2030-02-01T10:00:00Z", "P1M", "2030-03-01T10:00:00+00:00"),
        ("2028-01-16T10:00:00Z", "P1Y", "2029-01-16T10:00:00+00:00"),
        ("2028-02-29T10:00:00Z", "P1Y", "2029-02-28T10:00:00+00:00"),
        ("2030-01-31T10:00:00Z", "P1M", "2030-02-28T10:00:00+00:00"),
        ("2030-10-16T10:00:00+01:00", "P1M", "2030-11-16T10:00:00+00:00"),
        ("2030-01-16T24:00:00Z", "PT1H", "2030-01-17T01:00:00+00:00"),
    ],
)
async def test_calculated_end(reader: Reader, start: str, duration: str, end: str) -> None:
    """An end is calculated by the calendar, at the same British clock time months later."""
    answer = await reader.session({"startDate": start, "duration": duration}, "{ endDate }")

    assert answer == {"endDate": end}


@pytest.mark.parametrize(
    ("session", "member"),
    [
        ({"endDate": "2025-06-01T09:00:00Z"}, "endDate"),
        ({"endDate": "2025-06-01T10:30:00+01:00"}, "endDate"),
        ({"endDate": "2025-05-31"}, "endDate"),
        ({"duration": "-PT1H"}, "duration"),
        ({"duration": "PT"}, "duration"),
        ({"duration": "P1.5M"}, "duration"),
        ({"superEvent": {"duration": "-P1D"}}, "duration"),
    ],
)
async def test_no_end(reader: Reader, session: Any, member: str) -> None:
    """No end is shown that is before the start, or that has no certain length to be calculated from."""
    session = {"name": "Yoga", "startDate": "2025-06-01T10:00:00Z", **session}
    reader.upstream.serve_page({"identifier": "1", "orderedItem": [{"orderedItem": session}]})

    answer = await reader.orders("{ items { session { name endDate } } }")

    (item,) = answer["data"]["viewer"]["orders"]["nodes"][0]["items"]
    assert item == {"session": {"name": "Yoga", "endDate": None}}
    assert answer["errors"] == [
        {
            "message": f"The booking system sent a value that cannot be used: {member}.",
            "locations": answer["errors"][0]["locations"],
            "path": ["viewer", "orders", "nodes", 0, "items", 0, "session", "endDate"],
            "extensions": {"code": "UPSTREAM_INVALID"},
        }
    ]


async def test_length_over_the_change_of_clocks(reader: Reader) -> None:
    """A night on which the clocks go forward is an hour shorter, also in times without an offset."""
    night = {"startDate": "2025-03-29T22:00:00", "endDate": "2025-03-30T06:00:00"}

    assert await reader.session(night, "{ duration }") == {"duration": "PT7H"}


OFFER = "latestCancellationBeforeStartDate validFromBeforeStartDate validThroughBeforeStartDate"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("PT1H", "PT1H"),
        ("PT90M", "PT90M"),
        ("P2W", "P2W"),
        ("P1Y", "P1Y"),
        ("PT1.5H", "PT1H30M"),
        ("PT0,5H", "PT30M"),
        ("P1.5D", "P1DT12H"),
        ("P1W2D", "P9D"),
        ("P1DT", "P1D"),
        ("PT1H30S", "PT1H0M30S"),
        (" P1D ", "P1D"),
    ],
)
async def test_duration(reader: Reader, written: str, read: str) -> None:
    """A duration is shown in the form of RFC 3339, in every field that has one."""
    offer = dict.fromkeys(OFFER.split(), written)
    session = {"duration": written, "eventSchedule": [{"duration": written, "repeatFrequency": written}]}
    in_session = "duration eventSchedule { duration repeatFrequency }"

    item = await reader.item(
        {"acceptedOffer": offer, "orderedItem": session},
        f"{{ acceptedOffer {{ {OFFER} }} session {{ {in_session} }} }}",
    )

    assert item == {
        "acceptedOffer": dict.fromkeys(OFFER.split(), read),
        "session": {"duration": read, "eventSchedule": [{"duration": read, "repeatFrequency": read}]},
    }


@pytest.mark.parametrize(
    "written",
    ["an hour", "P", "PT", "-PT1H", "P-1D", "10", "P1H", "P1.5M", "PT0.5S", "", "P" + "9" * 400 + "D"],
)
async def test_no_duration(reader: Reader, written: str) -> None:
    """A text that is not a duration is null, with a coded error at that field."""
    session = {"eventSchedule": [{"duration": written, "repeatFrequency": written, "startTime": "10:00"}]}
    offer = {**dict.fromkeys(OFFER.split(), written), "name": "Adult"}
    item = {"orderedItem": session, "acceptedOffer": offer}
    reader.upstream.serve_page({"identifier": "1", "orderedItem": [item]})

    answer = await reader.orders(
        f"{{ items {{ acceptedOffer {{ name {OFFER} }}"
        " session { eventSchedule { duration repeatFrequency startTime } } } }"
    )

    schedule = {"duration": None, "repeatFrequency": None, "startTime": "10:00"}
    assert answer["data"]["viewer"]["orders"]["nodes"][0]["items"] == [
        {
            "acceptedOffer": {"name": "Adult", **dict.fromkeys(OFFER.split())},
            "session": {"eventSchedule": [schedule]},
        }
    ]
    assert [(error["path"][-1], error["extensions"]["code"]) for error in answer["errors"]] == [
        (name, "UPSTREAM_INVALID") for name in (*OFFER.split(), "duration", "repeatFrequency")
    ]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("1990-07-01", "1990-07-01"),
        ("1990-07-01T00:00:00Z", "1990-07-01"),
        ("1990-07-01T00:00:00+01:00", "1990-07-01"),
        ("1990-06-30T23:00:00Z", "1990-07-01"),
        ("1990-07-01T12:00:00", "1990-07-01"),
    ],
)
async def test_date(reader: Reader, written: str, read: str) -> None:
    """A date of birth may have a time; a British midnight in UTC is the day that begins with it."""
    item = await reader.item({"attendee": {"birthDate": written}}, "{ attendee { birthDate } }")

    assert item == {"attendee": {"birthDate": read}}


@pytest.mark.parametrize("written", ["1990-06-30T23:30:00Z", "1990-06-31", "1990-06-30?", "June", ""])
async def test_no_date(reader: Reader, written: str) -> None:
    """A text that is no date, or may be one of two, is null, with a coded error at that field."""
    item = {"attendee": {"birthDate": written, "name": "Jo"}}
    reader.upstream.serve_page({"identifier": "1", "orderedItem": [item]})

    answer = await reader.orders("{ items { attendee { name birthDate } } }")

    (shown,) = answer["data"]["viewer"]["orders"]["nodes"][0]["items"]
    assert shown == {"attendee": {"name": "Jo", "birthDate": None}}
    assert [(error["path"][-1], error["extensions"]["code"]) for error in answer["errors"]] == [
        ("birthDate", "UPSTREAM_INVALID")
    ]
