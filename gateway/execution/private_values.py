"""Leave the values of input objects out of error messages: they may be somebody's personal details."""

import re
from collections.abc import Iterable

from graphql import GraphQLError, NonNullTypeNode, VariableDefinitionNode

_VALUE = re.compile(
    r"(?P<where>Variable '\$\w+' has invalid value(?: at [^:]*)?: )"
    r"(?:(?P<expected>.*?)(?: value: |, found: |, got ).*|Value .* (?P<term>does not exist in '\w+' enum).*)",
    re.DOTALL,
)


def without_values(errors: Iterable[GraphQLError]) -> list[GraphQLError]:
    """graphql-core's errors about variables. Those about input objects say what was expected, and where."""
    found = list(errors)
    for error in found:
        if _is_about_input_object(error) and (shown := _VALUE.fullmatch(error.message)):
            expected = shown["expected"] or f"The value {shown['term']}"
            error.message = f"{shown['where']}{expected}."
    return found


def _is_about_input_object(error: GraphQLError) -> bool:
    """By the name of the variable's type: those of all input objects, and no others, end in Input."""
    node = error.nodes[0] if error.nodes else None
    type_ = node.type if isinstance(node, VariableDefinitionNode) else None
    if isinstance(type_, NonNullTypeNode):
        type_ = type_.type
    return getattr(getattr(type_, "name", None), "value", "").endswith("Input")
