"""Parsing durations, and writing them in the form of RFC 3339."""

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.imin.durations import Duration, format_duration, normal_duration, parse_duration

_TIME = r"T(\d+H(\d+M(\d+S)?)?|\d+M(\d+S)?|\d+S)"
RFC_3339 = re.compile(rf"P((\d+Y(\d+M(\d+D)?)?|\d+M(\d+D)?|\d+D)({_TIME})?|{_TIME}|\d+W)", re.ASCII)
"""The grammar of RFC 3339, appendix A."""


def days(number: int, **smaller: int) -> Duration:
    return Duration(0, timedelta(days=number, **smaller))


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("PT1H", days(0, hours=1)),
        ("PT60M", days(0, hours=1)),
        ("P1DT16H", days(1, hours=16)),
        ("P10DT11H49M", days(10, hours=11, minutes=49)),
        ("P2W", days(14)),
        ("P1W2D", days(9)),
        ("P1M", Duration(1, timedelta())),
        ("P1Y2M", Duration(14, timedelta())),
        ("P1Y2M3W4DT5H6M7S", Duration(14, timedelta(days=25, hours=5, minutes=6, seconds=7))),
        ("P0.5Y", Duration(6, timedelta())),
        ("PT1.5H", days(0, minutes=90)),
        ("PT1,5H", days(0, minutes=90)),
        ("PT0.5S", days(0, milliseconds=500)),
        ("P1DT", days(1)),
        ("P0D", days(0)),
        (" pt1h ", days(0, hours=1)),
        ("+PT1H", days(0, hours=1)),
    ],
)
def test_parse_duration(text: str, duration: Duration) -> None:
    """Months and years are counted as such, everything smaller has a fixed length."""
    assert parse_duration(text) == duration


NONE = [
    "1 hour",
    "P",
    "PT",
    "-PT1H",
    "-P1D",
    "P-1D",
    "PT-1H",
    "P1.5M",
    "P0.3Y",
    "P1H",
    "PT1D",
    "P1D2W",
    "PT1M1H",
    "P1",
    "1D",
    "PT\u0661H",  # Arabic digits
    "P" + "9" * 400 + "D",
    "P" + "9" * 400 + "Y",
    "P999999999999D",
    "P1D P1D",
    "",
    " ",
    None,
]


@pytest.mark.parametrize("text", NONE)
def test_no_duration(text: str | None) -> None:
    """A text without a number of units is no duration, nor is a negative one or one of no certain length."""
    assert parse_duration(text) is None
    assert normal_duration(text) is None


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("PT1H", "PT1H"),
        ("PT90M", "PT90M"),
        ("P1Y", "P1Y"),
        ("P2W", "P2W"),
        ("PT1H30M", "PT1H30M"),
        ("PT1.5H", "PT1H30M"),
        ("PT36.5H", "PT36H30M"),
        ("PT0.25H", "PT15M"),
        ("PT2.5M", "PT2M30S"),
        ("PT30.0S", "PT30S"),
        ("P1.5D", "P1DT12H"),
        ("P1.5W", "P10DT12H"),
        ("P1.5Y", "P1Y6M"),
        ("P1W2D", "P9D"),
        ("P1WT1H", "P7DT1H"),
        ("P1DT", "P1D"),
        ("PT1H30S", "PT1H0M30S"),
        ("P1Y5D", "P1Y0M5D"),
        ("p1dt2h", "P1DT2H"),
        ("+P1D", "P1D"),
        ("P0W0D", "PT0S"),
        ("PT0.5S", None),
        ("PT0.0001H", None),
    ],
)
def test_normal_duration(text: str, normal: str | None) -> None:
    """A duration is written in the form of RFC 3339; None where a part of a second is left over."""
    assert normal_duration(text) == normal


number = st.one_of(st.integers(0, 400).map(str), st.decimals(0, 400, places=2).map(str))
units = st.tuples(*[st.none() | number] * 7)


def written(numbers: tuple[str | None, ...]) -> str:
    """The ISO 8601 text of years, months, weeks, days, hours, minutes and seconds."""
    parts = [f"{number}{unit}" if number else "" for number, unit in zip(numbers, "YMWDHMS", strict=True)]
    date, time = "".join(parts[:4]), "".join(parts[4:])
    return f"P{date}T{time}" if time else f"P{date}"


@given(units)
def test_normal_form(numbers: tuple[str | None, ...]) -> None:
    """Whatever is written is in the grammar of RFC 3339 and has the length of the original."""
    text = written(numbers)

    normal = normal_duration(text)

    assert normal is None or (RFC_3339.fullmatch(normal) and parse_duration(normal) == parse_duration(text))
    assert normal is not None or "." in text or not any(numbers)


@given(st.text(max_size=12) | st.text("P+-TYMWDHS.,0129 ", max_size=12))
def test_any_text(text: str) -> None:
    """No text fails, and what is written is in the grammar."""
    normal = normal_duration(text)

    assert normal is None or RFC_3339.fullmatch(normal)


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(hours=1), "PT1H"),
        (timedelta(days=1, hours=16), "P1DT16H"),
        (timedelta(hours=1, seconds=30), "PT1H0M30S"),
        (timedelta(days=7), "P7D"),
        (timedelta(), "PT0S"),
        (timedelta(seconds=-1), None),
        (timedelta(milliseconds=1500), None),
    ],
)
def test_format_duration(length: timedelta, text: str | None) -> None:
    """A length is written as RFC 3339 has it; a negative one, or one with a part of a second, is none."""
    assert format_duration(length) == text
