"""Every leaf type in every wrapper with every odd value, which random requests would contain too rarely."""

import sys
import types
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from graphql import GraphQLSchema

from tests.fuzz.compare import Engine, compare
from tests.fuzz.data import same
from tests.fuzz.schemas import HEADER, LEAVES, WRAPPERS, annotation
from tests.fuzz.values import ODD, USUAL_VALUES, Colour, Level, Raises

_FIELDS = {f"{leaf}{index}": (wrapper, leaf) for leaf in LEAVES for index, wrapper in enumerate(WRAPPERS)}
_QUERY = "{ " + " ".join(f"{name}: box {{ {name} }}" for name in _FIELDS) + " }"


class Box:
    """An object whose attributes all have one value. in_lists: inside the lists of the field's type."""

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


class Slots:
    """The same with a slot for each field, so that code is specialised for the class."""

    __slots__ = tuple(_FIELDS)


class PureProperty:
    """A property that depends on one slot, by a pure function."""

    def __init__(self, name: str) -> None:
        self.expression = f"same(self.raw_{name})"
        self._name = f"raw_{name}"

    def __get__(self, one: Any, _owner: type | None = None) -> Any:
        return same(getattr(one, self._name))


PureProperties = type(
    "PureProperties",
    (),
    {"__slots__": tuple(f"raw_{name}" for name in _FIELDS), **{name: PureProperty(name) for name in _FIELDS}},
)
"""The same as Slots, with a property for each field."""


def _fixed(cls: type, prefix: str, box: Box) -> Any:
    one = cls()
    for name in _FIELDS:
        with suppress(Exception):  # an empty slot raises when it is read
            setattr(one, prefix + name, getattr(box, name))
    return one


class _Usual(Box):
    """A box whose attributes have valid values."""

    def __init__(self) -> None:
        super().__init__(None, in_lists=True)

    def __getattr__(self, name: str) -> Any:
        self._value = _USUAL[_FIELDS[name][1]]
        return super().__getattr__(name)


_USUAL = {
    "String": "a",
    "Int": 1,
    "Float": 1.5,
    "Boolean": True,
    "ID": "a",
    "Colour": Colour.RED,
    "Level": Level.LOW,
    "Decimal": Decimal("1.10"),
    "DateTime": datetime(2026, 1, 1, tzinfo=UTC),
    "Fussy": "a",
}


def _boxes() -> Iterator[Box]:
    for value in (*(make() for make in ODD), *USUAL_VALUES):
        yield Box(value, in_lists=False)
        yield Box(value, in_lists=True)


async def compare_matrix(engine: Engine) -> int:
    """Compare all values; returns how many. Raises Difference."""
    count = 0
    for make in (lambda box: box, partial(_fixed, Slots, ""), partial(_fixed, PureProperties, "raw_")):
        count += await _compare_boxes(engine, make)
    return count


async def _compare_boxes(engine: Engine, make: Callable[[Box], Any]) -> int:
    schema = _schema()
    cache = engine.documents.DocumentCache(schema, engine.limits, with_introspection=True, suggestions=True)
    prepared = cache.prepare(_QUERY, None)
    # Nearly all of these bail; the code must not be dropped for that.
    planned = engine.plan.PlannedOperation.of(schema, prepared.document, prepared.operation, max_bails=10**9)
    prepared = replace(prepared, planned=planned)
    count = 0
    usual = make(_Usual())
    for box in (usual, usual, *map(make, _boxes())):
        await compare(engine, schema, prepared, {}, {"box": box})
        count += len(_FIELDS)
    return count
