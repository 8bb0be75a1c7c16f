"""Run a prepared operation: over its plan if it has one, otherwise in graphql-core alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import ExecutionResult, GraphQLSchema, execute
from graphql.execution.values import VariableValues
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.utils.await_maybe import await_maybe

from gateway.execution.compiled.root_fields import PlannedRun
from gateway.execution.counts import ExecutionCounts
from gateway.execution.documents import PreparedOperation


@dataclass(frozen=True)
class Runner:
    """Runs valid operations of one schema.

    counts: incremented with each run. hide_suggestions: whether errors about variables omit "Did you mean".
    """

    schema: GraphQLSchema
    counts: ExecutionCounts
    hide_suggestions: bool = False

    async def run(
        self, prepared: PreparedOperation, variables: Mapping[str, Any], context: Any
    ) -> ExecutionResult:
        """Run a query or mutation; the result is the one that graphql-core would give."""
        if (planned := prepared.planned) is not None:
            values = planned.variables.read(variables, hide_suggestions=self.hide_suggestions)
            if not isinstance(values, VariableValues):
                return ExecutionResult(None, values)
            if (plan := planned.plan(values)) is not None:
                self.counts.planned += 1
                return await PlannedRun(plan, values, context, self.counts).result()
        self.counts.unplanned += 1
        return await self.run_in_core(prepared, variables, context)

    async def run_in_core(
        self, prepared: PreparedOperation, variables: Mapping[str, Any], context: Any, root: Any = None
    ) -> ExecutionResult:
        """Run an operation in graphql-core alone. root: the event, for one event of a subscription."""
        return await await_maybe(
            execute(
                self.schema,
                prepared.document,
                root,
                context,
                dict(variables),
                prepared.name or None,
                executor_class=StrawberryGraphQLCoreExecutionContext,
                is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]  # a type guard, but not declared as one
                hide_suggestions=self.hide_suggestions,
            )
        )
