"""A subscription: its source event stream, and the results of its events.

Source: GraphQL specification, Subscription.
"""

from collections.abc import AsyncIterable, AsyncIterator, Mapping
from typing import Any

from graphql import ExecutionResult, create_source_event_stream
from graphql import Executor as CoreExecutor
from graphql.execution.values import VariableValues
from msgspec import Struct

from gateway.context import Context
from gateway.execution.compiled.plan import Plan
from gateway.execution.compiled.subscription import planned_event, planned_source
from gateway.execution.documents import PreparedOperation
from gateway.execution.run import Runner


class Subscription(Struct):
    """A valid subscription. variables: as they were sent. values: coerced. events: after `begin`."""

    prepared: PreparedOperation
    variables: Mapping[str, Any]
    values: VariableValues
    _events: AsyncIterator[Any] | None = None

    @property
    def events(self) -> AsyncIterator[Any]:
        if self._events is None:
            raise RuntimeError("the subscription has not begun")
        return self._events

    async def begin(self, runner: Runner, context: Context) -> ExecutionResult | None:
        """Make the source event stream; a result with the errors if there can be none.

        graphql-core's executor takes several kilobytes for as long as its events last, so it is used only if
        the resolver cannot be called directly.
        """
        plan = self._plan()
        planned = planned_source(plan, self.values, context, runner.counts) if plan else None
        source = await self._core_source(runner, context) if planned is None else planned
        if isinstance(source, ExecutionResult):
            return source
        self._events = aiter(source)
        return None

    async def result(self, runner: Runner, context: Context, event: Any) -> ExecutionResult:
        """The result of an event, which is the value of the subscription's field."""
        plan = self._plan()
        data = planned_event(plan, self.values, context, runner.counts, event) if plan else None
        if data is not None:
            return ExecutionResult(data)
        return await runner.run_in_core(self.prepared, self.variables, context, event)

    def _plan(self) -> Plan | None:
        planned = self.prepared.planned
        return planned.plan(self.values) if planned else None

    async def _core_source(self, runner: Runner, context: Context) -> AsyncIterable[Any] | ExecutionResult:
        built = CoreExecutor.build(
            runner.schema,
            self.prepared.document,
            context_value=context,
            raw_variable_values=dict(self.variables),
            operation_name=self.prepared.name or None,
            hide_suggestions=runner.hide_suggestions,
        )
        if isinstance(built, list):
            return ExecutionResult(None, errors=built)
        stream = create_source_event_stream(built)
        return stream if isinstance(stream, AsyncIterable | ExecutionResult) else await stream
