"""Excerpts: documents of which only that is read which will be looked at.

Who knows beforehand what is looked at names the attributes. What their properties read in turn is told by
the code of those properties: every name in it counts, in whichever branch. An excerpt's class stands for the
document's: it has the same properties, and of the fields only those. So most of imin's page is passed over
instead of made into objects. What is not read is no empty value: it is `NOT_READ`, which is of no use.
"""

import inspect
import re
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from functools import cache, lru_cache
from types import CodeType, FunctionType, UnionType
from typing import Any, NoReturn, TypeVar, Union, cast, get_args, get_origin

import msgspec
from msgspec import Struct, field

from gateway.imin.documents.order import Seller, bind_order
from gateway.imin.documents.order_item import bind_upcoming_item
from gateway.imin.documents.thing import STANDS_FOR, Thing

S = TypeVar("S", bound=Struct)

Attributes = frozenset[str]

ALWAYS = (
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
"""What paging, the proof of ownership and the choice of a type look at, besides binding."""

_BINDING: tuple[Any, ...] = (bind_order, bind_upcoming_item)
_MOST_EXCERPTS = 128
"""Each takes some 50 KB, and 2 ms to make."""
_OURS = "gateway:"
"""Fields under such names hold what the gateway adds."""
_PACKAGE = "gateway.imin"
_WORD = re.compile(r"\w+")


class NotRead(RuntimeError):
    """A part of a document is looked at that was not read."""


class _NotRead:
    def _refuse(self, *_: Any) -> NoReturn:
        raise NotRead("this part of the document was not read")

    __bool__ = __iter__ = __len__ = __str__ = __getattr__ = __getitem__ = __add__ = _refuse


NOT_READ: Any = _NotRead()


def fields_read_by(attributes: Iterable[str]) -> Attributes:
    """The fields that documents look at when these attributes of them are asked for."""
    known: set[str] = set()
    waiting = {*ALWAYS, *attributes}
    for bind in _BINDING:
        waiting |= _names_in(bind)
    index = _looked_at()
    while waiting:
        name = waiting.pop()
        known.add(name)
        waiting |= index.get(name, set()) - known
    return frozenset(known & _field_names())


@lru_cache(_MOST_EXCERPTS)
def partial_document(document: type[S], wanted: Attributes | None) -> type[S]:
    """The class of a document's excerpts. wanted: fields, as `fields_read_by` tells; None for all of it."""
    return document if wanted is None else _Excerpts(wanted).of(document)


class _Excerpts:
    """Classes of one excerpt, made together as they refer to each other."""

    def __init__(self, wanted: Attributes) -> None:
        self._wanted = wanted
        self._made: dict[type[Struct], Any] = {}

    def of(self, document: type[S]) -> type[S]:
        """The class that stands for a document's."""
        if (made := self._made.get(document)) is not None:
            return cast("type[S]", made)
        # By a name until it is made: an event is above an event.
        name = self._made[document] = f"{document.__name__}Excerpt"
        read = {one.name: one for one in msgspec.structs.fields(document) if self._is_read(one)}
        made = msgspec.defstruct(
            document.__name__,
            [self._redefined(one) for one in read.values()],
            namespace=_members(document, read),
            kw_only=True,
            gc=False,
            module=document.__module__,
        )
        setattr(made, name, made)  # msgspec looks names up there, after the module's
        self._made[document] = made
        return cast("type[S]", made)

    def _is_read(self, one: msgspec.structs.FieldInfo) -> bool:
        return one.name in self._wanted or one.encode_name.startswith(_OURS)

    def _redefined(self, one: msgspec.structs.FieldInfo) -> tuple[str, Any, Any]:
        """A field as the excerpt has it."""
        return one.name, self._replaced(one.type), field(default=one.default, name=one.encode_name)

    def _replaced(self, expected: Any) -> Any:
        """A field's type, excerpts in place of documents; as text where one of them is not made yet."""
        if isinstance(expected, type) and issubclass(expected, Struct):
            return self.of(expected)
        of = get_args(expected)
        if get_origin(expected) is tuple:
            one = self._replaced(of[0])
            if one is of[0]:
                return expected
            return f"tuple[{one}, ...]" if isinstance(one, str) else tuple[one, ...]  # type: ignore[valid-type]  # made
        if get_origin(expected) in {Union, UnionType}:
            replaced = [self._replaced(option) for option in of]
            if all(new is old for new, old in zip(replaced, of, strict=True)):
                return expected
            names = [option for option in replaced if isinstance(option, str)]
            return f"{names[0]} | None" if names else Union[tuple(replaced)]  # noqa: UP007  # made of a list
        return expected


def _members(document: type[Struct], read: Container[str]) -> dict[str, Any]:
    """What a document's class has besides what is read: its properties, and `NOT_READ` for other fields."""
    members: dict[str, Any] = {}
    for cls in reversed(document.__mro__[: document.__mro__.index(Struct)]):
        members |= {name: member for name, member in vars(cls).items() if not name.startswith("__")}
    fields = document.__struct_fields__
    members |= {name: NOT_READ for name in fields if name not in read}
    members[STANDS_FOR] = document.__mro__
    return {name: member for name, member in members.items() if name not in read}


@cache
def _documents() -> tuple[type, ...]:
    """Every class of documents."""
    found: dict[type, None] = {Seller: None}
    waiting: list[type] = [Thing]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found[one] = None
            waiting += one.__subclasses__()
    return tuple(found)


@cache
def _field_names() -> Attributes:
    return frozenset(name for one in _documents() for name in getattr(one, "__struct_fields__", ()))


@cache
def _looked_at() -> dict[str, set[str]]:
    """What the attribute of each name looks at, of whichever documents it is."""
    index: dict[str, set[str]] = defaultdict(set)
    for document in _documents():
        for name, attribute in vars(document).items():
            index[name] |= _looked_at_by(attribute)
    return dict(index)


def _looked_at_by(attribute: Any) -> set[str]:
    if isinstance(attribute, property):
        attribute = attribute.fget
    if isinstance(attribute, FunctionType):
        return _names_in(attribute)
    getter = getattr(type(attribute), "__get__", None)
    # A descriptor of ours may hold the names of what it reads, or code that reads it.
    return _names_in(getter) | _names_held(attribute) if isinstance(getter, FunctionType) else set()


def _names_held(descriptor: Any) -> set[str]:
    held = getattr(descriptor, "__dict__", {}).values()
    return {
        word for value in held for word in _WORD.findall(value if isinstance(value, str) else repr(value))
    }


def _names_in(function: FunctionType) -> set[str]:
    """Every name that a function, or one of ours that it calls, may look up."""
    return set(_names(function.__code__, function.__globals__, set()))


def _names(code: CodeType, scope: dict[str, Any], seen: set[CodeType]) -> Iterator[str]:
    if code in seen:
        return
    seen.add(code)
    for name in code.co_names:
        yield name
        called = inspect.unwrap(scope[name]) if callable(scope.get(name)) else None
        if isinstance(called, FunctionType) and called.__module__.startswith(_PACKAGE):
            yield from _names(called.__code__, called.__globals__, seen)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant, scope, seen)
        elif isinstance(constant, str):
            yield constant
