"""Dates and durations as imin writes them: ISO 8601 texts, parsed and calculated with.

The results are cached: the same few dates, durations and terms are repeated on every level of every item,
and are read for several fields.
"""

from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import cast
from zoneinfo import ZoneInfo

import isodate

from gateway.hints import pure

# Assumption: imin shows no time without an offset; if one comes, it is British local time.
LOCAL_TIME = ZoneInfo("Europe/London")

_CACHE_SIZE = 4_096


@pure
@lru_cache(_CACHE_SIZE)
def parse_date_time(text: str | None) -> datetime | None:
    """Instant with its offset, or None if the text is not a date.

    A time without an offset is British local time (assumption); it gets the offset of that day,
    so that two moments can be compared and subtracted.
    """
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone(LOCAL_TIME.utcoffset(moment) or timedelta()))
    return moment


@pure
@lru_cache(_CACHE_SIZE)
def parse_duration(text: str | None) -> timedelta | None:
    """Length of an ISO 8601 duration, for example `P1DT16H`, or None if the text is not a duration.

    A calendar month or year has no fixed length: it counts as 30 or 365 days.
    """
    if not text:
        return None
    try:
        duration = isodate.parse_duration(text.strip())
        if isinstance(duration, isodate.Duration):
            duration = timedelta(days=float(duration.years * 365 + duration.months * 30)) + duration.tdelta
    except (ValueError, TypeError, ArithmeticError):
        return None
    return cast("timedelta", duration)


def shift(moment: datetime, length: timedelta, *, back: bool = False) -> datetime | None:
    """The moment moved by a length of real time, however the clocks change between; its offset is preserved.

    None where the result is outside the calendar.
    """
    try:
        length = -length if back else length
        return (moment.astimezone(UTC) + length).astimezone(moment.tzinfo)
    except OverflowError:
        return None


@pure
@lru_cache(_CACHE_SIZE)
def add_duration(date: str | None, duration: str | None) -> datetime | None:
    """Instant of a date plus a duration; None if either text cannot be parsed."""
    moment, length = parse_date_time(date), parse_duration(duration)
    return shift(moment, length) if moment and length is not None else None


@pure
@lru_cache(_CACHE_SIZE)
def subtract_duration(date: str | None, duration: str | None) -> datetime | None:
    """Instant of a date minus a duration; None if either text cannot be parsed."""
    moment, length = parse_date_time(date), parse_duration(duration)
    return shift(moment, length, back=True) if moment and length is not None else None


@pure
@lru_cache(_CACHE_SIZE)
def format_duration(length: timedelta) -> str | None:
    """ISO 8601 text of a length: `PT1H`, `P1DT16H`; None for a negative one."""
    return str(isodate.duration_isoformat(length)) if length >= timedelta() else None
