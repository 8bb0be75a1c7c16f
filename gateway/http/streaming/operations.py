"""Operations that answer in messages, over a WebSocket or an event stream.

They pass what an operation with one answer passes: the gate, their caller's bucket, the metrics, the log. A
subscription stands inside the gate while an answer of it is made, not while it waits for the next.
"""

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from gateway.auth import Caller
from gateway.context import Context, Services
from gateway.errors import RATE_LIMITED, SERVICE_UNAVAILABLE, GatewayError
from gateway.execution.documents import PreparedOperation
from gateway.execution.executor import RATE_LIMITED_ERROR, Executor, OperationResult
from gateway.http.limits.concurrency import OVERLOADED_TEXT, ConcurrencyLimit, Overloaded
from gateway.http.limits.rate import Bucket
from gateway.http.request import GraphQLRequest
from gateway.http.response import extensions_of
from gateway.observability.logging import RequestRecord
from gateway.observability.metrics import Metrics


@dataclass(frozen=True)
class RequestScope:
    """Who asks, and where it is noted. bucket: of which one is spent already, for reading the request."""

    caller: Caller
    bucket: Bucket | None
    request_id: str
    record: RequestRecord


@dataclass(frozen=True)
class ResultMessage:
    """An answer, and what it tells besides."""

    answer: OperationResult
    extensions: dict[str, Any] = field(default_factory=dict)

    def payload(self) -> dict[str, Any]:
        """As the payload of a message."""
        answer = self.answer
        errors = {"errors": answer.errors} if answer.errors else {}
        return {"data": answer.data} | errors | ({"extensions": self.extensions} if self.extensions else {})


@dataclass(frozen=True)
class Operations:
    """Runs operations that answer in messages."""

    executor: Executor
    services: Services
    gate: ConcurrencyLimit
    metrics: Metrics

    async def answers(
        self,
        wanted: GraphQLRequest,
        asking: RequestScope,
        prepared: PreparedOperation | None = None,
        *,
        changes_nothing: bool = False,
    ) -> AsyncGenerator[ResultMessage, None]:
        """The answers, as they come; of what is refused, that alone.

        prepared: the operation, if the caller has prepared it. changes_nothing: whether a mutation must be
        refused.
        """
        running = _Running(self, asking, wanted)
        try:
            running.enter()  # before any work is done for it
            prepared = prepared or self.executor.prepare(wanted.query, wanted.operation_name)
            found = self.executor.stream(
                prepared, wanted.variables, running.next_context, queries_only=changes_nothing
            )
            async with aclosing(found):
                async for answer in found:
                    yield running.told(answer)
        except GatewayError as refusal:
            yield running.refused(refusal)
        finally:
            running.end()


@dataclass
class _Running:
    """One operation. context: of the operation itself; latest: of its latest answer."""

    operations: Operations
    asking: RequestScope
    wanted: GraphQLRequest
    context: Context = field(init=False)
    latest: Context = field(init=False)
    contexts: int = 0
    answered: int = 0
    is_inside: bool = False
    began: float = field(default_factory=time.perf_counter)

    def __post_init__(self) -> None:
        self.context = self.latest = self._new_context()

    def next_context(self) -> Context:
        """For the operation, then for each answer to an event.

        Raises GatewayError where there is no room for it, or its caller has asked for too much.
        """
        self.enter()
        bucket = self.asking.bucket
        # The operation and its first answer are paid for together, before either is made.
        if self.answered and bucket and not bucket.spend(max(1, self.context.cost)):
            raise GatewayError(RATE_LIMITED, RATE_LIMITED_ERROR.message)
        self.contexts += 1
        if self.contexts > 1:
            self.latest = self._new_context()
            self.latest.cost = self.context.cost
        return self.latest

    def told(self, answer: OperationResult) -> ResultMessage:
        """Note an answer; what follows may wait."""
        self._leave()
        self._note(answer.errors)
        self.answered += 1
        if self.answered == 1:
            outcome = answer.errors[0]["extensions"]["code"] if answer.errors else "ok"
            self.operations.metrics.request(self.wanted.query, outcome, time.perf_counter() - self.began)
        return ResultMessage(
            answer, extensions_of(self.wanted, answer, self.latest, self.asking.record.calls)
        )

    def refused(self, refusal: GatewayError) -> ResultMessage:
        """The answer to an operation that may not even begin."""
        answer = self.operations.executor.result(None, [refusal], self.context, status=503)
        self._note(answer.errors)
        return ResultMessage(answer)

    def end(self) -> None:
        """Leave nothing behind, wherever it ended."""
        self._leave()
        self._note([])

    def enter(self) -> None:
        if self.is_inside:
            return
        try:
            self.operations.gate.enter()
        except Overloaded:
            raise GatewayError(SERVICE_UNAVAILABLE, OVERLOADED_TEXT) from None
        self.is_inside = True

    def _leave(self) -> None:
        """Give the place inside the gate to another."""
        if self.is_inside:
            self.operations.gate.leave()
            self.is_inside = False

    def _note(self, errors: list[dict[str, Any]]) -> None:
        context = self.context
        self.asking.record.note(context.operation, context.digest, context.cost, errors)

    def _new_context(self) -> Context:
        asking = self.asking
        context = Context(asking.caller, asking.request_id, self.operations.services)
        if bucket := asking.bucket:
            context.spend = lambda cost: bucket.spend(max(0, cost - 1))
        return context
