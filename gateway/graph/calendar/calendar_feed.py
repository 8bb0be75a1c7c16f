"""The address of a customer's calendar feed."""

import strawberry

from gateway.context import Context
from gateway.errors import SERVICE_UNAVAILABLE, GatewayError
from gateway.graph.scalars import URL
from gateway.journal.errors import JournalUnavailable
from gateway.signing.feeds import FeedId


@strawberry.type(
    description="An address at which calendar programs find a customer's upcoming bookings, and poll for "
    "changes. It needs no token and does not expire, so anyone who knows it can read them, until "
    "`resetCalendarFeed` makes a new one."
)
class CalendarFeed:
    """Runtime object as well: it has no document."""

    url: URL = strawberry.field(
        description="Address of the feed, an iCalendar file, for programs that ask for one."
    )
    webcal_url: URL = strawberry.field(
        description="The same with the scheme `webcal:`, for a link that opens the device's calendar program."
    )

    @staticmethod
    def of(context: Context, customer: str, generation: int) -> "CalendarFeed":
        """The feed at the address of that generation."""
        services = context.services
        id_ = services.signer.feeds.sign(FeedId(customer, generation))
        url = f"{services.public_url}/calendar/{id_}.ics"
        return CalendarFeed(url=URL(url), webcal_url=URL(f"webcal:{url.partition(':')[2]}"))


async def feed_of(context: Context, customer: str) -> CalendarFeed:
    """The feed at its valid address. Raises GatewayError if that cannot be read now."""
    try:
        generation = await context.services.calendars.generation(customer)
    except JournalUnavailable:
        raise GatewayError(
            SERVICE_UNAVAILABLE, "The address of the calendar feed cannot be read at the moment."
        ) from None
    return CalendarFeed.of(context, customer, generation)
