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
    ],
)
async def test_date_time(reader: Reader, written: str, read: str) -> None:
    """An instant is shown with its offset; a time without one is British local time."""
    assert await reader.order({"orderDate": written}, "{ orderDate }") == {"orderDate": read}


@pytest.mark.parametrize("written", ["yesterday", "2021-02-30T10:00:00Z", "12:00", "2021", "", "0"])
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
        ({}, None, None),
        ({"endDate": "2025-06-01T09:00:00Z"}, "2025-06-01T09:00:00Z", None),
    ],
)
async def test_length(reader: Reader, session: Any, end: str | None, duration: str | None) -> None:
    """End and duration are calculated from each other if imin leaves one out, but never guessed."""
    answer = await reader.session({"startDate": "2025-06-01T10:00:00Z", **session}, "{ endDate duration }")

    assert answer == {"endDate": end, "duration": duration}


async def test_length_over_the_change_of_clocks(reader: Reader) -> None:
    """A night on which the clocks go forward is an hour shorter, also in times without an offset."""
    night = {"startDate": "2025-03-29T22:00:00", "endDate": "2025-03-30T06:00:00"}

    assert await reader.session(night, "{ duration }") == {"duration": "PT7H"}


@pytest.mark.parametrize("written", ["an hour", "P", "10", "P1H", "P" + "9" * 400 + "D"])
async def test_no_duration(reader: Reader, written: str) -> None:
    """A text that is not a duration is null, with a coded error at that field."""
    offer = {"latestCancellationBeforeStartDate": written, "name": "Adult"}
    reader.upstream.serve_page({"identifier": "1", "orderedItem": [{"acceptedOffer": offer}]})

    answer = await reader.orders(
        "{ items { cancellableUntil acceptedOffer { name latestCancellationBeforeStartDate } } }"
    )

    shown = {"name": "Adult", "latestCancellationBeforeStartDate": None}
    assert answer["data"]["viewer"]["orders"]["nodes"][0]["items"] == [
        {"cancellableUntil": None, "acceptedOffer": shown}
    ]
    assert [(error["path"][-1], error["extensions"]["code"]) for error in answer["errors"]] == [
        ("latestCancellationBeforeStartDate", "UPSTREAM_INVALID")
    ]
