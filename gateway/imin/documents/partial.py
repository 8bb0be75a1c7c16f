"""Partial documents: instances of generated classes that have only the fields an operation needs.

msgspec skips every other part of imin's JSON, which is most of a page, instead of creating objects of it. A
partial class counts as the document's class and has the same properties. Reading a field that it leaves out
raises NotRead: the field is not empty, nothing is known of it.
"""

from collections.abc import Container, Iterable
from functools import lru_cache
from types import UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin

import msgspec
from msgspec import Struct, field

from gateway.imin.documents.binding import bind_order, bind_upcoming_items
from gateway.imin.documents.code_values import Call, Kind
from gateway.imin.documents.function_source import Code, Unclear
from gateway.imin.documents.order import Seller
from gateway.imin.documents.property_reads import PropertyReads, defining_classes
from gateway.imin.documents.thing import BOOKING, GATEWAY_PREFIX, PARTIAL_OF, Envelope, Thing

S = TypeVar("S", bound=Struct)

Attributes = frozenset[str]

ALWAYS_READ = (
    "identifier",
    "named_order",
    "order_date",
    "start_date",
    "session",
    "items",
    "type",
    "unreadable",
    "owner",
)
"""What pagination, the proof of ownership and the choice of a GraphQL type read, besides binding."""

_BINDING = (
    Call(cast("Code", bind_order), (("order", Kind.DOCUMENT), ("owner", Kind.DATA))),
    Call(cast("Code", bind_upcoming_items), (("items", Kind.DOCUMENT), ("owner", Kind.DATA))),
)
_PASSES = {"own_access_passes", "older_access_passes"}
_MAX_SELECTIONS = 128
"""The classes for each take some 50 KB, and 2 ms to make."""


class NotRead(RuntimeError):
    """A field is read that the partial document does not have."""


class _LeftOut:
    """Stands for a field that a partial document does not have."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, document: object, _owner: type | None = None) -> "_LeftOut":
        if document is None:
            return self
        raise NotRead(f"{type(document).__name__}.{self._name} was not decoded")


def fields_read_by(attributes: Iterable[str]) -> Attributes | None:
    """The fields that are read when these attributes of documents are read; None if it may be any field."""
    try:
        return property_reads().fields({*ALWAYS_READ, *attributes}, _BINDING)
    except Unclear:
        return None


def property_reads() -> PropertyReads:
    """What the properties of all documents read."""
    classes: dict[type[Struct], None] = {Seller: None}
    waiting: list[type[Struct]] = [Thing]
    while waiting:
        cls = waiting.pop()
        if cls not in classes:
            classes[cls] = None
            waiting += cls.__subclasses__()
    return _property_reads(tuple(classes))


@lru_cache(1)
def _property_reads(classes: tuple[type[Struct], ...]) -> PropertyReads:
    return PropertyReads(classes)


def partial_document(document: type[S], fields: Attributes | None) -> type[S]:
    """The partial class of a document with the given fields; the document's own class if they are None."""
    return document if fields is None else _partial_classes(fields).of(document)


@lru_cache(_MAX_SELECTIONS)
def _partial_classes(fields: Attributes) -> "_PartialClasses":
    return _PartialClasses(fields)


class _PartialClasses:
    """The partial classes for one set of fields, made together because they refer to each other."""

    def __init__(self, fields: Attributes) -> None:
        self._fields = fields
        self._classes: dict[type[Struct], Any] = {}

    def of(self, document: type[S]) -> type[S]:
        """The partial class of a document."""
        if (known := self._classes.get(document)) is not None:
            return cast("type[S]", known)
        # Others refer to it by this name until it is made: an event may hold an event.
        name = self._classes[document] = f"Partial{document.__name__}"
        is_envelope = issubclass(document, Envelope)
        fields = msgspec.structs.fields(document)
        decoded = {one.name: one for one in fields if is_envelope or self._is_decoded(one)}
        partial = msgspec.defstruct(
            document.__name__,
            [(one.name, self._type(one.type), _default(one)) for one in decoded.values()],
            namespace=_members(document, decoded)
            | {"binds_sessions": "booking" in self._fields, "has_passes": self._fields >= _PASSES},
            kw_only=True,
            gc=False,
            module=document.__module__,
        )
        setattr(partial, name, partial)  # msgspec looks up names there too
        self._classes[document] = partial
        return cast("type[S]", partial)

    def _is_decoded(self, one: msgspec.structs.FieldInfo) -> bool:
        is_always_set = one.encode_name.startswith(GATEWAY_PREFIX) and one.encode_name != BOOKING
        return one.name in self._fields or is_always_set

    def _type(self, declared: Any) -> Any:
        """A field's type with partial classes in place of documents; a text if one of them is being made."""
        if isinstance(declared, type) and issubclass(declared, Struct):
            return self.of(declared)
        options = get_args(declared)
        if get_origin(declared) is tuple:
            element = self._type(options[0])
            if element is options[0]:
                return declared
            return f"tuple[{element}, ...]" if isinstance(element, str) else tuple[element, ...]  # type: ignore[valid-type]  # made at run time
        if get_origin(declared) in {Union, UnionType}:
            partial = [self._type(option) for option in options]
            if all(new is old for new, old in zip(partial, options, strict=True)):
                return declared
            names = [option for option in partial if isinstance(option, str)]
            return f"{names[0]} | None" if names else Union[tuple(partial)]  # noqa: UP007  # made of a list
        return declared


def _default(one: msgspec.structs.FieldInfo) -> Any:
    return field(default=one.default, name=one.encode_name)


def _members(document: type[Struct], decoded: Container[str]) -> dict[str, Any]:
    """Members of a partial class besides its fields: properties, methods, stand-ins for other fields."""
    members: dict[str, Any] = {}
    for cls in reversed(defining_classes(document)):
        members |= {name: member for name, member in vars(cls).items() if not name.startswith("__")}
    members |= {name: _LeftOut(name) for name in document.__struct_fields__}
    members[PARTIAL_OF] = document.__mro__
    return {name: member for name, member in members.items() if name not in decoded}
