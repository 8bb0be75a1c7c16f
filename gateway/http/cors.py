"""Cross-origin resource sharing: lets browsers show responses to the pages of some origins."""

from aiohttp import hdrs, web

from gateway.auth import HasHeaders
from gateway.http.response import RawResponse


def cors_headers(request: HasHeaders, allowed_origins: tuple[str, ...]) -> dict[str, str]:
    """Headers of every response."""
    headers: dict[str, str] = {hdrs.VARY: hdrs.ORIGIN}
    origin = request.headers.get(hdrs.ORIGIN)
    if origin in allowed_origins:
        headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = origin
        headers[hdrs.ACCESS_CONTROL_EXPOSE_HEADERS] = "X-Request-Id"
    return headers


def is_preflight(request: web.Request) -> bool:
    return request.method == hdrs.METH_OPTIONS and hdrs.ACCESS_CONTROL_REQUEST_METHOD in request.headers


def preflight_response(request: HasHeaders, allowed_origins: tuple[str, ...]) -> RawResponse:
    """What a page of the request's origin may send."""
    if request.headers.get(hdrs.ORIGIN) not in allowed_origins:
        return RawResponse(204, {})
    return RawResponse(
        204,
        {
            hdrs.ACCESS_CONTROL_ALLOW_METHODS: "GET, POST",
            hdrs.ACCESS_CONTROL_ALLOW_HEADERS: "Authorization, Content-Type, X-Request-Id",
            hdrs.ACCESS_CONTROL_MAX_AGE: "3600",
        },
    )
