"""The root of reading."""

from collections.abc import Awaitable
from typing import Annotated, Any

import strawberry

from gateway.errors import BAD_USER_INPUT, GatewayError
from gateway.graph.customer import Customer
from gateway.graph.decorators import resolved
from gateway.graph.info import Info
from gateway.graph.lookup import begin_order, find_node, find_order
from gateway.graph.node import Node
from gateway.graph.order.order import Order
from gateway.graph.partial_errors import report_unreadable
from gateway.imin import documents
from gateway.imin.client import is_identifier

MOST_NODES = 100

Identifier = Annotated[strawberry.ID, strawberry.argument(description="imin's identifier.")]
Id = Annotated[strawberry.ID, strawberry.argument(description="An id that this gateway gave out.")]
Ids = Annotated[
    list[strawberry.ID], strawberry.argument(description="Ids that this gateway gave out, 100 at most.")
]


@strawberry.type(description="Reading. What is not there and what is not yours look alike: null.")
class Query:
    """Root type; has no state."""

    @resolved("The customer who asks; null for a service, which is no customer.")
    async def viewer(self, info: Info) -> Customer | None:
        """The caller as a customer."""
        customer = info.context.caller.customer
        return Customer.of(customer, info.context) if customer else None

    @resolved("A customer, for that customer or a trusted service.")
    async def customer(self, info: Info, identifier: Identifier) -> Customer | None:
        """A customer the caller may see. imin is asked nothing until a field needs it."""
        allowed = is_identifier(identifier) and info.context.caller.may_see(identifier)
        return Customer.of(identifier, info.context) if allowed else None

    @resolved("An order, for its customer or a trusted service.", Order | None, begin=begin_order)
    async def order(self, info: Info, identifier: Identifier) -> documents.Order | None:
        """An order the caller may see."""
        return report_unreadable(info, await find_order(info.context, identifier))

    @resolved("Anything that has an id.", Node | None)
    async def node(self, info: Info, id: Id) -> Any:  # noqa: A002  # Relay names the argument
        """The thing with that global id."""
        return await find_node(info, id, info.path.as_list())

    @resolved("Several things by their ids, in that order.", list[Node | None])
    def nodes(self, info: Info, ids: Ids) -> list[Awaitable[Any]]:
        """The things with those global ids, each found or failed by itself."""
        if len(ids) > MOST_NODES:
            raise GatewayError(BAD_USER_INPUT, f"ids must be {MOST_NODES} at most, got {len(ids)}.")
        here = info.path.as_list()
        return [find_node(info, id_, [*here, index]) for index, id_ in enumerate(ids)]
