"""Instants as booking systems write them: ISO 8601 and RFC 3339 texts, parsed and calculated with.

The results are cached: the same few dates, durations and terms are repeated on every level of every item,
and are read for several fields.
"""

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from datetime import time as time_of_day
from functools import lru_cache

from gateway.hints import pure
from gateway.imin.durations import Duration, parse_duration
from gateway.time_zones import DEFAULT_TIME_ZONE, time_zone

# Assumption: imin shows no time without an offset; if one comes, it is British local time.
LOCAL_TIME = time_zone(DEFAULT_TIME_ZONE)

_CACHE_SIZE = 4_096
_MONTHS_A_YEAR = 12
_A_DAY, _A_SECOND = timedelta(days=1), timedelta(seconds=1)

# Python takes any character between date and time, and would read the date 2030-01-16+01:00 as 1 a.m.
_DATE_TIME = re.compile(
    r"(\d{4}-?\d\d-?\d\d|\d{4}-?W\d\d-?\d)(?:[T ](\d[^T ]*)|(Z|[+-]\d\d(?::?\d\d)?))?", re.ASCII
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME = re.compile(r"(\d\d):?(\d\d)(?::?(\d\d)(?:[.,](\d+))?)?", re.ASCII)
_END_OF_DAY = re.compile(r"24((?::?00(?::?00(?:[.,]0+)?)?)?(?:Z|[+-].*)?)")
_LEAP_SECOND = re.compile(r"(\d\d:?\d\d:?)60((?:[.,]\d+)?(?:Z|[+-].*)?)")


@pure
@lru_cache(_CACHE_SIZE)
def parse_date_time(text: str | None) -> datetime | None:
    """Instant with its offset, or None if the text is not a date.

    A time without an offset is British local time (assumption); it gets the offset of that day,
    so that two moments can be compared and subtracted. `24:00` is the midnight at the end of the day.
    """
    found = _DATE_TIME.fullmatch(text.strip().upper()) if text else None
    if found is None:
        return None
    day, time, offset = found.groups()
    time, later = _readable_time(time or f"00:00{offset or ''}")
    try:
        moment = datetime.fromisoformat(f"{day}T{time}") + later
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=timezone(LOCAL_TIME.utcoffset(moment) or timedelta()))
        return moment if later != _A_SECOND or _is_first_second(moment) else None
    except (ValueError, OverflowError):
        return None


def _readable_time(time: str) -> tuple[str, timedelta]:
    """A time that Python can read, and how much later the meant time is."""
    if found := _END_OF_DAY.fullmatch(time):
        return f"00{found[1] or ':00'}", _A_DAY
    if found := _LEAP_SECOND.fullmatch(time):
        return f"{found[1]}59{found[2]}", _A_SECOND
    return time, timedelta()


def _is_first_second(moment: datetime) -> bool:
    """Whether it is in the first second of a day in UTC, which a leap second is read as."""
    return moment.astimezone(UTC).time().replace(microsecond=0) == time_of_day()


@pure
def until_end_of_day(text: str | None) -> str | None:
    """The text; of a day without a time, its last second. For ends: a day is meant as a whole."""
    return f"{text.strip()}T23:59:59" if text and _DAY.fullmatch(text.strip()) else text


@pure
@lru_cache(_CACHE_SIZE)
def parse_date(text: str | None) -> date | None:
    """Calendar date, or None if the text is not one.

    Of a date with a time, the date is meant: as it is written, unless the time is a British midnight that is
    written in UTC. None if it may be one of two days.
    """
    moment = parse_date_time(text)
    if moment is None:
        return None
    try:
        local = moment.astimezone(LOCAL_TIME)
    except OverflowError:
        local = moment
    if moment.date() == local.date():
        return moment.date()
    midnights = {at.date() for at in (moment, local) if at.time() == time_of_day()}
    return midnights.pop() if len(midnights) == 1 else None


@pure
@lru_cache(_CACHE_SIZE)
def parse_time(text: str | None) -> time_of_day | None:
    """Local time of day; None if the text is none, or has an offset. `24:00` is the midnight after it."""
    found = _TIME.fullmatch(text.strip()) if text else None
    if found is None:
        return None
    hour, minute, second, fraction = found.groups()
    try:
        if int(hour) == 24:  # noqa: PLR2004  # as ISO 8601 allows
            is_midnight = not any(int(part or 0) for part in (minute, second, fraction))
            return time_of_day() if is_midnight else None
        return time_of_day(int(hour), int(minute), int(second or 0), int((fraction or "")[:6].ljust(6, "0")))
    except ValueError:
        return None


def shift(moment: datetime, duration: Duration, *, back: bool = False) -> datetime | None:
    """The moment moved by a duration; None where the result is outside the calendar.

    Years and months are those of the calendar: a month before 31 March is the last day of February, at the
    same time of day in Britain (or in the moment's own offset, where Britain does not have that offset). Days
    and all smaller units are real time, however the clocks change between.
    """
    sign = -1 if back else 1
    try:
        if duration.months:
            moment = _shift_months(moment, sign * duration.months)
        return (moment.astimezone(UTC) + sign * duration.length).astimezone(moment.tzinfo)
    except (OverflowError, ValueError):
        return None


def _shift_months(moment: datetime, months: int) -> datetime:
    zone = _calendar_zone(moment)
    local = moment.astimezone(zone)
    year, month = divmod(local.year * _MONTHS_A_YEAR + local.month - 1 + months, _MONTHS_A_YEAR)
    day = min(local.day, monthrange(year, month + 1)[1])
    # Through UTC, since a time that the clocks skip has no offset of its own.
    shifted = local.replace(year=year, month=month + 1, day=day, fold=0).astimezone(UTC)
    if moment.utcoffset():
        shifted = shifted.astimezone(zone)
    return shifted.replace(tzinfo=timezone(shifted.utcoffset() or timedelta()))


def _calendar_zone(moment: datetime) -> tzinfo | None:
    offset = moment.utcoffset()
    is_british = not offset or offset == moment.astimezone(LOCAL_TIME).utcoffset()
    return LOCAL_TIME if is_british else moment.tzinfo


@pure
@lru_cache(_CACHE_SIZE)
def add_duration(start: str | None, duration: str | None) -> datetime | None:
    """Instant of a date plus a duration; None if either text cannot be parsed."""
    moment, length = parse_date_time(start), parse_duration(duration)
    return shift(moment, length) if moment and length is not None else None


@pure
@lru_cache(_CACHE_SIZE)
def subtract_duration(start: str | None, duration: str | None) -> datetime | None:
    """Instant of a date minus a duration; None if either text cannot be parsed."""
    moment, length = parse_date_time(start), parse_duration(duration)
    return shift(moment, length, back=True) if moment and length is not None else None


@pure
@lru_cache(_CACHE_SIZE)
def is_before(first: str | None, second: str | None) -> bool:
    """Whether the first date is before the second; False if either text cannot be parsed."""
    earlier, later = parse_date_time(first), parse_date_time(second)
    return earlier is not None and later is not None and earlier < later
