"""When an event ends and how long it takes: each is calculated from the other if imin leaves it out."""

from datetime import datetime
from functools import lru_cache

from gateway.hints import pure
from gateway.imin.dates import add_duration, is_before, parse_date_time
from gateway.imin.durations import format_duration, parse_duration
from gateway.imin.errors import InvalidValue

_CACHE_SIZE = 4_096


@pure
@lru_cache(_CACHE_SIZE)
def end_of(start: str | None, end: str | None, duration: str | None) -> str | None:
    """The end; without one, start plus duration. A duration of zero says nothing of the end.

    Raises InvalidValue if the end is before the start, or the duration is none.
    """
    if end and start and is_before(end, start):
        raise InvalidValue("endDate")
    if end or not start or not duration:
        return end
    length = parse_duration(duration)
    if length is None:
        raise InvalidValue("duration")
    ends: datetime | None = add_duration(start, duration) if any(length) else None
    return ends.isoformat() if ends else None


@pure
@lru_cache(_CACHE_SIZE)
def length_of(start: str | None, end: str | None) -> str | None:
    """End minus start; None if either is no date, or the end is before the start."""
    starts, ends = parse_date_time(start), parse_date_time(end)
    return format_duration(ends - starts) if starts and ends else None
