"""Cross-origin resource sharing: lets browsers show responses to the pages of some origins.

Source: WHATWG, Fetch, HTTP extensions.
"""

import re
import time

import structlog
from aiohttp import hdrs, web

from gateway.auth import HasHeaders
from gateway.http.response import RawResponse

ALLOWED_HEADERS = (
    "Accept",  # needs permission if it contains quotation marks or is longer than 128 bytes
    "Authorization",
    "Content-Type",
    "X-Request-Id",
    "X-Requested-With",
    # Of GraphQL clients.
    "GraphQL-Require-Preflight",
    "Apollo-Require-Preflight",
    "ApolloGraphQL-Client-Name",
    "ApolloGraphQL-Client-Version",
    "X-Apollo-Operation-Name",
    "X-Apollo-Operation-Id",
    # W3C, Trace Context and Baggage.
    "traceparent",
    "tracestate",
    "baggage",
)
"""What pages of allowed origins may send, besides what a setting adds."""

EXPOSED_HEADERS = (
    "X-Request-Id",
    "Retry-After",
    "RateLimit",
    "RateLimit-Policy",
    # Of older drafts, which a proxy in front may add.
    "RateLimit-Limit",
    "RateLimit-Remaining",
    "RateLimit-Reset",
)
"""What these pages may read of a response, besides `Content-Type` and the like."""

_MAX_AGE_SECONDS = 3_600
_OTHER_SITES = {"cross-site", "same-site"}

_ORIGIN = re.compile(
    r"[a-z][a-z0-9+.-]{0,30}://(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(:[0-9]{1,5})?\Z"
)
_LOOPBACK = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?\Z")
_HEADER_NAME = re.compile(r"[a-z0-9_-]{1,64}\Z")

log = structlog.get_logger()


class Cors:
    """What pages of other origins may do.

    origins: those that are allowed. more_headers: that their pages may send, besides ALLOWED_HEADERS.
    with_loopback: also allow what this machine serves, at any port.
    """

    def __init__(
        self, origins: tuple[str, ...], more_headers: tuple[str, ...] = (), *, with_loopback: bool = False
    ) -> None:
        self.has_other_origins = bool(origins) or with_loopback
        self._with_loopback = with_loopback
        self._allowed_headers = {name.lower() for name in ALLOWED_HEADERS + more_headers}
        self._refusals = _RefusalLog()
        self._headers_for_others: dict[str, str] = {hdrs.VARY: hdrs.ORIGIN} if self.has_other_origins else {}
        self._headers_by_origin = {origin: _headers_for(origin) for origin in origins}
        self._preflight_headers: dict[str, str] = {
            hdrs.ACCESS_CONTROL_ALLOW_METHODS: "GET, POST",
            hdrs.ACCESS_CONTROL_ALLOW_HEADERS: ", ".join(ALLOWED_HEADERS + more_headers),
            hdrs.ACCESS_CONTROL_MAX_AGE: str(_MAX_AGE_SECONDS),
        }

    def headers(self, request: HasHeaders) -> dict[str, str]:
        """The CORS headers of a response to this request."""
        origin = request.headers.get(hdrs.ORIGIN)
        if origin is None:
            return self._headers_for_others
        if self.allows(origin):
            return self._headers_by_origin.get(origin) or _headers_for(origin)
        # Through a proxy, a page of our own may look like one of another origin; its browser knows better.
        if request.headers.get("Sec-Fetch-Site") in _OTHER_SITES:
            self.log_refusal(origin)
        return self._headers_for_others

    def allows(self, origin: str) -> bool:
        """Whether pages of this origin may read responses and open WebSockets."""
        return origin in self._headers_by_origin or (self._with_loopback and is_loopback_origin(origin))

    def preflight_response(self, request: HasHeaders) -> RawResponse:
        """The response to a preflight: what a page of its origin may send."""
        origin = request.headers.get(hdrs.ORIGIN)
        if origin is None:
            return RawResponse(204, {})
        if not self.allows(origin):
            self.log_refusal(origin)
            return RawResponse(204, {})
        requested = request.headers.get(hdrs.ACCESS_CONTROL_REQUEST_HEADERS, "").lower()
        for name in {name.strip() for name in requested.split(",")} - self._allowed_headers:
            if _HEADER_NAME.match(name):
                self._refusals.log("request header refused", "GATEWAY_CORS_ALLOWED_HEADERS", header=name)
        return RawResponse(204, self._preflight_headers)

    def log_refusal(self, origin: str) -> None:
        """Log that an origin was refused, and which setting would allow it."""
        shown = origin if _ORIGIN.match(origin) or origin == "null" else "(malformed)"
        self._refusals.log("origin refused", "GATEWAY_CORS_ORIGINS", origin=shown)


def is_loopback_origin(origin: str) -> bool:
    """Whether a page of this origin was served by the browser's own machine."""
    return _LOOPBACK.match(origin) is not None


def is_preflight(request: web.Request) -> bool:
    return request.method == hdrs.METH_OPTIONS and hdrs.ACCESS_CONTROL_REQUEST_METHOD in request.headers


def _headers_for(origin: str) -> dict[str, str]:
    return {
        hdrs.VARY: hdrs.ORIGIN,
        hdrs.ACCESS_CONTROL_ALLOW_ORIGIN: origin,
        hdrs.ACCESS_CONTROL_EXPOSE_HEADERS: ", ".join(EXPOSED_HEADERS),
    }


class _RefusalLog:
    """Logs each refusal once a minute, and few of them: any client can cause them."""

    _SECONDS = 60.0
    _MOST = 20

    def __init__(self) -> None:
        self._logged: set[str] = set()
        self._ends = 0.0

    def log(self, event: str, setting: str, **what: str) -> None:
        now = time.monotonic()
        if now >= self._ends:
            self._logged, self._ends = set(), now + self._SECONDS
        text = f"{event} {what}"
        if text in self._logged or len(self._logged) >= self._MOST:
            return
        self._logged.add(text)
        log.warning(event, setting=setting, **what)
