"""Refuse numbers that are not whole as values of ID variables, as graphql-core refuses such literals.

graphql-core takes 1.0 and 1e3 for the identifiers "1" and "1000". They may be others: a client's JSON library
writes an identifier of more than 15 digits as such a number once it has lost digits.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLID,
    get_named_type,
    get_nullable_type,
    is_input_object_type,
    is_list_type,
)
from graphql.execution.get_variable_signature import GraphQLVariableSignature
from graphql.language import VariableDefinitionNode
from graphql.pyutils import print_path_list

Path = list[str | int]


def inexact_ids(
    signatures: Sequence[tuple[GraphQLVariableSignature, VariableDefinitionNode]], values: dict[str, Any]
) -> list[GraphQLError]:
    """The errors about variables whose values graphql-core has found to fit their types."""
    return [
        GraphQLError(
            f"Variable '${signature.name}' has invalid value{print_path_list(path)}: "
            f"ID cannot represent value: {value!r}",
            definition,
        )
        for signature, definition in signatures
        for path, value in _inexact(values.get(signature.name), signature.type, [])
    ]


def may_hold_ids(declared: Any) -> bool:
    """Whether a value of the type is an ID or may contain one."""
    named = get_named_type(declared)
    return named.name == GraphQLID.name or is_input_object_type(named)


def _inexact(value: Any, declared: Any, path: Path) -> Iterator[tuple[Path, float]]:
    declared = get_nullable_type(declared)
    if is_list_type(declared):
        if not isinstance(value, list):  # stands for a list of one
            yield from _inexact(value, declared.of_type, path)
            return
        for index, element in enumerate(value):
            yield from _inexact(element, declared.of_type, [*path, index])
    elif is_input_object_type(declared):
        for name, field in declared.fields.items() if isinstance(value, dict) else ():
            yield from _inexact(value.get(name), field.type, [*path, name])
    elif declared.name == GraphQLID.name and isinstance(value, float):
        yield path, value
