"""The union CreateCheckoutSessionResult: one type for each outcome."""

from typing import Annotated, TypeAlias

import strawberry

from gateway.graph.cancellation.cancel_order_items_result import IdempotencyKeyReusedError
from gateway.graph.customer import Customer
from gateway.graph.enums import OpportunityType
from gateway.graph.error import CustomerNotFoundError, Error
from gateway.graph.scalars import URL


@strawberry.type(description="One place that a checkout session sells.")
class CheckoutItem:
    """Made from the input, which imin's response repeats."""

    opportunity_id: strawberry.ID = strawberry.field(
        description="Identifier of the session or slot, or its `id` in open data if there is no customer."
    )
    opportunity_type: OpportunityType = strawberry.field(description="Whether it is a session or a slot.")
    offer_id: strawberry.ID | None = strawberry.field(
        description="IRI of the offer; null if the customer is to choose one on the page."
    )
    attendee: Customer | None = strawberry.field(description="Who attends, in a group booking.")


@strawberry.type(
    description="A visit to the broker's checkout: nothing is booked until the customer has paid there. Send "
    "the customer to `url`."
)
class CheckoutSession:
    """Outcome: CreatedSession."""

    id: strawberry.ID = strawberry.field(
        description="Identifier of the session in imin; if imin states none, the last part of `url`."
    )
    url: URL = strawberry.field(
        description="Page where the customer books and pays, always on the checkout's own host. For this "
        "customer only: it may show their details. How long it works is not documented."
    )
    customer: Customer | None = strawberry.field(
        description="Who books; null if the page asks for that (standalone checkout)."
    )
    items: list[CheckoutItem] = strawberry.field(description="What is sold, in the order of `attendees`.")


@strawberry.type(
    description="The session or slot is not sold, or no longer: it is over, cancelled, full or not "
    "bookable. `message` is imin's sentence, if it gives one."
)
class UnavailableOpportunityError(Error):
    """Outcome: OpportunityUnavailable."""


@strawberry.type(
    description="The checkout refuses the request for another reason: it does not know the offer, for "
    "example, or the customer whom a service named."
)
class CheckoutRefusedError(Error):
    """Outcome: CheckoutRefused."""

    reason: str | None = strawberry.field(
        description="Name of the error in imin, for example UnknownOfferError. Which ones there are is not "
        "documented."
    )


@strawberry.type(
    description="The request was sent, by this call or an earlier one, and its response was lost: imin may "
    "have created a checkout session, which nothing can show. Nothing was booked or paid. The same key gives "
    "this again and sends nothing; to try again, use a new key."
)
class CheckoutUnconfirmedError(Error):
    """Outcome: Unconfirmed."""


@strawberry.type(
    description="No checkout session was created: the checkout cannot be reached, or the gateway cannot "
    "record the request now. Call again later, with the same key if there is one."
)
class CheckoutUnavailableError(Error):
    """Outcome: NotMade."""


CreateCheckoutSessionResult: TypeAlias = Annotated[
    CheckoutSession
    | UnavailableOpportunityError
    | CheckoutRefusedError
    | CustomerNotFoundError
    | CheckoutUnconfirmedError
    | CheckoutUnavailableError
    | IdempotencyKeyReusedError,
    strawberry.union("CreateCheckoutSessionResult", description="The outcome of creating a session."),
]
