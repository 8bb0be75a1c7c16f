"""Prices and their terms."""

import strawberry

from gateway.graph.enums import Prepayment
from gateway.graph.money import Money
from gateway.graph.scalars import URL, Duration


@strawberry.type(description="A range of ages in years. Either end may be open.")
class AgeRange:
    """Runtime object: documents.AgeRange."""

    min_value: int | None = strawberry.field(description="Youngest age; null if there is no lower limit.")
    max_value: int | None = strawberry.field(description="Oldest age; null if there is no upper limit.")


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


@strawberry.type(description="The lowest price of a series for each group of people.")
class AggregateOffer:
    """Runtime object: documents.AggregateOffer."""

    public_adult: Offer | None = strawberry.field(description="Lowest price for any adult.")
    public_junior: Offer | None = strawberry.field(description="Lowest price for any child.")
    active_entitlement: Offer | None = strawberry.field(
        description="Lowest price for holders of the customer's entitlement."
    )
