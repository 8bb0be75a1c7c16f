"""Orders."""

from typing import Any

import strawberry

from gateway.graph.agent import BookingService, OrderCustomer, Organization
from gateway.graph.cancellation.cancellation import Cancellation
from gateway.graph.decorators import resolved
from gateway.graph.enums import BrokerRole, OrderStatus, Prepayment, ProposalStatus
from gateway.graph.info import Info
from gateway.graph.money import Money, TaxCharge
from gateway.graph.node import Node
from gateway.graph.order.order_item import OrderItem
from gateway.graph.order.receipt import Receipt
from gateway.graph.order.seller import Seller
from gateway.graph.scalars import DateTime
from gateway.hints import depends_only_on
from gateway.imin import documents


@strawberry.type(description="A booking: what was bought, from whom, for how much.")
class Order(Node):
    """Runtime object: documents.Order."""

    identifier: strawberry.ID = strawberry.field(description="imin's identifier.")
    order_number: str | None = strawberry.field(description="Number to quote to support.")
    confirmation_number: str | None = strawberry.field(
        description="Number that confirms the booking; the order number where imin gives no other."
    )
    order_date: DateTime | None = strawberry.field(description="When it was booked.")
    status: OrderStatus | None = strawberry.field(
        description="Status of the whole. Cancellations show on the items, never here."
    )
    proposal_status: ProposalStatus | None = strawberry.field(
        name="orderProposalStatus", description="Where the seller's approval stands, where one was needed."
    )
    proposal_version: str | None = strawberry.field(
        name="orderProposalVersion", description="IRI of the proposal that was approved."
    )
    items: list[OrderItem] = strawberry.field(description="What was booked.")
    seller: Seller | None = strawberry.field(description="Who sold it.")
    receipts: list[Receipt] = strawberry.field(
        description="Proofs of payment, newest first; none yet, maybe."
    )
    total_payment_due: Money | None = strawberry.field(
        description="What is paid for the items that are not cancelled."
    )
    total_payment_tax: list[TaxCharge] = strawberry.field(description="Taxes in, or on top of, the total.")
    prepayment: Prepayment | None = strawberry.field(description="Whether payment in advance was asked for.")
    broker: Organization | None = strawberry.field(description="Who the customer booked through.")
    broker_role: BrokerRole | None = strawberry.field(description="What the broker is to the customer.")
    customer: OrderCustomer | None = strawberry.field(description="The customer as they were when booking.")
    booking_service: BookingService | None = strawberry.field(
        description="The system that holds the booking."
    )

    @resolved(
        "The newest cancellation of its items that was asked for through this gateway; null where there is "
        "none.",
        Cancellation | None,
    )
    @staticmethod
    async def cancellation(root: strawberry.Parent[documents.Order], info: Info) -> Cancellation | None:
        """From the journal, brought up to what the order shows."""
        attempt = await info.context.services.cancellations.latest(root.owner.customer, root)
        return Cancellation.of(attempt) if attempt else None

    @classmethod
    @depends_only_on()
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Whether the document is an order."""
        return isinstance(value, documents.Order)
