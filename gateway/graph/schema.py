"""The schema: all types put together."""

from collections.abc import Callable
from functools import partial

import strawberry
from graphql import GraphQLError
from strawberry.extensions import DisableIntrospection, ParserCache, SchemaExtension, ValidationCache
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from gateway.graph.cancel_order_items import Mutation
from gateway.graph.query import Query
from gateway.graph.scalars import SCALARS
from gateway.graph.session import OtherSession, ScheduledSession, Slot

PREPARED_DOCUMENTS = 500
"""Documents that are kept parsed and validated."""


class Schema(strawberry.Schema):
    """Strawberry's schema without its log, which would hold queries and variables: personal data."""

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Nothing: whoever runs an operation logs what is worth logging."""


def build_schema(*, is_development: bool = True) -> Schema:
    """The executable schema.

    is_development: whether it can be introspected, and a misspelt field is answered with its neighbours.
    """
    extensions: list[type[SchemaExtension] | Callable[[], SchemaExtension]] = [
        partial(ParserCache, maxsize=PREPARED_DOCUMENTS),
        partial(ValidationCache, maxsize=PREPARED_DOCUMENTS),
    ]
    if not is_development:
        extensions.append(DisableIntrospection)
    return Schema(
        query=Query,
        mutation=Mutation,
        types=[ScheduledSession, Slot, OtherSession],
        extensions=extensions,
        config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=not is_development),
    )
