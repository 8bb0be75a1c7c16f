"""Reading documents that do not fit their type, field by field.

Each type has a reader: `reader(value, path, unreadable)` returns the value as that type, or raises _Misfit.
Whatever holds the value then leaves it out and appends its path to `unreadable`.
"""

import math
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, cast, get_args, get_origin

import msgspec

from gateway.imin.errors import Unreadable
from gateway.imin.jsonld.decoding import decode, decode_strictly
from gateway.imin.jsonld.iri import iri_tail

S = TypeVar("S", bound=msgspec.Struct)

Path = str
"""Where a value is in a document: `orderedItem[0].position`."""

Reader = Callable[[Any, Path, list[Path]], Any]


class _Misfit(Exception):  # control flow inside this module, never an error outside
    """The value cannot be read as the type."""


def read(document_type: type[S], body: bytes | msgspec.Raw) -> tuple[S, tuple[Path, ...]]:
    """The document, and the paths of what could not be read (usually none).

    Raises Unreadable where the body is not JSON, or not an object.
    """
    document = decode(document_type, body)
    return (document, ()) if document is not None else read_leniently(document_type, body)


def read_leniently(document_type: type[S], body: bytes | msgspec.Raw) -> tuple[S, tuple[Path, ...]]:
    """The document read field by field, and the paths of what could not be read.

    Raises Unreadable where the body is not JSON, or not an object.
    """
    try:
        value = decode_strictly(cast("type[Any]", Any), body)
        if not isinstance(value, dict):
            raise Unreadable(f"expected a JSON object, got {_json_type(value)}")
        unreadable: list[Path] = []
        return _reader(document_type)(value, "", unreadable), tuple(unreadable)
    except (msgspec.ValidationError, RecursionError) as error:
        raise Unreadable("the answer has a number or a depth beyond all bounds") from error


def _json_type(value: Any) -> str:
    names = {list: "a list", str: "a text", bool: "a boolean", NoneType: "null"}
    return names.get(type(value), "a number")


def _read_text(value: Any, path: Path, unreadable: list[Path]) -> str:
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
            return _read_text(inner, path, unreadable)
    raise _Misfit


def _read_number(value: Any, _path: Path, _unreadable: list[Path]) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise _Misfit
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise _Misfit from None
    if not number.is_finite():
        raise _Misfit
    return number


def _read_integer(value: Any, path: Path, unreadable: list[Path]) -> int:
    number = _read_number(value, path, unreadable)
    # The digits are counted first: 1e1000000 would become an integer of a million digits.
    if number.adjusted() > 9 or number != number.to_integral_value() or not -(2**31) <= number < 2**31:  # noqa: PLR2004  # digits
        raise _Misfit
    return int(number)


def _read_float(value: Any, path: Path, unreadable: list[Path]) -> float:
    number = float(_read_number(value, path, unreadable))
    if math.isinf(number):
        raise _Misfit
    return number


def _read_boolean(value: Any, _path: Path, _unreadable: list[Path]) -> bool:
    if isinstance(value, bool):
        return value
    words = {"true": True, "1": True, "false": False, "0": False}
    if isinstance(value, str | int) and (word := iri_tail(str(value)).lower()) in words:
        return words[word]
    raise _Misfit


def _read_identifier(value: Any, path: Path, unreadable: list[Path]) -> str | int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return _read_text(value, path, unreadable)


def _read_anything(value: Any, _path: Path, _unreadable: list[Path]) -> Any:
    return value


_SCALAR_READERS: dict[Any, Reader] = {
    frozenset({str}): _read_text,
    frozenset({int}): _read_integer,
    frozenset({float}): _read_float,
    frozenset({bool}): _read_boolean,
    frozenset({Decimal}): _read_number,
    frozenset({str, int}): _read_identifier,
    frozenset({Any}): _read_anything,
}


@cache
def _reader(expected: Any) -> Reader:
    """Reader of a field's type: a Struct, a tuple of one type, or a union of scalars; maybe with None."""
    options = get_args(expected) if get_origin(expected) in {Union, UnionType} else (expected,)
    types = [
        get_args(option)[0] if get_origin(option) is Annotated else option
        for option in options
        if option is not NoneType
    ]
    if get_origin(types[0]) is tuple:
        return _tuple_reader(get_args(types[0])[0])
    if isinstance(types[0], type) and issubclass(types[0], msgspec.Struct):
        return _struct_reader(types[0])
    return _SCALAR_READERS[frozenset(types)]


def _tuple_reader(element_type: Any) -> Reader:
    def read_tuple(value: Any, path: Path, unreadable: list[Path]) -> tuple[Any, ...]:
        read_element = _reader(element_type)
        elements = []
        for index, element in enumerate(value if isinstance(value, list) else [value]):
            if element is None:
                continue
            try:
                elements.append(read_element(element, f"{path}[{index}]", unreadable))
            except _Misfit:
                unreadable.append(f"{path}[{index}]")
        return tuple(elements)

    return read_tuple


def _struct_reader(struct: type[msgspec.Struct]) -> Reader:
    @cache  # at the first use, since a type may hold itself
    def fields() -> list[tuple[str, str, bool, Reader]]:
        return [
            (f.name, f.encode_name, get_origin(f.type) is tuple or f.type is Any, _reader(f.type))
            for f in msgspec.structs.fields(struct)
        ]

    def read_struct(value: Any, path: Path, unreadable: list[Path]) -> msgspec.Struct:
        if isinstance(value, str):
            value = {"id": value}
        if not isinstance(value, dict):
            raise _Misfit
        values = {}
        for name, key, accepts_list, read_field in fields():
            inner = value.get(key)
            if isinstance(inner, list) and not accepts_list:
                inner = next((one for one in inner if one is not None), None)
            if inner is None:
                continue
            field_path = f"{path}.{key}" if path else key
            try:
                values[name] = read_field(inner, field_path, unreadable)
            except _Misfit:
                unreadable.append(field_path)
        return struct(**values)

    return read_struct
