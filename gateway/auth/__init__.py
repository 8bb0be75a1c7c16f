"""Who is asking: an HTTP request → a Caller.

Identity comes from here only, never from an argument of a query. `Authenticate`
is the seam: `gateway demo` knows its one caller, `gateway serve` reads bearer
tokens (bearer.py).
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from aiohttp import hdrs, web
from multidict import MultiMapping


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, as verified.

    customer: imin's identifier of the customer, or None for a service that is no customer.
    may_name_any_customer: a trusted service, which may ask for any customer's bookings.
    name: who it is among all callers, for rate limits and logs; the customer where nothing else is said.
    """

    customer: str | None
    may_name_any_customer: bool = False
    name: str = ""

    def may_see(self, customer: str) -> bool:
        """Whether that customer's bookings are the caller's to see."""
        return self.may_name_any_customer or (customer != "" and customer == self.customer)


class HasHeaders(Protocol):
    """As much of a request as tells who asks and what for."""

    @property
    def headers(self) -> MultiMapping[str]:
        """Its headers, under names in any case."""


Authenticate: TypeAlias = Callable[[HasHeaders], Awaitable[Caller | None]]
"""Gives the caller of a request, or None where nobody known is asking. Raises NotAdmitted."""


class NotAdmitted(Exception):
    """Somebody asks whom the gateway cannot serve. Messages are fixed sentences, fit for a client."""

    status = 401
    challenge = "Bearer"


class InvalidToken(NotAdmitted):
    """The token is forged, expired or for somebody else."""

    challenge = 'Bearer error="invalid_token"'


class NoCustomer(NotAdmitted):
    """The token is sound, and names neither a customer nor a trusted service."""

    status = 403
    challenge = 'Bearer error="insufficient_scope"'


class KeysUnavailable(NotAdmitted):
    """No token can be checked: the issuer's keys have never arrived."""

    status = 503
    challenge = ""


DEMO_CUSTOMER = "1234"


async def demo_caller(_request: HasHeaders) -> Caller:
    """The sandbox's customer 1234, who may look at its other made-up customers too."""
    return Caller(DEMO_CUSTOMER, may_name_any_customer=True)


def with_connection_init(request: web.BaseRequest, payload: Mapping[str, Any]) -> web.BaseRequest:
    """The request that opened a WebSocket, with the token of its `connection_init` message.

    Browsers cannot set a header on a WebSocket, so the payload's Authorization stands for it. It is
    taken over alone: what the browser sent with the upgrade by itself is no proof of who is asking.
    """
    headers = request.headers.copy()
    headers.popall(hdrs.AUTHORIZATION, None)
    given = next((value for name, value in payload.items() if name.lower() == "authorization"), None)
    if isinstance(given, str) and given.isprintable():
        headers[hdrs.AUTHORIZATION] = given
    return request.clone(headers=headers)
