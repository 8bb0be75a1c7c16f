"""Run an operation for a caller: charge its cost, count it and log it."""

import time
from dataclasses import InitVar, dataclass, field
from typing import Any

from gateway.context import Context, Services
from gateway.execution.answer_cache import AnswerCache
from gateway.execution.documents import PreparedOperation
from gateway.execution.executor import Executor, OperationResult
from gateway.http.authentication import RequestScope
from gateway.http.limits.concurrency import ConcurrencyLimit
from gateway.http.limits.rate import RateLimited
from gateway.http.request import GraphQLRequest
from gateway.observability.metrics import Metrics


@dataclass(frozen=True)
class OperationServices:
    """What all operations share.

    answers: None if none are reused. limit: held while an operation is prepared and runs.
    """

    executor: Executor
    services: Services
    answers: AnswerCache | None
    limit: ConcurrencyLimit
    metrics: Metrics


@dataclass(slots=True)
class Operation:
    """One operation of a request, while its slot of `shared.limit` is held.

    The text of its document is that of the cache: a subscription lasts, and there may be many of it.
    is_reusable: whether it has run, and would give the same response if it ran again at once.
    """

    shared: OperationServices
    request: InitVar[GraphQLRequest]
    scope: RequestScope
    prepared: PreparedOperation = field(init=False)
    variables: dict[str, Any] | None = field(init=False)
    is_reusable: bool = field(default=False, init=False)
    _shows_cost: bool = field(init=False)
    _started: float = field(init=False)

    def __post_init__(self, request: GraphQLRequest) -> None:
        self._started = time.perf_counter()
        self.prepared = self.shared.executor.prepare(request.query, request.operation_name)
        self.variables = request.variables
        self._shows_cost = request.shows_cost

    async def execute(self, *, queries_only: bool) -> tuple[OperationResult, dict[str, Any]]:
        """The result of a query or mutation, and its extensions. Raises RateLimited.

        queries_only: whether to refuse mutations, for the method GET.
        """
        scope = self.scope
        context = scope.new_context(self.shared.services)
        result = await self.shared.executor.execute(
            self.prepared, self.variables, context, queries_only=queries_only
        )
        self.count(result)
        scope.record.calls.close()
        cost = context.spending.cost
        scope.record.note(context.operation, context.digest, cost, result.errors)
        if result.status == 429 and scope.bucket:  # noqa: PLR2004  # Too Many Requests
            raise RateLimited(scope.bucket, cost)
        self.is_reusable = self._is_reusable(result, context)
        return result, self.extensions(result, context)

    def count(self, result: OperationResult) -> None:
        """Count the operation, with its outcome and its time until now, in the metrics."""
        outcome = result.errors[0]["extensions"]["code"] if result.errors else "ok"
        self.shared.metrics.request(self.prepared.text, outcome, time.perf_counter() - self._started)

    def _is_reusable(self, result: OperationResult, context: Context) -> bool:
        return (
            self.prepared.is_query
            and result.is_complete
            and context.staleness.seconds is None
            # The next time, no request would be sent.
            and not (self._shows_cost and self.scope.record.calls.made)
        )

    def extensions(self, result: OperationResult, context: Context) -> dict[str, Any]:
        """Of the response: age of stale data, number of omitted errors, and the cost on request."""
        extensions: dict[str, Any] = {}
        if result.executed and context.staleness.seconds is not None:
            extensions["stale"] = {"ageSeconds": round(context.staleness.seconds, 3)}
        if result.omitted > 0:
            extensions["omittedErrors"] = result.omitted
        if self._shows_cost:
            calls = self.scope.record.calls
            extensions["cost"] = {
                "estimated": max(context.spending.cost, calls.charged),
                "made": calls.made,
            }
        return extensions
