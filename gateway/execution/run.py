"""Run a prepared operation: over its plan if it has one, otherwise in graphql-core alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from graphql import ExecutionResult, GraphQLError, GraphQLSchema, execute
from graphql.execution.values import VariableValues
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.utils.await_maybe import await_maybe

from gateway.execution.compiled.root_fields import PlannedRun
from gateway.execution.counts import ExecutionCounts
from gateway.execution.documents import PreparedOperation
from gateway.execution.variables import Variables


@dataclass(frozen=True)
class Runner:
    """Runs valid operations of one schema.

    counts: incremented with each run. hide_suggestions: whether errors about variables omit "Did you mean".
    """

    schema: GraphQLSchema
    counts: ExecutionCounts
    hide_suggestions: bool = False

    def read_variables(
        self, prepared: PreparedOperation, variables: Mapping[str, Any]
    ) -> VariableValues | list[GraphQLError]:
        """The coerced values of a valid operation's variables, or the errors of coercing them."""
        reader = cast("Variables", prepared.variables)
        return reader.read(variables, hide_suggestions=self.hide_suggestions)

    async def run(
        self,
        prepared: PreparedOperation,
        variables: Mapping[str, Any],
        context: Any,
        values: VariableValues | None = None,
    ) -> ExecutionResult:
        """Run a query or mutation; the result is the one that graphql-core would give.

        values: the coerced variables, if they have been read already.
        """
        if (planned := prepared.planned) is not None:
            read = values or self.read_variables(prepared, variables)
            if not isinstance(read, VariableValues):
                return ExecutionResult(None, read)
            values = read
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
