"""Letting callers in: the caller of a request, or the answer that sends it away."""

from aiohttp import hdrs, web

from gateway.auth import (
    Authenticate,
    AuthenticationError,
    Caller,
    HasHeaders,
    InvalidToken,
    KeysUnavailable,
    NoCustomer,
)
from gateway.errors import FORBIDDEN, SERVICE_UNAVAILABLE, UNAUTHENTICATED
from gateway.http.limits.concurrency import OVERLOADED_TEXT
from gateway.http.request import PLAIN_JSON
from gateway.http.response import error_response

_CODES: dict[type[AuthenticationError], str] = {
    InvalidToken: UNAUTHENTICATED,
    NoCustomer: FORBIDDEN,
    KeysUnavailable: SERVICE_UNAVAILABLE,
}
_RETRY_SECONDS = "2"


async def admitted(authenticate: Authenticate, request: HasHeaders) -> Caller:
    """The caller. Raises AuthenticationError."""
    caller = await authenticate(request)
    if caller is None:
        raise AuthenticationError("Please sign in.")
    return caller


def turned_away(refusal: AuthenticationError, *, media_type: str = PLAIN_JSON) -> web.Response:
    """The answer to somebody who is not let in."""
    code = _CODES.get(type(refusal), UNAUTHENTICATED)
    response = error_response(refusal.status, code, str(refusal), media_type=media_type)
    if refusal.challenge:
        response.headers[hdrs.WWW_AUTHENTICATE] = refusal.challenge
    else:
        response.headers[hdrs.RETRY_AFTER] = _RETRY_SECONDS
    return response


def overloaded(*, media_type: str = PLAIN_JSON) -> web.Response:
    """The answer to whoever is one too many."""
    response = error_response(503, SERVICE_UNAVAILABLE, OVERLOADED_TEXT, media_type=media_type)
    response.headers[hdrs.RETRY_AFTER] = "1"
    return response
