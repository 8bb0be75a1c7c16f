"""`/wallet/<id>.pkpass`: a booked item as a signed pass for Apple Wallet.

A signed link opens it until the link expires, like a receipt's, a bearer token of the customer at any time.
"""

from email.utils import format_datetime
from typing import TYPE_CHECKING

from aiohttp import hdrs, web

from gateway.context import Services
from gateway.errors import FORBIDDEN, NOT_FOUND, upstream_problem
from gateway.http.authentication import Authentication
from gateway.http.limits.concurrency import ConcurrencyLimit
from gateway.http.link_pages import LinkExpired, for_people
from gateway.http.middleware import Handler
from gateway.http.receipts import UPSTREAM_STATUSES
from gateway.http.refusals import REFUSALS, refusal_response
from gateway.http.response import RawResponse, error_response
from gateway.imin.errors import IminError, NotFound
from gateway.signing.global_ids import GlobalId
from gateway.signing.wallet_tokens import PassName

if TYPE_CHECKING:
    from gateway.artefacts.wallet.apple import ApplePass, ApplePasses

_MEDIA_TYPE = "application/vnd.apple.pkpass"


def wallet_handler(services: Services, authentication: Authentication, limit: ConcurrencyLimit) -> Handler:
    """Handler of GET /wallet/{id}.pkpass."""

    async def wallet(request: web.Request) -> RawResponse:
        passes = services.wallet.apple
        try:
            if passes is None:
                raise NotFound("no certificate")
            item = await _item(request, services, authentication)
            with limit:
                [one] = await passes.read(item.customer, [PassName(*item.parts)])
                if one is None:
                    raise NotFound("no such item")
                return await pass_response(passes, one)
        except REFUSALS as refusal:
            return for_people(request, refusal_response(refusal))
        except (IminError, LinkExpired) as error:
            return for_people(request, _failure(error))

    return wallet


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


async def _item(request: web.Request, services: Services, authentication: Authentication) -> GlobalId:
    """The item that the request may open. Raises NotFound, LinkExpired and AuthenticationError."""
    item = services.signer.verify(request.match_info["id"])
    if item is None:
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


def _failure(error: IminError | LinkExpired) -> RawResponse:
    if isinstance(error, LinkExpired):
        return error_response(403, FORBIDDEN, "This link has expired. Please query walletPass again.")
    problem = upstream_problem(error)
    if problem is None:
        return error_response(404, NOT_FOUND, "There is no such pass.")
    return error_response(UPSTREAM_STATUSES[problem[0]], *problem)
