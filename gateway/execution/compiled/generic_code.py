"""Generated code: one Python function that turns a resolver's value into its part of the answer.

A part is generated where the whole selection below it reads attributes only: no
resolver, no argument. Which fields are selected is not decided here but by
graphql-core's own `collect_subfields`. The code may only succeed: whatever is
not usual (a null where none may be, an odd leaf, an exception, an awaitable, an
unknown runtime type) raises, and graphql-core completes that value again from
the start, so that its errors and null propagation are never imitated.

What goes into the text of the code: response keys and type names, which are
GraphQL names and pass through `repr`, and attribute names that are identifiers.
"""

import inspect
import keyword
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from graphql import (
    GraphQLAbstractType,
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    TypeNameMetaFieldDef,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from graphql.execution.collect_fields import CollectedFields, FieldDetailsList
from strawberry.types.field import StrawberryField

from gateway.execution.compiled.guards import StandInInfo, note_classes
from gateway.execution.compiled.leaf_code import Bail, leaf_code
from gateway.execution.compiled.specialised_code import KnownCode

Project = Callable[[Any], Any]
_Key = tuple[Any, ...]
"""What a function is for: a type, the name of the field it comes from, and which nodes are selected."""
MOST_FIELDS = 5_000
"""Fields of one part; abstract types within abstract types multiply them."""


class CollectSubfields(Protocol):
    """graphql-core's collection of the fields below some fields, for one runtime type."""

    def __call__(self, object_type: GraphQLObjectType, fields: FieldDetailsList) -> CollectedFields:
        """The fields. Raises GraphQLError where a directive has no usable argument."""


class NotCompilable(Exception):  # a decision, never an error outside
    """The selection holds something that generated code must not do."""


def attribute_of(field: GraphQLField) -> str | None:
    """Attribute that a field without a resolver reads; None where it does anything else."""
    declared = (field.extensions or {}).get("strawberry-definition")
    if (
        type(declared) is not StrawberryField
        or not declared.is_basic_field
        or declared.default_resolver is not getattr
        or field.args
        # What Strawberry puts around a field to turn exceptions into data is not marked so.
        or getattr(field.resolve, "__name__", "") != "_get_basic_result"
    ):
        return None
    name = declared.python_name
    return name if name.isidentifier() and not keyword.iskeyword(name) else None


class Projections:
    """The generated code of one plan: a function for each object, shared where the same is selected of it.

    A fragment that is spread in twenty places is one function, not twenty.

    globals: what the code may name.
    classes_met: how often an object of a fixed class has come where none had come before.
    """

    def __init__(
        self, schema: GraphQLSchema, collect: CollectSubfields, on_class: Callable[[], None]
    ) -> None:
        self._schema = schema
        self._collect = collect
        self._on_class = on_class
        self._functions: list[str] = []
        self._known: dict[_Key, str] = {}
        self._places: dict[str, PlaceCode] = {}
        self._names = 0
        self._fields = 0
        self._noted: dict[str, dict[type, None]] = {}
        self._leaves: dict[int, tuple[str, list[str]]] = {}
        self.globals: dict[str, Any] = {"inf": float("inf"), "Decimal": Decimal, "bail": _bail}
        self.classes_met = 0

    def of(self, return_type: GraphQLOutputType, fields: FieldDetailsList) -> "PlaceCode | None":
        """The code for values of a type under a selection; None where there can be none."""
        known, self._functions, self._fields = self._known.copy(), [], 0
        name = self.name("project")
        try:
            expression = self._value(return_type, fields, "value")
        except (NotCompilable, GraphQLError):
            self._known = known  # what has been written since is never compiled
            return None
        place = self._places.get(expression)
        if place is None:  # else it names functions that have been written, and nothing else
            project = self.compiled(name, [*self._functions, f"def {name}(value):\n    return {expression}"])
            place = self._places[expression] = PlaceCode(self, return_type, fields, project)
        return place

    def compiled(self, name: str, functions: list[str]) -> Project:
        """The function of that name, of some whose text is given."""
        exec(compile("\n\n".join(functions), "<projection>", "exec"), self.globals)  # noqa: S102  # see the module's text
        project: Project = self.globals[name]
        return project

    def _value(self, return_type: GraphQLOutputType, fields: FieldDetailsList, source: str) -> str:
        """Expression that completes what the expression `source` gives."""
        if is_non_null_type(return_type):
            return self._present(return_type.of_type, fields, source)
        name, first = self._named(source)
        if is_leaf_type(return_type):
            usual, names = self._leaf(return_type)
            usual = usual.replace("else {2}(", "else None if {0} is None else {2}(")
            return "(" + usual.format(name, first, *names) + ")"
        return f"(None if {first} is None else {self._present(return_type, fields, name)})"

    def leaf_value(self, return_type: GraphQLOutputType, source: str) -> str:
        """As _value, for a leaf."""
        return self._value(return_type, [], source)

    def _present(self, nullable: Any, fields: FieldDetailsList, source: str) -> str:
        """As _value, where null is not allowed or has been dealt with."""
        if is_object_type(nullable):
            return f"{self.object(nullable, fields)}({source})"
        if is_abstract_type(nullable):
            return f"{self.abstract(nullable, fields)}({source})"
        name, first = self._named(source)
        if is_leaf_type(nullable):
            usual, names = self._leaf(nullable)
            return "(" + usual.format(name, first, *names) + ")"
        if is_list_type(nullable):
            item = self.name("item")
            each = self._value(nullable.of_type, fields, item)
            # Only these can be gone through a second time by graphql-core, whatever happens.
            is_sequence = f"type({first}) is tuple or type({name}) is list"
            return f"([{each} for {item} in {name}] if {is_sequence} else bail())"
        raise NotCompilable

    def _named(self, source: str) -> tuple[str, str]:
        """A name for what an expression gives, and what to write where it is first used."""
        if source.isidentifier():
            return source, source
        name = self.name("value")
        return name, f"({name} := {source})"

    def selection(
        self, object_type: GraphQLObjectType, fields: FieldDetailsList
    ) -> dict[str, FieldDetailsList]:
        """What is selected of an object, by response key."""
        collected = self._collect(object_type, fields)
        if collected.new_defer_usages:
            raise NotCompilable
        return collected.grouped_field_set

    def object(self, object_type: GraphQLObjectType, fields: FieldDetailsList) -> str:
        """Name of the function that completes one object."""
        grouped = self.selection(object_type, fields)
        selected = ((key, *(id(one.node) for one in details)) for key, details in grouped.items())
        purpose = object_type, fields[0].node.name.value, *selected
        if purpose in self._known:
            return self._known[purpose]
        function = self.name("object")
        check = self.type_check(object_type, fields, "o")
        lines = self._opening(function, None if check else object_type.is_type_of, fields)
        if check:
            lines += [f"    if {check} is not True:", "        bail()"]
        lines.append("    return {")
        lines += [
            f"        {key!r}: {self._field(object_type, details)}," for key, details in grouped.items()
        ]
        self._functions.append("\n".join([*lines, "    }"]))
        self._known[purpose] = function
        return function

    def _opening(self, function: str, is_type_of: Any, fields: FieldDetailsList) -> list[str]:
        """First lines of a function: it takes plain objects only, and notes their classes.

        is_type_of: asked of the first object of each class only.
        """
        noted = self._noted[function] = {}
        note = note_classes(noted, is_type_of, self.info(fields), self._count_class)
        self.define({f"{function}_noted": noted, f"{function}_note": note})
        return [
            f"def {function}(o):",
            f"    if type(o) not in {function}_noted:",
            f"        {function}_note(o)",
        ]

    def _count_class(self) -> None:
        self.classes_met += 1
        self._on_class()

    def noted(self, function: str) -> type | None:
        """The class that objects of a function have had; the first, where they have had several."""
        return next(iter(self._noted[function]), None)

    def field(self, object_type: GraphQLObjectType, details: FieldDetailsList) -> tuple[GraphQLField, str]:
        """A selected field, and the attribute it reads."""
        field = self._schema.get_field(object_type, details[0].node.name.value)
        if field is TypeNameMetaFieldDef:
            return field, ""
        attribute = attribute_of(field) if field else None
        if field is None or attribute is None or any(detail.defer_usage for detail in details):
            raise NotCompilable
        return field, attribute

    def _field(self, object_type: GraphQLObjectType, details: FieldDetailsList) -> str:
        self._fields += 1
        if self._fields > MOST_FIELDS:
            raise NotCompilable
        field, attribute = self.field(object_type, details)
        if field is TypeNameMetaFieldDef:
            return repr(object_type.name)
        return self._value(field.type, details, f"o.{attribute}")

    def possible_types(self, abstract: GraphQLAbstractType) -> Sequence[GraphQLObjectType]:
        """What an abstract type may turn out to be."""
        return self._schema.get_possible_types(abstract)

    def abstract(self, abstract: GraphQLAbstractType, fields: FieldDetailsList) -> str:
        """Name of a function that completes an object of whichever type it turns out to be."""
        resolve_type = abstract.resolve_type
        if resolve_type is None or inspect.iscoroutinefunction(resolve_type):
            raise NotCompilable
        branches = {
            possible.name: self.object(possible, fields) for possible in self.possible_types(abstract)
        }
        purpose = abstract, fields[0].node.name.value, *branches.values()
        if purpose in self._known:
            return self._known[purpose]
        function, table = self.name("abstract"), ", ".join(f"{k!r}: {v}" for k, v in branches.items())
        resolve, info, itself = (self.constant(one) for one in (resolve_type, self.info(fields), abstract))
        lines = [
            *self._opening(function, None, fields),
            f"    branch = {function}_branches.get({resolve}(o, {info}, {itself}))",
            "    return branch(o) if branch else bail()",
            "",
            f"{function}_branches = {{{table}}}",
        ]
        self._functions.append("\n".join(lines))
        self._known[purpose] = function
        return function

    def type_check(self, object_type: GraphQLObjectType, fields: FieldDetailsList, value: str) -> str | None:
        """Call that asks each object whether it is of a type; None where its class alone has told."""
        is_type_of = object_type.is_type_of
        if is_type_of is None or getattr(is_type_of, "depends_only_on", None) == ():
            return None
        if inspect.iscoroutinefunction(is_type_of):
            raise NotCompilable
        return f"{self.constant(is_type_of)}({value}, {self.constant(self.info(fields))})"

    def info(self, fields: FieldDetailsList) -> StandInInfo:
        """What type resolution is given."""
        return StandInInfo(self._schema, fields[0].node.name.value)

    def _leaf(self, leaf: Any) -> tuple[str, list[str]]:
        """Template of a leaf type, and the global names that it needs from {2} on."""
        known = self._leaves.get(id(leaf))
        if known is None:
            code = leaf_code(leaf)
            known = self._leaves[id(leaf)] = code.usual, [self.constant(one) for one in code.parts]
        return known

    def name(self, prefix: str) -> str:
        """A name that nothing has yet."""
        self._names += 1
        return f"{prefix}{self._names}"

    def constant(self, value: Any) -> str:
        """Name of a global that has that value."""
        name = self.name("g")
        self.globals[name] = value
        return name

    def define(self, names: dict[str, Any]) -> None:
        """Let the code name those."""
        self.globals |= names


@dataclass(frozen=True)
class PlaceCode:
    """The code of one place. project: for objects of any class."""

    projections: Projections
    return_type: GraphQLOutputType
    fields: FieldDetailsList
    project: Project

    @property
    def classes_met(self) -> int:
        """How often an object of a fixed class has come where none had come before, anywhere in the plan."""
        return self.projections.classes_met

    def for_known_classes(self) -> Project:
        """The same function, quicker for objects of the classes that have come so far."""
        try:
            return KnownCode(self.projections).of(self.return_type, self.fields) or self.project
        except (SyntaxError, RecursionError):  # deeper than Python nests blocks
            return self.project


def _bail() -> None:
    raise Bail
