"""`/calendar/<id>.ics`: a booked item as a calendar file, or a feed of upcoming items, which programs poll.

An item's link is signed and expires, like a receipt's. A feed's address has no end, since a calendar program
polls it for years without a token: anyone who has it can read the feed until the customer resets it.
"""

from aiohttp import hdrs, web

from gateway.artefacts.calendars import CalendarFile
from gateway.cancellation.attempts import JournalUnavailable
from gateway.context import Services
from gateway.errors import FORBIDDEN, NOT_FOUND, SERVICE_UNAVAILABLE, upstream_problem
from gateway.http.authentication import Authentication
from gateway.http.limits.concurrency import ConcurrencyLimit
from gateway.http.link_pages import LinkExpired, for_people
from gateway.http.middleware import RECORD, Handler
from gateway.http.receipts import UPSTREAM_STATUSES
from gateway.http.refusals import REFUSALS, refusal_response
from gateway.http.response import RawResponse, error_response
from gateway.imin.errors import IminError, NotFound
from gateway.signing.feeds import FeedId
from gateway.signing.global_ids import GlobalId

_CALENDAR = "text/calendar; charset=utf-8"
_RETRY_SECONDS = "60"


def calendar_handler(services: Services, authentication: Authentication, limit: ConcurrencyLimit) -> Handler:
    """Handler of GET /calendar/{id}.ics."""

    async def calendar(request: web.Request) -> RawResponse:
        feed = services.signer.feeds.verify(request.match_info["id"])
        try:
            if feed is not None:
                with limit:
                    return await _feed(request, services, feed)
            item = await _item(request, services, authentication)
            with limit:
                return await _file(services, item)
        except REFUSALS as refusal:
            return for_people(request, refusal_response(refusal))
        except (IminError, LinkExpired, JournalUnavailable) as error:
            return for_people(request, _failure(error))

    return calendar


async def _feed(request: web.Request, services: Services, feed: FeedId) -> RawResponse:
    """The feed, or 304 if the client has it. Raises NotFound if its address was reset."""
    request[RECORD].caller = services.signer.pseudonym(feed.customer)
    if await services.calendars.generation(feed.customer) != feed.generation:
        raise NotFound("the address was reset")
    file = await services.calendars.feed(feed.customer)
    # A weak one: the same for versions that were first seen at other times.
    headers: dict[str, str] = {hdrs.ETAG: f'W/"{file.etag}"', hdrs.CACHE_CONTROL: "private, no-cache"}
    if any(known.value in {file.etag, "*"} for known in request.if_none_match or ()):
        return RawResponse(304, headers)
    return RawResponse(200, headers | _content_headers("inline", "bookings.ics"), file.body)


async def _item(request: web.Request, services: Services, authentication: Authentication) -> GlobalId:
    """The item that the request may open. Raises NotFound, LinkExpired and AuthenticationError."""
    item = services.signer.verify(request.match_info["id"])
    if item is None:
        # Before a token is asked for: a calendar program would ask its user for a password.
        raise NotFound("no such link")
    if "signature" in request.query:
        if not services.signer.links.verify(request.raw_path):
            raise NotFound("no such link")
        if int(request.query["ends"]) < services.now().timestamp():
            raise LinkExpired
    else:
        caller = await authentication.caller(request)
        if not caller.may_see(item.customer):
            raise NotFound("no such link")
    if item.kind != "OrderItem":
        raise NotFound("not an item")
    return item


async def _file(services: Services, item: GlobalId) -> RawResponse:
    file: CalendarFile | None = await services.calendars.item(item.customer, *item.parts)
    if file is None:
        raise NotFound("no such item")
    headers = _content_headers("attachment", "booking.ics") | {hdrs.CACHE_CONTROL: "private, no-store"}
    return RawResponse(200, headers, file.body)


def _content_headers(disposition: str, name: str) -> dict[str, str]:
    return {hdrs.CONTENT_TYPE: _CALENDAR, hdrs.CONTENT_DISPOSITION: f'{disposition}; filename="{name}"'}


def _failure(error: IminError | LinkExpired | JournalUnavailable) -> RawResponse:
    if isinstance(error, LinkExpired):
        return error_response(403, FORBIDDEN, "This link has expired. Please query calendarUrl again.")
    if isinstance(error, JournalUnavailable):
        message = "The calendar cannot be made at the moment. Please try again later."
        response = error_response(503, SERVICE_UNAVAILABLE, message)
    else:
        problem = upstream_problem(error)
        if problem is None:
            return error_response(404, NOT_FOUND, "There is no such calendar.")
        response = error_response(UPSTREAM_STATUSES[problem[0]], *problem)
    # Programs keep what they have, and poll again.
    response.headers[hdrs.RETRY_AFTER] = _RETRY_SECONDS
    return response
