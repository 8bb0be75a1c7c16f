"""Write and read dates and durations in the formats that imin uses."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
_DURATION = re.compile(r"^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$")


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


def parse_duration(text: object) -> timedelta | None:
    """The length of an ISO 8601 duration of weeks, days and time; None when the value is not one."""
    match = _DURATION.match(text) if isinstance(text, str) else None
    if match is None:
        return None
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
