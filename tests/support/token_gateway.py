"""A gateway that requires bearer tokens, and its issuer."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import aiohttp

from gateway.auth.bearer import TokenRules, bearer_authentication
from gateway.commands import gateway_listening
from gateway.settings.model import Settings
from tests.support.issuer import AUDIENCE, ISSUER, Issuer, PrivateKey, issuing, rsa_key

KEY = rsa_key()
PEM = KEY.as_pem(private=False).decode()
VIEWER = {"query": "{ viewer { identifier } }"}
RULES = TokenRules(ISSUER, AUDIENCE, "sub", "bookings:any-customer", skew_seconds=30, is_nbf_required=True)

Answer = tuple[int, str | None, Any]


class Served:
    """A client of the gateway. issuer: the one that the gateway trusts."""

    def __init__(self, url: str, http: aiohttp.ClientSession, issuer: Issuer) -> None:
        self.url, self.http, self.issuer = url, http, issuer

    async def ask(self, *authorization: str, query: dict[str, Any] = VIEWER) -> Answer:
        """Status, WWW-Authenticate header and body of the response."""
        headers = [("Authorization", value) for value in authorization]
        async with self.http.post(f"{self.url}/graphql", json=query, headers=headers) as response:
            return response.status, response.headers.get("WWW-Authenticate"), await response.json()

    async def accepts(self, token_: str) -> bool:
        return (await self.ask(f"Bearer {token_}"))[0] == 200


@asynccontextmanager
async def serving(
    settings: Settings,
    *keys: PrivateKey,
    broken: tuple[int, bytes, dict[str, str]] | None = None,
    **changes: object,
) -> AsyncIterator[Served]:
    """A gateway and its issuer. broken: the response of the issuer instead of its keys."""
    async with AsyncExitStack() as running:
        issuer = await running.enter_async_context(issuing(*keys))
        if broken:
            issuer.status, issuer.body, issuer.headers = broken
        served = issuer.settings(settings, **changes)
        authenticate = await running.enter_async_context(bearer_authentication(served))
        url = await running.enter_async_context(gateway_listening(served, authenticate))
        http = await running.enter_async_context(aiohttp.ClientSession())
        yield Served(url, http, issuer)


def viewer(identifier: str | None) -> Answer:
    return 200, None, {"data": {"viewer": {"identifier": identifier} if identifier else None}}


def refused(status: int, message: str, code: str, challenge: str | None) -> Answer:
    return status, challenge, {"errors": [{"message": message, "extensions": {"code": code}}]}


INVALID = refused(401, "The token is not valid.", "UNAUTHENTICATED", 'Bearer error="invalid_token"')
EXPIRED = refused(401, "The token has expired.", "UNAUTHENTICATED", 'Bearer error="invalid_token"')
