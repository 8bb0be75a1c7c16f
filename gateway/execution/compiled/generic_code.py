"""Generic code: functions that complete objects of any class, one for each selection of an object type.

A function is generated only if all fields below read attributes. Which fields are selected is decided by
graphql-core's own `collect_subfields`. Generated code either succeeds or raises. It raises for everything
unusual: a null in a non-null type, an odd leaf, an exception, an awaitable, an unknown runtime type. Then
graphql-core completes the value again from the start, so errors and null propagation are always its own.

Only these go into the source text: response keys and type names, which are GraphQL names and written by
`repr`, and attribute names that are Python identifiers.
"""

import inspect
from collections.abc import Callable, Sequence
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

from gateway.execution.compiled.attribute_fields import attribute_of
from gateway.execution.compiled.calculated_fields import calculation
from gateway.execution.compiled.guards import Classes, RestrictedInfo, object_check
from gateway.execution.compiled.leaf_code import leaf_code
from gateway.execution.compiled.namespace import Complete, Namespace

MAX_FIELDS = 5_000
"""Fields below one field of the operation; abstract types within abstract types multiply them."""

_FunctionKey = tuple[Any, ...]
"""A type, the name of the field it is the type of, and the nodes selected of it."""


class CollectSubfields(Protocol):
    """graphql-core's collection of the fields below a field, for one runtime type."""

    def __call__(self, object_type: GraphQLObjectType, details: FieldDetailsList) -> CollectedFields:
        """The collected fields. Raises GraphQLError if a directive has an invalid argument."""


class NotCompilable(Exception):  # control flow, never an error for the outside
    """The selection needs something that generated code cannot do."""


class GenericCode:
    """Generates the code of one plan. Equal selections of a type share a function, wherever they occur.

    classes_seen: number of functions that have seen an object of a class with uniform objects (see guards).
    on_class: called when that number grows.
    """

    def __init__(
        self, schema: GraphQLSchema, collect: CollectSubfields, on_class: Callable[[], None]
    ) -> None:
        self.namespace = Namespace()
        self.classes_seen = 0
        self._schema = schema
        self._collect = collect
        self._on_class = on_class
        self._sources: list[str] = []
        self._function_names: dict[_FunctionKey, str] = {}
        self._by_expression: dict[str, Complete] = {}
        self._seen: dict[str, Classes] = {}
        self._leaves: dict[int, tuple[str, list[str]]] = {}
        self._field_count = 0

    def function(self, return_type: GraphQLOutputType, details: FieldDetailsList) -> Complete | None:
        """The function for values of a type under a selection; None if it cannot be compiled."""
        names, self._sources, self._field_count = self._function_names.copy(), [], 0
        name = self.namespace.new_name("complete")
        try:
            expression = self.expression(return_type, details, "value")
        except (NotCompilable, GraphQLError):
            self._function_names = names  # functions written since are never compiled
            return None
        function = self._by_expression.get(expression)
        if function is None:  # otherwise it calls functions that are compiled already, and no others
            sources = [*self._sources, f"def {name}(value):\n    return {expression}"]
            function = self._by_expression[expression] = self.namespace.compile(name, sources)
        return function

    def expression(self, return_type: GraphQLOutputType, details: FieldDetailsList, source: str) -> str:
        """An expression that completes the value of the expression `source`. details: unused for leaves."""
        if is_non_null_type(return_type):
            return self._non_null_expression(return_type.of_type, details, source)
        name, first = self._named(source)
        if is_leaf_type(return_type):
            template, constants = self._leaf(return_type)
            template = template.replace("else {2}(", "else None if {0} is None else {2}(")
            return "(" + template.format(name, first, *constants) + ")"
        return f"(None if {first} is None else {self._non_null_expression(return_type, details, name)})"

    def _non_null_expression(self, nullable: Any, details: FieldDetailsList, source: str) -> str:
        """The same where null is not allowed, or has been handled."""
        if is_object_type(nullable):
            return f"{self.object_function(nullable, details)}({source})"
        if is_abstract_type(nullable):
            return f"{self.abstract_function(nullable, details)}({source})"
        name, first = self._named(source)
        if is_leaf_type(nullable):
            template, constants = self._leaf(nullable)
            return "(" + template.format(name, first, *constants) + ")"
        if is_list_type(nullable):
            item = self.namespace.new_name("item")
            each = self.expression(nullable.of_type, details, item)
            # After a bail graphql-core iterates again, so anything that may be exhausted is left to it.
            is_sequence = f"type({first}) is tuple or type({name}) is list"
            return f"([{each} for {item} in {name}] if {is_sequence} else bail())"
        raise NotCompilable

    def _named(self, source: str) -> tuple[str, str]:
        """A name for the value of an expression, and the text of its first occurrence."""
        if source.isidentifier():
            return source, source
        name = self.namespace.new_name("value")
        return name, f"({name} := {source})"

    def selection(
        self, object_type: GraphQLObjectType, details: FieldDetailsList
    ) -> dict[str, FieldDetailsList]:
        """The fields selected of an object, by response key."""
        collected = self._collect(object_type, details)
        if collected.new_defer_usages:
            raise NotCompilable
        return collected.grouped_field_set

    def object_function(self, object_type: GraphQLObjectType, details: FieldDetailsList) -> str:
        """The name of the function that completes an object of that type."""
        selection = self.selection(object_type, details)
        nodes = ((name, *(id(one.node) for one in field)) for name, field in selection.items())
        key = object_type, details[0].node.name.value, *nodes
        if key in self._function_names:
            return self._function_names[key]
        function = self.namespace.new_name("object")
        test = self.type_test(object_type, details, "o")
        lines = self._opening(function, None if test else object_type.is_type_of, details)
        if test:
            lines += [f"    if {test} is not True:", "        bail()"]
        lines.append("    return {")
        lines += [
            f"        {name!r}: {self._field(object_type, field)}," for name, field in selection.items()
        ]
        self._sources.append("\n".join([*lines, "    }"]))
        self._function_names[key] = function
        return function

    def _opening(self, function: str, is_type_of: Any, details: FieldDetailsList) -> list[str]:
        """The first lines of a function: they check objects of new classes, and record the classes.

        is_type_of: called only for objects whose class is new.
        """
        seen = self._seen[function] = {}
        check = object_check(seen, is_type_of, self.resolve_info(details), self._count_class)
        self.namespace.globals |= {f"{function}_seen": seen, f"{function}_check": check}
        return [
            f"def {function}(o):",
            f"    if type(o) not in {function}_seen:",
            f"        {function}_check(o)",
        ]

    def _count_class(self) -> None:
        self.classes_seen += 1
        self._on_class()

    def class_seen(self, function: str) -> type | None:
        """The class whose objects a function has completed; the first of several, None before the first."""
        return next(iter(self._seen[function]), None)

    def selected_field(self, object_type: GraphQLObjectType, details: FieldDetailsList) -> GraphQLField:
        """The definition of a selected field."""
        field = self._schema.get_field(object_type, details[0].node.name.value)
        if field is None or any(detail.defer_usage for detail in details):
            raise NotCompilable
        return field

    def calculated(self, field: GraphQLField, details: FieldDetailsList) -> str:
        """The name of the function that calculates a field from its object."""
        function = calculation(self._schema, field, [detail.node for detail in details])
        if function is None:
            raise NotCompilable
        return self.namespace.constant(function)

    def _field(self, object_type: GraphQLObjectType, details: FieldDetailsList) -> str:
        self._field_count += 1
        if self._field_count > MAX_FIELDS:
            raise NotCompilable
        field = self.selected_field(object_type, details)
        if field is TypeNameMetaFieldDef:
            return repr(object_type.name)
        attribute = attribute_of(field)
        source = f"o.{attribute}" if attribute else f"{self.calculated(field, details)}(o)"
        return self.expression(field.type, details, source)

    def possible_types(self, abstract: GraphQLAbstractType) -> Sequence[GraphQLObjectType]:
        """The object types of an interface or union."""
        return self._schema.get_possible_types(abstract)

    def abstract_function(self, abstract: GraphQLAbstractType, details: FieldDetailsList) -> str:
        """The name of the function that resolves an object's type and completes the object."""
        resolve_type = abstract.resolve_type
        if resolve_type is None or inspect.iscoroutinefunction(resolve_type):
            raise NotCompilable
        branches = {
            possible.name: self.object_function(possible, details)
            for possible in self.possible_types(abstract)
        }
        key = abstract, details[0].node.name.value, *branches.values()
        if key in self._function_names:
            return self._function_names[key]
        function = self.namespace.new_name("abstract")
        table = ", ".join(f"{name!r}: {branch}" for name, branch in branches.items())
        arguments = resolve_type, self.resolve_info(details), abstract
        resolve, info, itself = map(self.namespace.constant, arguments)
        lines = [
            *self._opening(function, None, details),
            f"    branch = {function}_branches.get({resolve}(o, {info}, {itself}))",
            "    return branch(o) if branch else bail()",
            "",
            f"{function}_branches = {{{table}}}",
        ]
        self._sources.append("\n".join(lines))
        self._function_names[key] = function
        return function

    def type_test(self, object_type: GraphQLObjectType, details: FieldDetailsList, value: str) -> str | None:
        """A call of `is_type_of` for each object; None if there is none, or it depends on the class only."""
        is_type_of = object_type.is_type_of
        if is_type_of is None or getattr(is_type_of, "depends_only_on", None) == ():
            return None
        if inspect.iscoroutinefunction(is_type_of):
            raise NotCompilable
        constant = self.namespace.constant
        return f"{constant(is_type_of)}({value}, {constant(self.resolve_info(details))})"

    def resolve_info(self, details: FieldDetailsList) -> RestrictedInfo:
        """The `info` argument of `is_type_of` and `resolve_type`."""
        return RestrictedInfo(self._schema, details[0].node.name.value)

    def _leaf(self, leaf: Any) -> tuple[str, list[str]]:
        """The template of a leaf type, and the names of its constants."""
        known = self._leaves.get(id(leaf))
        if known is None:
            code = leaf_code(leaf)
            names = [self.namespace.constant(value) for value in code.constants]
            known = self._leaves[id(leaf)] = code.template, names
        return known
