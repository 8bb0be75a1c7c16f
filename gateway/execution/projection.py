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
from collections.abc import Callable
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
from strawberry.execution import optimized_is_awaitable
from strawberry.types.field import StrawberryField

from gateway.execution.leaf import Bail, LeafCode, leaf_code, require_plain

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


class StandInInfo:
    """What type resolution may know in generated code; anything else it asks for makes it bail."""

    def __init__(self, schema: GraphQLSchema, field_name: str) -> None:
        self.schema = schema
        self.field_name = field_name
        self.is_awaitable = optimized_is_awaitable

    def __getattr__(self, name: str) -> Any:
        raise Bail


class Projections:
    """The generated code of one plan: a function for each object, shared where the same is selected of it.

    A fragment that is spread in twenty places is one function, not twenty.
    """

    def __init__(self, schema: GraphQLSchema, collect: CollectSubfields) -> None:
        self._schema = schema
        self._collect = collect
        self._functions: list[str] = []
        self._known: dict[_Key, str] = {}
        self._projects: dict[str, Project] = {}
        self._names = 0
        self._fields = 0
        plain_classes: set[type] = set()
        self._globals: dict[str, Any] = {
            "inf": float("inf"),
            "Decimal": Decimal,
            "bail": _bail,
            "plain_classes": plain_classes,
            "require_object": _object_check(plain_classes),
        }
        self._leaves: dict[int, tuple[LeafCode, list[str]]] = {}

    def of(self, return_type: GraphQLOutputType, fields: FieldDetailsList) -> Project | None:
        """The function for values of a type under a selection; None where there can be none."""
        known, self._functions, self._fields = self._known.copy(), [], 0
        name = self._name("project")
        try:
            expression = self._value(return_type, fields, "value")
        except (NotCompilable, GraphQLError):
            self._known = known  # what has been written since is never compiled
            return None
        if (shared := self._projects.get(expression)) is not None:
            return shared  # it names functions that have been written, and nothing else
        self._functions.append(f"def {name}(value):\n    return {expression}")
        exec(compile("\n\n".join(self._functions), "<projection>", "exec"), self._globals)  # noqa: S102  # see the module's text
        project: Project = self._projects.setdefault(expression, self._globals[name])
        return project

    def _value(self, return_type: GraphQLOutputType, fields: FieldDetailsList, source: str) -> str:
        """Expression that completes what the expression `source` gives."""
        if is_non_null_type(return_type):
            return self._present(return_type.of_type, fields, source)
        name, first = self._named(source)
        return f"(None if {first} is None else {self._present(return_type, fields, name)})"

    def _present(self, nullable: Any, fields: FieldDetailsList, source: str) -> str:
        """As _value, where null is not allowed or has been dealt with."""
        if is_object_type(nullable):
            return f"{self._object(nullable, fields)}({source})"
        if is_abstract_type(nullable):
            return f"{self._dispatch(nullable, fields)}({source})"
        name, first = self._named(source)
        if is_leaf_type(nullable):
            code, names = self._leaf(nullable)
            return "(" + code.usual.format(name, first, *names) + ")"
        if is_list_type(nullable):
            item = self._name("item")
            each = self._value(nullable.of_type, fields, item)
            # Only these can be gone through a second time by graphql-core, whatever happens.
            is_sequence = f"type({first}) is tuple or type({name}) is list"
            return f"([{each} for {item} in {name}] if {is_sequence} else bail())"
        raise NotCompilable

    def _named(self, source: str) -> tuple[str, str]:
        """A name for what an expression gives, and what to write where it is first used."""
        if source.isidentifier():
            return source, source
        name = self._name("value")
        return name, f"({name} := {source})"

    def _object(self, object_type: GraphQLObjectType, fields: FieldDetailsList) -> str:
        """Name of the function that completes one object."""
        collected = self._collect(object_type, fields)
        if collected.new_defer_usages:
            raise NotCompilable
        grouped = collected.grouped_field_set
        selected = ((key, *(id(one.node) for one in details)) for key, details in grouped.items())
        purpose = object_type, fields[0].node.name.value, *selected
        if purpose in self._known:
            return self._known[purpose]
        function = self._name("object")
        lines = [
            f"def {function}(o):",
            "    if type(o) not in plain_classes:",
            "        require_object(o)",
        ]
        if object_type.is_type_of:
            lines += [f"    if {self._type_check(object_type, fields)} is not True:", "        bail()"]
        lines.append("    return {")
        lines += [
            f"        {key!r}: {self._field(object_type, details)}," for key, details in grouped.items()
        ]
        self._functions.append("\n".join([*lines, "    }"]))
        self._known[purpose] = function
        return function

    def _field(self, object_type: GraphQLObjectType, details: FieldDetailsList) -> str:
        self._fields += 1
        if self._fields > MOST_FIELDS:
            raise NotCompilable
        name = details[0].node.name.value
        field = self._schema.get_field(object_type, name)
        if field is TypeNameMetaFieldDef:
            return repr(object_type.name)
        attribute = attribute_of(field) if field else None
        if field is None or attribute is None or any(detail.defer_usage for detail in details):
            raise NotCompilable
        return self._value(field.type, details, f"o.{attribute}")

    def _dispatch(self, abstract: GraphQLAbstractType, fields: FieldDetailsList) -> str:
        """Name of a function that completes an object of whichever type it turns out to be."""
        resolve_type = abstract.resolve_type
        if resolve_type is None or inspect.iscoroutinefunction(resolve_type):
            raise NotCompilable
        branches = {
            possible.name: self._object(possible, fields)
            for possible in self._schema.get_possible_types(abstract)
        }
        purpose = abstract, fields[0].node.name.value, *branches.values()
        if purpose in self._known:
            return self._known[purpose]
        function, table = self._name("abstract"), ", ".join(f"{k!r}: {v}" for k, v in branches.items())
        resolve, info, itself = (self._global(one) for one in (resolve_type, self._info(fields), abstract))
        self._functions.append(
            f"def {function}(o):\n"
            "    if type(o) not in plain_classes:\n"
            "        require_object(o)\n"
            f"    branch = {function}_branches.get({resolve}(o, {info}, {itself}))\n"
            "    return branch(o) if branch else bail()\n\n"
            f"{function}_branches = {{{table}}}"
        )
        self._known[purpose] = function
        return function

    def _type_check(self, object_type: GraphQLObjectType, fields: FieldDetailsList) -> str:
        if inspect.iscoroutinefunction(object_type.is_type_of):
            raise NotCompilable
        return f"{self._global(object_type.is_type_of)}(o, {self._global(self._info(fields))})"

    def _info(self, fields: FieldDetailsList) -> StandInInfo:
        return StandInInfo(self._schema, fields[0].node.name.value)

    def _leaf(self, leaf: Any) -> tuple[LeafCode, list[str]]:
        """Code of a leaf type, and the global names that its template needs from {2} on."""
        known = self._leaves.get(id(leaf))
        if known is None:
            code = leaf_code(leaf)
            known = code, [self._global(one) for one in code.parts]
            self._leaves[id(leaf)] = known
        return known

    def _name(self, prefix: str) -> str:
        self._names += 1
        return f"{prefix}{self._names}"

    def _global(self, value: Any) -> str:
        name = self._name("g")
        self._globals[name] = value
        return name


def _bail() -> None:
    raise Bail


def _object_check(plain_classes: set[type]) -> Callable[[Any], None]:
    """A check that bails on what is no plain object, and remembers classes that cannot have others."""

    def require_object(value: Any) -> None:
        require_plain(value)
        if _is_fixed(type(value)):
            plain_classes.add(type(value))

    return require_object


def _is_fixed(cls: type) -> bool:
    """Whether no instance of a class can differ from another in what `require_plain` asks of it."""
    return cls.__dictoffset__ == 0 and not any(
        hook in base.__dict__
        for base in cls.__mro__
        if base is not object
        for hook in ("__getattr__", "__getattribute__", "__class__", "__await__")
    )
