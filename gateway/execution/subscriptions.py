"""The source event stream of a subscription. Source: GraphQL specification, Subscription."""

from collections.abc import AsyncIterable, Mapping
from typing import Any

from graphql import ExecutionResult, create_source_event_stream
from graphql import Executor as CoreExecutor

from gateway.context import Context
from gateway.execution.documents import PreparedOperation
from gateway.execution.run import Runner


async def source_events(
    runner: Runner, prepared: PreparedOperation, variables: Mapping[str, Any], context: Context
) -> AsyncIterable[Any] | ExecutionResult:
    """The events of a subscription; an ExecutionResult with the errors if there can be none."""
    built = CoreExecutor.build(
        runner.schema,
        prepared.document,
        context_value=context,
        raw_variable_values=dict(variables),
        operation_name=prepared.name or None,
        hide_suggestions=runner.hide_suggestions,
    )
    if isinstance(built, list):
        return ExecutionResult(None, errors=built)
    stream = create_source_event_stream(built)
    return stream if isinstance(stream, AsyncIterable | ExecutionResult) else await stream
