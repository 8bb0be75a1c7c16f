"""Leave the values of changes out of error messages: they may be somebody's personal details."""

import re
from collections.abc import Iterable

from graphql import GraphQLError, NonNullTypeNode, VariableDefinitionNode

_VALUE = re.compile(
    r"(?P<where>Variable '\$\w+' has invalid value(?: at [^:]*)?: )"
    r"(?:(?P<expected>.*? value(?=: )|.*?(?=, found: |, got ))(?:: |, found: |, got ).*"
    r"|Value .* (?P<term>does not exist in '\w+' enum).*)",
    re.DOTALL,
)


def without_values(errors: Iterable[GraphQLError], *, is_query: bool) -> list[GraphQLError]:
    """graphql-core's errors about variables. Those about a change's say what was expected, and where."""
    found = list(errors)
    for error in found:
        if _may_be_personal(error, is_query=is_query) and (shown := _VALUE.fullmatch(error.message)):
            expected = shown["expected"] or f"The value {shown['term']}"
            error.message = f"{shown['where']}{expected}."
    return found


def _may_be_personal(error: GraphQLError, *, is_query: bool) -> bool:
    """Whether the variable is an input object, whose name ends in Input, or a text of a mutation."""
    node = error.nodes[0] if error.nodes else None
    type_ = node.type if isinstance(node, VariableDefinitionNode) else None
    if isinstance(type_, NonNullTypeNode):
        type_ = type_.type
    name = getattr(getattr(type_, "name", None), "value", "")
    return name.endswith("Input") or (name == "String" and not is_query)
