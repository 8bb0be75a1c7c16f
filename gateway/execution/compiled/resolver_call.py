"""Call resolvers directly; everything that Strawberry works out for each call is worked out once.

Strawberry's wrapper creates an Info, renames and converts the arguments and looks for extensions. For an
async resolver without extensions, whose arguments are built-in scalars or lists of them, the outcome depends
on the schema and the document alone. Arguments of other types must be left out, or be null variables.
"""

import inspect
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

from graphql import (
    FieldNode,
    GraphQLArgument,
    GraphQLError,
    GraphQLField,
    GraphQLSchema,
    Undefined,
    VariableNode,
    get_argument_values,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_specified_scalar_type,
    visit,
)
from graphql.language import Visitor
from strawberry.types.arguments import StrawberryArgument, convert_argument
from strawberry.types.field import StrawberryField

_PROBE = "probe"


class ResolverCall:
    """How to call the resolver of one field of a document. declared: the field as Strawberry knows it."""

    __slots__ = (
        "_constants",
        "_function",
        "_info_name",
        "_list_names",
        "_passes_self",
        "_prefetch",
        "_source_names",
        "_variables",
        "declared",
    )

    def __init__(
        self, declared: StrawberryField, constants: dict[str, Any], variables: list["_VariableArgument"]
    ) -> None:
        resolver = declared.base_resolver
        self.declared = declared
        self._function: Callable[..., Awaitable[Any]] = resolver.wrapped_func  # type: ignore[union-attr, assignment]  # checked in `of`
        self._prefetch: Callable[..., bool] | None = getattr(self._function, "prefetch", None)
        self._passes_self = bool(resolver and resolver.self_parameter)
        self._source_names = [
            parameter.name
            for parameter in (resolver and resolver.parent_parameter, resolver and resolver.root_parameter)
            if parameter
        ]
        self._info_name = resolver.info_parameter.name if resolver and resolver.info_parameter else None
        self._constants = constants
        self._list_names = [name for name, value in constants.items() if type(value) is list]
        self._variables = variables

    @classmethod
    def of(cls, schema: GraphQLSchema, field: GraphQLField, node: FieldNode) -> "ResolverCall | None":
        """The call of a field's resolver; None if Strawberry has to make it."""
        declared = (field.extensions or {}).get("strawberry-definition")
        if type(declared) is not StrawberryField or not _is_plain(declared, field):
            return None
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        names = dict(_python_names(schema, declared))
        variables: list[_VariableArgument] = []
        others: dict[str, GraphQLArgument] = {}
        for name, argument in field.args.items():
            if names.get(name) is None:
                return None
            value = given.get(name)
            is_plain = _is_passed_unchanged(schema, argument, declared, names[name])
            is_left_out = value is None and not _has_default(argument)
            if not is_plain and not is_left_out and not isinstance(value, VariableNode):
                return None
            if isinstance(value, VariableNode):
                one = _VariableArgument(names[name], value.name.value, argument, is_plain=is_plain)
                variables.append(one)
            elif value is not None and _has_variables(value):
                return None
            else:
                others[name] = argument
        try:
            constants = get_argument_values(GraphQLField(field.type, others), node)
        except GraphQLError:
            return None
        return cls(declared, {names[name]: value for name, value in constants.items()}, variables)

    def arguments(self, variables: Mapping[str, Any]) -> dict[str, Any] | None:
        """The keyword arguments; None if graphql-core has to apply a default or report an error.

        Or if Strawberry has to convert a value.
        """
        arguments = self._constants.copy()
        for name in self._list_names:
            arguments[name] = list(arguments[name])
        for one in self._variables:
            value = variables.get(one.variable, Undefined)
            if value is Undefined:
                if one.must_be_given:
                    return None
                continue
            if value is None and one.is_required:
                return None
            if value is not None and not one.is_plain:
                return None
            arguments[one.name] = list(value) if type(value) is list else value
        return arguments

    def prefetch(self, context: Any, arguments: dict[str, Any]) -> bool:
        """Start the loads that the resolver will wait for. Returns whether these are all (see hints.py)."""
        return self._prefetch is not None and self._prefetch(context, **arguments)

    def __call__(self, source: Any, info: Any, arguments: dict[str, Any]) -> Awaitable[Any]:
        for name in self._source_names:
            arguments[name] = source
        if self._info_name is not None:
            arguments[self._info_name] = info
        return self._function(source, **arguments) if self._passes_self else self._function(**arguments)


class _VariableArgument:
    """An argument whose value is a variable.

    is_required: whether null is an error. must_be_given: whether graphql-core has to handle a variable
    without a value, because there is a default or it is an error. is_plain: whether Strawberry passes values
    unchanged.
    """

    __slots__ = ("is_plain", "is_required", "must_be_given", "name", "variable")

    def __init__(self, name: str, variable: str, argument: GraphQLArgument, *, is_plain: bool) -> None:
        self.is_plain = is_plain
        self.name = name
        self.variable = variable
        self.is_required = is_non_null_type(argument.type)
        self.must_be_given = self.is_required or _has_default(argument)


def _has_default(argument: GraphQLArgument) -> bool:
    return argument.default_value is not Undefined or argument.default is not None


def _is_plain(declared: StrawberryField, field: GraphQLField) -> bool:
    """Whether Strawberry's wrapper does nothing but call an async resolver, or a subscription's generator."""
    wrapper, resolver = field.subscribe or field.resolve, declared.base_resolver
    if resolver is None or declared.extensions or not inspect.isfunction(wrapper):
        return False
    enclosed = inspect.getclosurevars(wrapper).nonlocals
    is_expected = inspect.isasyncgenfunction if field.subscribe else inspect.iscoroutinefunction
    return (
        wrapper.__name__ == "_async_resolver"
        and enclosed.get("field_exception_handlers", True) == ()
        and is_expected(resolver.wrapped_func)
    )


def _python_names(schema: GraphQLSchema, declared: StrawberryField) -> Iterator[tuple[str, str]]:
    convert = schema._strawberry_schema.config.name_converter  # type: ignore[attr-defined]  # noqa: SLF001  # like Info.schema
    for argument in declared.arguments:
        yield convert.from_argument(argument), argument.python_name


def _is_passed_unchanged(
    schema: GraphQLSchema, argument: GraphQLArgument, declared: StrawberryField, name: str
) -> bool:
    """Whether Strawberry passes an argument's values to the resolver as graphql-core gives them."""
    nullable: Any = get_nullable_type(argument.type)
    item: Any = get_nullable_type(nullable.of_type) if is_list_type(nullable) else nullable
    if not (is_leaf_type(item) and is_specified_scalar_type(get_named_type(item))):
        return False
    probe: Any = [_PROBE] if is_list_type(nullable) else _PROBE
    converted = _converted(schema, next(one for one in declared.arguments if one.python_name == name), probe)
    return converted is probe or (type(converted) is list and len(converted) == 1 and converted[0] is _PROBE)


def _converted(schema: GraphQLSchema, argument: StrawberryArgument, value: Any) -> Any:
    whole = schema._strawberry_schema  # type: ignore[attr-defined]  # noqa: SLF001  # like Info.schema
    try:
        return convert_argument(value, argument.type, whole.schema_converter.scalar_registry, whole.config)
    except Exception:  # noqa: BLE001  # so it does not pass the value unchanged
        return None


def _has_variables(value: Any) -> bool:
    class Finder(Visitor):
        found = False

        def enter_variable(self, *_: Any) -> None:
            self.found = True

    finder = Finder()
    visit(value, finder)
    return finder.found
