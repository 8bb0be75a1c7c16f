"""`/wallet/<id>.pkpass`: a booked item as a signed pass for Apple Wallet.

A signed link opens it until the link expires, like a receipt's, a bearer token of the customer at any time.
"""

from email.utils import format_datetime
from typing import TYPE_CHECKING

from aiohttp import hdrs, web

from gateway.context import Services
from gateway.http.authentication import Authentication
from gateway.http.limits.concurrency import ConcurrencyLimit
from gateway.http.links import LinkedFile, link_handler, opened_thing
from gateway.http.middleware import Handler
from gateway.http.response import RawResponse
from gateway.imin.errors import NotFound
from gateway.signing.wallet_tokens import PassName

if TYPE_CHECKING:
    from gateway.artefacts.wallet.apple import ApplePass, ApplePasses

_FILE = LinkedFile("pass", "walletPass")
_MEDIA_TYPE = "application/vnd.apple.pkpass"


def wallet_handler(services: Services, authentication: Authentication, limit: ConcurrencyLimit) -> Handler:
    """Handler of GET /wallet/{id}.pkpass."""

    async def wallet(request: web.Request) -> RawResponse:
        passes = services.wallet.apple
        if passes is None:
            raise NotFound("no certificate")
        item = await opened_thing(request, services, authentication, "OrderItem")
        with limit:
            [one] = await passes.read(item.customer, [PassName(*item.parts)])
            if one is None:
                raise NotFound("no such item")
            await services.erasures.note_owner(item.parts[0], item.customer)
            return await pass_response(passes, one)

    return link_handler(_FILE, wallet)


async def pass_response(passes: "ApplePasses", one: "ApplePass") -> RawResponse:
    """The signed pass. Wallets send its Last-Modified back when they ask for a later one."""
    [changed_at] = await passes.changed_at([one])
    headers: dict[str, str] = {
        hdrs.CONTENT_TYPE: _MEDIA_TYPE,
        hdrs.CONTENT_DISPOSITION: 'attachment; filename="ticket.pkpass"',
        hdrs.CACHE_CONTROL: "private, no-store",
        hdrs.LAST_MODIFIED: format_datetime(changed_at, usegmt=True),
    }
    return RawResponse(200, headers, passes.package(one))
