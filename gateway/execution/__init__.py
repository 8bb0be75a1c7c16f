"""Running operations: document text and variables → data and coded errors."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import strawberry
from graphql import ExecutionResult, GraphQLError, execute
from strawberry.execution import optimized_is_awaitable
from strawberry.utils.await_maybe import await_maybe

from gateway.context import Context
from gateway.errors import BAD_REQUEST, GatewayError, formatted
from gateway.execution.prepared import Preparation
from gateway.imin.traffic import answered_within
from gateway.logs import log_failures

WRONG_METHOD = GatewayError(BAD_REQUEST, "Only queries may come by GET; use POST.")


@dataclass(frozen=True)
class Answer:
    """What a client gets.

    executed: whether execution began; otherwise there is no `data` at all.
    is_wrong_method: a mutation that came where only queries may.
    """

    data: dict[str, Any] | None
    errors: list[dict[str, Any]]
    executed: bool
    is_wrong_method: bool = False


class Executor:
    """Runs operations against the schema.

    is_development: whether the schema may be introspected and misspelt names are helped with.
    query_seconds: time for a whole query. A change has the time that its steps have.
    """

    def __init__(self, schema: strawberry.Schema, *, is_development: bool, query_seconds: float) -> None:
        self._schema = schema
        self._query_seconds = query_seconds
        self._preparation = Preparation(
            schema._schema,  # noqa: SLF001  # Strawberry's documented way to graphql-core's schema
            with_introspection=is_development,
            suggestions=is_development,
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
        prepared = self._preparation.prepare(text, operation_name)
        if prepared.errors:
            return _refused(prepared.errors, context)
        if queries_only and not prepared.is_query:
            return _refused((WRONG_METHOD,), context, is_wrong_method=True)
        with answered_within(self._query_seconds if prepared.is_query else None):
            result: ExecutionResult = await await_maybe(
                execute(
                    self._schema._schema,  # noqa: SLF001  # as above
                    prepared.document,
                    context_value=context,
                    variable_values=dict(variables or {}),
                    operation_name=operation_name,
                    executor_class=self._schema.execution_context_class,
                    is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]  # tells the same, untyped
                )
            )
        errors = [*(result.errors or []), *context.errors]
        log_failures(errors, context.request_id)
        executed = result.data is not None or any(error.path for error in errors)
        return Answer(result.data, [formatted(error, context.request_id) for error in errors], executed)


def _refused(errors: tuple[GraphQLError, ...], context: Context, *, is_wrong_method: bool = False) -> Answer:
    answer = [formatted(error, context.request_id) for error in errors]
    return Answer(None, answer, executed=False, is_wrong_method=is_wrong_method)
