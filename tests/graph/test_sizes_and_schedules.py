"""Sizes of images as numbers, and dates and times of schedules as scalars."""

from typing import Any

import pytest

from gateway.sandbox import Sandbox
from tests.conftest import Gateway
from tests.graph.test_made_up_names import put

QUERY = """{ viewer { orders(first: 1) { nodes { items { session {
  images { width widthPixels height heightPixels }
  eventSchedule {
    startDate firstDate endDate lastDate startTime startTimeOfDay endTime endTimeOfDay
    exceptDates excludedDates
  }
} } } } } }"""


async def answer_of(gateway: Gateway, sandbox: Sandbox, **session: Any) -> tuple[Any, list[Any]]:
    """What is shown of a session with these members, and the paths of the errors below it."""
    put(sandbox, {}, {"orderedItem": {"type": "ScheduledSession", **session}})
    answer = await gateway.answer(QUERY)
    (order,) = answer["data"]["viewer"]["orders"]["nodes"]
    return order["items"][0]["session"], [error["path"][7:] for error in answer.get("errors", [])]


@pytest.mark.parametrize(
    ("written", "pixels"),
    [
        ("300", 300),
        (300, 300),
        ("300 px", 300),
        ("300PX", 300),
        (" 300.0 pixels", 300),
        ("0", 0),
        ("300.5", None),
        ("50%", None),
        ("3 cm", None),
        ("-3", None),
        ("٣", None),
        ("12345678901", None),
        ("", None),
        (None, None),
    ],
)
async def test_pixels(gateway: Gateway, sandbox: Sandbox, written: Any, pixels: int | None) -> None:
    """A size that is a whole number of pixels is a number; any other is text only."""
    image = {"type": "ImageObject", "url": "https://images.example/1", "width": written, "height": written}

    session, errors = await answer_of(gateway, sandbox, image=[image])

    (shown,) = session["images"]
    assert (shown["widthPixels"], shown["heightPixels"]) == (pixels, pixels)
    assert shown["width"] == (None if written is None else str(written))
    assert errors == []


async def test_schedule(gateway: Gateway, sandbox: Sandbox) -> None:
    """A schedule's dates and times are Dates and Times; the texts that imin wrote are still there."""
    schedule = {
        "type": "Schedule",
        "startDate": "2026-01-05",
        "endDate": "2026-06-29T00:00:00+01:00",
        "startTime": "09:30",
        "endTime": "24:00",
        "exceptDate": ["2026-04-06", "2026-05-04T09:30:00Z"],
    }

    session, errors = await answer_of(gateway, sandbox, eventSchedule=[schedule])

    assert session["eventSchedule"] == [
        {
            "startDate": "2026-01-05",
            "firstDate": "2026-01-05",
            "endDate": "2026-06-29T00:00:00+01:00",
            "lastDate": "2026-06-29",
            "startTime": "09:30",
            "startTimeOfDay": "09:30:00",
            "endTime": "24:00",
            "endTimeOfDay": "00:00:00",
            "exceptDates": ["2026-04-06", "2026-05-04T09:30:00Z"],
            "excludedDates": ["2026-04-06", "2026-05-04"],
        }
    ]
    assert errors == []


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("09:30:15", "09:30:15"),
        ("0930", "09:30:00"),
        ("09:30:15.5", "09:30:15.500000"),
        (" 9", None),
        ("24:01", None),
        ("9:30", None),
        ("09:30Z", None),
        ("09:60", None),
        ("٠٩:٣٠", None),
        ("noon", None),
    ],
)
async def test_times(gateway: Gateway, sandbox: Sandbox, written: str, time: str | None) -> None:
    """A text that is no local time is an error of its field alone."""
    session, errors = await answer_of(gateway, sandbox, eventSchedule=[{"startTime": written}])

    assert session["eventSchedule"][0]["startTimeOfDay"] == time
    assert session["eventSchedule"][0]["startTime"] == written
    assert errors == ([] if time else [["eventSchedule", 0, "startTimeOfDay"]])


async def test_unreadable_dates(gateway: Gateway, sandbox: Sandbox) -> None:
    """A text that is no date is an error of its own place alone."""
    schedule = {"startDate": "soon", "endDate": " ", "exceptDate": ["2026-04-06", "Easter"]}

    session, errors = await answer_of(gateway, sandbox, eventSchedule=[schedule])

    shown = session["eventSchedule"][0]
    assert (shown["firstDate"], shown["lastDate"]) == (None, None)
    assert shown["excludedDates"] == ["2026-04-06", None]
    assert errors == [["eventSchedule", 0, "firstDate"], ["eventSchedule", 0, "excludedDates", 1]]
