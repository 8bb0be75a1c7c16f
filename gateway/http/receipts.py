"""`/receipts/<id>`: a receipt's PDF, fetched from imin with the key that a browser must not have.

The id names customer, order and receipt and proves all three. Who may open it is told by a bearer
token, or by the signature of a link that the gateway gave to somebody who may, for a short time.
"""

import re

from aiohttp import web
from aiohttp.typedefs import Handler

from gateway.auth import Authenticate, AuthenticationError
from gateway.context import Services
from gateway.errors import (
    FORBIDDEN,
    NOT_FOUND,
    UPSTREAM_INVALID,
    UPSTREAM_TIMEOUT,
    UPSTREAM_UNAVAILABLE,
)
from gateway.http.authentication import admitted, overloaded, turned_away
from gateway.http.limits.concurrency import ConcurrencyLimit, Overloaded
from gateway.http.middleware import REQUEST_ID
from gateway.http.response import error_response
from gateway.imin.client import ReceiptContent
from gateway.imin.errors import IminError, NotFound, TimedOut, UpstreamUnavailable
from gateway.observability.logging import log

PDF_POLICY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"

_ENDS = re.compile(r"[1-9][0-9]{0,11}\Z")


def receipt_handler(services: Services, authenticate: Authenticate, gate: ConcurrencyLimit) -> Handler:
    """Handler of GET /receipts/{id}."""

    async def receipt(request: web.Request) -> web.StreamResponse:
        try:
            number = await _allowed(request, services, authenticate)
            with gate:
                async with services.client.receipt(number) as content:
                    return await _passed_on(request, content, f"receipt-{number}.pdf")
        except AuthenticationError as refusal:
            return turned_away(refusal)
        except Overloaded:
            return overloaded()
        except (IminError, _LinkEnded) as error:
            return _failed(error)

    return receipt


class _LinkEnded(Exception):
    """The gateway signed the link, for a time that is over."""


async def _allowed(request: web.Request, services: Services, authenticate: Authenticate) -> str:
    """imin's number of the receipt that may be opened. Raises NotFound, AuthenticationError, _LinkEnded."""
    id_ = request.match_info["id"]
    known = services.signer.verify(id_)
    if "signature" in request.query:
        ends = request.query.get("ends", "")
        if known is None or not _ENDS.match(ends):
            raise NotFound("no such link")
        if not services.signer.is_signed_link(id_, int(ends), request.query["signature"]):
            raise NotFound("no such link")
        if int(ends) < services.now().timestamp():
            raise _LinkEnded
    else:
        caller = await admitted(authenticate, request)
        if known is None or not caller.may_see(known.customer):
            raise NotFound("no such link")
    if known.kind != "Receipt":
        raise NotFound("not a receipt")
    return known.parts[1]


async def _passed_on(request: web.Request, content: ReceiptContent, name: str) -> web.StreamResponse:
    """The PDF, piece by piece. Where it breaks off, so does the connection: half of one is no receipt."""
    headers = {
        "Content-Type": "application/pdf",
        "Content-Disposition": f'inline; filename="{name}"',
        "Cache-Control": "private, no-store",
        # A browser's PDF viewer puts the document into a page of its own.
        "Content-Security-Policy": PDF_POLICY,
    }
    if content.length is not None:
        headers["Content-Length"] = str(content.length)
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    try:
        async for piece in content.pieces:
            await response.write(piece)
    except IminError as error:
        log.warning("receipt broke off", request_id=request[REQUEST_ID], reason=str(error))
        if request.transport is not None:
            request.transport.abort()
    return response


def _failed(error: Exception) -> web.Response:
    if isinstance(error, NotFound):
        return error_response(404, NOT_FOUND, "There is no such receipt.")
    if isinstance(error, _LinkEnded):
        return error_response(403, FORBIDDEN, "This link has ended. Ask for the receipt's url again.")
    if isinstance(error, TimedOut):
        return error_response(504, UPSTREAM_TIMEOUT, "The booking system did not answer in time.")
    if isinstance(error, UpstreamUnavailable):
        return error_response(503, UPSTREAM_UNAVAILABLE, "The booking system is not available at the moment.")
    return error_response(502, UPSTREAM_INVALID, "The booking system gave an answer that cannot be read.")
