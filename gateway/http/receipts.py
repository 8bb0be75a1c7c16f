"""`/receipts/<id>`: a receipt's PDF, fetched from imin with the key that a browser must not have.

The id is signed, and names the customer, the order and the receipt. A bearer token of that customer opens
it, and so does a signed link from the gateway: anyone with the link can open the receipt until it expires.
"""

from aiohttp import web

from gateway.context import Services
from gateway.http.authentication import Authentication
from gateway.http.limits.concurrency import ConcurrencyLimit
from gateway.http.links import LinkedFile, check_link, link_handler
from gateway.http.middleware import REQUEST_ID, Handler
from gateway.imin.client import ReceiptContent
from gateway.imin.errors import IminError, NotFound
from gateway.observability.logging import log

PDF_POLICY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"

_FILE = LinkedFile("receipt", "the receipt's url")


def receipt_handler(services: Services, authentication: Authentication, limit: ConcurrencyLimit) -> Handler:
    """Handler of GET /receipts/{id}."""

    async def receipt(request: web.Request) -> web.StreamResponse:
        number = await _receipt_number(request, services, authentication)
        with limit:
            async with services.client.receipt(number) as content:
                return await _stream(request, content, f"receipt-{number}.pdf")

    return link_handler(_FILE, receipt)


async def _receipt_number(request: web.Request, services: Services, authentication: Authentication) -> str:
    """imin's number of a receipt that the request may open. Raises if there is none."""
    known = services.signer.verify(request.match_info["id"])
    await check_link(request, services, authentication, known.customer if known else None)
    if known is None or known.kind != "Receipt":
        raise NotFound("not a receipt")
    return known.parts[1]


async def _stream(request: web.Request, content: ReceiptContent, name: str) -> web.StreamResponse:
    """Send the PDF in chunks. If imin fails halfway, cut the connection: half a file must not look whole."""
    disposition = "attachment" if request.query.get("download") == "1" else "inline"
    headers = {
        "Content-Type": "application/pdf",
        "Content-Disposition": f'{disposition}; filename="{name}"',
        "Cache-Control": "private, no-store",
        # A browser's PDF viewer wraps the document in its own page.
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
