"""Dates and durations in the spellings imin uses."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
_DURATION = re.compile(r"^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$")


def zulu(moment: datetime) -> str:
    """2022-11-15T15:24:26Z, as in orderDate."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def utc(moment: datetime) -> str:
    """2020-01-16T10:00:00+00:00, as in startDate."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def london(moment: datetime) -> str:
    """2021-04-30T11:42:47.813766+01:00, as in a receipt's dateCreated."""
    return moment.astimezone(LONDON).isoformat(timespec="microseconds")


def parse(text: object) -> datetime | None:
    """The moment that a date-time text names; None when it names none. No offset means London time."""
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=LONDON)


def duration(minutes: int) -> str:
    """PT1H, PT45M, PT1H30M."""
    hours, rest = divmod(minutes, 60)
    return "PT" + (f"{hours}H" if hours else "") + (f"{rest}M" if rest else "")


def parse_duration(text: object) -> timedelta | None:
    """The length that an ISO 8601 duration of weeks, days and time names; None when it names none."""
    match = _DURATION.match(text) if isinstance(text, str) else None
    if match is None:
        return None
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
