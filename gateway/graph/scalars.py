"""Custom scalars. A value is checked when it is written; an invalid one is an error of its field alone."""

import re
from datetime import UTC, datetime
from decimal import Decimal as ExactDecimal
from typing import Any, NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from gateway.errors import UPSTREAM_INVALID, GatewayError
from gateway.imin.dates import parse_date, parse_date_time, parse_time
from gateway.imin.durations import normal_duration

Date = NewType("Date", str)
DateTime = NewType("DateTime", str)
Duration = NewType("Duration", str)
Decimal = NewType("Decimal", str)
Time = NewType("Time", str)
URL = NewType("URL", str)

MAX_DIGITS = 40
# 24:00, leap seconds and the unknown offset -00:00 are rewritten, since most clients refuse them.
_RFC_3339 = re.compile(
    r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):\d\d:[0-5]\d(\.\d+)?(Z|[+-]\d\d:\d\d(?<!-00:00))", re.ASCII
)


def _invalid(what: str) -> GatewayError:
    return GatewayError(UPSTREAM_INVALID, f"The booking system sent a value that is not a {what}.")


def _write_date_time(value: Any) -> str:
    if isinstance(value, datetime):
        return _rfc_3339(value)
    moment = parse_date_time(value) if isinstance(value, str) else None
    if moment is None:
        raise _invalid("date and time")
    text = value.strip().upper()
    # Text that is RFC 3339 already is passed on unchanged.
    return text if _RFC_3339.fullmatch(text) else _rfc_3339(moment)


def _read_date_time(value: Any) -> str:
    text = value.strip().upper() if isinstance(value, str) else ""
    if not _RFC_3339.fullmatch(text) or parse_date_time(text) is None:
        raise GraphQLError(
            f"DateTime must be in the form of RFC 3339, for example 2022-11-15T15:24:26Z, got {value!r:.60}."
        )
    return text


def _rfc_3339(moment: datetime) -> str:
    """RFC 3339 has no seconds in an offset, as Greenwich had until 1847."""
    offset = moment.utcoffset()
    return (moment.astimezone(UTC) if offset and offset.seconds % 60 else moment).isoformat()


def _write_date(value: Any) -> str:
    day = parse_date(value) if isinstance(value, str) else None
    if day is None:
        raise _invalid("date")
    return day.isoformat()


def _read_date(value: Any) -> str:
    # The value may be a date of birth, so the message does not repeat it.
    day = parse_date(value) if isinstance(value, str) else None
    if day is None or day.isoformat() != value:
        raise GraphQLError("Date must be a date in the form YYYY-MM-DD, for example 1990-04-23.")
    return day.isoformat()


def _write_time(value: Any) -> str:
    time = parse_time(value) if isinstance(value, str) else None
    if time is None:
        raise _invalid("time of day")
    return time.isoformat()


def _write_duration(value: Any) -> str:
    text = normal_duration(value) if isinstance(value, str) else None
    if text is None:
        raise _invalid("duration")
    return text


def exact_decimal(value: Any) -> ExactDecimal:
    """A number that a Decimal can show: finite, with at most MAX_DIGITS digits on one side of the point.

    Raises GatewayError for any other.
    """
    if not isinstance(value, ExactDecimal) or not value.is_finite() or abs(value.adjusted()) > MAX_DIGITS:
        raise _invalid("decimal number")
    return value


def _read_url(value: Any) -> str:
    if not isinstance(value, str):
        raise GraphQLError("URL must be a text.")
    return value


def _write_decimal(value: Any) -> str:
    return format(exact_decimal(value), "f")


SCALARS: dict[object, ScalarDefinition] = {
    Date: strawberry.scalar(
        name="Date",
        description="A calendar date in the form `YYYY-MM-DD`.",
        specified_by_url="https://scalars.graphql.org/andimarek/local-date.html",
        serialize=_write_date,
        parse_value=_read_date,
    ),
    DateTime: strawberry.scalar(
        name="DateTime",
        description="A date and time with its offset from UTC, in the form of RFC 3339, for example "
        "`2022-11-15T15:24:26Z`. A time that imin gives without an offset is taken as British local time.",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time.html",
        serialize=_write_date_time,
        parse_value=_read_date_time,
    ),
    Duration: strawberry.scalar(
        name="Duration",
        description="A length of time in the form of RFC 3339, appendix A, for example `PT1H30M`: whole "
        "numbers, no sign, weeks only alone. Years and months are those of the calendar, a day is 24 hours.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339#appendix-A",
        serialize=_write_duration,
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description='An exact decimal number as a string, for example `"12.50"`. Never a float.',
        specified_by_url="https://www.w3.org/TR/xmlschema-2/#decimal",
        serialize=_write_decimal,
    ),
    Time: strawberry.scalar(
        name="Time",
        description="A local time of day in the form `HH:MM:SS`.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339#section-5.6",
        serialize=_write_time,
    ),
    URL: strawberry.scalar(
        name="URL",
        description="A web address.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3986",
        serialize=str,
        parse_value=_read_url,
    ),
}
