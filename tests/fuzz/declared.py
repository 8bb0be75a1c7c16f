"""What random schemas are declared with: enums, inputs, scalars, resolvers."""

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
    """Refuses some values, and makes of others what no scalar should."""
    if value == "text":
        raise ValueError("fussy")
    if isinstance(value, str | int) and value in {"12", 0, 1, 3}:
        return {"12": None, 0: Ready(1), 1: Undefined, 3: [1, {"a": None}]}[value]
    return value


SCALARS: Any = {Fussy: strawberry.scalar(name="Fussy", serialize=_write_fussy)}


@strawberry.input
class Filter:
    name: str = "any"
    colour: Colour | None = None  # type: ignore[valid-type]  # what the decorator gives is an enum
    most: list[int] | None = None


@strawberry.input(one_of=True)
class Either:
    number: int | None = strawberry.UNSET
    name: str | None = strawberry.UNSET


@dataclass
class Request:
    """The context of one execution. values: what root fields give. seen: resolvers that were called."""

    values: dict[str, Any]
    seen: list[Any] = field(default_factory=list)


def is_kind(cls: type, value: Any, _info: Any) -> bool:
    """Whether an object is of that type."""
    return getattr(value, "kind", None) == cls.__name__


def is_kind_told(cls: type, value: Any, info: Any) -> bool:
    """As is_kind, and declared to look at nothing else."""
    return is_kind(cls, value, info)


def is_class_told(cls: type, value: Any, _info: Any) -> bool:
    """Whether an object's class may be that of objects of that type."""
    return not type(value).__name__.startswith("T") or type(value).__name__ == cls.__name__


def is_none_told(_cls: type, _value: Any, _info: Any) -> bool:
    """No object is of that type."""
    return False


def kind_of(_cls: type, value: Any, _info: Any, _abstract: Any) -> Any:
    """Name of the object's type."""
    return getattr(value, "kind", None)


is_class_told.depends_only_on = ()  # type: ignore[attr-defined]  # as gateway.hints does
is_none_told.depends_only_on = ("kind",)  # type: ignore[attr-defined]
is_kind_told.depends_only_on = kind_of.depends_only_on = ("kind",)  # type: ignore[attr-defined]  # as gateway.hints does


def is_kind_loosely(cls: type, value: Any, _info: Any) -> Any:
    """As is_kind, but not with a Boolean."""
    return [1] if getattr(value, "kind", None) == cls.__name__ else ""


def is_kind_nosily(cls: type, value: Any, info: Any) -> Any:
    """As is_kind, but not without knowing where."""
    return bool(info.path.as_list()) and is_kind(cls, value, info)


def _given(source: Any, info: strawberry.Info, name: str, arguments: tuple[Any, ...]) -> Any:
    request: Request = info.context
    selected = str(info.selected_fields)
    request.seen.append((info.path.as_list(), selected, repr(arguments), info.variable_values))
    return (request.values if source is None else source.values)[name]


def resolve(source: Any, info: strawberry.Info, name: str, arguments: tuple[Any, ...]) -> Any:
    """What the source has under that name."""
    value = _given(source, info, name, arguments)
    if isinstance(value, Raises):
        raise value.error
    return value


async def resolve_later(source: Any, info: strawberry.Info, name: str, arguments: tuple[Any, ...]) -> Any:
    """As resolve, some turns of the loop later."""
    value = _given(source, info, name, arguments)
    for _ in range(sum(map(ord, name)) % 4):
        await asyncio.sleep(0)
    if isinstance(value, Raises):
        raise value.error
    return value
