"""What details of a customer may be. They are checked before anything is sent to imin.

imin documents no limits (assumption): these refuse what no person is called and no mail can reach, and texts
that would deceive those who read them. Messages name the field and never repeat a value, which is personal.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from gateway.imin.dates import parse_date, parse_date_time

Members = Mapping[str, Any]
"""Details of a person by imin's names, as they are sent."""

MAX_TEXT_CHARACTERS = 200
_MAX_EMAIL_CHARACTERS = 254  # RFC 5321
MAX_PASS_CHARACTERS = 256
_MAX_IRI_CHARACTERS = 2_000
_MAX_AGE_YEARS = 130

# Control and invisible characters, lone surrogates, private and unassigned ones, and separators of lines.
_UNPRINTABLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_JOINERS = "\u200c\u200d"
"""Invisible characters that Persian and Indian names are written with."""

_URL = re.compile(r"[a-z][a-z0-9+.-]*:/|\bwww\.|\b(?:javascript|data|mailto):", re.IGNORECASE)
# Digits with what people write between them. An extension may follow.
_PHONE = re.compile(r"\+?[0-9 ().\-/]{3,40}(?: ?(?:x|ext\.?|#) ?[0-9]{1,8})?", re.ASCII | re.IGNORECASE)
_MIN_DIGITS, _MAX_DIGITS = 3, 15  # the most that E.164 allows
_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
_HTTP_URL = re.compile(r"https?://[^\s/?#@\\\"<>^`{|}]+(?:[/?#][^\s\\\"<>^`{|}]*)?", re.ASCII | re.IGNORECASE)


class InvalidInput(ValueError):
    """A value that cannot be sent to imin. The message names its field, and does not contain the value."""


Rule = Callable[[str, Any], Any]
"""The value as it is sent, given its field and the value. Raises InvalidInput."""


def text(name: str, value: str) -> str:
    """A line of text that people read: no control characters, no markup and no URL."""
    line(name, value)
    if "<" in value or ">" in value:
        raise InvalidInput(f"{name} must not contain < or >.")
    if _URL.search(unicodedata.normalize("NFKC", value)):
        raise InvalidInput(f"{name} must not contain a URL.")
    return value


def line(name: str, value: str, most: int = MAX_TEXT_CHARACTERS) -> str:
    """A printable line that is not blank."""
    if not 1 <= len(value) <= most:
        raise InvalidInput(f"{name} must be 1 to {most:,} characters, got {len(value):,}.")
    if any(unicodedata.category(one) in _UNPRINTABLE for one in value if one not in _JOINERS):
        raise InvalidInput(f"{name} must not contain control characters or invisible ones.")
    if not value.strip(f" {_JOINERS}").strip():
        raise InvalidInput(f"{name} must not be blank.")
    return value


def email(name: str, value: str) -> str:
    """An address that mail systems accept, in ASCII: letters of other alphabets can look the same.

    Whether mail reaches it is not checked.
    """
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415  # loads idna

    invalid = InvalidInput(f"{name} must be an e-mail address, for example anna@example.org.")
    if len(value) > _MAX_EMAIL_CHARACTERS or not value.isascii():
        raise invalid
    try:
        validate_email(value, check_deliverability=False, strict=True, test_environment=True)
    except EmailNotValidError:
        raise invalid from None
    return value


def phone(name: str, value: str) -> str:
    """A telephone number as the customer wrote it.

    Only its form is checked: the number in imin's documentation, 020 811 8055, is none that is in use.
    """
    digits = sum(character.isdigit() for character in re.split("x|ext|#", value, flags=re.IGNORECASE)[0])
    if not _PHONE.fullmatch(value) or not _MIN_DIGITS <= digits <= _MAX_DIGITS:
        raise InvalidInput(f"{name} must be a telephone number of {_MIN_DIGITS} to {_MAX_DIGITS} digits.")
    return value


def birth_date(now: datetime) -> Rule:
    """A day in the last 130 years."""

    def rule(name: str, value: str) -> str:
        day, today = parse_date(value), now.date()
        if day is None or day.isoformat() != value:
            raise InvalidInput(f"{name} must be a date in the form YYYY-MM-DD.")
        if not date(today.year - _MAX_AGE_YEARS, 1, 1) <= day <= today:
            raise InvalidInput(f"{name} must be a day in the last {_MAX_AGE_YEARS} years.")
        return value

    return rule


def moment(name: str, value: str) -> str:
    """A date and time that lies in the years 1 to 9999 in UTC too, as imin may convert it."""
    invalid = InvalidInput(f"{name} must be a date and time in the years 1 to 9999 in UTC.")
    parsed = parse_date_time(value)
    if parsed is None:
        raise invalid
    try:
        parsed.astimezone(UTC)
    except OverflowError:
        raise invalid from None
    return value


def country(name: str, value: str) -> str:
    """A country by the form of its ISO 3166 code. Whether the code is assigned is not checked."""
    if not _COUNTRY.fullmatch(value):
        raise InvalidInput(f"{name} must be a country code of two capital letters, for example GB.")
    return value


def iri(name: str, value: str) -> str:
    """A URL that identifies something in imin."""
    if len(value) > _MAX_IRI_CHARACTERS or not _HTTP_URL.fullmatch(value):
        raise InvalidInput(f"{name} must be an http(s) URL of at most {_MAX_IRI_CHARACTERS:,} characters.")
    return value


def pass_text(name: str, value: str) -> str:
    """The content of a barcode: printable ASCII."""
    line(name, value, MAX_PASS_CHARACTERS)
    if not value.isascii():
        raise InvalidInput(f"{name} must consist of ASCII characters.")
    return value


def _as_it_is(_name: str, value: Any) -> Any:
    return value


def _object_of(type_: str, rules: Mapping[str, Rule]) -> Rule:
    def rule(name: str, value: Mapping[str, Any]) -> Mapping[str, Any]:
        checked = {key: rules[key](f"{name}.{key}", one) for key, one in value.items()}
        if not checked:
            raise InvalidInput(f"{name} must have one of {', '.join(rules)}.")
        return {"@type": type_, **checked}

    return rule


_ADDRESS_RULES: Mapping[str, Rule] = {
    "streetAddress": text,
    "addressLocality": text,
    "addressRegion": text,
    "postalCode": text,
    "addressCountry": country,
}


def person_members(values: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The person's details as they are sent to imin. Raises InvalidInput.

    values: by GraphQL name; only those that are given.
    """
    rules: dict[str, Rule] = {
        "email": email,
        "givenName": text,
        "familyName": text,
        "telephone": phone,
        "birthDate": birth_date(now),
        "gender": _as_it_is,
        "is13OrOver": _as_it_is,
        "address": _object_of("PostalAddress", _ADDRESS_RULES),
        "emergencyContact": _object_of("Person", {"name": text, "telephone": phone}),
    }
    return {member_of(name): rules[name](name, value) for name, value in values.items()}


def member_of(name: str) -> str:
    """imin's name of a detail, from its GraphQL name."""
    return "imin:is13OrOver" if name == "is13OrOver" else name
