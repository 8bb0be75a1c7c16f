"""Building blocks of random schemas: enums, inputs, scalars, type tests and resolvers."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, NewType

import strawberry
from graphql import Undefined

from tests.fuzz.values import Colour as _Colour
from tests.fuzz.values import Level as _Level
from tests.fuzz.values import Raises, Ready

Colour = strawberry.enum(_Colour)
Level = strawberry.enum(_Level)
Fussy = NewType("Fussy", str)


def _write_fussy(value: Any) -> Any:
    """Fails for some values, and returns for others what no scalar should return."""
    if value == "text":
        raise ValueError("fussy")
    if isinstance(value, str | int) and value in {"12", 0, 1, 3}:
        return {"12": None, 0: Ready(1), 1: Undefined, 3: [1, {"a": None}]}[value]
    return value


SCALARS: Any = {Fussy: strawberry.scalar(name="Fussy", serialize=_write_fussy)}


@strawberry.input
class Filter:
    name: str = "any"
    colour: Colour | None = None  # type: ignore[valid-type]  # the decorator returns an enum
    most: list[int] | None = None


@strawberry.input(one_of=True)
class Either:
    number: int | None = strawberry.UNSET
    name: str | None = strawberry.UNSET


@dataclass
class Request:
    """The context of one execution. values: of the root fields. seen: the calls of resolvers."""

    values: dict[str, Any]
    seen: list[Any] = field(default_factory=list)


def has_kind(cls: type, value: Any, _info: Any) -> bool:
    """Whether an object says that it is of that type."""
    return getattr(value, "kind", None) == cls.__name__


def has_kind_declared(cls: type, value: Any, info: Any) -> bool:
    """The same, declared to depend on `kind` alone."""
    return has_kind(cls, value, info)


def is_class_declared(cls: type, value: Any, _info: Any) -> bool:
    """Whether an object's class is not that of another type; declared to depend on the class alone."""
    return not type(value).__name__.startswith("T") or type(value).__name__ == cls.__name__


def has_no_kind_declared(_cls: type, _value: Any, _info: Any) -> bool:
    """No object is of that type; declared to depend on `kind`."""
    return False


def kind_of(_cls: type, value: Any, _info: Any, _abstract: Any) -> Any:
    """The name of the object's type; declared to depend on `kind`."""
    return getattr(value, "kind", None)


is_class_declared.depends_only_on = ()  # type: ignore[attr-defined]  # as gateway.hints does
has_no_kind_declared.depends_only_on = ("kind",)  # type: ignore[attr-defined]
has_kind_declared.depends_only_on = kind_of.depends_only_on = ("kind",)  # type: ignore[attr-defined]  # as gateway.hints does


def has_kind_truthy(cls: type, value: Any, _info: Any) -> Any:
    """The same as has_kind, but returns no Boolean."""
    return [1] if getattr(value, "kind", None) == cls.__name__ else ""


def has_kind_by_path(cls: type, value: Any, info: Any) -> Any:
    """The same as has_kind, but reads the path, which generated code does not know."""
    return bool(info.path.as_list()) and has_kind(cls, value, info)


def _given(source: Any, info: strawberry.Info, name: str, arguments: tuple[Any, ...]) -> Any:
    request: Request = info.context
    selected = str(info.selected_fields)
    request.seen.append((info.path.as_list(), selected, repr(arguments), info.variable_values))
    return (request.values if source is None else source.values)[name]


def resolve(source: Any, info: strawberry.Info, name: str, arguments: tuple[Any, ...]) -> Any:
    """The value that the source has under that name."""
    value = _given(source, info, name, arguments)
    if isinstance(value, Raises):
        raise value.error
    return value


async def resolve_later(source: Any, info: strawberry.Info, name: str, arguments: tuple[Any, ...]) -> Any:
    """The same as resolve, after some iterations of the event loop."""
    value = _given(source, info, name, arguments)
    for _ in range(sum(map(ord, name)) % 4):
        await asyncio.sleep(0)
    if isinstance(value, Raises):
        raise value.error
    return value
