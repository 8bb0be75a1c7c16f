"""Execute operations: prepare a document once, then run it and report coded errors.

`prepare` → `execute` for one result, or `subscribe` → `event_result` for each event.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import orjson
import strawberry
from graphql import ExecutionResult, GraphQLError
from graphql.execution.values import VariableValues
from msgspec import Struct
from msgspec.structs import replace

from gateway.context import Context
from gateway.errors import BAD_REQUEST, BAD_USER_INPUT, RATE_LIMITED, GatewayError, formatted, with_code
from gateway.execution.counts import ExecutionCounts
from gateway.execution.documents import DocumentCache, PreparedOperation
from gateway.execution.limits import LimitExceeded, Limits, check_cost, check_lists
from gateway.execution.private_values import without_values
from gateway.execution.run import Runner
from gateway.execution.shared_results import SharedEvent, SharedResults
from gateway.execution.subscriptions import Subscription
from gateway.imin.transport.deadline import request_deadline
from gateway.observability.logging import log_failures
from gateway.spending import RATE_LIMIT_EXCEEDED

WRONG_METHOD = GatewayError(BAD_REQUEST, "Only queries may be sent by GET; use POST.")
NEEDS_A_STREAM = GatewayError(BAD_REQUEST, "A subscription needs a WebSocket or Accept: text/event-stream.")
RATE_LIMITED_ERROR = GatewayError(RATE_LIMITED, RATE_LIMIT_EXCEEDED)


class OperationResult(Struct, frozen=True):
    """The response to an operation, before it is written as JSON.

    executed: whether execution began; if not, the response has no `data` at all.
    status: of HTTP, if the media type does not determine it.
    omitted: number of errors left out because there are too many.
    """

    data: dict[str, Any] | orjson.Fragment | None
    errors: list[dict[str, Any]]
    executed: bool
    status: int | None = None
    omitted: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether it has all data that the client asked for."""
        return self.executed and not self.errors

    def with_encoded_data(self) -> "OperationResult":
        """The same result with its data as JSON, so that they are encoded once for all that share it."""
        if not isinstance(self.data, dict):
            return self
        return replace(self, data=orjson.Fragment(orjson.dumps(self.data)))


class Executor:
    """Executes operations against the schema.

    with_introspection: whether documents may select `__schema` and `__type`. suggestions: whether errors
    about misspelt names list similar names.
    operation_seconds: deadline of a whole query or mutation, and of each event of a subscription.
    counts: what ran compiled, and what did not.
    """

    def __init__(
        self,
        schema: strawberry.Schema,
        limits: Limits,
        *,
        with_introspection: bool,
        suggestions: bool,
        operation_seconds: float,
    ) -> None:
        self.counts = ExecutionCounts()
        core_schema = schema._schema  # noqa: SLF001  # Strawberry's documented way to graphql-core's schema
        self._limits = limits
        self._shared = SharedResults()
        self._operation_seconds = operation_seconds
        self._runner = Runner(core_schema, self.counts, hide_suggestions=not suggestions)
        self._documents = DocumentCache(
            core_schema, limits, with_introspection=with_introspection, suggestions=suggestions
        )

    def prepare(self, text: str, operation_name: str | None) -> PreparedOperation:
        """Parse, validate and plan a document, or take the result of doing so from the cache."""
        return self._documents.prepare(text, operation_name)

    async def execute(
        self,
        prepared: PreparedOperation,
        variables: Mapping[str, Any] | None,
        context: Context,
        *,
        queries_only: bool = False,
    ) -> OperationResult:
        """Run a query or mutation. Every failure of a client or of imin becomes an error of the result.

        queries_only: whether to refuse mutations, for the method GET.
        """
        variables = variables or {}
        values = self._admit(prepared, variables, context, queries_only=queries_only)
        if not isinstance(values, VariableValues):
            return self._refusal(values, context)
        if prepared.is_subscription:
            return self.result(None, [NEEDS_A_STREAM], context)
        # The cache stores whole documents, since later queries may select other parts of them.
        if prepared.planned is not None and context.shared.cache is None:
            context.selection = prepared.planned.selected_attributes()
            self.counts.excerpts += context.selection is not None
        with request_deadline(self._operation_seconds):
            result = await self._runner.run(prepared, variables, context, values)
        return self._logged(result, context)

    async def subscribe(
        self, prepared: PreparedOperation, variables: Mapping[str, Any] | None, context: Context
    ) -> Subscription | OperationResult:
        """Begin a subscription; a result if it may not run. Raises what its resolver raises."""
        variables = variables or {}
        values = self._admit(prepared, variables, context)
        if not isinstance(values, VariableValues):
            return self._refusal(values, context)
        subscription = Subscription(prepared, variables, values)
        failed = await subscription.begin(self._runner, context)
        return subscription if failed is None else self._logged(failed, context)

    async def event_result(
        self, subscription: Subscription, event: Any, context: Context, slot: AbstractContextManager[Any]
    ) -> OperationResult:
        """The result of one event. Subscribers that would get the same as another one share it.

        slot: entered while the result is made, not while another subscriber makes it. Raises what it raises.
        """
        if not isinstance(event, SharedEvent):
            return await self._event_result(subscription, event, context, slot)
        if event.report is not None:
            event.report(context)
        prepared = subscription.prepared
        return await self._shared.get(
            (prepared.digest, prepared.name, context.caller, repr(subscription.variables)),
            event.cause,
            lambda: self._event_result(subscription, event.value, context, slot),
            is_shareable=lambda result: result.is_complete and context.staleness.seconds is None,
        )

    async def _event_result(
        self, subscription: Subscription, event: Any, context: Context, slot: AbstractContextManager[Any]
    ) -> OperationResult:
        with slot, request_deadline(self._operation_seconds):
            result = await subscription.result(self._runner, context, event)
        return self._logged(result, context).with_encoded_data()

    def failure(self, error: Exception, context: Context) -> OperationResult:
        """The result when a subscription ends with an error: masked and logged like a resolver's."""
        located = GraphQLError(str(error), original_error=error)
        errors = [error if isinstance(error, GraphQLError) else located]
        return self._logged(ExecutionResult(None, errors=errors), context)

    def result(
        self,
        data: dict[str, Any] | None,
        errors: list[GraphQLError],
        context: Context,
        *,
        status: int | None = None,
    ) -> OperationResult:
        """The result with as many errors as `Limits.errors` allows, in the form that clients may see."""
        executed = data is not None or any(error.path for error in errors)
        shown = [formatted(error, context.request_id) for error in errors[: self._limits.errors]]
        return OperationResult(data, shown, executed, status, len(errors) - len(shown))

    def _logged(self, result: ExecutionResult, context: Context) -> OperationResult:
        """Convert graphql-core's result; log failures of imin and bugs of the gateway."""
        if result.data is not None and not result.errors and not context.errors:
            return OperationResult(result.data, [], executed=True)
        errors = [*(result.errors or []), *context.errors]
        log_failures(errors, context.request_id)
        return self.result(result.data, errors, context)

    def _refusal(self, errors: Sequence[GraphQLError], context: Context) -> OperationResult:
        """The result of an operation that must not run."""
        return self.result(None, list(errors), context, status=_status(errors[0]))

    def _admit(
        self,
        prepared: PreparedOperation,
        variables: Mapping[str, Any],
        context: Context,
        *,
        queries_only: bool = False,
    ) -> VariableValues | Sequence[GraphQLError]:
        """The coerced variables of an operation that may run, once it is charged; or why it must not run."""
        context.operation, context.digest = prepared.name, prepared.digest
        if prepared.errors:
            return prepared.errors
        if queries_only and not prepared.is_query:
            return (WRONG_METHOD,)
        try:
            check_lists(variables, self._limits)
            values = self._runner.read_variables(prepared, variables)
            if not isinstance(values, VariableValues):
                return with_code(BAD_USER_INPUT, without_values(values, is_query=prepared.is_query))
            estimate = prepared.cost.of(values.coerced)
            context.spending.begin(estimate, self._limits.cost)
            check_cost(estimate, self._limits)
        except LimitExceeded as error:
            return (error,)
        # 1 has been charged for reading the request.
        return values if context.spending.charge_estimate(already=1) else (RATE_LIMITED_ERROR,)


def _status(error: GraphQLError) -> int | None:
    if error is WRONG_METHOD:
        return 405
    if error is RATE_LIMITED_ERROR:
        return 429
    return 400 if isinstance(error, LimitExceeded) else None
