"""Parsing dates and durations, and calculating with them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from gateway.imin.dates import (
    add_duration,
    format_duration,
    parse_date_time,
    parse_duration,
    shift,
    subtract_duration,
)

BST = timezone(timedelta(hours=1))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2022-11-15T15:24:26Z", datetime(2022, 11, 15, 15, 24, 26, tzinfo=UTC)),
        ("2021-04-30T11:42:47.813766+01:00", datetime(2021, 4, 30, 11, 42, 47, 813766, BST)),
        ("2021-07-01T10:00:00", datetime(2021, 7, 1, 10, tzinfo=BST)),
        ("2021-01-01T10:00:00", datetime(2021, 1, 1, 10, tzinfo=UTC)),
        ("2021-07-01", datetime(2021, 7, 1, tzinfo=BST)),
        ("0001-01-01T00:00:00", datetime(1, 1, 1, tzinfo=timezone(timedelta(seconds=-75)))),
        ("2021-02-30", None),
        ("tomorrow", None),
        ("", None),
        (None, None),
    ],
)
def test_parse_date_time(text: str | None, moment: datetime | None) -> None:
    """A text is an instant with its offset, British local time where it has none, or None."""
    found = parse_date_time(text)

    assert found == moment
    assert found is None or (found.utcoffset() == moment.utcoffset() if moment else False)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("PT1H", timedelta(hours=1)),
        ("PT60M", timedelta(hours=1)),
        ("P1DT16H", timedelta(days=1, hours=16)),
        ("P10DT11H49M", timedelta(days=10, hours=11, minutes=49)),
        ("P2W", timedelta(days=14)),
        ("P1Y2M", timedelta(days=425)),
        ("PT1.5H", timedelta(minutes=90)),
        (" PT1H ", timedelta(hours=1)),
        ("1 hour", None),
        ("P" + "9" * 400 + "D", None),
        ("P" + "9" * 400 + "Y", None),
        ("", None),
        (None, None),
    ],
)
def test_parse_duration(text: str | None, length: timedelta | None) -> None:
    """A duration has a fixed length, months and years an agreed one; anything else is None."""
    assert parse_duration(text) == length


def test_format_duration() -> None:
    """A length is written as ISO 8601; a negative one is none."""
    assert format_duration(timedelta(days=1, hours=16)) == "P1DT16H"
    assert format_duration(timedelta(seconds=-1)) is None


def test_shift() -> None:
    """A moment is moved by real time and keeps its offset; outside the calendar there is none."""
    moment = datetime(2025, 6, 1, 10, tzinfo=BST)

    assert str(shift(moment, timedelta(hours=-1))) == "2025-06-01 09:00:00+01:00"
    assert shift(moment, timedelta(days=-999_999)) is None


def test_add_and_subtract_duration() -> None:
    """A date moves by a duration in real time; a text that cannot be parsed, or no such day, gives None."""
    assert str(add_duration("2025-03-30T00:30:00", "PT1H")) == "2025-03-30 01:30:00+00:00"
    assert str(subtract_duration("2025-06-01T10:00:00+01:00", "P1D")) == "2025-05-31 10:00:00+01:00"
    assert add_duration("2025-06-01T10:00:00Z", "tomorrow") is None
    assert subtract_duration(None, "P1D") is None
    assert subtract_duration("2025-06-01T10:00:00Z", "P999999999DT24H") is None
