"""Running a prepared operation: over its plan where it has one, else in graphql-core alone."""

from collections.abc import Mapping
from typing import Any

from graphql import ExecutionResult, GraphQLSchema, execute
from graphql.execution.values import VariableValues
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.utils.await_maybe import await_maybe

from gateway.execution.compiled.root_fields import PlannedRun
from gateway.execution.counts import ExecutionCounts
from gateway.execution.documents import Prepared


async def run(  # noqa: PLR0913  # what an execution is made of
    schema: GraphQLSchema,
    prepared: Prepared,
    variables: Mapping[str, Any],
    context: Any,
    counts: ExecutionCounts,
    *,
    hide_suggestions: bool = False,
) -> ExecutionResult:
    """What graphql-core answers."""
    planned = prepared.planned
    if planned is None:
        return await run_unplanned(
            schema, prepared, variables, context, counts, hide_suggestions=hide_suggestions
        )
    values = planned.variables.read(variables, hide_suggestions=hide_suggestions)
    if not isinstance(values, VariableValues):
        return ExecutionResult(None, values)
    plan = planned.plan(values)
    if plan is None:
        return await run_unplanned(
            schema, prepared, variables, context, counts, hide_suggestions=hide_suggestions
        )
    counts.planned += 1
    return await PlannedRun(plan, values, context, counts).result()


async def run_unplanned(  # noqa: PLR0913  # as above
    schema: GraphQLSchema,
    prepared: Prepared,
    variables: Mapping[str, Any],
    context: Any,
    counts: ExecutionCounts,
    *,
    hide_suggestions: bool = False,
) -> ExecutionResult:
    """What graphql-core answers, from graphql-core itself."""
    counts.unplanned += 1
    operation = prepared.operation
    return await await_maybe(
        execute(
            schema,
            prepared.document,
            context_value=context,
            variable_values=dict(variables),
            operation_name=operation.name.value if operation and operation.name else None,
            executor_class=StrawberryGraphQLCoreExecutionContext,
            is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]  # tells the same, untyped
            hide_suggestions=hide_suggestions,
        )
    )
