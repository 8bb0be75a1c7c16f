"""Write and read dates and durations in the formats that imin uses."""

import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
_DURATION = re.compile(
    r"^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$"
)


def zulu(when: datetime) -> str:
    """The format of orderDate: 2022-11-15T15:24:26Z."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def utc(when: datetime) -> str:
    """The format of startDate: 2020-01-16T10:00:00+00:00."""
    return when.astimezone(UTC).isoformat(timespec="seconds")


def london(when: datetime) -> str:
    """The format of a receipt's dateCreated: 2021-04-30T11:42:47.813766+01:00."""
    return when.astimezone(LONDON).isoformat(timespec="microseconds")


def parse(text: object) -> datetime | None:
    """The date-time in a text; None when the value is not one. Without an offset it is London time."""
    if not isinstance(text, str):
        return None
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=LONDON)


def duration(minutes: int) -> str:
    """An ISO 8601 duration: PT1H, PT45M, PT1H30M."""
    hours, rest = divmod(minutes, 60)
    return "PT" + (f"{hours}H" if hours else "") + (f"{rest}M" if rest else "")


class Duration(NamedTuple):
    """Calendar months, and real time."""

    months: int
    length: timedelta


def parse_duration(text: object) -> Duration | None:
    """The ISO 8601 duration in a text; None when the value is not one. Weeks and days are real time."""
    match = _DURATION.match(text) if isinstance(text, str) else None
    if match is None or not any(match.groups()):
        return None
    years, months, weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    length = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return Duration(years * 12 + months, length)


def shifted(when: datetime, duration: Duration | None, *, back: bool = False) -> datetime:
    """The moment moved by a duration, months by London's calendar; the moment itself without a duration."""
    months, length = duration or Duration(0, timedelta())
    sign = -1 if back else 1
    local = when.astimezone(LONDON)
    year, month = divmod(local.year * 12 + local.month - 1 + sign * months, 12)
    day = min(local.day, monthrange(year, month + 1)[1])
    moved = local.replace(year=year, month=month + 1, day=day) if months else when
    return (moved.astimezone(UTC) + sign * length).astimezone(when.tzinfo)
