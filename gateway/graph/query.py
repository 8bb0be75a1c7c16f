"""The root type of queries."""

from collections.abc import Awaitable
from typing import Annotated, Any

import strawberry
from strawberry import UNSET

from gateway.cancellation.preview import Preview
from gateway.errors import BAD_USER_INPUT, GatewayError
from gateway.execution.field_cost import per_call, per_item_of
from gateway.graph.cancellation.cancellation_preview import CancellationPreview, preview_of
from gateway.graph.customer import Customer
from gateway.graph.decorators import resolved
from gateway.graph.enums import OpportunityType
from gateway.graph.info import Info
from gateway.graph.lookup import find_node, find_order, find_order_by_id, prefetch_order
from gateway.graph.node import Node
from gateway.graph.order.order import Order
from gateway.graph.order_key import order_key
from gateway.graph.order_number import find_order_by_number
from gateway.graph.partial_errors import report_unreadable
from gateway.graph.session.live_session import live_session
from gateway.graph.session.session import Session
from gateway.imin import documents
from gateway.imin.endpoints.declaration import PUBLIC
from gateway.imin.endpoints.entitlements import ENTITLEMENTS
from gateway.imin.endpoints.orders import ORDER
from gateway.imin.routes import is_identifier
from gateway.pagination.history import MAX_PAGES

MAX_NODES = 100

Identifier = Annotated[strawberry.ID, strawberry.argument(description="Identifier in imin.")]
Id = Annotated[strawberry.ID, strawberry.argument(description="Global id issued by this gateway.")]
OptionalIdentifier = Annotated[
    strawberry.ID | None, strawberry.argument(description="Identifier of the order in imin.")
]
OptionalId = Annotated[
    strawberry.ID | None, strawberry.argument(description="Global id of the order, issued by this gateway.")
]
OrderNumber = Annotated[
    str | None,
    strawberry.argument(
        description="The number that a customer quotes: `orderNumber` or `confirmationNumber`. imin cannot "
        "look it up, so your own history is read, newest orders first: null only if all of it was, and "
        "`SEARCH_INCOMPLETE` if it has more than 200 pages of ten. Those pages count as cost, so an "
        "operation has room for one such search. A service, which has no history, uses `Customer.orders` or "
        "another argument."
    ),
]
Ids = Annotated[
    list[strawberry.ID], strawberry.argument(description="Global ids issued by this gateway, at most 100.")
]

OrderId = Annotated[strawberry.ID, strawberry.argument(description="`id` or `identifier` of the order.")]
OrderItemIds = Annotated[
    list[strawberry.ID],
    strawberry.argument(description="`id` or `identifier` of each item, 1 to 100."),
]


@strawberry.type(
    description="A kind of entitlement that the broker's customers can have. `Customer.entitlements` lists "
    "those of one customer."
)
class EntitlementType:
    """Runtime object: documents.Concept."""

    identifier: str | None = strawberry.field(
        description="Identifier of the type, usually its IRI. Permanent."
    )
    iri: str | None = strawberry.field(description="IRI, a URL that identifies the type.")
    pref_label: str | None = strawberry.field(description="Display name.")
    in_scheme: str | None = strawberry.field(description="IRI of the broker's list of entitlement types.")


@strawberry.type(
    description="Queries over the bookings in imin, the booking API behind this gateway. An object that does "
    "not exist and an object that the caller may not see give the same result: null."
)
class Query:
    """Root type; has no state."""

    @resolved("The customer who sends the request; null if the caller is a service.", requests=0)
    async def viewer(self, info: Info) -> Customer | None:
        customer = info.context.caller.customer
        return Customer.of(customer, info.context) if customer else None

    @resolved(
        "The customer with that identifier, for this customer or a trusted service. Whether imin has an "
        "account for the identifier is not checked.",
        requests=0,
    )
    async def customer(self, info: Info, identifier: Identifier) -> Customer | None:
        """Sends no request to imin; the customer's fields do."""
        allowed = is_identifier(identifier) and info.context.caller.may_see(identifier)
        return Customer.of(identifier, info.context) if allowed else None

    @resolved(
        "The order with that identifier, global id or number; exactly one of them must be given. An order is "
        "found for its customer and for a trusted service, by its number for its customer only.",
        Order | None,
        # The order, and pages of the history until it is proven to be the caller's.
        requests=per_call(5, (("orderNumber",), MAX_PAGES)),
        prefetch=prefetch_order,
    )
    async def order(
        self,
        info: Info,
        identifier: OptionalIdentifier = UNSET,
        id: OptionalId = UNSET,  # noqa: A002  # Relay's name
        order_number: OrderNumber = UNSET,
    ) -> documents.Order | None:
        """Raises GatewayError and IminError."""
        context = info.context
        match order_key(identifier, id, order_number):
            case "identifier", text:
                order = await find_order(context, text)
            case "id", text:
                order = await find_order_by_id(context, text)
            case _, text:
                order = await find_order_by_number(context, text)
        return report_unreadable(info, order)

    @resolved(
        "What cancelling items of an order would do, without cancelling them. Null if the order does not "
        "exist or does not have all of the items.",
        CancellationPreview | None,
        requests=ORDER.requests,
    )
    async def cancellation_preview(
        self, info: Info, order_id: OrderId, order_item_ids: OrderItemIds
    ) -> Preview | None:
        return await preview_of(info, order_id, order_item_ids)

    @resolved(
        "A session or slot as imin's Search API has it now, booked or not: places left, offers, times. Null "
        "if it is not in Search, which has only the next 14 days. May be 10 seconds old. Error "
        "`NOT_AVAILABLE` if the operator has not set up Search.",
        Session | None,
        requests=1,
    )
    async def opportunity(
        self,
        info: Info,
        type: Annotated[OpportunityType, strawberry.argument(description="Kind of opportunity.")],  # noqa: A002  # OpenActive's name
        identifier: Annotated[
            strawberry.ID, strawberry.argument(description="`identifier` in open data, usually a URL.")
        ],
    ) -> documents.Event | None:
        """Raises IminError and GatewayError."""
        return await live_session(info, type, identifier)

    @resolved("The object with that global id.", Node | None, requests=ORDER.requests)
    async def node(self, info: Info, id: Id) -> Any:  # noqa: A002  # Relay names the argument
        return await find_node(info, id, info.path.as_list())

    @resolved(
        "The objects with those global ids, in the same order; null for an id that leads to no object.",
        list[Node | None],
        requests=per_item_of("ids", ORDER.requests),
    )
    def nodes(self, info: Info, ids: Ids) -> list[Awaitable[Any]]:
        """Each object is found, or fails, independently of the others."""
        if len(ids) > MAX_NODES:
            raise GatewayError(BAD_USER_INPUT, f"ids must be {MAX_NODES} at most, got {len(ids)}.")
        here = info.path.as_list()
        return [find_node(info, id_, [*here, index]) for index, id_ in enumerate(ids)]

    @resolved(
        "The entitlement types of the broker, the same for every caller. May be up to an hour old.",
        list[EntitlementType] | None,
        requests=ENTITLEMENTS.requests,
        is_null_only_with_error=True,
    )
    async def entitlements(self, info: Info) -> tuple[documents.Concept, ...]:
        return await info.context.loader(ENTITLEMENTS).get((PUBLIC,))
