"""Running operations: document text and variables → data and coded errors."""

from collections.abc import Mapping
from typing import Any

import strawberry
from graphql import ExecutionResult, GraphQLError
from msgspec import Struct

from gateway.context import Context
from gateway.errors import BAD_REQUEST, RATE_LIMITED, GatewayError, formatted
from gateway.execution.counts import ExecutionCounts
from gateway.execution.documents import Preparation, Prepared
from gateway.execution.limits import LimitExceeded, Limits, check_cost, check_lists
from gateway.execution.run import run
from gateway.imin.transport.deadline import answered_within
from gateway.observability.logging import log_failures

WRONG_METHOD = GatewayError(BAD_REQUEST, "Only queries may come by GET; use POST.")
NEEDS_A_STREAM = GatewayError(BAD_REQUEST, "A subscription needs a WebSocket or Accept: text/event-stream.")
RATE_LIMITED_ERROR = GatewayError(
    RATE_LIMITED, "Too much was asked for in a short time. Please wait a moment."
)


class Answer(Struct, frozen=True):
    """What a client gets.

    executed: whether execution began; otherwise there is no `data` at all.
    status: of HTTP, where the media type does not settle it.
    omitted: errors that are not told, because there are too many.
    """

    data: dict[str, Any] | None
    errors: list[dict[str, Any]]
    executed: bool
    status: int | None = None
    omitted: int = 0


class Executor:
    """Runs operations against the schema.

    with_introspection: whether the schema may be asked for. suggestions: whether errors about
    misspelt names list their neighbours.
    query_seconds: time for a whole query. A change has the time that its steps have.
    counts: what ran compiled, and what did not.
    """

    def __init__(
        self,
        schema: strawberry.Schema,
        limits: Limits,
        *,
        with_introspection: bool,
        suggestions: bool,
        query_seconds: float,
    ) -> None:
        self.counts = ExecutionCounts()
        self._limits = limits
        self._query_seconds = query_seconds
        self.schema = schema._schema  # noqa: SLF001  # Strawberry's documented way to graphql-core's schema
        self._suggestions = suggestions
        self._preparation = Preparation(
            self.schema,
            limits,
            with_introspection=with_introspection,
            suggestions=suggestions,
        )

    async def execute(
        self,
        text: str,
        variables: Mapping[str, Any] | None,
        operation_name: str | None,
        context: Context,
        *,
        queries_only: bool = False,
    ) -> Answer:
        """The answer to one request. Raises nothing that is the client's or imin's fault."""
        prepared = self.prepare(text, operation_name)
        if refused := self.refused(prepared, variables or {}, context, queries_only=queries_only):
            return refused
        if prepared.is_subscription:
            return self.answer(None, [NEEDS_A_STREAM], context)
        # What a cache keeps is read as a whole, for others may look at other parts of it.
        if prepared.planned is not None and context.services.cache is None:
            context.wanted = prepared.planned.wanted()
            self.counts.excerpts += context.wanted is not None
        with answered_within(self._query_seconds if prepared.is_query else None):
            result = await run(
                self.schema,
                prepared,
                variables or {},
                context,
                self.counts,
                hide_suggestions=not self._suggestions,
            )
        return self.told(result, context)

    def told(self, result: ExecutionResult, context: Context) -> Answer:
        """What came of an execution, as a client may be told it; what is a bug is logged."""
        if result.data is not None and not result.errors and not context.errors:
            return Answer(result.data, [], executed=True)
        errors = [*(result.errors or []), *context.errors]
        log_failures(errors, context.request_id)
        return self.answer(result.data, errors, context)

    def prepare(self, text: str, operation_name: str | None) -> Prepared:
        """The document, ready to run or with the errors that forbid it."""
        return self._preparation.prepare(text, operation_name)

    def refused(
        self,
        prepared: Prepared,
        variables: Mapping[str, Any],
        context: Context,
        *,
        queries_only: bool = False,
    ) -> Answer | None:
        """The answer to an operation that may not run; None where it may."""
        context.operation, context.digest = prepared.name, prepared.digest
        refusals = prepared.errors or self._forbidding(
            prepared, variables, context, queries_only=queries_only
        )
        return self.answer(None, list(refusals), context, status=_status(refusals[0])) if refusals else None

    def _forbidding(
        self, prepared: Prepared, variables: Mapping[str, Any], context: Context, *, queries_only: bool
    ) -> tuple[GraphQLError, ...]:
        """What forbids to run a sound operation with these variables, for this caller."""
        if queries_only and not prepared.is_query:
            return (WRONG_METHOD,)
        try:
            check_lists(variables, self._limits)
            context.cost = prepared.cost.of(variables)
            check_cost(context.cost, self._limits)
        except LimitExceeded as error:
            return (error,)
        return () if context.spend(context.cost) else (RATE_LIMITED_ERROR,)

    def answer(
        self,
        data: dict[str, Any] | None,
        errors: list[GraphQLError],
        context: Context,
        *,
        status: int | None = None,
    ) -> Answer:
        """The answer with as many errors as may be told."""
        executed = data is not None or any(error.path for error in errors)
        told = [formatted(error, context.request_id) for error in errors[: self._limits.errors]]
        return Answer(data, told, executed, status, len(errors) - len(told))


def _status(refusal: GraphQLError) -> int | None:
    if refusal is WRONG_METHOD:
        return 405
    if refusal is RATE_LIMITED_ERROR:
        return 429
    return 400 if isinstance(refusal, LimitExceeded) else None
