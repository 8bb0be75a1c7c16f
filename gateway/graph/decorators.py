"""Decorators that declare resolver methods and keep their types, which Strawberry's own would replace."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import strawberry

from gateway.execution.compiled.calculated_fields import READS
from gateway.execution.field_cost import METADATA, FieldCost
from gateway.graph.compared_fields import ACCOUNT_VALUE, NotCompared
from gateway.graph.semantic_non_null import SEMANTIC_NON_NULL

F = TypeVar("F", bound=Callable[..., Any])


def resolved(  # noqa: PLR0913  # what a field declares
    description: str,
    graphql_type: Any = None,
    *,
    requests: int | FieldCost,
    name: str | None = None,
    deprecation_reason: str | None = None,
    is_null_only_with_error: bool = False,
    prefetch: Callable[..., bool] | None = None,
    not_compared: NotCompared | None = None,
    account_value: Callable[[Any], Any] | None = None,
) -> Callable[[F], F]:
    """Make a method the resolver of a field.

    graphql_type: the field's type, if it is not the type that the method is annotated to return; resolvers
    return documents in place of GraphQL types.
    requests: to imin that the resolver may cause, at most, without the fields below it.
    name: of the field, if it is not the method's.
    deprecation_reason: what to use instead, if the field is deprecated.
    is_null_only_with_error: whether the resolver never returns None.
    prefetch: starts the loads that the resolver will wait for, given the context and the field's arguments.
    It returns whether the resolver will wait for nothing else, and must not raise. A promise to the query
    compiler, which then creates no tasks for the fields beside this one.
    not_compared: why live updates do not compare the field; needed below an order.
    account_value: gives the field's value, given the customer's account, so that live updates compare it.
    """
    metadata = {METADATA: _cost(requests), ACCOUNT_VALUE: account_value}
    field = strawberry.field(
        name=name,
        description=description,
        graphql_type=graphql_type,
        deprecation_reason=deprecation_reason,
        metadata=metadata | (not_compared() if not_compared else {}),
        directives=[SEMANTIC_NON_NULL] if is_null_only_with_error else (),
    )

    def declare(method: F) -> F:
        if prefetch is not None:
            method.prefetch = prefetch  # type: ignore[attr-defined]  # read by the query compiler
        return cast("F", field(method))

    return declare


def calculated(
    description: str,
    graphql_type: Any = None,
    *,
    reads: tuple[str, ...],
    not_compared: NotCompared | None = None,
) -> Callable[[F], F]:
    """Make a method that does no I/O the resolver of a field, for values that depend on arguments.

    graphql_type, not_compared: as for `resolved`. reads: the attributes of the document that the method
    reads, all of them.
    """
    metadata = {READS: reads, METADATA: _cost(0)} | (not_compared() if not_compared else {})
    field = strawberry.field(description=description, graphql_type=graphql_type, metadata=metadata)
    return cast("Callable[[F], F]", field)


def calculated_value(description: str, function: Callable[[Any], Any], *, reads: tuple[str, ...]) -> Any:
    """As `calculated`, for an attribute: where an interface declares the field as one too."""
    metadata = {READS: reads, METADATA: _cost(0)}
    return strawberry.field(description=description, resolver=function, metadata=metadata)


def subscribed(description: str, graphql_type: Any, *, requests: int | FieldCost) -> Callable[[F], F]:
    """Make an async generator the source of a subscription's field.

    graphql_type: of each event. requests: to imin for the first event, at most.
    """
    field = strawberry.subscription(
        description=description, graphql_type=graphql_type, metadata={METADATA: _cost(requests)}
    )
    return cast("Callable[[F], F]", field)


def _cost(requests: int | FieldCost) -> FieldCost:
    return requests if isinstance(requests, FieldCost) else FieldCost(requests)
