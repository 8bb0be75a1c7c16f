"""What is needed to book an item again."""

import strawberry

from gateway.graph.enums import OpportunityType
from gateway.graph.scalars import URL


@strawberry.type(
    description="What is needed to book a session or slot again: the input of `createCheckoutSession`, or a "
    "page for guests."
)
class BookAgain:
    """Runtime object: documents.opportunity.BookAgain."""

    opportunity_id: strawberry.ID | None = strawberry.field(
        description="`opportunityId` of `createCheckoutSession`. imin sells no session that has begun; its "
        "series is `seriesId`."
    )
    opportunity_type: OpportunityType | None = strawberry.field(
        description="`opportunityType` of `createCheckoutSession`."
    )
    offer_id: strawberry.ID | None = strawberry.field(
        description="`offerId` of `createCheckoutSession`: the offer that was accepted before. It may be "
        "sold no longer; null if the order does not say."
    )
    series_id: strawberry.ID | None = strawberry.field(
        description="Identifier of the series or facility that it belongs to, by which imin's Search API "
        "finds the next ones. Null if the order does not say."
    )
    checkout_url: URL | None = strawberry.field(
        description="Page of the broker's checkout that sells this session to a guest, who types in name, "
        "e-mail and card. imin documents one for a ScheduledSession only: null for a slot, and if the "
        "operator has set no address of the checkout."
    )
