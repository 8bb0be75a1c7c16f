"""Definitions of time zones in iCalendar. Source: RFC 5545, 3.6.5."""

from calendar import monthrange
from collections.abc import Iterator, Sequence
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
_FIRST_YEAR = 1970
"""From here on, rules apply, as other programs write them: see findings/vobject-late-time-zone.sh."""


class _Change(NamedTuple):
    """A change of the clocks. before, after: offsets. at: the clocks' time before they change."""

    before: timedelta
    after: timedelta
    name: str
    is_summer: bool
    at: datetime


class _Rule(NamedTuple):
    """week: of the month, 1 for the first, -1 for the last. weekday: 0 for Monday."""

    month: int
    week: int
    weekday: int

    def day(self, year: int) -> int:
        """Day of the month."""
        first, days = monthrange(year, self.month)
        day = 1 + (self.weekday - first) % 7
        return day + (days - day) // 7 * 7 if self.week < 0 else day + (self.week - 1) * 7

    def __str__(self) -> str:
        return f"RRULE:FREQ=YEARLY;BYMONTH={self.month};BYDAY={self.week}{_WEEKDAYS[self.weekday]}"


@lru_cache(64)
def time_zone_definition(name: str, first_year: int, last_year: int) -> tuple[str, ...]:
    """Lines of the definition of a zone for these years, 20 at most, by its IANA name.

    By yearly rules, if all its changes in these years follow them, and otherwise by dates.
    """
    zone, last_year = time_zone(name), min(last_year, first_year + _MAX_YEARS)
    start = datetime(first_year, 1, 1, tzinfo=UTC)
    changes = list(_changes(zone, start, datetime(last_year + 1, 1, 1, tzinfo=UTC)))
    kinds = [list(same) for _, same in groupby(sorted(changes), key=lambda change: change[:4])]
    rules = [_rule(kind, range(first_year, last_year + 1)) for kind in kinds]
    lines = [f"TZID:{name}"]
    if not changes or not all(rules):
        before = start.astimezone(zone)
        kinds.insert(0, [_change(before, before, datetime(_FIRST_YEAR, 1, 1))])  # noqa: DTZ001  # local time
        rules = [None] * len(kinds)
    for kind, rule in zip(kinds, rules, strict=True):
        lines += _component(kind, rule)
    return tuple(component("VTIMEZONE", lines))


def _changes(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[_Change]:
    """The changes of a zone's clocks between two moments."""
    before = start.astimezone(zone)
    while before < end:
        after = (before.astimezone(UTC) + _A_WEEK).astimezone(zone)
        if _state(before) != _state(after):
            first = _first_moment(zone, before, after)
            after = first.astimezone(zone)
            yield _change(before, after, (first + (before.utcoffset() or timedelta())).replace(tzinfo=None))
        before = after


def _first_moment(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first second in UTC at which the zone is in another state than `before`."""
    low, high = int(before.timestamp()), int(after.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if _state(datetime.fromtimestamp(middle, zone)) == _state(before):
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)


def _state(local: datetime) -> tuple[object, ...]:
    return local.utcoffset(), local.dst(), local.tzname()


def _change(before: datetime, after: datetime, at: datetime) -> _Change:
    offset, new = before.utcoffset() or timedelta(), after.utcoffset() or timedelta()
    return _Change(offset, new, after.tzname() or "", bool(after.dst()), at)


def _rule(changes: Sequence[_Change], years: range) -> _Rule | None:
    """The rule of changes that are, in each of these years, on the same day of the same week of a month."""
    moments = [change.at for change in changes]
    first = moments[0]
    if [at.year for at in moments] != [*years] or len({at.time() for at in moments}) > 1:
        return None
    for week in (-1, (first.day - 1) // 7 + 1):
        rule = _Rule(first.month, week, first.weekday())
        if all((at.month, at.day) == (rule.month, rule.day(at.year)) for at in moments):
            return rule
    return None


def _component(changes: Sequence[_Change], rule: _Rule | None) -> list[str]:
    """The component for changes that differ in their time only."""
    first, others = changes[0].at, changes[1:]
    if rule is not None:
        first = first.replace(year=_FIRST_YEAR, day=rule.day(_FIRST_YEAR))
    lines = [
        f"DTSTART:{first:%Y%m%dT%H%M%S}",
        f"TZOFFSETFROM:{_offset(changes[0].before)}",
        f"TZOFFSETTO:{_offset(changes[0].after)}",
        f"TZNAME:{changes[0].name}",
    ]
    if rule is not None:
        lines.append(str(rule))
    elif others:
        lines.append("RDATE:" + ",".join(f"{change.at:%Y%m%dT%H%M%S}" for change in others))
    return component("DAYLIGHT" if changes[0].is_summer else "STANDARD", lines)


def _offset(offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"
