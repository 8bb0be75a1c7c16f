"""Require an authenticated caller."""

from gateway.auth import Authenticate, AuthenticationError, Caller, HasHeaders


async def require_caller(authenticate: Authenticate, request: HasHeaders) -> Caller:
    """The caller of a request. Raises AuthenticationError, also if the request carries no token."""
    caller = await authenticate(request)
    if caller is None:
        raise AuthenticationError("Please sign in.")
    return caller
