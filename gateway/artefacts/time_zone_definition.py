"""Definitions of time zones in iCalendar. Source: RFC 5545, 3.6.5."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

from gateway.artefacts.icalendar import component
from gateway.time_zones import time_zone

_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_A_WEEK = timedelta(days=7)
_MAX_YEARS = 20


class _Change(NamedTuple):
    """A change of the clocks. before, after: offsets. at: the clocks' time before they change."""

    before: timedelta
    after: timedelta
    name: str
    is_summer: bool
    at: datetime


@lru_cache(64)
def time_zone_definition(name: str, first_year: int, last_year: int) -> tuple[str, ...]:
    """Lines of the definition of a zone for these years, 20 at most, by its IANA name."""
    zone, last_year = time_zone(name), min(last_year, first_year + _MAX_YEARS)
    start = datetime(first_year, 1, 1, tzinfo=UTC)
    changes = list(_changes(zone, start, datetime(last_year + 1, 1, 1, tzinfo=UTC)))
    if not changes or changes[0].at.year > first_year or len(changes) == 1:
        before = (start - _A_WEEK).astimezone(zone)
        changes.insert(0, _change(before, before, before.replace(tzinfo=None)))
    changes.sort(key=lambda change: change[:4])
    lines = [f"TZID:{name}"]
    for _, same in groupby(changes, key=lambda change: change[:4]):
        lines += _component(list(same), last_year)
    return tuple(component("VTIMEZONE", lines))


def _changes(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[_Change]:
    """The changes of a zone's clocks between two moments."""
    before = start.astimezone(zone)
    while before < end:
        after = (before.astimezone(UTC) + _A_WEEK).astimezone(zone)
        if _state(before) != _state(after):
            first = _first_moment(zone, before.astimezone(UTC), after.astimezone(UTC))
            after = first.astimezone(zone)
            offset = before.utcoffset() or timedelta()
            yield _change(before, after, (first + offset).replace(tzinfo=None))
        before = after


def _first_moment(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first second in UTC at which the zone is in another state than `before`."""
    state = _state(before.astimezone(zone))
    low, high = int(before.timestamp()), int(after.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if _state(datetime.fromtimestamp(middle, zone)) == state:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)


def _state(local: datetime) -> tuple[object, ...]:
    return local.utcoffset(), local.dst(), local.tzname()


def _change(before: datetime, after: datetime, at: datetime) -> _Change:
    offset, new = before.utcoffset() or timedelta(), after.utcoffset() or timedelta()
    return _Change(offset, new, after.tzname() or "", bool(after.dst()), at)


def _component(changes: list[_Change], last_year: int) -> list[str]:
    """The component for changes that differ in their time only: by a rule, if there is one."""
    first, *others = [change.at for change in changes]
    change = changes[0]
    lines = [f"DTSTART:{first:%Y%m%dT%H%M%S}"]
    if others:
        rule = _yearly_rule([first, *others], last_year)
        lines.append(rule or "RDATE:" + ",".join(f"{at:%Y%m%dT%H%M%S}" for at in others))
    lines += [
        f"TZOFFSETFROM:{_offset(change.before)}",
        f"TZOFFSETTO:{_offset(change.after)}",
        f"TZNAME:{change.name}",
    ]
    return component("DAYLIGHT" if change.is_summer else "STANDARD", lines)


def _yearly_rule(moments: list[datetime], last_year: int) -> str | None:
    """The rule of moments that are, each year, on the same day of the same week of a month.

    A rule has no end, so there is none for changes that the zone has given up.
    """
    years = [at.year for at in moments]
    if years != [*range(years[0], last_year + 1)]:
        return None
    first = moments[0]
    if {(at.month, at.weekday(), at.time()) for at in moments} != {
        (first.month, first.weekday(), first.time())
    }:
        return None
    if all(at.day + 7 > monthrange(at.year, at.month)[1] for at in moments):
        week = -1
    elif len({(at.day - 1) // 7 for at in moments}) == 1:
        week = (first.day - 1) // 7 + 1
    else:
        return None
    return f"RRULE:FREQ=YEARLY;BYMONTH={first.month};BYDAY={week}{_WEEKDAYS[first.weekday()]}"


def _offset(offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"
