"""Links to files: who may open one, and the response if it cannot be opened.

A signed link opens without a token until it expires; a bearer token of the owner opens it at any time.
"""

from dataclasses import dataclass

from aiohttp import hdrs, web

from gateway.context import Services
from gateway.errors import FORBIDDEN, SERVICE_UNAVAILABLE
from gateway.http.authentication import Authentication
from gateway.http.link_pages import for_people
from gateway.http.middleware import Handler
from gateway.http.refusals import REFUSALS, refusal_response
from gateway.http.response import RawResponse, error_response
from gateway.http.upstream_failures import RETRY_SECONDS, upstream_response
from gateway.imin.errors import IminError, NotFound
from gateway.journal.errors import JournalUnavailable
from gateway.signing.global_ids import GlobalId


class LinkExpired(Exception):
    """The gateway signed the link, and it has expired."""


@dataclass(frozen=True)
class LinkedFile:
    """What links of one route lead to.

    name: for people. field: what to query for a new link. is_polled: whether programs poll it.
    """

    name: str
    field: str
    is_polled: bool = False


def link_handler(file: LinkedFile, respond: Handler) -> Handler:
    """Handler of a route of links.

    respond: may raise LinkExpired, refusals, IminError and JournalUnavailable. Programs then get a coded
    error, and people a page.
    """

    async def handler(request: web.Request) -> RawResponse | web.StreamResponse:
        try:
            return await respond(request)
        except REFUSALS as refusal:
            return for_people(request, refusal_response(refusal))
        except (IminError, LinkExpired, JournalUnavailable) as error:
            return for_people(request, _failure(file, error))

    return handler


async def opened_thing(
    request: web.Request, services: Services, authentication: Authentication, kind: str
) -> GlobalId:
    """The thing that the path names, if the request may open it. Raises as `check_link`.

    kind: a key of gateway.signing.global_ids.KINDS.
    """
    thing = services.signer.verify(request.match_info["id"])
    if thing is None:
        # Before a token is asked for: a calendar program would ask its user for a password.
        raise NotFound("no such link")
    await check_link(request, services, authentication, thing.customer)
    if thing.kind != kind:
        raise NotFound("a thing of another kind")
    return thing


async def check_link(
    request: web.Request, services: Services, authentication: Authentication, owner: str | None
) -> float | None:
    """Seconds until a signed link expires; None for a request with the owner's bearer token.

    owner: imin's identifier of the customer; None if the gateway did not make the link.
    Raises NotFound, LinkExpired, JournalUnavailable and AuthenticationError.
    """
    if "signature" in request.query:
        if owner is None or not services.signer.links.verify(request.raw_path):
            raise NotFound("no such link")
        seconds = int(request.query["ends"]) - services.now().timestamp()
        if seconds < 0:
            raise LinkExpired
        if await services.erasures.has_ended(owner):
            raise NotFound("its owner's account is deleted")
        return seconds
    caller = await authentication.caller(request)
    if owner is None or not caller.may_see(owner):
        raise NotFound("no such link")
    return None


def _failure(file: LinkedFile, error: IminError | LinkExpired | JournalUnavailable) -> RawResponse:
    if isinstance(error, LinkExpired):
        message = f"This link has expired. Please query {file.field} again."
        return error_response(403, FORBIDDEN, message)
    if isinstance(error, IminError):
        return upstream_response(error, file.name, is_polled=file.is_polled)
    message = f"The {file.name} cannot be made at the moment. Please try again later."
    response = error_response(503, SERVICE_UNAVAILABLE, message)
    response.headers[hdrs.RETRY_AFTER] = RETRY_SECONDS
    return response
