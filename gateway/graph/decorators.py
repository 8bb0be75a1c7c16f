"""Declaring fields that are resolved by a function, with types that survive the declaration."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import strawberry

F = TypeVar("F", bound=Callable[..., Any])


def resolved(
    description: str, graphql_type: Any = None, *, begin: Callable[..., bool] | None = None
) -> Callable[[F], F]:
    """Make a method the resolver of a field.

    graphql_type: the field's type, where the method returns a document that plays that type's part.
    begin: see gateway.execution.resolver.Begin.
    """
    field = strawberry.field(description=description, graphql_type=graphql_type)

    def declared(method: F) -> F:
        if begin is not None:
            method.begin = begin  # type: ignore[attr-defined]  # read by the execution
        return cast("F", field(method))

    return declared


def followed(description: str, graphql_type: Any) -> Callable[[F], F]:
    """Make an async generator the source of a subscription's field. graphql_type: of each event."""
    return cast(
        "Callable[[F], F]", strawberry.subscription(description=description, graphql_type=graphql_type)
    )
