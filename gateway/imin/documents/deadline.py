"""Until when an item can be cancelled. Source: Open Booking API 8.3.2."""

from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from gateway.hints import pure
from gateway.imin.dates import parse_date_time, subtract_duration
from gateway.imin.durations import parse_duration

_CACHE_SIZE = 4_096


class Deadline(NamedTuple):
    """until: the deadline, None if it is unknown. latest: no deadline can be later; None if unknown too.

    invalid: the member of imin's JSON that cannot be used, because of which the deadline is unknown.
    """

    until: datetime | None
    latest: datetime | None
    invalid: str | None


@pure
@lru_cache(_CACHE_SIZE)
def deadline_of(start: str | None, window: str | None, *, is_window_known: bool = True) -> Deadline:
    """Start minus the offer's window; without a window, the start.

    A window that is no duration leaves the deadline unknown: taken as no window, it would promise too much.
    is_window_known: False if there may be a window that could not be read, or was not sent.
    """
    if start is None:
        return Deadline(None, None, None)
    starts = parse_date_time(start)
    if starts is None:
        return Deadline(None, None, "startDate")
    if not is_window_known:
        return Deadline(None, starts, None)
    if window is None:
        return Deadline(starts, starts, None)
    if parse_duration(window) is None:
        return Deadline(None, starts, "latestCancellationBeforeStartDate")
    until = subtract_duration(start, window)
    return Deadline(until, until or starts, None)
