"""Decorators that declare resolver methods and keep their types, which Strawberry's own would replace."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import strawberry

F = TypeVar("F", bound=Callable[..., Any])


def resolved(
    description: str, graphql_type: Any = None, *, prefetch: Callable[..., bool] | None = None
) -> Callable[[F], F]:
    """Make a method the resolver of a field.

    graphql_type: the field's type, if it is not the type that the method is annotated to return; resolvers
    return documents in place of GraphQL types.
    prefetch: starts the loads that the resolver will wait for, given the context and the field's arguments.
    It returns whether the resolver will wait for nothing else, and must not raise. A promise to the query
    compiler, which then creates no tasks for the fields beside this one; see `gateway.hints`.
    """
    field = strawberry.field(description=description, graphql_type=graphql_type)

    def declare(method: F) -> F:
        if prefetch is not None:
            method.prefetch = prefetch  # type: ignore[attr-defined]  # read by the query compiler
        return cast("F", field(method))

    return declare


def subscribed(description: str, graphql_type: Any) -> Callable[[F], F]:
    """Make an async generator the source of a subscription's field. graphql_type: of each event."""
    return cast(
        "Callable[[F], F]", strawberry.subscription(description=description, graphql_type=graphql_type)
    )
