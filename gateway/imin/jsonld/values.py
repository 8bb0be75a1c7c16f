"""Reading single values that do not have their declared type: a number as a text, a text as a number …"""

import math
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from gateway.imin.jsonld.iri import iri_tail
from gateway.imin.jsonld.kinds import TEXT_MEMBERS

Path = str
"""Where a value is in a document: `orderedItem[0].position`."""

Reader = Callable[[Any, Path, list[Path]], Any]
"""`reader(value, path, unreadable)` returns the value as its type, or raises Misfit."""

_MAX_PLAIN_DIGITS = 100
_INT_DIGITS = 9

# Python would take more: underscores, full-width digits, NaN.
_NUMBER = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*", re.ASCII)


class Misfit(Exception):  # control flow inside this package, never an error outside
    """The value cannot be read as the type."""


def text_reader(members: tuple[str, ...] = TEXT_MEMBERS) -> Reader:
    """Reader of texts. members: of an object in place of the text, the first of which counts."""

    def read_text(value: Any, path: Path, unreadable: list[Path]) -> str:
        match value:
            case str():
                return value
            case bool():
                return "true" if value else "false"
            case int():
                return str(value)
            case Decimal():
                return format(value, "f") if abs(value.adjusted()) < _MAX_PLAIN_DIGITS else str(value)
            case dict():
                inner = next((value[name] for name in members if value.get(name) is not None), None)
                if inner is not None:
                    return read_text(inner, path, unreadable)
        raise Misfit

    return read_text


read_text = text_reader()


def read_number(value: Any, _path: Path, _unreadable: list[Path]) -> Decimal:
    """A number, which may be written as a text."""
    if isinstance(value, dict):
        value = value.get("@value", value.get("value"))
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise Misfit
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        raise Misfit
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise Misfit from None
    if not number.is_finite():
        raise Misfit
    return number


def read_integer(value: Any, path: Path, unreadable: list[Path]) -> int:
    """A whole number that fits GraphQL's Int."""
    number = read_number(value, path, unreadable)
    # The digits are counted first: 1e1000000 would become an integer of a million digits.
    too_long = number.adjusted() > _INT_DIGITS
    if too_long or number != number.to_integral_value() or not -(2**31) <= number < 2**31:
        raise Misfit
    return int(number)


def read_float(value: Any, path: Path, unreadable: list[Path]) -> float:
    """A number as a float, unless it is too large for one."""
    number = float(read_number(value, path, unreadable))
    if math.isinf(number):
        raise Misfit
    return number


def read_boolean(value: Any, _path: Path, _unreadable: list[Path]) -> bool:
    """A boolean, which may be written as `"true"`, `1` or `https://schema.org/True`."""
    if isinstance(value, dict):
        value = next((value[name] for name in ("@value", "value", "@id", "id") if name in value), None)
    if isinstance(value, bool):
        return value
    words = {"true": True, "1": True, "false": False, "0": False}
    if isinstance(value, str | int) and (word := iri_tail(str(value)).lower()) in words:
        return words[word]
    raise Misfit


def read_identifier(value: Any, path: Path, unreadable: list[Path]) -> str | int:
    """An identifier: whole numbers stay numbers, and true and false are none."""
    if isinstance(value, bool):
        raise Misfit
    if isinstance(value, int):
        return value
    text: str = read_text(value, path, unreadable)
    return text


def read_anything(value: Any, _path: Path, _unreadable: list[Path]) -> Any:
    """Any JSON, as it is."""
    return value


SCALAR_READERS: dict[Any, Reader] = {
    frozenset({str}): read_text,
    frozenset({int}): read_integer,
    frozenset({float}): read_float,
    frozenset({bool}): read_boolean,
    frozenset({Decimal}): read_number,
    frozenset({str, int}): read_identifier,
    frozenset({Any}): read_anything,
}
"""By the set of types that a field may have besides None."""
