"""Which fields properties read is derived from their code; if it cannot be, the whole document is decoded."""

import operator
from collections.abc import Callable
from functools import wraps
from typing import Any

import msgspec
import pytest
import strawberry
from msgspec import field
from strawberry.schema.config import StrawberryConfig

from gateway.execution.compiled.plan import RUNS_BEFORE_PARTIAL
from gateway.execution.counts import ExecutionCounts
from gateway.execution.documents import DocumentCache
from gateway.execution.limits import Limits
from gateway.execution.run import Runner
from gateway.imin import jsonld
from gateway.imin.documents import partial_document
from gateway.imin.documents.expression_property import ExpressionProperty
from gateway.imin.documents.function_source import Unclear
from gateway.imin.documents.partial import property_reads
from gateway.imin.documents.property_reads import PropertyReads
from gateway.imin.documents.thing import Thing

FIELD = "odd_number"


def read_number(order: "Odd") -> str | None:
    return order.odd_number


def first_name(part: "Part") -> str:
    return part.name or ""


def read_any(document: Any, name: str) -> Any:
    return getattr(document, name)


def reading(name: str) -> Any:
    return property(lambda self: getattr(self, name))


def wrapped(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    @wraps(function)
    def wrapper(document: Any) -> Any:
        return function(document) and document.odd_number

    return wrapper


class CachedNumber:
    """A descriptor that is no property."""

    def __init__(self) -> None:
        self.cached: dict[int, str | None] = {}

    def __get__(self, order: "Odd", _owner: type | None = None) -> str | None:
        return self.cached.setdefault(id(order), order.odd_number)


class Spelt(ExpressionProperty[str | None]):
    """An attribute of the order, or of its part."""

    def __init__(self, attribute: str) -> None:
        super().__init__(f"self.odd_{attribute} or read_any(self, 'odd_{attribute}')")


class Part(Thing, kw_only=True, gc=False, rename="camel"):
    name: str | None = None
    colour: str | None = None


class Base(Thing, kw_only=True, gc=False, rename="camel"):
    odd_number: str | None = None
    odd_part: Part | None = None
    odd_parts: tuple[Part, ...] = field(default=(), name="parts")

    @property
    def inherited_number(self) -> str | None:
        return self.odd_number

    def plain_method(self) -> str | None:
        return self.odd_number

    def read_named(self, attribute: str) -> Any:
        return getattr(self, attribute)

    def read_either(self, first: str, *, second: str = "odd_part") -> Any:
        return getattr(self, first) or getattr(self, second)


class Clear(Base, kw_only=True, gc=False, rename="camel"):
    """Properties of which it can be derived what they read."""

    by_expression = Spelt("number")

    @property
    def by_inherited(self) -> str | None:
        return self.inherited_number

    @property
    def by_walrus(self) -> str | None:
        return me.odd_number if (me := self) else None

    @property
    def by_alias(self) -> str | None:
        me = self
        for _ in range(2):
            me = me if me.odd_part else self
        return me.odd_number

    @property
    def by_function(self) -> str | None:
        return read_number(self)  # type: ignore[arg-type]  # it has the attribute

    @property
    def by_methods(self) -> str | None:
        return self.plain_method()

    @property
    def by_fixed_name(self) -> Any:
        return getattr(self, "odd_number")  # noqa: B009  # this is what is tested

    @property
    def by_passed_name(self) -> Any:
        return self.read_named("odd_number") or self.read_either("odd_number", second="odd_number")

    @property
    def by_comprehension(self) -> str:
        return " ".join([part.name or "" for part in self.odd_parts if self.odd_number])

    @property
    def by_generator(self) -> str | None:
        return next((self.odd_number for part in self.odd_parts if part.name), None)

    @property
    def by_ordered(self) -> str | None:
        return min(self.odd_parts, key=first_name).name

    @property
    def by_unpacked(self) -> str | None:
        part, (_, number) = self.odd_part, (1, self.odd_number)
        return number if part else None

    @property
    def by_nested(self) -> str | None:
        for part in (self.odd_part, None):
            while part is not None:
                return part.name
        return None


class Odd(Base, kw_only=True, gc=False, rename="camel"):
    """Properties of which it cannot be derived what they read."""

    by_attribute_getter = property(operator.attrgetter("odd_number"))
    by_closure = reading("odd_number")
    by_wrapped = property(wrapped(lambda order: order.odd_part))
    by_descriptor = CachedNumber()
    by_anonymous = property(lambda self: self.odd_number)

    @property
    def by_called_attribute_getter(self) -> Any:
        return operator.attrgetter("odd_number")(self)

    @property
    def by_called_method_caller(self) -> Any:
        return operator.methodcaller("plain_method")(self)

    @property
    def by_computed_name(self) -> Any:
        return getattr(self, "odd_" + "number")

    @property
    def by_global_name(self) -> Any:
        return getattr(self, FIELD)

    @property
    def by_computed_argument(self) -> Any:
        return self.read_named("odd_" + "number")

    @property
    def by_names_in_loop(self) -> Any:
        return next(getattr(self, name) for name in ("odd_number", "odd_part"))

    @property
    def by_nested_function(self) -> Any:
        def read() -> Any:
            return self.odd_number

        return read()

    @property
    def by_inner_lambda(self) -> Any:
        return (lambda: self.odd_number)()  # noqa: PLC3002  # this is what is tested

    @property
    def by_method_object(self) -> Any:
        read = self.plain_method
        return read()

    @property
    def by_mapped(self) -> Any:
        return "".join(map(operator.attrgetter("name"), self.odd_parts))

    @property
    def by_as_dict(self) -> Any:
        return msgspec.structs.asdict(self)["odd_number"]

    @property
    def by_as_json(self) -> Any:
        return msgspec.json.encode(self).decode()

    @property
    def by_as_text(self) -> Any:
        return f"{self.odd_part}"

    @property
    def by_representation(self) -> Any:
        return repr(self.odd_part)

    @property
    def by_local_variables(self) -> Any:
        return locals()["self"].odd_number

    @property
    def by_evaluated(self) -> Any:
        return eval("self.odd_number")  # noqa: S307  # this is what is tested

    @property
    def by_superclass(self) -> Any:
        return super().inherited_number

    @property
    def by_own_class(self) -> Any:
        return "odd_part" in self.__struct_fields__ and self.odd_number

    @property
    def by_type_of_self(self) -> Any:
        return type(self).inherited_number.fget(self)  # type: ignore[attr-defined]  # a property's function

    @property
    def by_equal(self) -> Any:
        return str(self.odd_part == Part(name="a", colour="blue"))

    @property
    def by_pattern(self) -> Any:
        match self:
            case Base(odd_number=number):
                return number

    @property
    def by_guarded(self) -> Any:
        try:
            return self.odd_number
        finally:
            pass


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


class Sized(msgspec.Struct):
    """A class whose truth value reads a field."""

    odd_number: str | None = None

    def __bool__(self) -> bool:
        return self.odd_number is not None


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
