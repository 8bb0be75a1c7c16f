"""Subscriptions: a document and its source of events → answers, one an event."""

from collections.abc import AsyncGenerator, AsyncIterable, Callable, Mapping
from inspect import isawaitable
from typing import Any

from graphql import ExecutionResult, GraphQLError, create_source_event_stream, execute
from graphql import Executor as CoreExecutor

from gateway.context import Context
from gateway.execution.documents import Prepared
from gateway.execution.executor import Answer, Executor

NewContext = Callable[[], Context]
"""Gives a context of its own for each answer: loaders must not remember what was before a change."""


async def answers(  # noqa: PLR0913  # what a request says, and who asks
    executor: Executor,
    text: str,
    variables: Mapping[str, Any] | None,
    operation_name: str | None,
    new_context: NewContext,
    *,
    changes_nothing: bool = False,
) -> AsyncGenerator[Answer, None]:
    """The answers to an operation of any kind: one, or those of a subscription as they come.

    changes_nothing: whether a mutation must be refused.
    """
    context = new_context()
    prepared = executor.prepare(text, operation_name)
    if prepared.errors or not prepared.is_subscription:
        yield await executor.execute(text, variables, operation_name, context, queries_only=changes_nothing)
        return
    if refused := executor.refused(prepared, variables or {}, context):
        yield refused
        return
    source = await _source(executor, prepared.document, variables, operation_name, context)
    if isinstance(source, ExecutionResult):
        yield executor.told(source, context)
        return
    events = aiter(source)
    try:
        async for event in events:
            yield await _answer(executor, prepared, event, variables, new_context())
    except Exception as error:  # noqa: BLE001  # masked and logged as any other error of a resolver
        located = GraphQLError(str(error), original_error=error)
        errors = [error if isinstance(error, GraphQLError) else located]
        yield executor.told(ExecutionResult(None, errors=errors), context)
    finally:
        if isinstance(events, AsyncGenerator):
            await events.aclose()


async def _answer(
    executor: Executor, prepared: Prepared, event: Any, variables: Mapping[str, Any] | None, context: Context
) -> Answer:
    """The answer to one event."""
    result = execute(
        executor.schema,
        prepared.document,
        root_value=event,
        context_value=context,
        variable_values=dict(variables or {}),
        operation_name=prepared.name or None,
    )
    return executor.told(await result if isawaitable(result) else result, context)


async def _source(
    executor: Executor,
    document: Any,
    variables: Mapping[str, Any] | None,
    operation_name: str | None,
    context: Context,
) -> AsyncIterable[Any] | ExecutionResult:
    """What graphql-core calls the source event stream."""
    built = CoreExecutor.build(
        executor.schema, document, None, context, dict(variables or {}), operation_name
    )
    if isinstance(built, list):
        return ExecutionResult(None, errors=built)
    stream = create_source_event_stream(built)
    return stream if isinstance(stream, AsyncIterable | ExecutionResult) else await stream
