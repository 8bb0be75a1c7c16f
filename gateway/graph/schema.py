"""The schema, built of all types."""

from functools import cache

import strawberry
from strawberry.schema.config import StrawberryConfig

from gateway.graph.account.results import LINKED_ACCOUNT_ERRORS
from gateway.graph.mutation import Mutation
from gateway.graph.query import Query
from gateway.graph.scalars import SCALARS
from gateway.graph.session.session import OtherSession, ScheduledSession, Slot
from gateway.graph.subscriptions.order_change import CHANGE_TYPES
from gateway.graph.subscriptions.root import Subscription


@cache
def build_schema() -> strawberry.Schema:
    """The executable schema. It holds no state, so every caller gets the same one."""
    return strawberry.Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=[ScheduledSession, Slot, OtherSession, *CHANGE_TYPES, *LINKED_ACCOUNT_ERRORS],
        config=StrawberryConfig(scalar_map=SCALARS),
    )


@cache
def schema_text() -> str:
    """The schema as SDL, exactly as schema.graphql has it."""
    return build_schema().as_str() + "\n"
