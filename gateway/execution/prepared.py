"""Operations, prepared once: document text → parsed, validated, one operation chosen.

A text that was seen before costs one look-up.
"""

from dataclasses import dataclass

from cachetools import LRUCache
from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    OperationType,
    parse,
    specified_rules,
    validate,
)

from gateway.errors import BAD_REQUEST, NO_SUCH_OPERATION, GatewayError

_MOST_PREPARED = 1_000
_MOST_ERRORS = 5

TOO_DEEP = GatewayError(BAD_REQUEST, "The document is nested too deeply.")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document and its one operation to run, or the errors that forbid it."""

    document: DocumentNode
    operation: OperationDefinitionNode | None
    errors: tuple[GraphQLError, ...]

    @property
    def is_query(self) -> bool:
        """Whether running it changes nothing."""
        return self.operation is not None and self.operation.operation is OperationType.QUERY


class Preparation:
    """Prepares documents for one schema, and keeps those used last.

    with_introspection: whether documents may ask for the schema. suggestions: whether an error
    about a misspelt name lists its neighbours.
    """

    def __init__(self, schema: GraphQLSchema, *, with_introspection: bool, suggestions: bool) -> None:
        self._schema = schema
        self._rules = (
            specified_rules if with_introspection else (*specified_rules, NoSchemaIntrospectionCustomRule)
        )
        self._suggestions = suggestions
        self._prepared: LRUCache[tuple[str, str | None], Prepared] = LRUCache(_MOST_PREPARED)

    def prepare(self, text: str, operation_name: str | None) -> Prepared:
        """The document, ready to run or with the errors that forbid it."""
        key = (text, operation_name)
        prepared = self._prepared.get(key)
        if prepared is None:
            prepared = self._prepared[key] = self._prepare(text, operation_name)
        return prepared

    def _prepare(self, text: str, operation_name: str | None) -> Prepared:
        try:
            document = parse(text)
        except GraphQLError as error:
            return Prepared(DocumentNode(), None, (error,))
        except RecursionError:
            return Prepared(DocumentNode(), None, (TOO_DEEP,))
        errors = validate(
            self._schema,
            document,
            self._rules,
            max_errors=_MOST_ERRORS,
            hide_suggestions=not self._suggestions,
        )
        if errors:
            return Prepared(document, None, tuple(errors))
        operation = _the_operation(document, operation_name)
        return Prepared(document, operation, () if operation else (_no_operation(operation_name),))


def _the_operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode | None:
    """The operation of that name, or the only one. Source: GraphQL, Executing Requests."""
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if name is None:
        return operations[0] if len(operations) == 1 else None
    return next((node for node in operations if node.name and node.name.value == name), None)


def _no_operation(name: str | None) -> GatewayError:
    if name is None:
        return GatewayError(
            NO_SUCH_OPERATION, "operationName must say which operation of the document to run."
        )
    return GatewayError(NO_SUCH_OPERATION, f"The document has no operation named {name[:80]!r}.")
