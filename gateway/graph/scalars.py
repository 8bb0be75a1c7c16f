"""Custom scalars. A value is checked when it is written; an invalid one is an error of its field alone."""

import re
from datetime import date, datetime
from decimal import Decimal as ExactDecimal
from typing import Any, NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

from gateway.errors import UPSTREAM_INVALID, GatewayError
from gateway.imin.dates import parse_date_time, parse_duration

Date = NewType("Date", str)
DateTime = NewType("DateTime", str)
Duration = NewType("Duration", str)
Decimal = NewType("Decimal", str)
URL = NewType("URL", str)

_MOST_DIGITS = 40
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def _invalid(what: str) -> GatewayError:
    return GatewayError(UPSTREAM_INVALID, f"The booking system sent a value that is not a {what}.")


def _write_date_time(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if not isinstance(value, str):
        raise _invalid("date and time")
    moment = parse_date_time(value)
    if moment is None:
        raise _invalid("date and time")
    text = value.strip()
    # Text that is RFC 3339 already is passed on unchanged.
    return text if _RFC_3339.fullmatch(text) else moment.isoformat()


def _write_date(value: Any) -> str:
    try:
        return date.fromisoformat(str(value).strip()[:10]).isoformat()
    except ValueError:
        raise _invalid("date") from None


def _write_duration(value: Any) -> str:
    if not isinstance(value, str) or parse_duration(value) is None:
        raise _invalid("duration")
    return value.strip()


def _write_decimal(value: Any) -> str:
    if not isinstance(value, ExactDecimal) or not value.is_finite() or abs(value.adjusted()) > _MOST_DIGITS:
        raise _invalid("decimal number")
    return format(value, "f")


SCALARS: dict[object, ScalarDefinition] = {
    Date: strawberry.scalar(
        name="Date",
        description="A calendar date in the form `YYYY-MM-DD`.",
        specified_by_url="https://scalars.graphql.org/andimarek/local-date.html",
        serialize=_write_date,
    ),
    DateTime: strawberry.scalar(
        name="DateTime",
        description="A date and time with its offset from UTC, in the form of RFC 3339, for example "
        "`2022-11-15T15:24:26Z`. A time that imin gives without an offset is taken as British local time.",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time.html",
        serialize=_write_date_time,
    ),
    Duration: strawberry.scalar(
        name="Duration",
        description="A length of time in the form of ISO 8601, for example `PT1H30M`.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339#appendix-A",
        serialize=_write_duration,
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description='An exact decimal number as a string, for example `"12.50"`. Never a float.',
        specified_by_url="https://www.w3.org/TR/xmlschema-2/#decimal",
        serialize=_write_decimal,
    ),
    URL: strawberry.scalar(
        name="URL",
        description="A web address.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3986",
        serialize=str,
    ),
}
