"""The response to a request for a file that imin does not answer as it should."""

from aiohttp import hdrs

from gateway.errors import (
    NOT_FOUND,
    UPSTREAM_INVALID,
    UPSTREAM_TIMEOUT,
    UPSTREAM_UNAVAILABLE,
    upstream_problem,
)
from gateway.http.response import RawResponse, error_response
from gateway.imin.errors import IminError

RETRY_SECONDS = "60"
"""When programs that poll should try again. Until then, they use what they have."""

_STATUSES = {UPSTREAM_TIMEOUT: 504, UPSTREAM_UNAVAILABLE: 503, UPSTREAM_INVALID: 502}


def upstream_response(error: IminError, name: str, *, is_polled: bool) -> RawResponse:
    """A coded error: 404 if there is no such file. name: of the file. is_polled: whether programs poll it."""
    problem = upstream_problem(error)
    if problem is None:
        return error_response(404, NOT_FOUND, f"There is no such {name}.")
    code, message = problem
    response = error_response(_STATUSES[code], code, message)
    if is_polled:
        response.headers[hdrs.RETRY_AFTER] = RETRY_SECONDS
    return response
