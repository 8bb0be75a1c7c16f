"""Objects of few classes and of changing types: what code for known classes must tell apart."""

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
from tests.fuzz.declared import is_class_told, is_kind_told, is_none_told, kind_of

@strawberry.interface
class Animal:
    name: str
    mother: Optional["Animal"]
    resolve_type = classmethod(kind_of)

@strawberry.type
class TCat(Animal):
    is_type_of = classmethod(is_kind_told)

@strawberry.type
class TDog(Animal):
    is_type_of = classmethod(is_kind_told)

@strawberry.type
class TOwl(Animal):
    is_type_of = classmethod(is_none_told)

@strawberry.type
class TFox:
    name: str
    is_type_of = classmethod(is_class_told)

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
    "{ animals { __typename name mother { __typename name } ... on TDog { told: name } } }",
    "{ cats { __typename name mother { name mother { __typename } } } }",
    "{ foxes { name } }",
)


class One:
    """An animal of a fixed class."""

    __slots__ = ("kind", "mother", "name")

    def __init__(self, kind: Any, name: Any = "a name", mother: Any = None) -> None:
        self.kind, self.name, self.mother = kind, name, mother


class Another(One):
    """An animal of another."""

    __slots__ = ()


class TFox(One):
    """One that can be a fox by its class."""

    __slots__ = ()


class TDog(One):
    """One that cannot."""

    __slots__ = ()


class Loose:
    """One that may look awaitable, and may not."""

    def __init__(self, kind: str, **others: str) -> None:
        self.values = {"kind": kind, "name": "e", "mother": None, **others}

    def __getattr__(self, name: str) -> Any:
        try:
            return self.values[name]
        except KeyError:
            raise AttributeError(name) from None


def _animals() -> list[list[Any]]:
    cat, dog = One("TCat"), One("TDog", "b")
    usual = [[cat], [cat], [cat, One("TCat", "c", dog)], [dog], [dog, cat, dog], [cat, dog]]
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
    odd = [[cls(kind, "d", mother)] for kind in kinds for cls in (One, Another) for mother in (None, cat)]
    classes: list[list[Any]] = [[cls("TCat"), cls("TDog"), cat] for cls in (Another, TFox, TDog)]
    classes += [[Loose("TCat")], [Loose("TCat", __await__="looks awaitable, and is not")]]
    return [
        *usual,
        *itertools.chain.from_iterable(zip(odd, usual * 8, strict=False)),
        *classes,
        *classes[::-1],
    ]


def _schema() -> GraphQLSchema:
    module = types.ModuleType("tests.fuzz.kinds_schema")
    sys.modules[module.__name__] = module
    try:
        exec(_SCHEMA, module.__dict__)  # noqa: S102  # our own text
        schema: GraphQLSchema = module.schema._schema  # noqa: SLF001  # Strawberry's documented way to graphql-core's
        return schema
    finally:
        del sys.modules[module.__name__]


async def compare_kinds(engine: Engine) -> int:
    """How many requests were answered alike. Raises Difference."""
    schema, done = _schema(), 0
    for query in _QUERIES:
        preparation = engine.documents.DocumentCache(
            schema, engine.limits, with_introspection=True, suggestions=True
        )
        prepared = preparation.prepare(query, None)
        # Many of these bail; the code shall not be given up for it.
        planned = engine.plan.PlannedOperation.of(
            schema, prepared.document, prepared.operation, max_bails=10**9
        )
        prepared = replace(prepared, planned=planned)
        for animals in _animals():
            await compare(engine, schema, prepared, {}, {"animals": animals})
            done += 1
    return done
