"""`/pictures/…`: the pictures that documents refer to. Browsers open them without a key."""

import re

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from gateway.sandbox.data.pictures import PICTURES, picture

_PREFIX = "/pictures"
_PLACEHOLDER = PICTURES.encode()
_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?")


def routes() -> list[web.RouteDef]:
    """The pictures."""
    return [web.get(f"{_PREFIX}/{{path:.*}}", _picture)]


@web.middleware
async def own_address_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let documents refer to pictures of the sandbox, under the address that the client uses."""
    response = await handler(request)
    body = response.body if isinstance(response, web.Response) else None
    origin = own_origin(request)
    if isinstance(body, bytes) and _PLACEHOLDER in body and origin:
        own = f"{origin}{_PREFIX}".encode()
        response.body = body.replace(_PLACEHOLDER, own)  # type: ignore[attr-defined]  # a web.Response
    return response


def own_origin(request: web.Request) -> str | None:
    """The sandbox's address as the client calls it, http://host:port; None for an unusable Host."""
    return f"{request.scheme}://{request.host}" if _HOST.fullmatch(request.host) else None


async def _picture(request: web.Request) -> web.Response:
    drawn = picture(request.match_info["path"])
    if drawn is None:
        raise web.HTTPNotFound
    headers = {
        hdrs.CACHE_CONTROL: "public, max-age=3600",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        "X-Content-Type-Options": "nosniff",
    }
    return web.Response(text=drawn, content_type="image/svg+xml", headers=headers)
