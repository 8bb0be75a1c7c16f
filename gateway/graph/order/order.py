"""Orders."""

from typing import Any

import strawberry

from gateway.graph.agent import BookingService, OrderCustomer, Organization
from gateway.graph.cancellation.cancellation import Cancellation
from gateway.graph.cancellation.known_cancellations import cancellations_of_order, newest_cancellation
from gateway.graph.compared_fields import NotCompared
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


@strawberry.type(description="A booking: what was bought, from whom and for how much.")
class Order(Node):
    """Runtime object: documents.Order."""

    identifier: strawberry.ID = strawberry.field(
        description="Identifier of the order in imin. Starts with `gateway:` if imin gives none: then it is "
        "made up."
    )
    order_number: str | None = strawberry.field(description="Order number, to quote to customer support.")
    confirmation_number: str | None = strawberry.field(
        description="Number that confirms the booking; the order number if imin gives no other."
    )
    order_date: DateTime | None = strawberry.field(description="Date and time of the booking.")
    status: OrderStatus | None = strawberry.field(
        description="Status of the order as a whole. Cancellations never change it: see the items' statuses."
    )
    proposal_status: ProposalStatus | None = strawberry.field(
        name="orderProposalStatus",
        description="State of the seller's approval, if the order needed one (in OpenActive, an order "
        "proposal).",
    )
    proposal_version: str | None = strawberry.field(
        name="orderProposalVersion", description="IRI of the order proposal that was approved."
    )
    items: list[OrderItem] = strawberry.field(
        description="Items of the order, including cancelled ones.", metadata=NotCompared.ITEMS()
    )
    seller: Seller | None = strawberry.field(description="Seller of the order.")
    receipts: list[Receipt] = strawberry.field(
        description="Proofs of payment, newest first. Empty until the first one exists."
    )
    latest_receipt: Receipt | None = strawberry.field(
        description="The newest of the `receipts`; null until the first one exists."
    )
    total_payment_due: Money | None = strawberry.field(
        description="Total price of the items that are not cancelled."
    )
    total_payment_tax: list[TaxCharge] = strawberry.field(
        description="Taxes that the total includes or that are added to it."
    )
    prepayment: Prepayment | None = strawberry.field(
        description="Whether payment in advance was required, optional or impossible."
    )
    broker: Organization | None = strawberry.field(
        description="Organization through which the customer booked."
    )
    broker_role: BrokerRole | None = strawberry.field(
        description="Whether the broker acts for the customer or sells in its own name."
    )
    customer: OrderCustomer | None = strawberry.field(
        description="The customer's details at the time of the booking."
    )
    booking_service: BookingService | None = strawberry.field(
        description="Booking system that manages the order."
    )
    order_customer_note: str | None = strawberry.field(description="Note from the customer to the seller.")
    order_seller_note: str | None = strawberry.field(description="Note from the seller to the customer.")

    @resolved(
        "Cancellations of its items that were requested through this gateway, newest first.",
        list[Cancellation],
        requests=0,
        not_compared=NotCompared.FROM_JOURNAL,
    )
    @staticmethod
    async def cancellations(root: strawberry.Parent[documents.Order], info: Info) -> list[Cancellation]:
        return await cancellations_of_order(info, root)

    @resolved(
        "The latest cancellation of any of its items that was requested through this gateway; null if there "
        "is none.",
        Cancellation | None,
        requests=0,
        deprecation_reason="It may concern only some of the items. Use `cancellations`, or `cancellation` of "
        "an item.",
        not_compared=NotCompared.FROM_JOURNAL,
    )
    @staticmethod
    async def cancellation(root: strawberry.Parent[documents.Order], info: Info) -> Cancellation | None:
        return await newest_cancellation(info, root)

    @classmethod
    @depends_only_on()
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        return isinstance(value, documents.Order)
