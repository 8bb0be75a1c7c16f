"""The schema: all types put together."""

from functools import cache

import strawberry
from strawberry.schema.config import StrawberryConfig

from gateway.graph.cancel_order_items import Mutation
from gateway.graph.order_changed import Subscription
from gateway.graph.query import Query
from gateway.graph.scalars import SCALARS
from gateway.graph.session import OtherSession, ScheduledSession, Slot


@cache
def build_schema() -> strawberry.Schema:
    """The executable schema; one for all, as it holds no state."""
    return strawberry.Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=[ScheduledSession, Slot, OtherSession],
        config=StrawberryConfig(scalar_map=SCALARS),
    )
