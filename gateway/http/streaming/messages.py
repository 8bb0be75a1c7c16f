"""Run an operation that sends its results as messages, over a WebSocket or an event stream."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

from gateway.context import Context
from gateway.errors import RATE_LIMITED, SERVICE_UNAVAILABLE, GatewayError
from gateway.execution.executor import OperationResult
from gateway.execution.subscriptions import Subscription
from gateway.http.limits.concurrency import Overloaded, Slot
from gateway.http.operations import Operation
from gateway.spending import RATE_LIMIT_EXCEEDED


@dataclass(frozen=True, slots=True)
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


class ResultMessages:
    """The results of an operation; the last one is an error if a further result is refused. Must be closed.

    slot: held by the caller; it is released while a subscription waits for an event. queries_only: whether to
    refuse mutations.
    An iterator, not a generator, which holds nothing of an event or a result: most subscriptions are idle.
    """

    __slots__ = ("_context", "_is_over", "_operation", "_queries_only", "_results", "_slot", "_subscription")

    def __init__(self, operation: Operation, slot: Slot, *, queries_only: bool = False) -> None:
        self._operation = operation
        self._slot = slot
        self._queries_only = queries_only
        self._context = self._new_context()
        self._context.on_wait = slot.release
        self._subscription: Subscription | None = None
        self._results = 0
        self._is_over = False

    def __aiter__(self) -> "ResultMessages":
        return self

    async def __anext__(self) -> ResultMessage:
        message = None
        if not self._is_over:
            message = await (self._first() if self._subscription is None else self._next(self._subscription))
        if message is None:
            self._is_over = True
            raise StopAsyncIteration
        return message

    async def aclose(self) -> None:
        """End the operation, and complete its log record."""
        self._is_over = True
        try:
            if self._subscription is not None and isinstance(self._subscription.events, AsyncGenerator):
                await self._subscription.events.aclose()
        finally:
            self._slot.release()
            self._operation.scope.record.calls.close()
            self._note([])

    async def _first(self) -> ResultMessage | None:
        operation = self._operation
        executor, prepared, variables = operation.shared.executor, operation.prepared, operation.variables
        if prepared.errors or not prepared.is_subscription:
            result = await executor.execute(
                prepared, variables, self._context, queries_only=self._queries_only
            )
            return self._last(result)
        try:
            begun = await executor.subscribe(prepared, variables, self._context)
        except Exception as error:  # noqa: BLE001  # masked and logged like any other error of a resolver
            return self._last(executor.failure(error, self._context))
        if isinstance(begun, OperationResult):
            return self._last(begun)
        self._subscription = begun
        return await self._next(begun)

    async def _next(self, subscription: Subscription) -> ResultMessage | None:
        executor = self._operation.shared.executor
        try:
            event = await anext(subscription.events)
            context = self._event_context()
            result = await executor.event_result(subscription, event, context, self._slot)
            return self._message(result, context)
        except StopAsyncIteration:
            return None
        except Overloaded as error:
            refusal = GatewayError(SERVICE_UNAVAILABLE, str(error))
            return self._last(executor.failure(refusal, self._context))
        except Exception as error:  # noqa: BLE001  # as above
            return self._last(executor.failure(error, self._context))

    def _event_context(self) -> Context:
        """A new context: loaders must not remember what they read before a change.

        Raises GatewayError if the result must not be made.
        """
        context, spending = self._new_context(), self._context.spending
        context.spending.begin(max(1, spending.estimate), spending.most)
        # The operation and its first result were charged together, before either was made.
        if self._results and not context.spending.charge_estimate():
            raise GatewayError(RATE_LIMITED, RATE_LIMIT_EXCEEDED)
        return context

    def _message(self, result: OperationResult, context: Context) -> ResultMessage:
        """Release the slot, count the operation at its first result, and note the errors."""
        self._slot.release()
        self._note(result.errors)
        self._results += 1
        if self._results == 1:
            self._operation.count(result)
        return ResultMessage(result, self._operation.extensions(result, context))

    def _last(self, result: OperationResult) -> ResultMessage:
        self._is_over = True
        return self._message(result, self._context)

    def _note(self, errors: list[dict[str, Any]]) -> None:
        """Add to the log record."""
        context = self._context
        self._operation.scope.record.note(context.operation, context.digest, context.spending.cost, errors)

    def _new_context(self) -> Context:
        return self._operation.scope.new_context(self._operation.shared.services)
