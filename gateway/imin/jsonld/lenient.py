"""Reading documents that do not fit their type, field by field.

What cannot be read is left out, and its path is appended to `unreadable`. So is the path of each further
value where only one is expected: the first is shown.

A Struct may help with three members: `bare`, the Bare that states what a text or a number in its place means;
a field `unclear`, which gets the names of its fields of which something was left out; a field with the JSON
name `gateway:x`, which gets the further values of x.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cached_property
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, cast, get_args, get_origin

import msgspec

from gateway.imin.errors import Unreadable
from gateway.imin.jsonld.decoding import decode, decode_strictly
from gateway.imin.jsonld.iri import is_iri
from gateway.imin.jsonld.kinds import NOTHING_BUT_IRIS, OBJECT_MEMBERS, Bare, Exact
from gateway.imin.jsonld.several import Choose, choose_first, choose_only, choose_type, is_blank
from gateway.imin.jsonld.values import SCALAR_READERS, Misfit, Path, Reader, text_reader

S = TypeVar("S", bound=msgspec.Struct)

_SET_BY_GATEWAY = "gateway:"
_TYPE_KEYS = {"type", "@type"}
_VALUE_OBJECT = {"@value", "@type", "@language", "type"}


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
        document = _struct_reader(document_type).read_object(value, "", unreadable)
        return cast("S", document), tuple(unreadable)
    except (msgspec.ValidationError, RecursionError) as error:
        raise Unreadable("the answer has a number or a depth beyond all bounds") from error


def _json_type(value: Any) -> str:
    names = {list: "a list", str: "a text", bool: "a boolean", NoneType: "null"}
    return names.get(type(value), "a number")


@cache
def _reader(expected: Any) -> Reader:
    """Reader of a field's type: a Struct, a tuple of one type, or a union of scalars; maybe with None."""
    first, *_ = options = _options(expected)
    if get_origin(first) is tuple:
        return _tuple_reader(get_args(first)[0])
    if isinstance(first, type) and issubclass(first, msgspec.Struct):
        return _struct_reader(first)
    if members := _object_members(first):
        return text_reader(members)
    return SCALAR_READERS[frozenset(_plain(option) for option in options)]


def _options(expected: Any) -> list[Any]:
    options = get_args(expected) if get_origin(expected) in {Union, UnionType} else (expected,)
    return [option for option in options if option is not NoneType]


def _plain(option: Any) -> Any:
    return get_args(option)[0] if get_origin(option) is Annotated else option


def _object_members(option: Any) -> tuple[str, ...] | None:
    metas = get_args(option)[1:] if get_origin(option) is Annotated else ()
    return next((meta.extra[OBJECT_MEMBERS] for meta in metas if meta.extra), None)


def _choose(key: str, expected: Any, read_one: Reader) -> Choose | None:
    first = _options(expected)[0]
    if get_origin(first) is tuple or first is Any:
        return None
    if key in _TYPE_KEYS:
        return choose_type
    is_label = isinstance(read_one, _StructReader) or (_plain(first) is str and first != Exact)
    return choose_first if is_label else choose_only


def _tuple_reader(element_type: Any) -> Reader:
    def read_tuple(value: Any, path: Path, unreadable: list[Path]) -> tuple[Any, ...]:
        read_element = _reader(element_type)
        elements = []
        for index, element in enumerate(value if isinstance(value, list) else [value]):
            if element is None or _is_blank_object(element, read_element):
                continue
            try:
                elements.append(read_element(element, f"{path}[{index}]", unreadable))
            except Misfit:
                unreadable.append(f"{path}[{index}]")
        return tuple(elements)

    return read_tuple


def _is_blank_object(value: Any, reader: Reader) -> bool:
    """Whether it is a blank text in place of an object, which states nothing."""
    return isinstance(reader, _StructReader) and is_blank(value)


@dataclass(frozen=True)
class _Field:
    """How one field is read.

    choose: one of several values; None where the field holds them all. more: the name of the field that holds
    the others, and the reader of that.
    """

    name: str
    key: str
    read: Reader
    choose: Choose | None
    more: tuple[str, Reader] | None

    def add_to(self, values: dict[str, Any], inner: Any, path: Path, unreadable: list[Path]) -> bool:
        """Add what is read, by the names of fields. Whether no value is left out. Raises Misfit."""
        if not isinstance(inner, list) or self.choose is None:
            if not _is_blank_object(inner, self.read):
                values[self.name] = self.read(inner, path, unreadable)
            return True
        one, others = self.choose(inner, self.read)
        if one is not None:
            values[self.name] = self.read(inner[one], f"{path}[{one}]", unreadable)
        if others and self.more is not None:
            name, read_more = self.more
            values[name] = read_more([inner[index] for index in others], path, unreadable)
            return True
        unreadable.extend(f"{path}[{index}]" for index in others)
        return not others


class _StructReader:
    """Reader of objects of one Struct."""

    def __init__(self, struct: type[msgspec.Struct]) -> None:
        self._struct = struct
        self._bare: Bare = getattr(struct, "bare", NOTHING_BUT_IRIS)
        self._notes_unclear = "unclear" in struct.__struct_fields__

    def __call__(self, value: Any, path: Path, unreadable: list[Path]) -> msgspec.Struct:
        return self.read_object(self._members(value), path, unreadable)

    def read_object(self, members: dict[str, Any], path: Path, unreadable: list[Path]) -> msgspec.Struct:
        """The Struct with the members that can be read."""
        values: dict[str, Any] = {}
        unclear: list[str] = []
        for one in self._fields:
            inner = members.get(one.key)
            if inner is None:
                continue
            field_path = f"{path}.{one.key}" if path else one.key
            try:
                is_clear = one.add_to(values, inner, field_path, unreadable)
            except Misfit:
                is_clear = False
                unreadable.append(field_path)
            if not is_clear:
                unclear.append(one.name)
        if unclear and self._notes_unclear:
            values["unclear"] = tuple(unclear)
        return self._struct(**values)

    def _members(self, value: Any) -> dict[str, Any]:
        """The members of an object, or the one that a bare value stands for. Raises Misfit."""
        member: str | None = None
        match value:
            case {"@value": inner} if value.keys() <= _VALUE_OBJECT:
                return self._members(inner)
            case dict():
                return value
            case str():
                member = self._bare.iri if is_iri(value) else self._bare.text
            case int() | Decimal() if not isinstance(value, bool):
                member = self._bare.number
        if member is None:
            raise Misfit
        return {member: value}

    @cached_property  # at the first use, since a type may hold itself
    def _fields(self) -> list[_Field]:
        fields = {one.encode_name: one for one in msgspec.structs.fields(self._struct)}
        readers = {key: _reader(one.type) for key, one in fields.items()}
        more = {key: (one.name, readers[key]) for key, one in fields.items()}
        return [
            _Field(
                one.name,
                key,
                readers[key],
                _choose(key, one.type, readers[key]),
                more.get(_SET_BY_GATEWAY + key),
            )
            for key, one in fields.items()
            if not key.startswith(_SET_BY_GATEWAY)
        ]


@cache
def _struct_reader(struct: type[msgspec.Struct]) -> _StructReader:
    return _StructReader(struct)
