"""Parsing dates, and calculating with them."""

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.imin.dates import add_duration, is_before, parse_date, parse_date_time, shift, subtract_duration
from gateway.imin.durations import Duration

BST = timezone(timedelta(hours=1))
LONDON = ZoneInfo("Europe/London")
DAY_16, DAY_17 = (datetime(2030, 1, day, tzinfo=UTC) for day in (16, 17))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2022-11-15T15:24:26Z", datetime(2022, 11, 15, 15, 24, 26, tzinfo=UTC)),
        ("2021-04-30T11:42:47.813766+01:00", datetime(2021, 4, 30, 11, 42, 47, 813766, BST)),
        ("2021-07-01T10:00:00", datetime(2021, 7, 1, 10, tzinfo=BST)),
        ("2021-01-01T10:00:00", datetime(2021, 1, 1, 10, tzinfo=UTC)),
        ("2021-07-01", datetime(2021, 7, 1, tzinfo=BST)),
        ("2021-W26-4", datetime(2021, 7, 1, tzinfo=BST)),
        ("0001-01-01T00:00:00", datetime(1, 1, 1, tzinfo=timezone(timedelta(seconds=-75)))),
        ("2030-01-16t00:00:00z", DAY_16),
        ("2030-01-15T24:00:00Z", DAY_16),
        ("2030-01-16T24:00:00Z", DAY_17),
        ("2030-01-16t24:00z", DAY_17),
        ("2030-01-16 24:00:00.000+00:00", DAY_17),
        ("20300116T240000Z", DAY_17),
        ("2030-01-16T24:00:00", DAY_17),
        ("2030-06-30T24:00:00", datetime(2030, 7, 1, tzinfo=BST)),
        ("2030-06-30T24:00:00+01:00", datetime(2030, 7, 1, tzinfo=BST)),
        ("2029-12-31T24:00:00Z", datetime(2030, 1, 1, tzinfo=UTC)),
        ("2028-02-29T24:00:00Z", datetime(2028, 3, 1, tzinfo=UTC)),
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC)),
        ("2017-01-01T00:59:60+01:00", datetime(2017, 1, 1, 1, tzinfo=BST)),
        ("2030-01-16Z", DAY_16),
        ("2030-07-01+01:00", datetime(2030, 7, 1, tzinfo=BST)),
        ("2030-01-16T24:00:01Z", None),
        ("2030-01-16T24:30:00Z", None),
        ("2030-01-16T25:00:00Z", None),
        ("2030-01-16T12:00:60Z", None),
        ("9999-12-31T24:00:00Z", None),
        ("2030-02-29T24:00:00Z", None),
        ("2030-01-16x10:00:00Z", None),
        ("2030-01-16T10:00:00 Z", None),
        ("2021-02-30", None),
        ("1619779367", None),
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
    ("text", "day"),
    [
        ("1990-07-01", date(1990, 7, 1)),
        ("19900701", date(1990, 7, 1)),
        ("1990-07-01T10:00:00", date(1990, 7, 1)),
        ("1990-07-01T00:00:00Z", date(1990, 7, 1)),
        ("1990-07-01T00:00:00+01:00", date(1990, 7, 1)),
        ("1990-07-01T00:00:00+02:00", date(1990, 7, 1)),
        ("1990-06-30T23:00:00Z", date(1990, 7, 1)),
        ("1990-06-30T24:00:00Z", date(1990, 7, 1)),
        ("0001-01-01T00:00:00+01:00", date(1, 1, 1)),
        ("1990-06-30T23:30:00Z", None),
        ("1990-06-30 or so", None),
        ("1990-06-31", None),
        (None, None),
    ],
)
def test_parse_date(text: str | None, day: date | None) -> None:
    """A date may have a time; where that leaves it open which of two days is meant, it is none."""
    assert parse_date(text) == day


@pytest.mark.parametrize(
    ("start", "duration", "earlier"),
    [
        ("2030-01-31T10:00Z", "P1M", "2029-12-31T10:00Z"),
        ("2030-03-31T10:00+01:00", "P1M", "2030-02-28T10:00Z"),
        ("2030-03-31T10:00", "P1M", "2030-02-28T10:00Z"),
        ("2028-03-31T10:00+01:00", "P1M", "2028-02-29T10:00Z"),
        ("2030-05-31T10:00+01:00", "P1M", "2030-04-30T10:00+01:00"),
        ("2030-12-31T10:00Z", "P3M", "2030-09-30T10:00+01:00"),
        ("2028-02-29T10:00Z", "P1Y", "2027-02-28T10:00Z"),
        ("2030-03-16T10:00Z", "P1Y2M", "2029-01-16T10:00Z"),
        ("2030-03-16T10:00Z", "P1M1D", "2030-02-15T10:00Z"),
        ("2030-03-31T10:00+01:00", "P1M1DT2H", "2030-02-27T08:00Z"),
        # In an offset that Britain does not have on that day, the months are those of that offset.
        ("2030-03-31T10:00+02:00", "P1M", "2030-02-28T10:00+02:00"),
        ("2030-01-31T10:00-05:00", "P2M", "2029-11-30T10:00-05:00"),
        # A time that the clocks skip is read as after the change; of one that comes twice, the first.
        ("2030-05-31T01:30+01:00", "P2M", "2030-03-31T02:30+01:00"),
        ("2030-11-27T01:30Z", "P1M", "2030-10-27T01:30+01:00"),
        # Days are real time.
        ("2030-03-31T10:00+01:00", "P1D", "2030-03-30T10:00+01:00"),
        ("2030-10-27T10:00Z", "P1W", "2030-10-20T10:00Z"),
    ],
)
def test_subtract_duration(start: str, duration: str, earlier: str) -> None:
    """Months and years go by the calendar, to the month's last day at most; days are real time."""
    assert subtract_duration(start, duration) == parse_date_time(earlier)


@pytest.mark.parametrize(
    ("start", "duration", "later"),
    [
        ("2030-02-01", "P1M", "2030-03-01T00:00:00+00:00"),
        ("2028-01-16T10:00:00Z", "P1Y", "2029-01-16T10:00:00+00:00"),
        ("2030-01-31T10:00:00Z", "P1M", "2030-02-28T10:00:00+00:00"),
        ("2030-06-01T10:00:00+01:00", "P6M", "2030-12-01T10:00:00+00:00"),
        ("2030-12-01T10:00:00+00:00", "P6M", "2031-06-01T09:00:00+00:00"),
        ("2025-03-30T00:30:00", "PT1H", "2025-03-30T01:30:00+00:00"),
    ],
)
def test_add_duration(start: str, duration: str, later: str) -> None:
    """As subtracted; an instant in UTC remains one, any other gets the offset of its new day."""
    found = add_duration(start, duration)

    assert found
    assert found.isoformat() == later


def test_no_result() -> None:
    """A text that cannot be parsed, or a result outside the calendar, gives None."""
    assert add_duration("2025-06-01T10:00:00Z", "tomorrow") is None
    assert subtract_duration(None, "P1D") is None
    assert subtract_duration("2025-06-01T10:00:00Z", "P999999999DT24H") is None
    assert subtract_duration("2025-06-01T10:00:00Z", "P9999Y") is None
    assert add_duration("2025-06-01T10:00:00Z", "P999999999999M") is None


def months_away(moment: datetime, months: int) -> datetime:
    """Another calculation of the same: the last day that the month has, then the instant with that clock."""
    local = moment.astimezone(LONDON)
    target = local.year * 12 + local.month - 1 + months
    first = date(target // 12, target % 12 + 1, 1)
    days = [first + timedelta(number) for number in range(31)]
    day = [one for one in days if one.month == first.month and one.day <= local.day][-1]
    clock = datetime.combine(day, local.time())
    instants = [(clock - timedelta(hours=hours)).replace(tzinfo=UTC) for hours in (1, 0)]
    fitting = [one for one in instants if one.astimezone(LONDON).replace(tzinfo=None) == clock]
    return fitting[0] if fitting else instants[1]


@given(
    st.integers(-470_000_000, 3_000_000_000),  # until 1947 there was double summer time, too
    st.integers(-60, 60),
    st.sampled_from([UTC, LONDON]),
)
def test_months(seconds: int, months: int, zone: tzinfo) -> None:
    """Any number of months away is the same British clock time, on the month's last day at most."""
    moment = datetime.fromtimestamp(seconds, zone)
    moment = moment.replace(tzinfo=timezone(moment.utcoffset() or timedelta()))

    found = shift(moment, Duration(abs(months), timedelta()), back=months < 0)

    assert found == months_away(moment, months)


def test_is_before() -> None:
    """Instants are compared, whatever their offset; texts that are no dates are not before anything."""
    assert is_before("2025-06-01T10:00:00+01:00", "2025-06-01T09:30:00Z")
    assert not is_before("2025-06-01T10:00:00+01:00", "2025-06-01T09:00:00Z")
    assert not is_before("tomorrow", "2025-06-01T09:00:00Z")
    assert not is_before("2025-06-01T09:00:00Z", None)
