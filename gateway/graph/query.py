"""The root of reading."""

from collections.abc import Awaitable
from typing import Annotated

import strawberry

from gateway.errors import BAD_USER_INPUT, GatewayError
from gateway.graph.customer import Customer
from gateway.graph.info import Info
from gateway.graph.lookup import find_node, find_order
from gateway.graph.node import Node
from gateway.graph.order import Order
from gateway.graph.reporting import report_unreadable
from gateway.imin import documents
from gateway.imin.client import is_identifier

MOST_NODES = 100

Identifier = Annotated[strawberry.ID, strawberry.argument(description="imin's identifier.")]
Id = Annotated[strawberry.ID, strawberry.argument(description="An id that this gateway gave out.")]
Ids = Annotated[list[strawberry.ID], strawberry.argument(description="Ids that this gateway gave out, 100 at most.")]


@strawberry.type(description="Reading. What is not there and what is not yours look alike: null.")
class Query:
    """Root type; has no state."""

    @strawberry.field(description="The customer who asks; null for a service, which is no customer.")
    async def viewer(self, info: Info) -> Customer | None:
        """The caller as a customer."""
        customer = info.context.caller.customer
        return Customer(identifier=strawberry.ID(customer)) if customer else None

    @strawberry.field(description="A customer, for that customer or a trusted service.")
    async def customer(self, info: Info, identifier: Identifier) -> Customer | None:
        """A customer the caller may see. imin is asked nothing until a field needs it."""
        allowed = is_identifier(identifier) and info.context.caller.may_see(identifier)
        return Customer(identifier=identifier) if allowed else None

    @strawberry.field(description="An order, for its customer or a trusted service.", graphql_type=Order | None)
    async def order(self, info: Info, identifier: Identifier) -> documents.Order | None:
        """An order the caller may see."""
        return report_unreadable(info, await find_order(info.context, identifier))

    @strawberry.field(description="Anything that has an id.")
    async def node(self, info: Info, id: Id) -> Node | None:  # noqa: A002  # Relay names the argument
        """The thing with that global id."""
        return await find_node(info, id, info.path.as_list())  # type: ignore[attr-defined]  # graphql-core's Path

    @strawberry.field(description="Several things by their ids, in that order.", graphql_type=list[Node | None])
    def nodes(self, info: Info, ids: Ids) -> list[Awaitable[Node | None]]:
        """The things with those global ids, each found or failed by itself."""
        if len(ids) > MOST_NODES:
            raise GatewayError(BAD_USER_INPUT, f"ids must be {MOST_NODES} at most, got {len(ids)}.")
        here = info.path.as_list()  # type: ignore[attr-defined]  # graphql-core's Path
        return [find_node(info, id_, [*here, index]) for index, id_ in enumerate(ids)]
