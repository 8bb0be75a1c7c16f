"""Random schemas, declared with Strawberry."""

from __future__ import annotations

import random
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import strawberry

LEAVES = {
    "String": "str",
    "Int": "int",
    "Float": "float",
    "Boolean": "bool",
    "ID": "strawberry.ID",
    "Colour": "Colour",
    "Level": "Level",
    "Decimal": "decimal.Decimal",
    "DateTime": "datetime.datetime",
    "Fussy": "Fussy",
}
"""Annotation by the name of a leaf type."""

WRAPPERS = ("{}", "{}!", "[{}]", "[{}!]", "[{}]!", "[{}!]!", "[[{}!]]", "[[{}]!]!")

HEADER = """
import datetime, decimal
from typing import Annotated, Any, Optional, Union
import strawberry
from tests.fuzz.schema_parts import (
    Colour, Either, Filter, Fussy, Level, SCALARS, has_kind, has_kind_by_path, has_kind_declared,
    has_kind_truthy, is_class_declared, kind_of, resolve, resolve_later
)
from strawberry.schema.config import StrawberryConfig
"""
_FOOTER = """
schema = strawberry.Schema(
    query=Query, types=[{types}], config=StrawberryConfig(auto_camel_case=False, scalar_map=SCALARS)
)
"""
_ARGUMENTS = {
    "all": "number: int = 5, text: Optional[str] = None, colour: Optional[Colour] = None, "
    "filter: Optional[Filter] = strawberry.UNSET, either: Optional[Either] = strawberry.UNSET, "
    "ids: Optional[list[strawberry.ID]] = None",
    "plain": "needed: int, number: int = 5, text: Optional[str] = strawberry.UNSET, "
    "ids: Optional[list[strawberry.ID]] = None",
    "": "",
}
"""Arguments of all kinds; those that resolvers get unchanged; none."""
_TYPE_TESTS = (
    "has_kind",
    "has_kind_declared",
    "has_kind_declared",
    "has_kind_truthy",
    "has_kind_truthy",
    "has_kind_by_path",
    "is_class_declared",
    "",
)


@dataclass(frozen=True)
class FieldOf:
    """A field of a random type.

    of, wrapper: its named type and the lists and non-nulls around it. how: attribute, sync or async.
    arguments: all, plain or none. with_parent: whether its resolver takes `parent` instead of `self`.
    """

    name: str
    of: str
    wrapper: str
    how: str
    arguments: str
    with_parent: bool

    @property
    def argument_names(self) -> list[str]:
        return [one.partition(":")[0].strip() for one in _ARGUMENTS[self.arguments].split(", ") if one]


@dataclass(frozen=True)
class World:
    """A schema and what it was made of. members: object types of Thing, an interface, and Some, a union.

    classes: with slots, for objects of each type, filled in when needed. styles: which kind of class most
    objects of each type have (see tests.fuzz.data).
    """

    schema: strawberry.Schema
    module: types.ModuleType
    fields: dict[str, list[FieldOf]]
    members: dict[str, list[str]]
    classes: dict[str, type] = field(default_factory=dict)
    styles: dict[str, int] = field(default_factory=dict)


@contextmanager
def random_world(chance: random.Random) -> Iterator[World]:
    """A random schema: a few object types, an interface, a union and a query for them."""
    objects = [f"T{n}" for n in range(chance.randint(2, 4))]
    members = {
        "Thing": chance.sample(objects, k=len(objects) - 1),
        "Some": chance.sample(objects, k=chance.randint(2, len(objects))),
    }
    names = [*objects, *members]
    shared = [_field(chance, f"s{n}", names, "a") for n in range(2)]
    fields = {"Thing": shared}
    for name in objects:
        own = [_field(chance, f"f{n}", names, "aaaaaarl") for n in range(chance.randint(2, 6))]
        fields[name] = [*(shared if name in members["Thing"] else []), *own]
    fields["Query"] = [_field(chance, f"q{n}", names, "rll") for n in range(4)]
    type_tests = {name: chance.choice(_TYPE_TESTS) for name in objects}
    text = _source(fields, members, type_tests, has_kinds=chance.random() < 0.5)
    module = types.ModuleType("tests.fuzz.random_schema")
    sys.modules[module.__name__] = module  # Strawberry resolves annotations there
    try:
        exec(text, module.__dict__)  # noqa: S102  # our own text
        yield World(module.schema, module, fields, members)
    finally:
        del sys.modules[module.__name__]


def _field(chance: random.Random, name: str, names: list[str], hows: str) -> FieldOf:
    of = chance.choice(list(LEAVES) if chance.random() < 0.5 else names)
    how = {"a": "attribute", "r": "sync", "l": "async"}[chance.choice(hows)]
    arguments = chance.choice(("all", "plain", "plain", "", "")) if how != "attribute" else ""
    return FieldOf(name, of, chance.choice(WRAPPERS), how, arguments, chance.random() < 0.2)


def annotation(wrapper: str, of: str) -> str:
    """The Python annotation of a wrapped type."""
    if wrapper.endswith("!"):
        return _not_null(wrapper[:-1], of)
    return f"Optional[{_not_null(wrapper, of)}]"


def _not_null(wrapper: str, of: str) -> str:
    if wrapper.startswith("["):
        return f"list[{annotation(wrapper[1:-1], of)}]"
    return LEAVES.get(of, f"'{of}'" if of != "Some" else "Some")


def _source(
    fields: dict[str, list[FieldOf]],
    members: dict[str, list[str]],
    type_tests: dict[str, str],
    *,
    has_kinds: bool,
) -> str:
    """The schema as a Python module."""
    union = ", ".join(f"'{name}'" for name in members["Some"])
    parts = [HEADER, f"Some = Annotated[Union[{union}], strawberry.union('Some')]"]
    for name, of_type in fields.items():
        decorator = "interface" if name == "Thing" else "type"
        inherits = "(Thing)" if name in members["Thing"] else ""
        lines = [f"@strawberry.{decorator}", f"class {name}{inherits}:"]
        lines += [line for one in of_type for line in _declaration(one)]
        if type_tests.get(name):
            lines.append(f"    is_type_of = classmethod({type_tests[name]})")
        if name == "Thing" and has_kinds:
            lines.append("    resolve_type = classmethod(kind_of)")
        parts.append("\n".join(lines))
    objects = ", ".join(name for name in type_tests)
    return "\n\n".join([*parts, _FOOTER.format(types=objects)])


def _declaration(one: FieldOf) -> list[str]:
    returns = annotation(one.wrapper, one.of)
    if one.how == "attribute":
        return [f"    {one.name}: {returns}"]
    arguments = f", {_ARGUMENTS[one.arguments]}" if one.arguments else ""
    source, taken = ("parent", "parent: strawberry.Parent[Any]") if one.with_parent else ("self", "self")
    call = f"({source}, info, {one.name!r}, ({', '.join(one.argument_names)}))"
    kind, body = "def", f"return resolve{call}"
    if one.how == "async":
        kind, body = "async def", f"return await resolve_later{call}"
    return [
        "    @strawberry.field",
        *(["    @staticmethod"] if one.with_parent else []),
        f"    {kind} {one.name}({taken}, info: strawberry.Info{arguments}) -> {returns}:",
        f"        {body}",
    ]
