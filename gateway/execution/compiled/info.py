"""The `info` argument of resolvers that are called directly."""

from functools import cached_property
from typing import Any, Protocol, cast

import strawberry
from graphql import Executor, GraphQLField, GraphQLResolveInfo
from strawberry.types.field import StrawberryField

from gateway.execution.compiled.plan import FieldSite


class HasCore(Protocol):
    """One request. context_value: the context that resolvers get."""

    context_value: Any

    @property
    def core(self) -> "Executor[Any]":
        """graphql-core's executor, created when it is first needed."""


class LazyInfo(strawberry.Info[Any, Any]):
    """Strawberry's Info; everything but the context is created when a resolver reads it."""

    def __init__(self, request: HasCore, declared: StrawberryField, site: FieldSite) -> None:
        self._request = request
        self._field = declared
        self._site = site

    @cached_property
    def _raw_info(self) -> GraphQLResolveInfo[Any]:  # type: ignore[override]  # a field of the dataclass
        site = self._site
        definition = cast("GraphQLField", site.field.definition)
        return self._request.core.build_resolve_info(
            definition, site.field.nodes, site.parent_type, site.path
        )

    @property
    def context(self) -> Any:
        return self._request.context_value
