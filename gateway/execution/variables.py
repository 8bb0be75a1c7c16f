"""Values of an operation's variables: graphql-core's, without its work where there is none to do."""

from collections.abc import Callable, Mapping
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLError,
    GraphQLID,
    GraphQLInt,
    GraphQLSchema,
    GraphQLString,
    OperationDefinitionNode,
    Undefined,
    is_non_null_type,
)
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource, get_variable_values

_MOST_ERRORS = 50
"""As many as graphql-core tells of by itself."""


def _is_text(value: Any) -> bool:
    return type(value) is str


def _is_boolean(value: Any) -> bool:
    return type(value) is bool


def _is_int(value: Any) -> bool:
    return type(value) is int and -(2**31) <= value < 2**31


_USUAL: dict[str, Callable[[Any], bool]] = {
    GraphQLID.name: _is_text,
    GraphQLString.name: _is_text,
    GraphQLInt.name: _is_int,
    GraphQLBoolean.name: _is_boolean,
}
"""Values that each of these types takes as they are."""


class Variables:
    """Reads the variables of one operation.

    What is given for a built-in scalar, and is one, is taken as it is; where anything else is given, or
    a default is needed, graphql-core reads them all.
    """

    def __init__(self, schema: GraphQLSchema, operation: OperationDefinitionNode) -> None:
        self._schema = schema
        self._definitions = operation.variable_definitions or ()
        self._usual = self._usual_ones()

    def read(
        self, given: Mapping[str, Any], *, hide_suggestions: bool = False
    ) -> VariableValues | list[GraphQLError]:
        """The values, or what is wrong with them."""
        values = self._taken(given)
        if values is not None:
            return values
        return get_variable_values(
            self._schema,
            self._definitions,
            dict(given),
            max_errors=_MOST_ERRORS,
            hide_suggestions=hide_suggestions,
        )

    def _usual_ones(self) -> list[tuple[GraphQLVariableSignature, Callable[[Any], bool]]] | None:
        """Each variable with what it takes as it is; None where one is of another kind."""
        found = []
        for definition in self._definitions:
            signature = get_variable_signature(self._schema, definition)
            if isinstance(signature, GraphQLError):
                return None
            nullable: Any = signature.type.of_type if is_non_null_type(signature.type) else signature.type
            is_usual = _USUAL.get(getattr(nullable, "name", ""))
            if is_usual is None:
                return None
            found.append((signature, is_usual))
        return found

    def _taken(self, given: Mapping[str, Any]) -> VariableValues | None:
        if self._usual is None:
            return None
        sources: dict[str, VariableValueSource] = {}
        coerced: dict[str, Any] = {}
        for signature, is_usual in self._usual:
            name = signature.name
            value = given.get(name, Undefined)
            if not is_usual(value):
                return None
            sources[name] = VariableValueSource(signature, value)
            coerced[name] = value
        return VariableValues(sources, coerced)
