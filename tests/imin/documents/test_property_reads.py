"""Which fields properties read is derived from their code; if it cannot be, the whole document is decoded."""

from typing import Any

import msgspec
import pytest
import strawberry
from strawberry.schema.config import StrawberryConfig

from gateway.execution.compiled.plan import RUNS_BEFORE_PARTIAL
from gateway.execution.counts import ExecutionCounts
from gateway.execution.documents import DocumentCache
from gateway.execution.limits import Limits
from gateway.execution.run import Runner
from gateway.imin import jsonld
from gateway.imin.documents import partial_document
from gateway.imin.documents.function_source import Unclear
from gateway.imin.documents.partial import property_reads
from gateway.imin.documents.property_reads import PropertyReads
from tests.imin.documents.properties import Clear, Odd, Part, Sized

PART = {"name": "a", "colour": "blue"}
BODY = msgspec.json.encode({"oddNumber": "7", "oddPart": PART, "parts": [{"name": "b"}, PART]})


def properties(cls: type) -> list[str]:
    return [name for name in vars(cls) if name.startswith("by_")]


def test_every_property_is_clear() -> None:
    """What each property of imin's documents reads can be derived, so that operations read no more than that.

    If this fails for your property: read attributes by `self.name`, pass the document only to plain functions
    and to methods of documents, and pass names of attributes only as texts. The property works without that,
    but every operation that selects it decodes whole documents.
    """
    unclear = property_reads().unclear()

    assert {name: why for name, why in unclear.items() if name not in properties(Odd)} == {}


@pytest.mark.parametrize("name", properties(Odd))
def test_unclear(name: str) -> None:
    """A property that may read anything is recognised, and named with the reason."""
    with pytest.raises(Unclear, match=rf"Odd\.{name} "):
        PropertyReads([Odd, Part]).fields([name])


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("by_expression", {"odd_number"}),
        ("by_inherited", {"odd_number"}),
        ("by_walrus", {"odd_number"}),
        ("by_function", {"odd_number"}),
        ("by_methods", {"odd_number"}),
        ("by_fixed_name", {"odd_number"}),
        ("by_passed_name", {"odd_number"}),
        ("by_mixin", {"odd_number"}),
        ("by_method_of_class", {"odd_number"}),
        ("by_constant", set()),
        ("by_alias", {"odd_number", "odd_part"}),
        ("by_comprehension", {"odd_number", "odd_parts", "name"}),
        ("by_generator", {"odd_number", "odd_parts", "name"}),
        ("by_ordered", {"odd_parts", "name"}),
        ("by_unpacked", {"odd_number", "odd_part"}),
        ("by_nested", {"odd_part", "name"}),
    ],
)
def test_clear(name: str, fields: set[str]) -> None:
    """What a property reads is derived exactly, through aliases, functions and names passed as texts."""
    assert PropertyReads([Clear, Part]).fields([name]) == fields


def test_called_by_python() -> None:
    """If a class has methods that Python itself calls, nothing is clear: any expression may call them."""
    with pytest.raises(Unclear, match=r"Sized\.__bool__"):
        PropertyReads([Sized, Clear, Part]).fields(["by_fixed_name"])


def schema_of(cls: type) -> strawberry.Schema:
    """A schema with a field `order` of that class's properties, which decodes what an operation needs."""
    fields = {"__annotations__": dict.fromkeys(properties(cls), str | None)}

    def order(info: strawberry.Info[Any, Any]) -> Any:
        document = jsonld.decode(partial_document(cls, info.context.selection), BODY)
        info.context.classes.append(type(document))
        return document

    order_type = strawberry.type(type("OrderOfTest", (), fields))
    root = {"order": strawberry.field(order, graphql_type=order_type)}
    query = strawberry.type(type("Query", (), {"__annotations__": {"order": order_type}, **root}))
    return strawberry.Schema(query, config=StrawberryConfig(auto_camel_case=False))


class Context:
    """What an execution needs of a context here. classes: of the documents that were decoded."""

    def __init__(self, selection: Any) -> None:
        self.selection = selection
        self.classes: list[type] = []


@pytest.mark.parametrize(
    ("cls", "name"),
    [(cls, name) for cls in (Clear, Odd) for name in properties(cls)],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_many_runs(cls: type[Any], name: str) -> None:
    """However often an operation runs, each property has the value that it has of the whole document."""
    schema = schema_of(cls)._schema  # noqa: SLF001  # Strawberry's documented way to graphql-core's schema
    prepared = DocumentCache(schema, Limits(), with_introspection=True, suggestions=True).prepare(
        "{ order { " + name + " } }", None
    )
    assert prepared.planned
    expected = getattr(jsonld.decode(cls, BODY), name)

    values, classes = [], []
    for _ in range(RUNS_BEFORE_PARTIAL + 4):
        context = Context(prepared.planned.selected_attributes())
        result = await Runner(schema, ExecutionCounts(), hide_suggestions=False).run(prepared, {}, context)
        values.append((result.data, result.errors))
        classes += context.classes

    assert values == [({"order": {name: expected}}, None)] * (RUNS_BEFORE_PARTIAL + 4)
    assert expected is not None
    is_partial = [one is not cls for one in classes]
    assert is_partial == [False] * (RUNS_BEFORE_PARTIAL - 1) + [cls is Clear] * 5
