"""Prepare documents: text → parsed, validated and planned operation, cached by text."""

import hashlib
from dataclasses import dataclass, field

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

from gateway.errors import (
    NO_SUCH_OPERATION,
    VALIDATION_FAILED,
    GatewayError,
    drop_tracebacks,
    with_code,
)
from gateway.execution.compiled.plan import PlannedOperation
from gateway.execution.cost import Cost, cost_of
from gateway.execution.limits import Limits, read_document
from gateway.execution.variables import Variables

_MAX_ENTRIES = 1_000
_MAX_BYTES = 64 * 1024 * 1024
_BYTES_PER_ENTRY, _BYTES_PER_CHARACTER = 40_000, 300
"""Memory of a prepared document with its tree, plan and generated code; measured, docs/decisions/0030."""
_NO_COST = Cost(0)


@dataclass(frozen=True, slots=True)
class PreparedOperation:
    """A document with the operation to run, or the errors because of which it cannot run.

    text: of the document. digest: its hash, which identifies the document in logs.
    planned: the operation's plans; None if graphql-core runs it alone. variables: how to read their values;
    None if there is no operation. is_query: whether it only reads.
    is_subscription: whether it has any number of results. name: of the operation, "" if it has none.
    """

    document: DocumentNode
    operation: OperationDefinitionNode | None
    errors: tuple[GraphQLError, ...]
    cost: Cost = _NO_COST
    digest: str = ""
    text: str = ""
    planned: PlannedOperation | None = None
    variables: Variables | None = None
    is_query: bool = field(init=False)
    is_subscription: bool = field(init=False)
    name: str = field(init=False)

    def __post_init__(self) -> None:
        kind, name = (self.operation.operation, self.operation.name) if self.operation else (None, None)
        # Attributes, not properties: each request reads them.
        object.__setattr__(self, "is_query", kind is OperationType.QUERY)
        object.__setattr__(self, "is_subscription", kind is OperationType.SUBSCRIPTION)
        object.__setattr__(self, "name", name.value if name else "")


class DocumentCache:
    """Prepares documents for one schema; caches those used most recently.

    with_introspection: whether documents may select `__schema` and `__type`. suggestions: whether errors
    about misspelt names list similar names. max_bytes: limit of the cache's estimated memory.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        limits: Limits,
        *,
        with_introspection: bool,
        suggestions: bool,
        max_bytes: int = _MAX_BYTES,
    ) -> None:
        self._schema = schema
        self._limits = limits
        self._rules = (
            specified_rules if with_introspection else (*specified_rules, NoSchemaIntrospectionCustomRule)
        )
        self._suggestions = suggestions
        # A minimum weight per entry bounds the number of entries too.
        self._min_weight = -(-max_bytes // _MAX_ENTRIES)
        self._prepared: LRUCache[tuple[str, str | None], PreparedOperation] = LRUCache(
            max_bytes, self._weight
        )

    def prepare(self, text: str, operation_name: str | None) -> PreparedOperation:
        """The operation ready to run, or the errors because of which it cannot run. Cached by text."""
        key = (text, operation_name)
        prepared = self._prepared.get(key)
        if prepared is None:
            prepared = self._prepare(text, operation_name)
            if self._weight(prepared) <= self._prepared.maxsize:
                self._prepared[key] = prepared
        return prepared

    def __len__(self) -> int:
        return len(self._prepared)

    @property
    def estimated_bytes(self) -> int:
        """Estimated memory of the cached documents."""
        return int(self._prepared.currsize)

    def _weight(self, prepared: PreparedOperation) -> int:
        return max(self._min_weight, _BYTES_PER_ENTRY + _BYTES_PER_CHARACTER * len(prepared.text))

    def _prepare(self, text: str, operation_name: str | None) -> PreparedOperation:
        digest = hashlib.sha256(text.encode()).hexdigest()[:16]

        def refused(document: DocumentNode, *errors: GraphQLError) -> PreparedOperation:
            for error in errors:
                drop_tracebacks(error)  # the cached error would keep the request alive
            return PreparedOperation(document, None, errors, digest=digest, text=text)

        try:
            document = read_document(text, self._limits)
        except GraphQLError as error:
            return refused(DocumentNode(), error)
        errors = validate(
            self._schema,
            document,
            self._rules,
            max_errors=self._limits.errors,
            hide_suggestions=not self._suggestions,
        )
        if errors:
            return refused(document, *with_code(VALIDATION_FAILED, errors))
        operation = _find_operation(document, operation_name)
        if operation is None:
            return refused(document, _no_operation(operation_name))
        cost = cost_of(self._schema, document, operation)
        planned = PlannedOperation.of(self._schema, document, operation)
        variables = planned.variables if planned else Variables(self._schema, operation)
        return PreparedOperation(document, operation, (), cost, digest, text, planned, variables)


def _find_operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode | None:
    """The operation of that name, or the only one. Source: GraphQL specification, Executing Requests."""
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
