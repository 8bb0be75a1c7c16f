"""What only `gateway demo` has: a GraphiQL page that can sign in as any customer of the sandbox."""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import hdrs, web

from gateway.errors import FORBIDDEN, NOT_FOUND
from gateway.http.cors import is_loopback_origin
from gateway.http.middleware import aiohttp_handler
from gateway.http.response import RawResponse, error_response, json_response

TOKEN_PATH = "/graphiql/tokens/"  # noqa: S105  # no secret
_LOOPBACK_HOST = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?\Z")


@dataclass(frozen=True, slots=True)
class Identity:
    """Someone whom the page can send requests as, or a credential that is refused.

    name: for the page's requests. label: for people. group: of the list that people choose from.
    lifetime_seconds: of a token. token: makes one; None if the identity is to have no token.
    """

    name: str
    label: str
    group: str
    lifetime_seconds: int = 0
    token: Callable[[], str] | None = None


@dataclass(frozen=True, slots=True)
class DemoExtras:
    """What the demo adds to a gateway.

    sandbox_url: the page that controls the sandbox. customers: of the sandbox, with their number of orders.
    identities: empty if the demo ignores tokens.
    """

    sandbox_url: str
    customers: dict[str, int]
    identities: tuple[Identity, ...]

    def facts(self) -> dict[str, Any]:
        """What the page shows, as JSON."""
        return {
            "sandbox": self.sandbox_url,
            "customers": [{"identifier": name, "orders": count} for name, count in self.customers.items()],
            "tokens": TOKEN_PATH.removeprefix("/"),
            "identities": [
                {
                    "name": identity.name,
                    "label": identity.label,
                    "group": identity.group,
                    "hasToken": identity.token is not None,
                }
                for identity in self.identities
            ],
        }


def add_tokens(app: web.Application, identities: tuple[Identity, ...]) -> None:
    """Make tokens for pages of this machine: any program that can run `gateway token` there may have them."""
    known = {identity.name: identity for identity in identities}

    async def respond(request: web.Request) -> RawResponse:
        if not _is_from_this_machine(request):
            return error_response(
                403, FORBIDDEN, "Only pages on this machine get tokens; use `gateway token`."
            )
        identity = known.get(request.match_info["name"])
        if identity is None or identity.token is None:
            return error_response(404, NOT_FOUND, "There is no such identity with a token.")
        return json_response({"token": identity.token(), "lifetimeSeconds": identity.lifetime_seconds})

    app.router.add_post(TOKEN_PATH + "{name}", aiohttp_handler(respond))


def _is_from_this_machine(request: web.Request) -> bool:
    """Whether client, page and name of the server are all of this machine.

    The name, because the DNS of another site may let its own name lead here, and a tunnel's name leads here
    from the internet.
    """
    origin = request.headers.get(hdrs.ORIGIN)
    return (
        ipaddress.ip_address(request.remote or "::").is_loopback
        and _LOOPBACK_HOST.match(request.host) is not None
        and (origin is None or is_loopback_origin(origin))
    )
