"""Objects whose classes and types change between requests: which specialised code must distinguish."""

import itertools
import sys
import types
from dataclasses import replace
from typing import Any

from graphql import GraphQLSchema

from tests.fuzz.compare import Engine, compare
from tests.fuzz.values import Text

_SCHEMA = """
from typing import Any, Optional
import strawberry
from tests.fuzz.schema_parts import has_kind_declared, has_no_kind_declared, is_class_declared, kind_of

@strawberry.interface
class Animal:
    name: str
    mother: Optional["Animal"]
    resolve_type = classmethod(kind_of)

@strawberry.type
class TCat(Animal):
    is_type_of = classmethod(has_kind_declared)

@strawberry.type
class TDog(Animal):
    is_type_of = classmethod(has_kind_declared)

@strawberry.type
class TOwl(Animal):
    is_type_of = classmethod(has_no_kind_declared)

@strawberry.type
class TFox:
    name: str
    is_type_of = classmethod(is_class_declared)

@strawberry.type
class Query:
    @strawberry.field
    def animals(self, info: strawberry.Info) -> list[Animal]:
        return info.context.values["animals"]

    @strawberry.field
    def cats(self, info: strawberry.Info) -> list[Optional[TCat]]:
        return info.context.values["animals"]

    @strawberry.field
    def foxes(self, info: strawberry.Info) -> list[Optional[TFox]]:
        return info.context.values["animals"]

schema = strawberry.Schema(query=Query, types=[TCat, TDog, TOwl])
"""
_QUERIES = (
    "{ animals { __typename name mother { __typename name } ... on TDog { alias: name } } }",
    "{ cats { __typename name mother { name mother { __typename } } } }",
    "{ foxes { name } }",
)


class SlotsAnimal:
    __slots__ = ("kind", "mother", "name")

    def __init__(self, kind: Any, name: Any = "a name", mother: Any = None) -> None:
        self.kind, self.name, self.mother = kind, name, mother


class OtherAnimal(SlotsAnimal):
    """An animal of another class."""

    __slots__ = ()


class TFox(SlotsAnimal):
    """An animal whose class is that of foxes."""

    __slots__ = ()


class TDog(SlotsAnimal):
    """An animal whose class is not that of foxes."""

    __slots__ = ()


class GetattrAnimal:
    """An animal that may look awaitable: its attributes come from `__getattr__`."""

    def __init__(self, kind: str, **others: str) -> None:
        self.values = {"kind": kind, "name": "e", "mother": None, **others}

    def __getattr__(self, name: str) -> Any:
        try:
            return self.values[name]
        except KeyError:
            raise AttributeError(name) from None


def _animals() -> list[list[Any]]:
    """The lists of animals, one for each request."""
    cat, dog = SlotsAnimal("TCat"), SlotsAnimal("TDog", "b")
    usual = [[cat], [cat], [cat, SlotsAnimal("TCat", "c", dog)], [dog], [dog, cat, dog], [cat, dog]]
    kinds: tuple[Any, ...] = (
        None,
        "",
        "TFox",
        "TOwl",
        "Animal",
        Text("TCat"),
        Text("another text"),
        1,
        True,
        [],
        ("TDog",),
    )
    odd = [
        [cls(kind, "d", mother)]
        for kind in kinds
        for cls in (SlotsAnimal, OtherAnimal)
        for mother in (None, cat)
    ]
    classes: list[list[Any]] = [[cls("TCat"), cls("TDog"), cat] for cls in (OtherAnimal, TFox, TDog)]
    classes += [[GetattrAnimal("TCat")], [GetattrAnimal("TCat", __await__="looks awaitable, but is not")]]
    return [
        *usual,
        *itertools.chain.from_iterable(zip(odd, usual * 8, strict=False)),
        *classes,
        *classes[::-1],
    ]


def _schema() -> GraphQLSchema:
    module = types.ModuleType("tests.fuzz.animals_schema")
    sys.modules[module.__name__] = module  # Strawberry resolves annotations there
    try:
        exec(_SCHEMA, module.__dict__)  # noqa: S102  # our own text
        schema: GraphQLSchema = module.schema._schema  # noqa: SLF001  # Strawberry's documented way to graphql-core's
        return schema
    finally:
        del sys.modules[module.__name__]


async def compare_changing_classes(engine: Engine) -> int:
    """Compare requests for changing lists of animals; returns how many. Raises Difference."""
    schema, count = _schema(), 0
    for query in _QUERIES:
        cache = engine.documents.DocumentCache(
            schema, engine.limits, with_introspection=True, suggestions=True
        )
        prepared = cache.prepare(query, None)
        # Many of these bail; the code must not be dropped for that.
        planned = engine.plan.PlannedOperation.of(
            schema, prepared.document, prepared.operation, max_bails=10**9
        )
        prepared = replace(prepared, planned=planned)
        for animals in _animals():
            await compare(engine, schema, prepared, {}, {"animals": animals})
            count += 1
    return count
