"""`/receipts/<id>`: a receipt's PDF, fetched from imin with the key that a browser must not have."""

from aiohttp import web
from aiohttp.typedefs import Handler

from gateway.auth import Authenticate, NotAdmitted
from gateway.context import Services
from gateway.errors import UPSTREAM_INVALID, UPSTREAM_TIMEOUT, UPSTREAM_UNAVAILABLE
from gateway.http.admission import admitted, turned_away
from gateway.http.response import error_response
from gateway.imin.errors import IminError, NotFound, TimedOut, Unavailable

NOT_FOUND = "NOT_FOUND"


def receipt_handler(services: Services, authenticate: Authenticate) -> Handler:
    """Handler of GET /receipts/{id}. The id names customer, order and receipt, and proves all three."""

    async def receipt(request: web.Request) -> web.StreamResponse:
        try:
            caller = await admitted(authenticate, request)
        except NotAdmitted as refusal:
            return turned_away(refusal)
        known = services.seal.read(request.match_info["id"])
        if known is None or known.kind != "Receipt" or not caller.may_see(known.customer):
            return _no_receipt()
        number = known.parts[1]
        try:
            content = await services.client.receipt(number)
        except NotFound:
            return _no_receipt()
        except IminError as error:
            return _failed(error)
        return web.Response(
            body=content,
            content_type="application/pdf",
            headers={
                "Content-Disposition": f'inline; filename="receipt-{number}.pdf"',
                "Cache-Control": "private, no-store",
                "X-Content-Type-Options": "nosniff",
            },
        )

    return receipt


def _no_receipt() -> web.Response:
    return error_response(404, NOT_FOUND, "There is no such receipt.")


def _failed(error: IminError) -> web.Response:
    if isinstance(error, TimedOut):
        return error_response(504, UPSTREAM_TIMEOUT, "The booking system did not answer in time.")
    if isinstance(error, Unavailable):
        return error_response(503, UPSTREAM_UNAVAILABLE, "The booking system is not available at the moment.")
    return error_response(502, UPSTREAM_INVALID, "The booking system gave an answer that cannot be read.")
