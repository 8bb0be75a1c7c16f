"""Booked items."""

from typing import Annotated, Any, ForwardRef

import strawberry

from gateway.graph.agent import Person
from gateway.graph.cancellation.cancellation import Cancellation
from gateway.graph.cancellation.known_cancellations import cancellation_of_item
from gateway.graph.checkout.book_again import BookAgain
from gateway.graph.compared_fields import NotCompared
from gateway.graph.decorators import resolved
from gateway.graph.enums import CancellationBlock, OrderItemStatus
from gateway.graph.info import Info
from gateway.graph.money import Money, TaxCharge
from gateway.graph.node import Node
from gateway.graph.order.access_pass import AccessChannel, AccessCode, AccessPass
from gateway.graph.order.offer import Offer
from gateway.graph.order.wallet_pass import WalletPass, wallet_pass_of
from gateway.graph.partial_errors import report_unreadable
from gateway.graph.scalars import URL, DateTime
from gateway.graph.session.live_session import live_session
from gateway.graph.session.session import Session
from gateway.hints import depends_only_on
from gateway.imin import documents
from gateway.imin.documents.opportunity import opportunity_of
from gateway.imin.endpoints.orders import ORDER

# By name, without an import: order.py imports this module. Strawberry resolves it at the end.
_Order: Any = Annotated[ForwardRef("Order"), strawberry.lazy("gateway.graph.order.order")]


@strawberry.type(description="A question that the booking system asked before the booking.")
class IntakeFormField:
    """Runtime object: documents.IntakeFormField."""

    identifier: str | None = strawberry.field(
        description="IRI of the question; the `propertyID` of its answer."
    )
    type: str | None = strawberry.field(
        description="OpenActive type of the question, for example BooleanFormFieldSpecification."
    )
    name: str | None = strawberry.field(description="Short form of the question.")
    description: str | None = strawberry.field(description="Full text of the question.")
    value_required: bool | None = strawberry.field(description="Whether an answer was required.")
    value_options: list[str] = strawberry.field(description="Answers to choose from.")


@strawberry.type(description="The customer's answer to a question of the intake form.")
class IntakeFormAnswer:
    """Runtime object: documents.PropertyValue."""

    property_id: str | None = strawberry.field(
        name="propertyID", description="IRI of the question, its `identifier`."
    )
    value: str | None = strawberry.field(description="Answer as text; `true` or `false` for a tick box.")


@strawberry.type(description="A problem that the booking system reported for an item.")
class OrderItemProblem:
    """Runtime object: documents.ItemError."""

    type: str | None = strawberry.field(
        description="OpenActive error type, for example IncompleteAttendeeDetailsError."
    )
    name: str | None = strawberry.field(description="General meaning of the type.")
    description: str | None = strawberry.field(description="Details of this problem.")
    instance: str | None = strawberry.field(description="IRI of the object that has the problem.")
    status_code: int | None = strawberry.field(description="HTTP status code of the problem.")


@strawberry.type(description="One place booked on one session or slot.")
class OrderItem(Node):
    """Runtime object: documents.OrderItem."""

    identifier: strawberry.ID = strawberry.field(
        description="Identifier of the item in imin, unique only within its order. Starts with `gateway:` if "
        "imin gives none: then it is made up."
    )
    status: OrderItemStatus = strawberry.field(description="Status of the item.")
    status_text: str | None = strawberry.field(
        description="Status as imin writes it, without its namespace. Shows a status that `status` gives as "
        "UNKNOWN."
    )
    is_presently_cancellable: bool | None = strawberry.field(
        description="Whether the customer can cancel the item at this moment, by its terms and the time. "
        "False if imin says no, if a cancellation could mean another item, and while a cancellation of the "
        "item is pending or unconfirmed; null if neither imin nor the terms say.",
        metadata=NotCompared.CHANGES_BY_ITSELF(),
    )
    cancellation_blocked_because: CancellationBlock | None = strawberry.field(
        description="Why the customer cannot cancel the item at this moment; null if no reason is known.",
        metadata=NotCompared.CHANGES_BY_ITSELF(),
    )
    cancellable_until: DateTime | None = strawberry.field(
        description="Until when the customer can cancel: the start of the session minus the notice that the "
        "offer requires. Null if either is not known, with an error if it cannot be read. Whether the "
        "payment is then refunded is in `allowsFullRefund`."
    )
    allows_full_refund: bool | None = strawberry.field(
        description="Whether a cancellation in time is refunded."
    )
    session: Session | None = strawberry.field(
        description="Booked session or slot, as imin last received it from the booking system."
    )
    accepted_offer: Offer | None = strawberry.field(description="Price and terms that the customer accepted.")
    item_price: Money | None = strawberry.field(
        name="price", description="Price of the item, from the accepted offer."
    )
    tax: list[TaxCharge] = strawberry.field(
        description="Taxes that the price includes or that are added to it."
    )
    access_passes: list[AccessPass] = strawberry.field(
        description="Barcodes, images and PDFs to show at the door."
    )
    access_codes: list[AccessCode] = strawberry.field(description="Codes to say or key in at the door.")
    access_channel: AccessChannel | None = strawberry.field(
        description="How to join a virtual session: the item's own channel (the first if there are several), "
        "otherwise that of the session."
    )
    access_channels: list[AccessChannel] = strawberry.field(
        description="All ways to join a virtual session; `accessChannel` is the first."
    )
    attendee: Person | None = strawberry.field(
        description="Person who attends, if the booking names one, as group bookings do."
    )
    attendee_details_required: list[str] = strawberry.field(
        description="Details of the attendee that the booking required."
    )
    intake_form: list[IntakeFormField] = strawberry.field(
        description="Questions that the booking system asked before the booking."
    )
    intake_form_response: list[IntakeFormAnswer] = strawberry.field(
        description="The customer's answers to the questions of the intake form."
    )
    cancellation_message: str | None = strawberry.field(
        description="Message from the seller about their cancellation of the item."
    )
    customer_notice: str | None = strawberry.field(
        description="Message from the seller to the customer about the item."
    )
    position: int | None = strawberry.field(description="Position in the order, as numbered by imin.")
    errors: list[OrderItemProblem] = strawberry.field(
        name="problems", description="Problems that the booking system reported for the item."
    )

    calendar_url: URL | None = strawberry.field(
        description="URL of a calendar file (`.ics`) with the item, at this gateway. It opens without a "
        "token for 5 minutes after the query, unless the operator set another lifetime. Importing a later "
        "file changes the entry that an earlier one has made. Null if the session has no date.",
        metadata=NotCompared.EXPIRES(),
    )

    book_again: BookAgain | None = strawberry.field(
        description="What is needed to book the same session or slot again. Null if it is of a kind that "
        "imin's checkout does not sell, or has no identifier. Whether it is for sale now is in "
        "`liveSession { isBookable }`.",
        metadata=NotCompared.FOLLOWS(),
    )

    @resolved(
        "Order that the item belongs to.",
        _Order | None,
        requests=ORDER.requests,
        not_compared=NotCompared.LEADS_BACK,
    )
    @staticmethod
    async def order(root: strawberry.Parent[documents.OrderItem], info: Info) -> documents.Order | None:
        """The order, from the page that the item came on, otherwise from imin."""
        if not root.order_identifier:
            return None
        order = await info.context.loader(ORDER).get((root.owner.customer, root.order_identifier))
        return report_unreadable(info, order)

    @resolved(
        "The booked session or slot as imin's Search API has it now: places left, offers, times. Null if it "
        "is not in Search, which has only the next 14 days, and if the operator has not set up Search. "
        "`session` is what was booked.",
        Session | None,
        requests=1,
        not_compared=NotCompared.LIVE,
    )
    @staticmethod
    async def live_session(
        root: strawberry.Parent[documents.OrderItem], info: Info
    ) -> documents.Event | None:
        """Raises IminError."""
        if root.session is None or not info.context.has_search:
            return None
        opportunity = opportunity_of(root.session)
        return await live_session(info, *opportunity) if opportunity else None

    @resolved(
        "The latest cancellation of the item that was requested through this gateway; null if there is none.",
        Cancellation | None,
        requests=0,
        not_compared=NotCompared.FROM_JOURNAL,
    )
    @staticmethod
    async def cancellation(root: strawberry.Parent[documents.OrderItem], info: Info) -> Cancellation | None:
        return await cancellation_of_item(info, root)

    @resolved(
        "Links that put the item into the wallet of a phone. Null if the operator has set up no wallet, and "
        "for an item without a session.",
        WalletPass | None,
        requests=0,
        not_compared=NotCompared.EXPIRES,
    )
    @staticmethod
    def wallet_pass(root: strawberry.Parent[documents.OrderItem], info: Info) -> WalletPass | None:
        return wallet_pass_of(root, info)

    @classmethod
    @depends_only_on()
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        return isinstance(value, documents.OrderItem)
