"""`/passes/<id>`: a picture of an access pass's barcode, which browsers can show without a token.

The id carries the customer, the barcode's text and its symbology, encrypted: serving a picture sends no
request to imin, and works while imin is down. A signed link opens it until the link expires, a bearer token
of the customer at any time.
"""

import hashlib

from aiohttp import web

from gateway.artefacts.barcode import draw
from gateway.artefacts.picture import DEFAULT_SIZE, FORMATS, MAX_SIZE, MIN_SIZE, ImageFormat, picture
from gateway.context import Services
from gateway.http.authentication import Authentication
from gateway.http.bad_request import BadRequest
from gateway.http.limits.concurrency import ConcurrencyLimit
from gateway.http.links import LinkedFile, check_link, link_handler
from gateway.http.middleware import Handler
from gateway.http.response import RawResponse
from gateway.imin.documents.pass_vocabulary import BarcodeSymbology
from gateway.imin.errors import NotFound
from gateway.signing.sealing import PASS

_FILE = LinkedFile("pass", "the pass's image")
_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
"""An SVG is a document: opened on its own, it must not run or load anything."""

_ETAG_BYTES = 12


def pass_handler(services: Services, authentication: Authentication, limit: ConcurrencyLimit) -> Handler:
    """Handler of GET /passes/{id}."""

    async def access_pass(request: web.Request) -> RawResponse:
        with limit:
            return await _picture_response(request, services, authentication)

    return link_handler(_FILE, access_pass)


async def _picture_response(
    request: web.Request, services: Services, authentication: Authentication
) -> RawResponse:
    """Raises NotFound, LinkExpired and refusals."""
    text, symbology, cache_control = await _opened(request, services, authentication)
    image_format, size = _format_of(request), _size_of(request)
    tag = hashlib.blake2b(request.raw_path.encode(), digest_size=_ETAG_BYTES).hexdigest()
    headers = {
        "Cache-Control": cache_control,
        "ETag": f'"{tag}"',
        "Vary": "Authorization",
    }
    if any(one.value in {tag, "*"} for one in request.if_none_match or ()):
        return RawResponse(304, headers)
    drawing = draw(text, symbology)
    if drawing is None:
        raise NotFound("nothing to draw")
    headers |= {"Content-Type": image_format.media_type, "Content-Security-Policy": _POLICY}
    return RawResponse(200, headers, picture(drawing, image_format, size))


async def _opened(
    request: web.Request, services: Services, authentication: Authentication
) -> tuple[str, BarcodeSymbology, str]:
    """The text and symbology of a pass that the request may open, and how long it may be cached."""
    sealed = services.signer.sealer.open(PASS, request.match_info["id"])
    seconds = await check_link(request, services, authentication, sealed[0] if sealed else None)
    if (
        sealed is None or sealed[2] not in BarcodeSymbology.__members__
    ):  # during a rollout, of a newer version
        raise NotFound("no such pass")
    _, text, symbology = sealed
    cache_control = "private, no-cache" if seconds is None else f"private, max-age={int(seconds)}"
    return text, BarcodeSymbology[symbology], cache_control


def _format_of(request: web.Request) -> ImageFormat:
    image_format = FORMATS.get(request.query.get("format", ImageFormat.SVG.value))
    if image_format is None:
        raise BadRequest(400, "format must be svg or png.")
    return image_format


def _size_of(request: web.Request) -> int:
    text = request.query.get("size", str(DEFAULT_SIZE))
    size = int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(MAX_SIZE)) else 0
    if not MIN_SIZE <= size <= MAX_SIZE:
        raise BadRequest(400, f"size must be {MIN_SIZE} to {MAX_SIZE:,}.")
    return size
