"""Objects with one resolver are completed as graphql-core completes them, whatever their values."""

import importlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import strawberry
from graphql.execution.values import VariableValues

from gateway.execution.compiled.single_resolver_object import SingleResolverObject
from tests.fuzz.compare import Engine, compare


@dataclass
class Source:
    """An owner. later: what its resolvers return or raise. is_owner: what `is_type_of` returns or raises."""

    name: Any = "a"
    size: Any = 1
    later: Any = "b"
    is_owner: Any = True


async def _later(root: strawberry.Parent[Any]) -> Any:
    if isinstance(root.later, Exception):
        raise root.later
    return root.later


async def _echo(text: str) -> Any:
    return text


@strawberry.type
class Owner:
    name: str
    size: int | None
    later = strawberry.field(resolver=_later, graphql_type=str | None)
    surely = strawberry.field(resolver=_later, graphql_type=str)
    inner = strawberry.field(resolver=_later, graphql_type="Owner | None")
    echo = strawberry.field(resolver=_echo, graphql_type=str)

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> Any:
        if isinstance(value.is_owner, Exception):
            raise value.is_owner
        return value.is_owner


async def _owner(info: strawberry.Info) -> Any:
    found = info.context.values["owner"]
    if isinstance(found, Exception):
        raise found
    return found


@strawberry.type
class Query:
    owner = strawberry.field(resolver=_owner, graphql_type=Owner | None)
    sure = strawberry.field(resolver=_owner, graphql_type=Owner)


SELECTIONS = {
    "{ name size later }": True,
    "{ later __typename kind: __typename size }": True,
    "{ size surely }": True,
    "{ a: name ...F } fragment F on Owner { later size }": True,
    "{ name inner { size later } }": True,
    "{ name echo(text: $text) }": True,
    "{ name later surely }": False,
}
"""Whether SingleResolverObject completes the owner under that selection."""


def sources() -> Iterator[Any]:
    """Usual owners, and values that no resolver should return."""
    values = ("a", 1, None, 2**31, True, ValueError("value"), object())
    yield from (Source(name=value) for value in values)
    yield from (Source(size=value) for value in values)
    yield from (Source(later=value) for value in (*values, Source(), Source(later=None)))
    yield from (Source(is_owner=value) for value in (True, False, 1, None, "", ValueError("type")))
    yield from (Source(None, later=None), Source(None, later=ValueError("both")), None, ValueError("root"), 7)


@pytest.mark.parametrize("selection", SELECTIONS)
async def test_as_graphql_core(selection: str) -> None:
    """Data and errors are equal and in the same order, for one root field and for several."""
    engine = Engine.of("gateway.execution", importlib.import_module)
    schema = strawberry.Schema(Query)._schema  # noqa: SLF001  # Strawberry's documented way to graphql-core's schema
    begin, _, fragment = selection.partition("fragment")
    below = begin.strip()
    head = "query ($text: String!)" if "$" in below else ""
    fragments = f" fragment{fragment}" if fragment else ""
    roots = (f"owner {below}", f"sure {below}", f"owner {below} b: owner {below}")
    used = 0
    for root, source in itertools.product(roots, sources()):
        # A new cache each time: code that often bails is dropped.
        cache = engine.documents.DocumentCache(
            schema, engine.limits, with_introspection=False, suggestions=False
        )
        prepared = cache.prepare(f"{head} {{ {root} }}{fragments}", None)
        assert not prepared.errors
        for variables in ({"text": "t"}, {"text": None}):
            await compare(engine, schema, prepared, variables, {"owner": source})
        found = prepared.planned.plan(VariableValues({}, {})).single_resolver_objects
        used += any(isinstance(one, SingleResolverObject) for one in found.values())
    assert bool(used) is SELECTIONS[selection]
