"""The response to a request that is refused before it runs."""

from typing import TypeAlias

from aiohttp import hdrs

from gateway.auth import AuthenticationError, InvalidToken, KeysUnavailable, NoCustomer
from gateway.errors import FORBIDDEN, RATE_LIMITED, SERVICE_UNAVAILABLE, UNAUTHENTICATED
from gateway.http.bad_request import BadRequest
from gateway.http.limits.concurrency import Overloaded
from gateway.http.limits.rate import RateLimited
from gateway.http.media_types import PLAIN_JSON
from gateway.http.response import RawResponse, error_response

Refusal: TypeAlias = AuthenticationError | BadRequest | Overloaded | RateLimited
REFUSALS = (AuthenticationError, BadRequest, Overloaded, RateLimited)

_AUTHENTICATION_CODES: dict[type[AuthenticationError], str] = {
    InvalidToken: UNAUTHENTICATED,
    NoCustomer: FORBIDDEN,
    KeysUnavailable: SERVICE_UNAVAILABLE,
}
_KEYS_RETRY_SECONDS = "2"
_OVERLOAD_RETRY_SECONDS = "1"


def refusal_response(refusal: Refusal, media_type: str = PLAIN_JSON) -> RawResponse:
    """A coded error, with the headers that HTTP requires for its status."""
    if isinstance(refusal, AuthenticationError):
        return _not_authenticated(refusal, media_type)
    if isinstance(refusal, RateLimited):
        return _rate_limited(refusal, media_type)
    if isinstance(refusal, Overloaded):
        response = error_response(503, SERVICE_UNAVAILABLE, str(refusal), media_type=media_type)
        response.headers[hdrs.RETRY_AFTER] = _OVERLOAD_RETRY_SECONDS
        return response
    response = error_response(refusal.status, refusal.code, str(refusal), media_type=media_type)
    if refusal.status == 405:  # noqa: PLR2004  # Method Not Allowed
        response.headers[hdrs.ALLOW] = "POST"
    return response


def authentication_code(refusal: AuthenticationError) -> str:
    """The code of the error that a refused caller gets."""
    return _AUTHENTICATION_CODES.get(type(refusal), UNAUTHENTICATED)


def _not_authenticated(refusal: AuthenticationError, media_type: str) -> RawResponse:
    response = error_response(
        refusal.status, authentication_code(refusal), str(refusal), media_type=media_type
    )
    if refusal.challenge:
        response.headers[hdrs.WWW_AUTHENTICATE] = refusal.challenge
    else:
        response.headers[hdrs.RETRY_AFTER] = _KEYS_RETRY_SECONDS
    return response


def _rate_limited(refusal: RateLimited, media_type: str) -> RawResponse:
    seconds = refusal.bucket.seconds_until(refusal.cost)
    message = f"The rate limit is exceeded. Please wait {seconds} s."
    response = error_response(429, RATE_LIMITED, message, media_type=media_type)
    response.headers |= refusal.bucket.headers() | {hdrs.RETRY_AFTER: str(seconds)}
    return response
