"""Fields with a resolver that only calculates: a plain function of the object and of the field's arguments.

Such a resolver declares the attributes that it reads (see `gateway.graph.decorators.calculated`). Generated
code calls it with arguments that are worked out once, which needs them to be constants of the document.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from graphql import FieldNode, GraphQLError, GraphQLField, GraphQLSchema, VariableNode, get_argument_values
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField

READS = "reads"
"""Key of a Strawberry field's metadata: the names of the attributes that its resolver reads."""


def attributes_read(field: GraphQLField) -> tuple[str, ...] | None:
    """The attributes that a calculated field reads; None if the field is not one."""
    declared = (field.extensions or {}).get("strawberry-definition")
    return declared.metadata.get(READS) if type(declared) is StrawberryField else None


def calculation(
    schema: GraphQLSchema, field: GraphQLField, nodes: list[FieldNode]
) -> Callable[[Any], Any] | None:
    """The function that gives the field's value for an object; None if graphql-core has to work it out."""
    if attributes_read(field) is None:
        return None
    declared: StrawberryField = field.extensions["strawberry-definition"]
    if declared.extensions or declared.base_resolver is None or declared.is_async:
        return None
    if any(isinstance(argument.value, VariableNode) for argument in nodes[0].arguments or ()):
        return None
    whole = schema._strawberry_schema  # type: ignore[attr-defined]  # noqa: SLF001  # like Info.schema
    try:
        arguments = convert_arguments(
            get_argument_values(field, nodes[0]),
            declared.arguments,
            whole.schema_converter.scalar_registry,
            whole.config,
        )
    except GraphQLError:
        return None
    function: Any = declared.base_resolver.wrapped_func
    return partial(function, **arguments)
