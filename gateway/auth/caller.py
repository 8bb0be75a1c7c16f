"""The verified caller of a request, and why a request may have none."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from aiohttp import hdrs
from multidict import CIMultiDict, MultiMapping


@dataclass(frozen=True, slots=True)
class Caller:
    """A verified caller.

    customer: imin's identifier of the customer; None for a service.
    may_name_any_customer: true for a trusted service, which may act for any customer.
    name: identifies the caller for rate limits and logs; empty means the customer.
    expires_at: when the token stops being accepted, as a Unix time; None if there is no such time.
    """

    customer: str | None
    may_name_any_customer: bool = False
    name: str = ""
    expires_at: float | None = field(default=None, compare=False)

    def may_see(self, customer: str) -> bool:
        """Whether the caller may see that customer's bookings."""
        return self.may_name_any_customer or (customer != "" and customer == self.customer)


class HasHeaders(Protocol):
    """The part of a request that authentication reads. Header names are case-insensitive."""

    @property
    def headers(self) -> MultiMapping[str]: ...


Authenticate: TypeAlias = Callable[[HasHeaders], Awaitable[Caller | None]]
"""Returns the caller of a request, or None if it carries no credentials. Raises AuthenticationError."""


class AuthenticationError(Exception):
    """The gateway cannot serve this caller. Messages are fixed sentences that clients may read."""

    status = 401
    challenge = "Bearer"


class InvalidToken(AuthenticationError):
    """The token is forged, expired or meant for another audience."""

    challenge = 'Bearer error="invalid_token"'


class NoCustomer(AuthenticationError):
    """The token is valid but identifies neither a customer nor a trusted service."""

    status = 403
    challenge = 'Bearer error="insufficient_scope"'


class KeysUnavailable(AuthenticationError):
    """Tokens cannot be verified because the issuer's keys have never been fetched."""

    status = 503
    challenge = ""


DEMO_CUSTOMER = "1234"


async def demo_caller(_request: HasHeaders) -> Caller:
    """The sandbox's customer 1234, who may also see the other made-up customers."""
    return Caller(DEMO_CUSTOMER, may_name_any_customer=True)


class ConnectionInitCredentials:
    """The credentials in the payload of a `connection_init` message, read as a request's headers would be.

    Browsers cannot set headers on a WebSocket, so the payload's Authorization replaces the header.
    Credentials of the upgrade request are dropped: a browser sends them whichever page opened the socket.
    """

    __slots__ = ("_authorization",)

    def __init__(self, payload: Mapping[str, Any]) -> None:
        given = next((value for name, value in payload.items() if name.lower() == "authorization"), None)
        self._authorization = given if isinstance(given, str) and given.isprintable() else None

    @property
    def headers(self) -> CIMultiDict[str]:
        # Made when they are read: an open WebSocket holds its credentials all the time.
        given = self._authorization
        return CIMultiDict() if given is None else CIMultiDict(((hdrs.AUTHORIZATION, given),))
