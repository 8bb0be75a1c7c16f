"""Run an operation that sends its results as messages, over a WebSocket or an event stream."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from gateway.context import Context
from gateway.errors import RATE_LIMITED, SERVICE_UNAVAILABLE, GatewayError
from gateway.execution.executor import OperationResult
from gateway.http.limits.concurrency import Overloaded, Slot
from gateway.http.operations import Operation
from gateway.spending import RATE_LIMIT_EXCEEDED


@dataclass(frozen=True)
class ResultMessage:
    """One result of an operation."""

    result: OperationResult
    extensions: dict[str, Any] = field(default_factory=dict)

    def payload(self) -> dict[str, Any]:
        """The payload of a `next` message, of both protocols."""
        result = self.result
        content: dict[str, Any] = {"errors": result.errors} if result.errors else {}
        if result.executed:
            content = {"data": result.data} | content
        return content | ({"extensions": self.extensions} if self.extensions else {})


async def result_messages(
    operation: Operation, slot: Slot, *, queries_only: bool = False
) -> AsyncGenerator[ResultMessage, None]:
    """The results of an operation; an error as the last one, if a further result is refused.

    slot: held by the caller; it is released while a subscription waits for an event.
    queries_only: whether to refuse mutations.
    """
    run = _Run(operation, slot)
    results = operation.shared.executor.stream(
        operation.prepared, operation.request.variables, run.next_context, queries_only=queries_only
    )
    try:
        async with aclosing(results):
            async for result in results:
                yield run.message(result)
    except GatewayError as refusal:
        yield run.refusal(refusal)
    finally:
        slot.release()
        operation.scope.record.calls.close()
        run.note([])


class _Run:
    """What the results of one operation share."""

    def __init__(self, operation: Operation, slot: Slot) -> None:
        self._operation = operation
        self._slot = slot
        self._context = self._latest = self._new_context()
        self._contexts = self._results = 0

    def next_context(self) -> Context:
        """For the operation, then for each event. Raises GatewayError if the result must not be made."""
        try:
            self._slot.acquire()
        except Overloaded as error:
            raise GatewayError(SERVICE_UNAVAILABLE, str(error)) from None
        self._contexts += 1
        if self._contexts > 1:
            spending = self._context.spending
            self._latest = self._new_context()
            self._latest.spending.begin(max(1, spending.estimate), spending.most)
        # The operation and its first result are charged together, before either is made.
        if self._results and not self._latest.spending.charge_estimate():
            raise GatewayError(RATE_LIMITED, RATE_LIMIT_EXCEEDED)
        return self._latest

    def message(self, result: OperationResult) -> ResultMessage:
        """Release the slot, count the operation at its first result, and note the errors."""
        self._slot.release()
        self.note(result.errors)
        self._results += 1
        if self._results == 1:
            self._operation.count(result)
        return ResultMessage(result, self._operation.extensions(result, self._latest))

    def refusal(self, error: GatewayError) -> ResultMessage:
        result = self._operation.shared.executor.result(None, [error], self._context, status=503)
        self.note(result.errors)
        return ResultMessage(result)

    def note(self, errors: list[dict[str, Any]]) -> None:
        """Add to the log record."""
        context = self._context
        self._operation.scope.record.note(context.operation, context.digest, context.spending.cost, errors)

    def _new_context(self) -> Context:
        return self._operation.scope.new_context(self._operation.shared.services)
