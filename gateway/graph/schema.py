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

DESCRIPTION = """\
Bookings of sport and leisure that customers have made through imin: their orders, with sessions,
venues, sellers, tickets and receipts, and what can be changed about them.

`viewer` is the customer whom the token identifies; a trusted service names one with
`customer(identifier:)`. Lists are Relay connections. A field that could not be loaded is null, with
an error whose `extensions.code` says why; the rest of the response is still there. Mutations report
what happened as a type of their result, which has a `code` and a `message` that can be shown to the
customer."""


@cache
def build_schema() -> strawberry.Schema:
    """The executable schema. It holds no state, so every caller gets the same one."""
    schema = strawberry.Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=[ScheduledSession, Slot, OtherSession, *CHANGE_TYPES, *LINKED_ACCOUNT_ERRORS],
        config=StrawberryConfig(scalar_map=SCALARS),
    )
    schema._schema.description = DESCRIPTION  # noqa: SLF001  # Strawberry has no parameter for it
    return schema


@cache
def schema_text() -> str:
    """The schema as SDL, exactly as schema.graphql has it."""
    schema = build_schema()
    # Strawberry prints no definition of the schema itself, which has the description.
    return f"{_definition(schema)}\n\n{schema.as_str()}\n"


def _definition(schema: strawberry.Schema) -> str:
    core = schema._schema  # noqa: SLF001  # Strawberry's documented way to graphql-core's schema
    roots = {"query": core.query_type, "mutation": core.mutation_type, "subscription": core.subscription_type}
    fields = "".join(f"  {kind}: {root}\n" for kind, root in roots.items())
    return f'"""\n{DESCRIPTION}\n"""\nschema {{\n{fields}}}'
