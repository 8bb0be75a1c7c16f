"""resetCalendarFeed: make the address of a customer's calendar feed invalid, and give a new one."""

from typing import Annotated, TypeAlias

import strawberry
from strawberry import UNSET

from gateway.context import Context
from gateway.graph.calendar.calendar_feed import CalendarFeed
from gateway.graph.customer import Customer
from gateway.graph.decorators import resolved
from gateway.graph.error import CustomerNotFoundError, Error, ErrorCode
from gateway.graph.info import Info
from gateway.graph.named_customer import named_customer
from gateway.journal.errors import JournalUnavailable


@strawberry.input(description="Whose calendar feed gets a new address.")
class ResetCalendarFeedInput:
    """Input of resetCalendarFeed."""

    customer_id: strawberry.ID | None = strawberry.field(
        default=UNSET,
        description="`id` or `identifier` of the customer. Only a trusted service needs it: without it, the "
        "customer who sends the request is meant.",
    )


@strawberry.type(description="The feed has a new address. The one before does not open any more.")
class CalendarFeedReset:
    """Outcome of a reset."""

    calendar_feed: CalendarFeed = strawberry.field(description="The feed at its new address.")
    customer: Customer = strawberry.field(description="The customer, for caches of front ends.")


@strawberry.type(
    description="The new address cannot be stored at the moment. Until a later call succeeds, the one before "
    "may open."
)
class CalendarFeedUnavailableError(Error):
    """The state file or Redis does not work."""


ResetCalendarFeedResult: TypeAlias = Annotated[
    CalendarFeedReset | CustomerNotFoundError | CalendarFeedUnavailableError,
    strawberry.union("ResetCalendarFeedResult", description="The outcome of a reset."),
]


@strawberry.type(description="The result of resetCalendarFeed.")
class ResetCalendarFeedPayload:
    """Payload of resetCalendarFeed."""

    result: ResetCalendarFeedResult = strawberry.field(description="The outcome.")


@strawberry.type
class ResetCalendarFeed:
    """Part of the root type; has no state."""

    @resolved(
        "Give the customer's calendar feed a new address, for example if the old one has become known to "
        "others. The old one stops working at once; calendars that are subscribed to it get no more changes.",
        ResetCalendarFeedPayload | None,
        requests=0,
        is_null_only_with_error=True,
    )
    async def reset_calendar_feed(
        self,
        info: Info,
        input: Annotated[  # noqa: A002  # Relay names the argument
            ResetCalendarFeedInput, strawberry.argument(description="Whose feed it is.")
        ],
    ) -> ResetCalendarFeedPayload | None:
        return ResetCalendarFeedPayload(result=await _reset(info.context, input))


async def _reset(context: Context, input_: ResetCalendarFeedInput) -> ResetCalendarFeedResult:
    customer = _customer(context, input_.customer_id)
    if customer is None:
        return CustomerNotFoundError(code=ErrorCode.CUSTOMER_NOT_FOUND, message="There is no such customer.")
    try:
        generation = await context.services.calendars.reset(customer)
    except JournalUnavailable:
        return CalendarFeedUnavailableError(
            code=ErrorCode.CALENDAR_FEED_UNAVAILABLE,
            message="The address of the calendar cannot be changed at the moment. Please try again later.",
        )
    feed = CalendarFeed.of(context, customer, generation)
    return CalendarFeedReset(calendar_feed=feed, customer=Customer.of(customer, context))


def _customer(context: Context, text: str | None) -> str | None:
    """The customer who is meant; None if there is none for whom the caller may act."""
    return context.caller.customer if text is None or text is UNSET else named_customer(context, text)
