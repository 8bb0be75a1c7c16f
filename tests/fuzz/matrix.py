"""Every leaf type in every wrapper, given every odd value: what random requests would meet too rarely."""

import sys
import types
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from graphql import GraphQLSchema

from tests.fuzz.compare import Engine, compare
from tests.fuzz.schemas import HEADER, LEAVES, WRAPPERS, annotation
from tests.fuzz.values import ODD, USUAL_VALUES, Raises

_FIELDS = {f"{leaf}{index}": (wrapper, leaf) for leaf in LEAVES for index, wrapper in enumerate(WRAPPERS)}
_QUERY = "{ " + " ".join(f"{name}: box {{ {name} }}" for name in _FIELDS) + " }"


class Box:
    """An object all of whose attributes have one value, in as many lists as the field's type has."""

    def __init__(self, value: Any, *, in_lists: bool) -> None:
        self._value, self._in_lists = value, in_lists

    def __getattr__(self, name: str) -> Any:
        if name not in _FIELDS:
            raise AttributeError(name)
        if isinstance(self._value, Raises):
            raise self._value.error
        depth = _FIELDS[name][0].count("[") if self._in_lists else 0
        value = self._value
        for _ in range(depth):
            value = [value]
        return value


def _schema() -> GraphQLSchema:
    lines = [f"    {name}: {annotation(wrapper, leaf)}" for name, (wrapper, leaf) in _FIELDS.items()]
    text = "\n".join([HEADER, "@strawberry.type", "class Box:", *lines, _ROOT])
    module = types.ModuleType("tests.fuzz.matrix_schema")
    sys.modules[module.__name__] = module
    try:
        exec(text, module.__dict__)  # noqa: S102  # our own text
        schema: GraphQLSchema = module.schema._schema  # noqa: SLF001  # Strawberry's documented way to graphql-core's
        return schema
    finally:
        del sys.modules[module.__name__]


_ROOT = """
@strawberry.type
class Query:
    @strawberry.field
    def box(self, info: strawberry.Info) -> Optional[Box]:
        return info.context.values["box"]

schema = strawberry.Schema(query=Query, config=StrawberryConfig(auto_camel_case=False, scalar_map=SCALARS))
"""


def _boxes() -> Iterator[Box]:
    for value in (*(make() for make in ODD), *USUAL_VALUES):
        yield Box(value, in_lists=False)
        yield Box(value, in_lists=True)


async def compare_matrix(engine: Engine) -> int:
    """How many values were completed alike. Raises Difference."""
    schema = _schema()
    preparation = engine.prepared.Preparation(
        schema, engine.limits, with_introspection=True, suggestions=True
    )
    prepared = preparation.prepare(_QUERY, None)
    # Nearly all of these bail; the code shall not be given up for it.
    planned = engine.plan.PlannedOperation.of(schema, prepared.document, prepared.operation, patience=10**9)
    prepared = replace(prepared, planned=planned)
    done = 0
    for box in _boxes():
        await compare(engine, schema, prepared, {}, {"box": box})
        done += len(_FIELDS)
    return done
