"""Durations as booking systems write them: ISO 8601 texts, as lengths and in the form of RFC 3339.

RFC 3339, appendix A, allows whole numbers only, no sign, weeks only alone, and no gap between two units
(`PT1H0M30S`). Clients read such texts alike; of other ISO 8601 texts they lose the fraction or the sign.
"""

import re
from datetime import timedelta
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from gateway.hints import pure

_CACHE_SIZE = 4_096

_NUMBER = r"(\d{1,12}(?:[.,]\d{1,12})?)"
_ISO_8601 = re.compile(
    rf"\+?P(?:{_NUMBER}Y)?(?:{_NUMBER}M)?(?:{_NUMBER}W)?(?:{_NUMBER}D)?"
    rf"(?:T(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?",
    re.ASCII,
)
_RFC_3339_TIME = r"T(?:\d+H(?:\d+M(?:\d+S)?)?|\d+M(?:\d+S)?|\d+S)"
_RFC_3339_DATE = r"(?:\d+Y(?:\d+M(?:\d+D)?)?|\d+M(?:\d+D)?|\d+D)"
_RFC_3339 = re.compile(rf"P(?:{_RFC_3339_DATE}(?:{_RFC_3339_TIME})?|{_RFC_3339_TIME}|\d+W)", re.ASCII)

_MONTHS_A_YEAR, _DAYS_A_WEEK, _HOURS_A_DAY, _SECONDS_A_MINUTE = 12, 7, 24, 60


class Duration(NamedTuple):
    """months: calendar months, years among them. length: all else, of which a day is 24 hours."""

    months: int
    length: timedelta


class _Units(NamedTuple):
    """Whole numbers of each unit but the last, largest unit first. Weeks count as days."""

    years: int
    months: int
    days: int
    hours: int
    minutes: int
    seconds: Fraction


@pure
@lru_cache(_CACHE_SIZE)
def parse_duration(text: str | None) -> Duration | None:
    """The duration in an ISO 8601 text, for example `P1DT16H`; None if the text holds none.

    A negative duration counts as none, for nothing can last or be due that long; so does a part of a month,
    which has no definite length.
    """
    units = _units(text)
    if units is None:
        return None
    hours, minutes = units.hours, units.minutes
    try:
        rest = timedelta(microseconds=int(units.seconds * 1_000_000))
        length = timedelta(days=units.days, hours=hours, minutes=minutes) + rest
    except OverflowError:
        return None
    return Duration(units.years * _MONTHS_A_YEAR + units.months, length)


@pure
@lru_cache(_CACHE_SIZE)
def normal_duration(text: str | None) -> str | None:
    """The duration in the form of RFC 3339, appendix A; as it was written if it has that form.

    None if it cannot have that form: the text is no duration, or has a part of a second.
    """
    units = _units(text)
    if units is None or text is None or parse_duration(text) is None:
        return None
    written = text.strip()
    return written if _RFC_3339.fullmatch(written) else _rfc_3339(units)


@pure
@lru_cache(_CACHE_SIZE)
def format_duration(length: timedelta) -> str | None:
    """RFC 3339 text of a length: `PT1H`, `P1DT16H`.

    None for a negative one, or one with a part of a second.
    """
    if length < timedelta() or length.microseconds:
        return None
    minutes, seconds = divmod(length.seconds, _SECONDS_A_MINUTE)
    hours, minutes = divmod(minutes, 60)
    return _rfc_3339(_Units(0, 0, length.days, hours, minutes, Fraction(seconds)))


def _units(text: str | None) -> _Units | None:
    """The numbers in a text. A fraction is carried to the smaller units."""
    found = _ISO_8601.fullmatch(text.strip().upper()) if text else None
    if found is None or not any(found.groups()):
        return None
    numbers = [Fraction((number or "0").replace(",", ".")) for number in found.groups()]
    years, months, weeks, days, hours, minutes, seconds = numbers
    whole_years, months = _carry(years, months, _MONTHS_A_YEAR)
    whole_days, hours = _carry(weeks * _DAYS_A_WEEK + days, hours, _HOURS_A_DAY)
    whole_hours, minutes = _carry(hours, minutes, 60)
    whole_minutes, seconds = _carry(minutes, seconds, _SECONDS_A_MINUTE)
    if months.denominator != 1:
        return None
    return _Units(whole_years, int(months), whole_days, whole_hours, whole_minutes, seconds)


def _carry(number: Fraction, smaller: Fraction, factor: int) -> tuple[int, Fraction]:
    whole = int(number)
    return whole, smaller + (number - whole) * factor


def _rfc_3339(units: _Units) -> str | None:
    if units.seconds.denominator != 1:
        return None
    numbers = [*units[:-1], int(units.seconds)]
    date = _span(list(zip(numbers[:3], "YMD", strict=True)))
    time = _span(list(zip(numbers[3:], "HMS", strict=True)))
    return "P" + date + (f"T{time}" if time else "") if date or time else "PT0S"


def _span(parts: list[tuple[int, str]]) -> str:
    """The units from the largest to the smallest that is not zero, without a gap between them."""
    used = [index for index, (number, _) in enumerate(parts) if number]
    return "".join(f"{number}{unit}" for number, unit in parts[used[0] : used[-1] + 1]) if used else ""
