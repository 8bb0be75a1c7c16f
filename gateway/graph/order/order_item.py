"""Booked items."""

from typing import Annotated, Any, ForwardRef

import strawberry

from gateway.graph.agent import Person
from gateway.graph.decorators import resolved
from gateway.graph.enums import CancellationBlock, OrderItemStatus
from gateway.graph.info import Info
from gateway.graph.money import Money, TaxCharge
from gateway.graph.node import Node
from gateway.graph.order.access_pass import AccessChannel, AccessCode, AccessPass
from gateway.graph.order.offer import Offer
from gateway.graph.partial_errors import report_unreadable
from gateway.graph.scalars import DateTime
from gateway.graph.session.session import Session
from gateway.hints import depends_only_on
from gateway.imin import documents

# By name, without an import: order.py imports this module. Strawberry resolves it at the end.
_Order: Any = Annotated[ForwardRef("Order"), strawberry.lazy("gateway.graph.order.order")]


@strawberry.type(description="A question the booking system asked before the booking.")
class IntakeFormField:
    """Runtime object: documents.IntakeFormField."""

    identifier: str | None = strawberry.field(description="IRI of the question; answers name it.")
    type: str | None = strawberry.field(description="Kind of answer, such as BooleanFormFieldSpecification.")
    name: str | None = strawberry.field(description="The question in short.")
    description: str | None = strawberry.field(description="The question in full.")
    value_required: bool | None = strawberry.field(description="Whether it must be answered.")
    value_options: list[str] = strawberry.field(description="Answers to choose from.")


@strawberry.type(description="The answer to a question of the intake form.")
class IntakeFormAnswer:
    """Runtime object: documents.PropertyValue."""

    property_id: str | None = strawberry.field(name="propertyID", description="IRI of the question.")
    value: str | None = strawberry.field(description="The answer as text; true or false for a tick box.")


@strawberry.type(description="What a booking system found wrong with an item.")
class OrderItemProblem:
    """Runtime object: documents.ItemError."""

    type: str | None = strawberry.field(
        description="OpenActive error type, such as IncompleteAttendeeDetailsError."
    )
    name: str | None = strawberry.field(description="What the type means.")
    description: str | None = strawberry.field(description="What is wrong here.")
    instance: str | None = strawberry.field(description="IRI of what it is about.")
    status_code: int | None = strawberry.field(description="HTTP status the booking system gave it.")


@strawberry.type(description="One place booked on one session or slot.")
class OrderItem(Node):
    """Runtime object: documents.OrderItem."""

    identifier: strawberry.ID = strawberry.field(description="imin's identifier, unique within its order.")
    status: OrderItemStatus = strawberry.field(description="Where the booking stands.")
    status_text: str | None = strawberry.field(
        description="The status as imin writes it, without its namespace; tells an UNKNOWN status."
    )
    is_presently_cancellable: bool | None = strawberry.field(
        description="Whether the customer can cancel it at this moment, by its terms and the clock; false "
        "where imin says no; null where nothing tells."
    )
    cancellation_blocked_because: CancellationBlock | None = strawberry.field(
        description="Why the customer cannot cancel it at this moment; null where nothing is known "
        "against it."
    )
    cancellable_until: DateTime | None = strawberry.field(
        description="When the window for cancelling closes: start minus the offer's notice. Whether a "
        "cancellation is refunded at all is allowsFullRefund."
    )
    allows_full_refund: bool | None = strawberry.field(
        description="Whether a cancellation in time is refunded."
    )
    session: Session | None = strawberry.field(
        description="What is booked, as it was when imin last heard of it."
    )
    accepted_offer: Offer | None = strawberry.field(description="Price and terms that were accepted.")
    price: Money | None = strawberry.field(description="Price of the item.")
    tax: list[TaxCharge] = strawberry.field(description="Taxes in, or on top of, the price.")
    access_passes: list[AccessPass] = strawberry.field(description="Barcodes and images to show at the door.")
    access_codes: list[AccessCode] = strawberry.field(description="Codes to say or key in at the door.")
    access_channel: AccessChannel | None = strawberry.field(description="How to join a virtual session.")
    attendee: Person | None = strawberry.field(description="Who attends, on a group booking.")
    attendee_details_required: list[str] = strawberry.field(
        description="What had to be told of the attendee."
    )
    intake_form: list[IntakeFormField] = strawberry.field(description="Questions asked before the booking.")
    intake_form_response: list[IntakeFormAnswer] = strawberry.field(description="Answers to those questions.")
    cancellation_message: str | None = strawberry.field(
        description="What the seller said when they cancelled."
    )
    customer_notice: str | None = strawberry.field(description="News from the seller to the customer.")
    position: int | None = strawberry.field(description="Place in the order, as imin counts.")
    errors: list[OrderItemProblem] = strawberry.field(
        name="problems", description="What a booking system found wrong with the item."
    )

    @resolved("The order it belongs to.", _Order | None)
    @staticmethod
    async def order(root: strawberry.Parent[documents.OrderItem], info: Info) -> documents.Order | None:
        """The order, from the page the item came on or else from imin."""
        if not root.order_identifier:
            return None
        order = await info.context.orders.get((root.owner.customer, root.order_identifier))
        return report_unreadable(info, order)

    @classmethod
    @depends_only_on()
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Whether the document is an order item."""
        return isinstance(value, documents.OrderItem)
