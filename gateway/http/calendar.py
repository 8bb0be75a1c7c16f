"""`/calendar/<id>.ics`: a booked item as a calendar file, or a feed of upcoming items, which programs poll.

An item's link is signed and expires, like a receipt's. A feed's address has no end, since a calendar program
polls it for years without a token: anyone who has it can read the feed until the customer resets it.
"""

from aiohttp import hdrs, web

from gateway.artefacts.calendars import CalendarFile
from gateway.context import Services
from gateway.http.authentication import Authentication
from gateway.http.limits.concurrency import ConcurrencyLimit
from gateway.http.links import LinkedFile, link_handler, opened_thing
from gateway.http.middleware import RECORD, Handler
from gateway.http.response import RawResponse
from gateway.imin.errors import NotFound
from gateway.signing.feeds import FeedId
from gateway.signing.global_ids import GlobalId

_FILE = LinkedFile("calendar", "calendarUrl", is_polled=True)
_MEDIA_TYPE = "text/calendar; charset=utf-8"


def calendar_handler(services: Services, authentication: Authentication, limit: ConcurrencyLimit) -> Handler:
    """Handler of GET /calendar/{id}.ics."""

    async def calendar(request: web.Request) -> RawResponse:
        feed = services.signer.feeds.verify(request.match_info["id"])
        if feed is not None:
            with limit:
                return await _feed(request, services, feed)
        item = await opened_thing(request, services, authentication, "OrderItem")
        with limit:
            return await _file(services, item)

    return link_handler(_FILE, calendar)


async def _feed(request: web.Request, services: Services, feed: FeedId) -> RawResponse:
    """The feed, or 304 if the client has it. Raises NotFound if it has ended."""
    request[RECORD].caller = services.signer.pseudonym(feed.customer)
    if await services.calendars.generation(feed.customer) != feed.generation:
        raise NotFound("the address was reset")
    if await services.erasures.has_ended(feed.customer):
        raise NotFound("the customer's account is deleted")
    file = await services.calendars.feed(feed.customer)
    # A weak one: the same for versions that were first seen at other times.
    headers: dict[str, str] = {hdrs.ETAG: f'W/"{file.etag}"', hdrs.CACHE_CONTROL: "private, no-cache"}
    if any(known.value in {file.etag, "*"} for known in request.if_none_match or ()):
        return RawResponse(304, headers)
    return RawResponse(200, headers | _content_headers("inline", "bookings.ics"), file.body)


async def _file(services: Services, item: GlobalId) -> RawResponse:
    file: CalendarFile | None = await services.calendars.item(item.customer, *item.parts)
    if file is None:
        raise NotFound("no such item")
    headers = _content_headers("attachment", "booking.ics") | {hdrs.CACHE_CONTROL: "private, no-store"}
    return RawResponse(200, headers, file.body)


def _content_headers(disposition: str, name: str) -> dict[str, str]:
    return {hdrs.CONTENT_TYPE: _MEDIA_TYPE, hdrs.CONTENT_DISPOSITION: f'{disposition}; filename="{name}"'}
