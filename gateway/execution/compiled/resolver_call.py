"""Calling a field's resolver: as Strawberry does, with all done before that can be known before.

Strawberry's wrapper makes an Info, renames and converts the arguments and looks for extensions, anew
for each call. For an async resolver without extensions, whose arguments are built-in scalars or lists
of them, what all that comes to is known from the schema and the document.
"""

import inspect
from collections.abc import Awaitable, Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, Protocol

import strawberry
from graphql import Executor as CoreExecutor
from graphql import (
    FieldNode,
    GraphQLArgument,
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    Undefined,
    VariableNode,
    get_argument_values,
    get_named_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_specified_scalar_type,
    visit,
)
from graphql.language import Visitor
from graphql.pyutils import Path
from strawberry.types.arguments import StrawberryArgument, convert_argument
from strawberry.types.field import StrawberryField

_PROBE = "probe"

Place = tuple[GraphQLField, list[FieldNode], GraphQLObjectType, Path]
"""A field: its definition, its nodes in the document, its parent type, its path in the answer."""

Begin = Callable[..., bool]
"""Attribute of a resolver: begins what it waits for, given the context and its arguments; raises nothing.

Tells whether that is all: then the fields beside it need no task of their own.
"""


class Asker(Protocol):
    """What runs the query. core: graphql-core's executor. context_value: as resolvers know it."""

    context_value: Any

    @property
    def core(self) -> "CoreExecutor[Any]":
        """Made where it is needed."""


class Info(strawberry.Info[Any, Any]):
    """What a resolver is told. Everything but the context is made only where it is asked for."""

    def __init__(self, asker: Asker, declared: StrawberryField, place: Place) -> None:
        self._asker = asker
        self._field = declared
        self._place = place

    @cached_property
    def _raw_info(self) -> GraphQLResolveInfo[Any]:  # type: ignore[override]  # a field of the dataclass
        return self._asker.core.build_resolve_info(*self._place)

    @property
    def context(self) -> Any:
        """As Strawberry's."""
        return self._asker.context_value


class ResolverCall:
    """How to call the resolver of one field of a document.

    declared: the field as Strawberry has it. nodes: where it stands in the document.
    """

    __slots__ = (
        "_begin",
        "_fixed",
        "_function",
        "_info",
        "_lists",
        "_source",
        "_variables",
        "_with_self",
        "declared",
    )

    def __init__(
        self, declared: StrawberryField, fixed: dict[str, Any], variables: list["_FromVariable"]
    ) -> None:
        resolver = declared.base_resolver
        self.declared = declared
        self._function: Callable[..., Awaitable[Any]] = resolver.wrapped_func  # type: ignore[union-attr, assignment]  # `of` has looked
        self._begin: Begin | None = getattr(self._function, "begin", None)
        self._with_self = bool(resolver and resolver.self_parameter)
        self._source = [
            parameter.name
            for parameter in (resolver and resolver.parent_parameter, resolver and resolver.root_parameter)
            if parameter
        ]
        self._info = resolver.info_parameter.name if resolver and resolver.info_parameter else None
        self._fixed = fixed
        self._lists = [name for name, value in fixed.items() if type(value) is list]
        self._variables = variables

    @classmethod
    def of(cls, schema: GraphQLSchema, field: GraphQLField, node: FieldNode) -> "ResolverCall | None":
        """The call; None where Strawberry shall make it."""
        declared = (field.extensions or {}).get("strawberry-definition")
        if type(declared) is not StrawberryField or not _is_plain(declared, field):
            return None
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        names = dict(_python_names(schema, declared))
        variables: list[_FromVariable] = []
        known: dict[str, GraphQLArgument] = {}
        for name, argument in field.args.items():
            if names.get(name) is None or not _is_taken_as_it_is(schema, argument, declared, names[name]):
                return None
            value = given.get(name)
            if isinstance(value, VariableNode):
                variables.append(_FromVariable(names[name], value.name.value, argument))
            elif value is not None and _has_variables(value):
                return None
            else:
                known[name] = argument
        try:
            found = get_argument_values(GraphQLField(field.type, known), node)
        except GraphQLError:
            return None
        return cls(declared, {names[name]: value for name, value in found.items()}, variables)

    def arguments(self, variables: Mapping[str, Any]) -> dict[str, Any] | None:
        """Keyword arguments; None where graphql-core shall say what is wrong with the variables."""
        arguments = self._fixed.copy()
        for name in self._lists:
            arguments[name] = list(arguments[name])
        for one in self._variables:
            value = variables.get(one.variable, Undefined)
            if value is Undefined:
                if one.must_be_given:
                    return None
                continue
            if value is None and one.is_required:
                return None
            arguments[one.name] = list(value) if type(value) is list else value
        return arguments

    def begins(self, context: Any, arguments: dict[str, Any]) -> bool:
        """Begin what the resolver will wait for; tells whether it will wait for nothing else."""
        return self._begin is not None and self._begin(context, **arguments)

    def __call__(self, source: Any, info: Info, arguments: dict[str, Any]) -> Awaitable[Any]:
        """What the resolver promises."""
        for name in self._source:
            arguments[name] = source
        if self._info is not None:
            arguments[self._info] = info
        return self._function(source, **arguments) if self._with_self else self._function(**arguments)


class _FromVariable:
    """An argument whose value is a variable.

    is_required: whether null is refused. must_be_given: whether graphql-core must see to a variable
    that is not given, for there is a default, or an error.
    """

    __slots__ = ("is_required", "must_be_given", "name", "variable")

    def __init__(self, name: str, variable: str, argument: GraphQLArgument) -> None:
        self.name = name
        self.variable = variable
        self.is_required = is_non_null_type(argument.type)
        has_default = argument.default_value is not Undefined or argument.default is not None
        self.must_be_given = self.is_required or has_default


def _is_plain(declared: StrawberryField, field: GraphQLField) -> bool:
    """Whether nothing stands between Strawberry's wrapper and an async resolver."""
    wrapper, resolver = field.resolve, declared.base_resolver
    if resolver is None or declared.extensions or not inspect.isfunction(wrapper):
        return False
    enclosed = inspect.getclosurevars(wrapper).nonlocals
    return (
        wrapper.__name__ == "_async_resolver"
        and enclosed.get("field_exception_handlers", True) == ()
        and inspect.iscoroutinefunction(resolver.wrapped_func)
    )


def _python_names(schema: GraphQLSchema, declared: StrawberryField) -> Iterator[tuple[str, str]]:
    convert = schema._strawberry_schema.config.name_converter  # type: ignore[attr-defined]  # noqa: SLF001  # as Info.schema finds it
    for argument in declared.arguments:
        yield convert.from_argument(argument), argument.python_name


def _is_taken_as_it_is(
    schema: GraphQLSchema, argument: GraphQLArgument, declared: StrawberryField, name: str
) -> bool:
    """Whether Strawberry hands values of an argument to the resolver as graphql-core gives them."""
    nullable: Any = argument.type.of_type if is_non_null_type(argument.type) else argument.type
    item: Any = nullable.of_type if is_list_type(nullable) else nullable
    item = item.of_type if is_non_null_type(item) else item
    if not (is_leaf_type(item) and is_specified_scalar_type(get_named_type(item))):
        return False
    probe: Any = [_PROBE] if is_list_type(nullable) else _PROBE
    converted = _converted(schema, next(one for one in declared.arguments if one.python_name == name), probe)
    return converted is probe or (type(converted) is list and len(converted) == 1 and converted[0] is _PROBE)


def _converted(schema: GraphQLSchema, argument: StrawberryArgument, value: Any) -> Any:
    whole = schema._strawberry_schema  # type: ignore[attr-defined]  # noqa: SLF001  # as above
    try:
        return convert_argument(value, argument.type, whole.schema_converter.scalar_registry, whole.config)
    except Exception:  # noqa: BLE001  # then it does more than to pass it on
        return None


def _has_variables(value: Any) -> bool:
    class Finder(Visitor):
        found = False

        def enter_variable(self, *_: Any) -> None:
            self.found = True

    finder = Finder()
    visit(value, finder)
    return finder.found
