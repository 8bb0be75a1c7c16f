"""Reading JSON-LD the way imin and OpenActive really write it.

A document is decoded straight into its Struct; that is the fast and usual way.
One that does not fit is read a second time, field by field, by `lenient`: a
number where a text belongs, one object where a list belongs, a bare IRI where
an object belongs. What cannot be read even so is left out and named.

Source: imin docs, "Understanding responses" (any property may be missing, new
ones appear at any time); OpenActive Modelling Specification.
"""

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, cast, get_args, get_origin
from zoneinfo import ZoneInfo

import isodate
import msgspec

from gateway.hints import pure
from gateway.imin.errors import Unreadable

T = TypeVar("T")
S = TypeVar("S", bound=msgspec.Struct)

# Assumption: imin shows no time without an offset; one that comes is British local time.
LOCAL_TIME = ZoneInfo("Europe/London")

Int = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]
"""A whole number as GraphQL's Int can hold it."""

# An escaped half of a surrogate pair (a text cut in the middle of an emoji) is no character.
_ESCAPES = re.compile(rb"""\\u[dD][89abAB]..\\u[dD][c-fC-F]..|(\\u[dD][89a-fA-F]..)|\\.""", re.DOTALL)

# The same few dates, lengths and terms stand on every level of every item, and are read for several fields.
_MOST_REMEMBERED = 4_096

_MOST_DECODERS = 256

Path = str
Reader = Callable[[Any, Path, list[Path]], Any]


class _Misfit(Exception):  # control flow inside this module, never an error outside
    """The value has no reading as the type that was asked for."""


def _exact(text: str) -> Decimal | str:
    """The number of a JSON literal; the literal itself where no Decimal can hold it."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


@lru_cache(_MOST_DECODERS)
def _decoder(document_type: type[T]) -> msgspec.json.Decoder[T]:
    # Prices must never pass through a float, so neither does a number of no declared type.
    return msgspec.json.Decoder(document_type, float_hook=_exact)


def _parse(document_type: type[T], body: bytes | msgspec.Raw) -> T:
    """The document. Raises Unreadable, or ValidationError where the JSON does not fit the type."""
    try:
        document: T = _decoder(document_type).decode(body)  # type: ignore[arg-type]  # types are hashable
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        mended = _mend(bytes(body))
        if mended == body:
            raise Unreadable("the answer is not JSON") from error
        return _parse(document_type, mended)
    return document


def _mend(body: bytes) -> bytes:
    """The body with U+FFFD for what is no character, so that it costs no more than itself."""
    text = body.decode("utf-8-sig", "replace").encode()
    return _ESCAPES.sub(lambda found: rb"\ufffd" if found[1] else found[0], text)


def decode(document_type: type[T], body: bytes | msgspec.Raw) -> T | None:
    """The document, or None where the JSON is sound but does not fit the type.

    Raises Unreadable where the body is no JSON at all.
    """
    try:
        return _parse(document_type, body)
    except msgspec.ValidationError:
        return None


def lenient(document_type: type[S], body: bytes | msgspec.Raw) -> tuple[S, tuple[Path, ...]]:
    """The document read field by field, and the paths of what could not be read.

    Raises Unreadable where the body is no JSON, or no object.
    """
    try:
        value = _parse(cast("type[Any]", Any), body)
        if not isinstance(value, dict):
            raise Unreadable(f"expected a JSON object, got {_kind(value)}")
        misread: list[Path] = []
        return _reader(document_type)(value, "", misread), tuple(misread)
    except (msgspec.ValidationError, RecursionError) as error:
        raise Unreadable("the answer has a number or a depth beyond all bounds") from error


def read(document_type: type[S], body: bytes | msgspec.Raw) -> tuple[S, tuple[Path, ...]]:
    """The document, and the paths of what could not be read (usually none).

    Raises Unreadable where the body is no JSON, or no object.
    """
    document = decode(document_type, body)
    return (document, ()) if document is not None else lenient(document_type, body)


@pure
@lru_cache(_MOST_REMEMBERED)
def tail(text: str) -> str:
    """Last segment of an IRI, compact IRI or bare name: `https://schema.org/Female` → `Female`."""
    text = text.strip(" /")
    return text[max(text.rfind("/"), text.rfind("#"), text.rfind(":")) + 1 :]


@pure
@lru_cache(_MOST_REMEMBERED)
def parse_date_time(text: str | None) -> datetime | None:
    """Instant with its offset, or None where the text is no date.

    A time without an offset is British local time (assumption); it gets the offset of that day,
    so that two moments can be compared and subtracted.
    """
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone(LOCAL_TIME.utcoffset(moment) or timedelta()))
    return moment


@pure
@lru_cache(_MOST_REMEMBERED)
def parse_duration(text: str | None) -> timedelta | None:
    """Length of an ISO 8601 duration such as `P1DT16H`, or None where the text is none.

    A calendar month or year has no fixed length: 30 and 365 days are taken.
    """
    if not text:
        return None
    try:
        duration = isodate.parse_duration(text.strip())
        if isinstance(duration, isodate.Duration):
            duration = timedelta(days=float(duration.years * 365 + duration.months * 30)) + duration.tdelta
    except (ValueError, TypeError, ArithmeticError):
        return None
    return cast("timedelta", duration)


def shift(moment: datetime, by: timedelta, *, back: bool = False) -> datetime | None:
    """The moment moved by a length of real time, offset kept; None outside the calendar."""
    try:
        by = -by if back else by
        return (moment.astimezone(UTC) + by).astimezone(moment.tzinfo)
    except OverflowError:
        return None


@pure
@lru_cache(_MOST_REMEMBERED)
def moved(date: str | None, length: str | None, *, back: bool = False) -> datetime | None:
    """The instant of a date, moved by the length of a duration; None where either text is none."""
    moment, by = parse_date_time(date), parse_duration(length)
    return shift(moment, by, back=back) if moment and by is not None else None


@pure
@lru_cache(_MOST_REMEMBERED)
def duration_text(length: timedelta) -> str | None:
    """ISO 8601 text of a length: `PT1H`, `P1DT16H`; None for a negative one."""
    return str(isodate.duration_isoformat(length)) if length >= timedelta() else None


def _kind(value: Any) -> str:
    names = {list: "a list", str: "a text", bool: "a boolean", NoneType: "null"}
    return names.get(type(value), "a number")


def _read_text(value: Any, path: Path, misread: list[Path]) -> str:
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case Decimal():
            return format(value, "f") if abs(value.adjusted()) < 100 else str(value)  # noqa: PLR2004  # digits
        case {"@value": inner} | {"value": inner} | {"@id": inner} | {"id": inner} | {"en": inner}:
            return _read_text(inner, path, misread)
    raise _Misfit


def _read_number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise _Misfit
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise _Misfit from None
    if not number.is_finite():
        raise _Misfit
    return number


def _read_integer(value: Any, _path: Path, _misread: list[Path]) -> int:
    number = _read_number(value)
    if number.adjusted() > 9 or number != number.to_integral_value() or not -(2**31) <= number < 2**31:  # noqa: PLR2004  # digits
        raise _Misfit
    return int(number)


def _read_float(value: Any, _path: Path, _misread: list[Path]) -> float:
    number = float(_read_number(value))
    if math.isinf(number):
        raise _Misfit
    return number


def _read_boolean(value: Any, _path: Path, _misread: list[Path]) -> bool:
    if isinstance(value, bool):
        return value
    known = {"true": True, "1": True, "false": False, "0": False}
    if isinstance(value, str | int) and (word := tail(str(value)).lower()) in known:
        return known[word]
    raise _Misfit


def _read_identifier(value: Any, path: Path, misread: list[Path]) -> str | int:
    return (
        value if isinstance(value, int) and not isinstance(value, bool) else _read_text(value, path, misread)
    )


_SCALARS: dict[Any, Reader] = {
    frozenset({str}): _read_text,
    frozenset({int}): _read_integer,
    frozenset({float}): _read_float,
    frozenset({bool}): _read_boolean,
    frozenset({Decimal}): lambda value, _path, _misread: _read_number(value),
    frozenset({str, int}): _read_identifier,
    frozenset({Any}): lambda value, _path, _misread: value,
}


@cache
def _reader(expected: Any) -> Reader:
    """Reader of a field's type: a Struct, a tuple of one type, or a union of scalars; each maybe None."""
    options = get_args(expected) if get_origin(expected) in {Union, UnionType} else (expected,)
    wanted = [
        get_args(option)[0] if get_origin(option) is Annotated else option
        for option in options
        if option is not NoneType
    ]
    if get_origin(wanted[0]) is tuple:
        return _tuple_reader(get_args(wanted[0])[0])
    if isinstance(wanted[0], type) and issubclass(wanted[0], msgspec.Struct):
        return _struct_reader(wanted[0])
    return _SCALARS[frozenset(wanted)]


def _tuple_reader(of: Any) -> Reader:
    def read_tuple(value: Any, path: Path, misread: list[Path]) -> tuple[Any, ...]:
        read_one = _reader(of)
        found = []
        for index, element in enumerate(value if isinstance(value, list) else [value]):
            if element is None:
                continue
            try:
                found.append(read_one(element, f"{path}[{index}]", misread))
            except _Misfit:
                misread.append(f"{path}[{index}]")
        return tuple(found)

    return read_tuple


def _struct_reader(struct: type[msgspec.Struct]) -> Reader:
    @cache
    def fields() -> list[tuple[str, str, bool, Reader]]:
        return [
            (f.name, f.encode_name, get_origin(f.type) is tuple or f.type is Any, _reader(f.type))
            for f in msgspec.structs.fields(struct)
        ]

    def read_struct(value: Any, path: Path, misread: list[Path]) -> msgspec.Struct:
        if isinstance(value, str):
            value = {"id": value}
        if not isinstance(value, dict):
            raise _Misfit
        found = {}
        for name, key, takes_many, read_field in fields():
            inner = value.get(key)
            if isinstance(inner, list) and not takes_many:
                inner = next((one for one in inner if one is not None), None)
            if inner is None:
                continue
            where = f"{path}.{key}" if path else key
            try:
                found[name] = read_field(inner, where, misread)
            except _Misfit:
                misread.append(where)
        return struct(**found)

    return read_struct
