"""Operations, prepared once: document text → parsed, validated, one operation chosen.

A text that was seen before costs one look-up.
"""

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

from gateway.errors import NO_SUCH_OPERATION, GatewayError
from gateway.execution.compiled.plan import PlannedOperation
from gateway.execution.cost import Cost, cost_of
from gateway.execution.limits import Limits, read_document

_MOST_PREPARED = 1_000
_MOST_BYTES = 64 * 1024 * 1024
_BYTES_OF_ANY, _BYTES_PER_CHARACTER = 40_000, 300
"""Memory of a prepared document with its tree, plan and generated code; measured, docs/decisions/0030."""
_FREE = Cost(0)


@dataclass(frozen=True, slots=True)
class PreparedOperation:
    """A document and its one operation to run, or the errors that forbid it.

    digest: of the text, by which logs name it. length: of the text, in characters.
    planned: the operation's plans; None where graphql-core runs it alone. is_query: whether running it
    changes nothing. is_subscription: whether it gives answers again and again. name: of the operation, ""
    where it has none.
    """

    document: DocumentNode
    operation: OperationDefinitionNode | None
    errors: tuple[GraphQLError, ...]
    cost: Cost = _FREE
    digest: str = ""
    length: int = 0
    planned: PlannedOperation | None = None
    is_query: bool = field(init=False)
    is_subscription: bool = field(init=False)
    name: str = field(init=False)

    def __post_init__(self) -> None:
        kind, name = (self.operation.operation, self.operation.name) if self.operation else (None, None)
        # The class is frozen, and these are asked for with every request.
        object.__setattr__(self, "is_query", kind is OperationType.QUERY)
        object.__setattr__(self, "is_subscription", kind is OperationType.SUBSCRIPTION)
        object.__setattr__(self, "name", name.value if name else "")


class DocumentCache:
    """Prepares documents for one schema, and keeps those used last.

    with_introspection: whether documents may ask for the schema. suggestions: whether an error
    about a misspelt name lists its neighbours. most_bytes: memory, as estimated, of what is kept.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        limits: Limits,
        *,
        with_introspection: bool,
        suggestions: bool,
        most_bytes: int = _MOST_BYTES,
    ) -> None:
        self._schema = schema
        self._limits = limits
        self._rules = (
            specified_rules if with_introspection else (*specified_rules, NoSchemaIntrospectionCustomRule)
        )
        self._suggestions = suggestions
        # No entry counts for less than its share: so the number of entries is bounded too.
        self._least_weight = -(-most_bytes // _MOST_PREPARED)
        self._prepared: LRUCache[tuple[str, str | None], PreparedOperation] = LRUCache(
            most_bytes, self._weight
        )

    def prepare(self, text: str, operation_name: str | None) -> PreparedOperation:
        """The document, ready to run or with the errors that forbid it."""
        key = (text, operation_name)
        prepared = self._prepared.get(key)
        if prepared is None:
            prepared = self._prepare(text, operation_name)
            if self._weight(prepared) <= self._prepared.maxsize:
                self._prepared[key] = prepared
        return prepared

    @property
    def held(self) -> int:
        """Documents that are kept."""
        return len(self._prepared)

    @property
    def bytes_held(self) -> int:
        """Memory of what is kept, as estimated."""
        return int(self._prepared.currsize)

    def _weight(self, prepared: PreparedOperation) -> int:
        return max(self._least_weight, _BYTES_OF_ANY + _BYTES_PER_CHARACTER * prepared.length)

    def _prepare(self, text: str, operation_name: str | None) -> PreparedOperation:
        digest = hashlib.sha256(text.encode()).hexdigest()[:16]
        try:
            document = read_document(text, self._limits)
        except GraphQLError as error:
            return PreparedOperation(DocumentNode(), None, (_alone(error),), digest=digest, length=len(text))
        errors = validate(
            self._schema,
            document,
            self._rules,
            max_errors=self._limits.errors,
            hide_suggestions=not self._suggestions,
        )
        if errors:
            return PreparedOperation(
                document, None, tuple(map(_alone, errors)), digest=digest, length=len(text)
            )
        operation = _the_operation(document, operation_name)
        if operation is None:
            return PreparedOperation(
                document, None, (_no_operation(operation_name),), digest=digest, length=len(text)
            )
        return PreparedOperation(
            document,
            operation,
            (),
            cost_of(self._schema, document, operation),
            digest,
            len(text),
            PlannedOperation.of(self._schema, document, operation),
        )


def _alone(error: GraphQLError) -> GraphQLError:
    """The error without the frames that it passed: they hold the request, and errors are kept."""
    waiting: list[BaseException | None] = [error]
    while waiting:
        if (one := waiting.pop()) is not None:
            waiting += [one.__context__, one.__cause__, getattr(one, "original_error", None)]
            one.__traceback__ = one.__context__ = one.__cause__ = None
    return error


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
