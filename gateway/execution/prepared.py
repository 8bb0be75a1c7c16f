"""Operations, prepared once: document text → parsed, validated, one operation chosen.

A text that was seen before costs one look-up.
"""

import hashlib
from dataclasses import dataclass

from cachetools import LRUCache
from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    OperationType,
    specified_rules,
    validate,
)

from gateway.errors import NO_SUCH_OPERATION, GatewayError
from gateway.execution.cost import Cost, cost_of
from gateway.execution.limits import Limits, read_document
from gateway.execution.plan import PlannedOperation

_MOST_PREPARED = 1_000
_FREE = Cost(0)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document and its one operation to run, or the errors that forbid it.

    digest: of the text, by which logs name it.
    planned: the operation's plans; None where graphql-core runs it alone.
    """

    document: DocumentNode
    operation: OperationDefinitionNode | None
    errors: tuple[GraphQLError, ...]
    cost: Cost = _FREE
    digest: str = ""
    planned: PlannedOperation | None = None

    @property
    def is_query(self) -> bool:
        """Whether running it changes nothing."""
        return self.operation is not None and self.operation.operation is OperationType.QUERY

    @property
    def is_subscription(self) -> bool:
        """Whether it gives answers again and again."""
        return self.operation is not None and self.operation.operation is OperationType.SUBSCRIPTION

    @property
    def name(self) -> str:
        """Name of the operation, "" where it has none."""
        return self.operation.name.value if self.operation and self.operation.name else ""


class Preparation:
    """Prepares documents for one schema, and keeps those used last.

    with_introspection: whether documents may ask for the schema. suggestions: whether an error
    about a misspelt name lists its neighbours.
    """

    def __init__(
        self, schema: GraphQLSchema, limits: Limits, *, with_introspection: bool, suggestions: bool
    ) -> None:
        self._schema = schema
        self._limits = limits
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
        digest = hashlib.sha256(text.encode()).hexdigest()[:16]
        try:
            document = read_document(text, self._limits)
        except GraphQLError as error:
            return Prepared(DocumentNode(), None, (error,), digest=digest)
        errors = validate(
            self._schema,
            document,
            self._rules,
            max_errors=self._limits.errors,
            hide_suggestions=not self._suggestions,
        )
        if errors:
            return Prepared(document, None, tuple(errors), digest=digest)
        operation = _the_operation(document, operation_name)
        if operation is None:
            return Prepared(document, None, (_no_operation(operation_name),), digest=digest)
        return Prepared(
            document,
            operation,
            (),
            cost_of(self._schema, document, operation),
            digest,
            PlannedOperation.of(self._schema, document, operation),
        )


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
