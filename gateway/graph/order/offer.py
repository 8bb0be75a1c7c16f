"""Prices and their terms."""

import strawberry

from gateway.graph.enums import (
    BusinessEntityType,
    PaymentMethod,
    Prepayment,
    RequiredStatusType,
)
from gateway.graph.money import Money
from gateway.graph.scalars import URL, DateTime, Duration
from gateway.graph.session.concept import Concept
from gateway.graph.session.quantitative_value import AgeRange, QuantitativeValue


@strawberry.type(description="A price and its terms.")
class Offer:
    """Runtime object: documents.Offer."""

    identifier: str | None = strawberry.field(
        description="Identifier of the offer in the booking system; its IRI if it has none."
    )
    iri: str | None = strawberry.field(
        description="IRI, a URL that identifies the offer in imin or the booking system."
    )
    name: str | None = strawberry.field(description="Display name, for example Adult.")
    description: str | None = strawberry.field(description="Description of the offer.")
    url: URL | None = strawberry.field(description="Web page of the offer.")
    age_restriction: AgeRange | None = strawberry.field(description="Ages that the offer is for.")
    money: Money | None = strawberry.field(name="price", description="Price of one place.")
    latest_cancellation_before_start_date: Duration | None = strawberry.field(
        description="Notice that a refunded cancellation needs, counted back from the start of the session. "
        "Null if cancelling is possible until the start."
    )
    valid_from_before_start_date: Duration | None = strawberry.field(
        description="How long before the start of the session booking opens."
    )
    valid_through_before_start_date: Duration | None = strawberry.field(
        description="How long before the start of the session booking closes."
    )
    allow_customer_cancellation_full_refund: bool | None = strawberry.field(
        description="Whether a cancellation in time is refunded in full."
    )
    prepayment: Prepayment | None = strawberry.field(
        description="Whether payment in advance is required, optional or impossible."
    )
    membership_required: bool | None = strawberry.field(description="Whether the price is for members only.")
    indicative_price: bool | None = strawberry.field(description="Whether the price is only an indication.")
    open_booking_in_advance: RequiredStatusType | None = strawberry.field(
        description="Whether booking in advance is required, optional or impossible."
    )
    open_booking_in_advance_text: str | None = strawberry.field(
        description="`openBookingInAdvance` as imin writes it, without its namespace."
    )
    accepted_payment_methods: list[PaymentMethod] = strawberry.field(
        description="Ways to pay at the venue. Empty if imin states none."
    )
    accepted_payment_method_texts: list[str] = strawberry.field(
        description="`acceptedPaymentMethods` as imin writes them, without their namespace, in their order."
    )
    party_size: QuantitativeValue | None = strawberry.field(
        description="Number of people that the offer is for."
    )
    eligible_customer_types: list[BusinessEntityType] = strawberry.field(
        description="Kinds of customers that the offer is for. Empty if it is for everyone."
    )
    eligible_customer_type_texts: list[str] = strawberry.field(
        description="`eligibleCustomerTypes` as imin writes them, without their namespace, in their order."
    )
    eligible_entitlement_types: list[Concept] = strawberry.field(
        description="Entitlements of which the customer needs one. Empty if none is needed."
    )
    valid_from: DateTime | None = strawberry.field(description="When booking opens, as a date and time.")
    valid_through: DateTime | None = strawberry.field(description="When booking closes, as a date and time.")


@strawberry.type(description="The lowest price of a series for each group of people.")
class AggregateOffer:
    """Runtime object: documents.AggregateOffer."""

    public_adult: Offer | None = strawberry.field(description="Lowest price for any adult.")
    public_junior: Offer | None = strawberry.field(description="Lowest price for any child.")
    active_entitlement: Offer | None = strawberry.field(
        description="Lowest price for holders of the customer's entitlement."
    )
