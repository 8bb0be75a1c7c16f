"""Read the values of an operation's variables as graphql-core does, without its work where none is needed."""

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
    get_nullable_type,
)
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource, get_variable_values
from graphql.language import VariableDefinitionNode

from gateway.execution.inexact_ids import inexact_ids, may_hold_ids

_MAX_ERRORS = 50
"""graphql-core's default."""

_CLASSES: dict[str, type] = {
    GraphQLID.name: str,
    GraphQLString.name: str,
    GraphQLInt.name: int,
    GraphQLBoolean.name: bool,
}
"""Scalars that accept values of exactly that class unchanged; Int, those within 32 bits."""
_INTS = range(-(2**31), 2**31)


class Variables:
    """Reads the variables of one operation.

    Fast path: if each variable is of a built-in scalar and each value of the usual class, the values are used
    unchanged. Otherwise, or if a default is needed, graphql-core reads all of them.
    """

    def __init__(self, schema: GraphQLSchema, operation: OperationDefinitionNode) -> None:
        self._schema = schema
        self._definitions = operation.variable_definitions or ()
        self._signatures: list[GraphQLVariableSignature] = []
        self._with_ids: list[tuple[GraphQLVariableSignature, VariableDefinitionNode]] = []
        self._classes = self._expected_classes()

    def read(
        self, given: Mapping[str, Any], *, hide_suggestions: bool = False
    ) -> VariableValues | list[GraphQLError]:
        """The coerced values, or the errors of coercing them."""
        unchanged = self._unchanged(given)
        if unchanged is not None:
            return VariableValues({}, unchanged)
        values = get_variable_values(
            self._schema,
            self._definitions,
            dict(given),
            max_errors=_MAX_ERRORS,
            hide_suggestions=hide_suggestions,
        )
        if self._with_ids and isinstance(values, VariableValues):
            return inexact_ids(self._with_ids, dict(given)) or values
        return values

    def with_sources(self, values: VariableValues) -> VariableValues:
        """The values with their sources, which graphql-core's executor needs and the fast path leaves out."""
        if values.sources or self._classes is None:
            return values
        sources = {
            signature.name: VariableValueSource(signature, values.coerced[signature.name])
            for signature in self._signatures
        }
        return VariableValues(sources, values.coerced)

    def _expected_classes(self) -> list[tuple[str, type]] | None:
        """The class of each variable's values; None if a variable is not of a built-in scalar."""
        found: list[tuple[str, type]] | None = []
        for definition in self._definitions:
            signature = get_variable_signature(self._schema, definition)
            if isinstance(signature, GraphQLError):
                return None
            if may_hold_ids(signature.type):
                self._with_ids.append((signature, definition))
            expected = _CLASSES.get(getattr(get_nullable_type(signature.type), "name", ""))
            if expected is None:
                found = None
            elif found is not None:
                self._signatures.append(signature)
                found.append((signature.name, expected))
        return found

    def _unchanged(self, given: Mapping[str, Any]) -> dict[str, Any] | None:
        if self._classes is None:
            return None
        values: dict[str, Any] = {}
        for name, expected in self._classes:
            value = given.get(name)
            if type(value) is not expected or (expected is int and value not in _INTS):
                return None
            values[name] = value
        return values
