"""A token issuer: real keys, signed tokens, and a JWK Set over HTTP that can fail."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from joserfc import jws, jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

from gateway.server.listen import listening
from gateway.settings.model import Settings

ISSUER = "https://id.example.com/"
AUDIENCE = "bookings"
PrivateKey = RSAKey | ECKey | OKPKey


class _AnyAlgorithm(jws.JWSRegistry):
    """Signs with any algorithm, also those that joserfc refuses."""

    max_header_length = 100_000

    def get_alg(self, name: str) -> Any:
        return self.algorithms[name]

    def check_header(self, header: Any) -> None:
        """Accept any header."""


def rsa_key(kid: str = "one") -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid})


def claims(customer: str = "abc", **changes: Any) -> dict[str, Any]:
    """Claims of a valid token; a change to None removes the claim."""
    now = int(time.time())
    valid = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": customer,
        # Longer than a whole run, since some tests make their token when they are collected.
        "exp": now + 86_400,
        "nbf": now - 5,
        "iat": now - 5,
    }
    return {name: value for name, value in (valid | changes).items() if value is not None}


def token(
    key: Any,
    content: dict[str, Any] | None = None,
    *,
    alg: str = "RS256",
    header: dict[str, Any] | None = None,
) -> str:
    """A signed token. content: its claims; those of `claims()` if None."""
    headers = {"alg": alg, **({"kid": key.kid} if key.kid else {}), **(header or {})}
    return jwt.encode(headers, claims() if content is None else content, key, registry=_AnyAlgorithm())


@dataclass
class Issuer:
    """Publishes keys. body, status: replace its normal response. requests: how many it has received."""

    keys: list[PrivateKey]
    url: str = ""
    requests: int = 0
    status: int = 200
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    released: asyncio.Event | None = None
    """If set, responses wait for this event."""

    async def handle(self, _request: web.Request) -> web.Response:
        self.requests += 1
        if self.released is not None:
            await self.released.wait()
        if self.body is not None or self.status != 200:
            return web.Response(body=self.body or b"", status=self.status, headers=self.headers)
        return web.json_response({"keys": [key.as_dict(private=False) for key in self.keys]})

    def settings(self, settings: Settings, **changes: object) -> Settings:
        """Settings that trust this issuer."""
        return settings.but(auth_jwks_url=self.url, auth_issuer=ISSUER, auth_audience=AUDIENCE, **changes)


@asynccontextmanager
async def issuing(*keys: PrivateKey) -> AsyncIterator[Issuer]:
    """An issuer with those keys, on loopback."""
    issuer = Issuer(list(keys))
    app = web.Application()
    app.router.add_get("/keys", issuer.handle)
    async with listening(app, "127.0.0.1") as url:
        issuer.url = f"{url}/keys"
        yield issuer
