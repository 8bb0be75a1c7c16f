"""What was paid, and on which terms."""

import strawberry

from gateway.graph.enums import Prepayment
from gateway.graph.money import Money
from gateway.graph.scalars import URL, Duration


@strawberry.type(description="A range of ages; either end may be open.")
class AgeRange:
    """Runtime object: documents.QuantitativeValue."""

    min_value: int | None = strawberry.field(description="Youngest age.")
    max_value: int | None = strawberry.field(description="Oldest age.")


@strawberry.type(description="A price and its terms.")
class Offer:
    """Runtime object: documents.Offer."""

    identifier: str | None = strawberry.field(description="The booking system's identifier of the offer.")
    iri: str | None = strawberry.field(description="IRI imin or the booking system names it by.")
    name: str | None = strawberry.field(description="Name to show, such as Adult.")
    description: str | None = strawberry.field(description="About the offer.")
    url: URL | None = strawberry.field(description="The offer's page.")
    age_restriction: AgeRange | None = strawberry.field(description="Ages it is for.")
    money: Money | None = strawberry.field(name="price", description="Price of one place.")
    latest_cancellation_before_start_date: Duration | None = strawberry.field(
        description="How long before the start a cancellation is still refunded."
    )
    valid_from_before_start_date: Duration | None = strawberry.field(
        description="How long before the start booking opens."
    )
    valid_through_before_start_date: Duration | None = strawberry.field(
        description="How long before the start booking closes."
    )
    allow_customer_cancellation_full_refund: bool | None = strawberry.field(
        description="Whether a cancellation in time is refunded in full."
    )
    prepayment: Prepayment | None = strawberry.field(description="Whether payment in advance is asked for.")
    membership_required: bool | None = strawberry.field(description="Whether the price is for members only.")
    indicative_price: bool | None = strawberry.field(description="Whether the price is only a guide.")


@strawberry.type(description="The lowest price of a series for each group of people.")
class AggregateOffer:
    """Runtime object: documents.AggregateOffer."""

    public_adult: Offer | None = strawberry.field(description="For any adult.")
    public_junior: Offer | None = strawberry.field(description="For any child.")
    active_entitlement: Offer | None = strawberry.field(
        description="For holders of the customer's entitlement."
    )
