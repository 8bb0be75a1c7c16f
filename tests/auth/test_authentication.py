"""Authentication by bearer tokens. See also test_forged_tokens.py and test_issuer_keys.py."""

import json
import time
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from joserfc.jwk import ECKey, OKPKey

from gateway.auth import ConnectionInitCredentials, InvalidToken
from gateway.auth.bearer import BearerTokens
from gateway.auth.keys import FixedKeys
from gateway.server.listen import listening
from gateway.settings.model import Settings
from tests.support.issuer import AUDIENCE, PrivateKey, claims, token
from tests.support.token_gateway import (
    EXPIRED,
    KEY,
    PEM,
    RULES,
    VIEWER,
    Answer,
    refused,
    serving,
    viewer,
)


@pytest.mark.parametrize(
    ("key", "alg"),
    [
        *((KEY, alg) for alg in ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")),
        (ECKey.generate_key("P-256", {"kid": "e"}), "ES256"),
        (ECKey.generate_key("P-384", {"kid": "e"}), "ES384"),
        (ECKey.generate_key("P-521", {"kid": "e"}), "ES512"),
        (OKPKey.generate_key("Ed25519", {"kid": "e"}), "EdDSA"),
        (OKPKey.generate_key("Ed25519", {"kid": "e"}), "Ed25519"),
    ],
)
async def test_algorithms(settings: Settings, key: PrivateKey, alg: str) -> None:
    """A token identifies its customer with any of the accepted kinds of key."""
    async with serving(settings, key) as served:
        assert await served.ask(f"Bearer {token(key, alg=alg)}") == viewer("abc")


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        (lambda now: {"exp": now - 60}, EXPIRED),
        (lambda now: {"exp": now - 10}, viewer("abc")),
        (lambda now: {"nbf": now + 10}, viewer("abc")),
        (lambda _now: {"aud": ["accounts", AUDIENCE]}, viewer("abc")),
        (lambda _now: {"exp": 10**400}, viewer("abc")),
    ],
)
async def test_times_and_audiences(
    settings: Settings, changes: Callable[[int], dict[str, Any]], answer: Answer
) -> None:
    """Clocks may differ by 30 seconds; the audience may be one of several."""
    async with serving(settings, KEY) as served:
        text = token(KEY, claims(**changes(int(time.time()))))
        assert await served.ask(f"Bearer {text}") == answer


@pytest.mark.parametrize(
    ("authorization", "message"),
    [
        ((), "Please sign in."),
        (("Basic YWJjOmFiYw==",), "Authorization must be one Bearer token."),
        (("Bearer",), "The token is not valid."),
        (("Bearer x", "Bearer y"), "Authorization must be one Bearer token."),
        (("Bearer é",), "The token is not valid."),
    ],
)
async def test_no_token(settings: Settings, authorization: tuple[str, ...], message: str) -> None:
    """A request without a token gets 401 as a GraphQL error."""
    challenge = 'Bearer error="invalid_token"' if authorization else "Bearer"

    async with serving(settings, KEY) as served:
        assert await served.ask(*authorization) == refused(401, message, "UNAUTHENTICATED", challenge)


@pytest.mark.parametrize("query", ["?customer=abc", "?access_token="])
async def test_only_the_header_counts(settings: Settings, query: str) -> None:
    """Tokens in the URL or a cookie are ignored: URLs end up in logs, browsers send cookies by themselves."""
    async with serving(settings, KEY) as served:
        cookies = {"Authorization": f"Bearer {token(KEY)}", "token": token(KEY)}
        url = f"{served.url}/graphql{query}{token(KEY)}"
        async with served.http.post(url, json=VIEWER, cookies=cookies) as response:
            assert response.status == 401


NO_CUSTOMER = refused(
    403, "The token does not identify a customer.", "FORBIDDEN", 'Bearer error="insufficient_scope"'
)
NO_IDENTIFIERS: list[Any] = [
    *("", "../1234", "1234\n", "1234?customerIdentifier=2", "x" * 200),
    *(True, ["1234"], {}, None),
]


@pytest.mark.parametrize(
    ("content", "answer"),
    [
        (claims(customer_id="1234"), viewer("1234")),
        (claims(customer_id=1234), viewer("1234")),
        *((claims(customer_id=value), NO_CUSTOMER) for value in NO_IDENTIFIERS),
    ],
)
async def test_customer_claim(settings: Settings, content: dict[str, Any], answer: Answer) -> None:
    """The customer claim is configurable; a value that cannot be an identifier is refused."""
    async with serving(settings, KEY, auth_customer_claim="customer_id") as served:
        assert await served.ask(f"Bearer {token(KEY, content)}") == answer


@pytest.mark.parametrize(
    ("scopes", "is_service"),
    [
        ({"scope": "openid bookings:any-customer"}, True),
        ({"scp": ["bookings:any-customer"]}, True),
        ({"scp": "bookings:any-customer"}, True),
        ({"scope": "bookings:any-customer2 bookings"}, False),
        ({"scope": ["bookings:any-customer"]}, True),
        ({"scope": {"bookings:any-customer": 1}}, False),
        ({}, False),
    ],
)
async def test_service_scope(settings: Settings, scopes: dict[str, Any], *, is_service: bool) -> None:
    """A trusted service may name any customer; a customer sees only themselves."""
    query = {"query": '{ viewer { identifier } customer(identifier: "small") { identifier } }'}
    expected = {
        "viewer": None if is_service else {"identifier": "abc"},
        "customer": {"identifier": "small"} if is_service else None,
    }

    async with serving(settings, KEY) as served:
        answer = await served.ask(f"Bearer {token(KEY, claims(**scopes))}", query=query)

    assert answer == (200, None, {"data": expected})


async def test_nbf_may_be_waived(settings: Settings) -> None:
    """nbf may be left out if the settings allow it; if present it is checked."""
    async with serving(settings, KEY, auth_nbf_required=False) as served:
        assert await served.accepts(token(KEY, claims(nbf=None)))
        assert not await served.accepts(token(KEY, claims(nbf=int(time.time()) + 120)))


async def test_long_tokens() -> None:
    """An oversized token is refused without being parsed, from any transport."""
    with pytest.raises(InvalidToken):
        await BearerTokens(FixedKeys(PEM), RULES).caller(token(KEY, claims(extra="x" * 7_000)))


async def test_connection_init() -> None:
    """A WebSocket is authenticated by connection_init alone, not by the upgrade request."""
    tokens = BearerTokens(FixedKeys(PEM), RULES)

    async def upgrade(request: web.Request) -> web.Response:
        caller = await tokens(ConnectionInitCredentials(json.loads(request.query["payload"])))
        return web.json_response(caller.customer if caller else None)

    app = web.Application()
    app.router.add_get("/", upgrade)
    upgraded = {"Authorization": f"Bearer {token(KEY, claims('1234'))}"}

    async def customer(payload: dict[str, Any]) -> str | None:
        async with http.get(url, params={"payload": json.dumps(payload)}, headers=upgraded) as response:
            known: str | None = await response.json()
            return known

    async with listening(app, "127.0.0.1") as url, aiohttp.ClientSession() as http:
        assert await customer({"Authorization": f"Bearer {token(KEY)}"}) == "abc"
        assert await customer({"authorization": f"Bearer {token(KEY)}"}) == "abc"
        assert await customer({}) is None
        assert await customer({"Authorization": 1}) is None
        assert await customer({"Authorization": "Bearer x\r\nX: y"}) is None
