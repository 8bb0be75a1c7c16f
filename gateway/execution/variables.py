"""Values of an operation's variables: graphql-core's, without its work where there is none to do."""

from collections.abc import Mapping
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLError,
    GraphQLID,
    GraphQLInt,
    GraphQLSchema,
    GraphQLString,
    OperationDefinitionNode,
    is_non_null_type,
)
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource, get_variable_values

_MOST_ERRORS = 50
"""As many as graphql-core tells of by itself."""


_USUAL: dict[str, type] = {
    GraphQLID.name: str,
    GraphQLString.name: str,
    GraphQLInt.name: int,
    GraphQLBoolean.name: bool,
}
"""Each of these types takes values of exactly that class as they are; of whole numbers, those below 2^31."""
_INTS = range(-(2**31), 2**31)


class Variables:
    """Reads the variables of one operation.

    What is given for a built-in scalar, and is one, is taken as it is; where anything else is given, or
    a default is needed, graphql-core reads them all.
    """

    def __init__(self, schema: GraphQLSchema, operation: OperationDefinitionNode) -> None:
        self._schema = schema
        self._definitions = operation.variable_definitions or ()
        self._signatures: list[GraphQLVariableSignature] = []
        self._usual = self._usual_ones()

    def read(
        self, given: Mapping[str, Any], *, hide_suggestions: bool = False
    ) -> VariableValues | list[GraphQLError]:
        """The values, or what is wrong with them."""
        coerced = self._taken(given)
        if coerced is not None:
            return VariableValues({}, coerced)
        return get_variable_values(
            self._schema,
            self._definitions,
            dict(given),
            max_errors=_MOST_ERRORS,
            hide_suggestions=hide_suggestions,
        )

    def with_sources(self, values: VariableValues) -> VariableValues:
        """The values as graphql-core's executor wants them: with where they are from."""
        if values.sources or self._usual is None:
            return values
        sources = {
            signature.name: VariableValueSource(signature, values.coerced[signature.name])
            for signature in self._signatures
        }
        return VariableValues(sources, values.coerced)

    def _usual_ones(self) -> list[tuple[str, type]] | None:
        """Each variable with the class of what it takes as it is; None where one is of another kind."""
        found = []
        for definition in self._definitions:
            signature = get_variable_signature(self._schema, definition)
            if isinstance(signature, GraphQLError):
                return None
            nullable: Any = signature.type.of_type if is_non_null_type(signature.type) else signature.type
            usual = _USUAL.get(getattr(nullable, "name", ""))
            if usual is None:
                return None
            self._signatures.append(signature)
            found.append((signature.name, usual))
        return found

    def _taken(self, given: Mapping[str, Any]) -> dict[str, Any] | None:
        if self._usual is None:
            return None
        coerced: dict[str, Any] = {}
        for name, usual in self._usual:
            value = given.get(name)
            if type(value) is not usual or (usual is int and value not in _INTS):
                return None
            coerced[name] = value
        return coerced
