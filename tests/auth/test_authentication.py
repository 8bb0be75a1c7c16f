"""Authentication by bearer tokens. Their keys are tested in test_issuer_keys.py."""

import asyncio
import base64
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from joserfc.jwk import ECKey, OKPKey

from gateway.auth import InvalidToken, with_connection_init
from gateway.auth.bearer import BearerTokens, TokenRules, bearer_authentication
from gateway.auth.keys import FixedKeys
from gateway.commands import gateway_listening
from gateway.sandbox import Sandbox
from gateway.server.listen import listening
from gateway.settings.model import Settings
from tests.support.issuer import AUDIENCE, ISSUER, Issuer, PrivateKey, claims, issuing, rsa_key, token

KEY = rsa_key()
PEM = KEY.as_pem(private=False).decode()
VIEWER = {"query": "{ viewer { identifier } }"}
RULES = TokenRules(ISSUER, AUDIENCE, "sub", "bookings:any-customer", skew_seconds=30, is_nbf_required=True)

Answer = tuple[int, str | None, Any]


class Served:
    """A gateway that requires bearer tokens."""

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


def _segment(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def _with_secret(text: str) -> str:
    """A token whose HMAC secret is that text; a library that trusts `alg` would accept it."""
    signed = f"{_segment({'alg': 'HS256', 'kid': 'one'})}.{_segment(claims())}"
    mac = hmac.digest(text.encode(), signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def forgeries() -> dict[str, str]:
    """Tokens that must be refused, by what is wrong with them."""
    stranger = rsa_key("one")
    sound = token(KEY)
    head, body, signature = sound.split(".")
    public = stranger.as_dict(private=False)
    now = int(time.time())
    return {
        "none": f"{_segment({'alg': 'none'})}.{body}.",
        "none with a signature": f"{_segment({'alg': 'none', 'kid': 'one'})}.{body}.{signature}",
        "None": f"{_segment({'alg': 'None', 'kid': 'one'})}.{body}.{signature}",
        "public key as HMAC secret": _with_secret(PEM),
        "public JWK as HMAC secret": _with_secret(json.dumps(KEY.as_dict(private=False))),
        "algorithm a list": f"{_segment({'alg': ['RS256'], 'kid': 'one'})}.{body}.{signature}",
        "another key of the same name": token(stranger),
        "its own key (jwk)": token(stranger, header={"jwk": public}),
        "its own keys' address (jku)": token(stranger, header={"jku": "http://127.0.0.1:9/keys"}),
        "its own certificate (x5u)": token(stranger, header={"x5u": "http://127.0.0.1:9/cert"}),
        "its own certificate (x5c)": token(stranger, header={"x5c": ["MIIB"]}),
        "kid a path": token(stranger, header={"kid": "../../dev/null"}),
        "kid a query": token(stranger, header={"kid": "x' UNION SELECT 'secret"}),
        "kid an object": token(stranger, header={"kid": "one"}).replace(
            head, _segment({"alg": "RS256", "kid": {"a": 1}})
        ),
        "critical header": token(KEY, header={"crit": ["exp"], "exp": 1}),
        "for a logout": token(KEY, header={"typ": "logout+jwt"}),
        "body changed": f"{head}.{_segment(claims('1234'))}.{signature}",
        "signature cut": sound[:-4],
        "no signature": f"{head}.{body}.",
        "two parts": f"{head}.{body}",
        "four parts": f"{sound}.{signature}",
        "five parts": f"{head}.{body}.{signature}.{body}.{signature}",
        "another issuer": token(KEY, claims(iss="https://evil.example.com/")),
        "issuer with a suffix": token(KEY, claims(iss=ISSUER + "x")),
        "issuer a list": token(KEY, claims(iss=[ISSUER])),
        "no issuer": token(KEY, claims(iss=None)),
        "another audience": token(KEY, claims(aud="accounts")),
        "audience a part": token(KEY, claims(aud="bookings-admin")),
        "other audiences": token(KEY, claims(aud=["accounts", "reports"])),
        "no audience": token(KEY, claims(aud=None)),
        "no end": token(KEY, claims(exp=None)),
        "an end that is no number": token(KEY, claims(exp="tomorrow")),
        "no beginning": token(KEY, claims(nbf=None)),
        "not yet": token(KEY, claims(nbf=now + 120)),
        "issued in the future": token(KEY, claims(iat=now + 120)),
        "never ends": token(KEY, claims(exp=float("inf"))),
        "ends at no number": token(KEY, claims(exp=float("nan"))),
        "claims a list": f"{head}.{_segment([1])}.{signature}",
        "deep header": "eyJ" + _segment("[" * 3_000) + f".{body}.{signature}",
        "algorithm in small letters": f"{_segment({'alg': 'rs256', 'kid': 'one'})}.{body}.{signature}",
        "a curve's signature of zeros": f"{_segment({'alg': 'ES256', 'kid': 'one'})}.{body}.{'A' * 86}",
        "payload as it is": token(KEY, header={"b64": False, "crit": ["b64"]}),
        "padded": f"{head}=.{body}=.{signature}=",
        "a space within": f"{head}.{body} .{signature}",
        "audience an object": token(KEY, claims(aud={AUDIENCE: 1})),
        "audience in nested lists": token(KEY, claims(aud=[[AUDIENCE]])),
        "begins at infinity": token(KEY, claims(nbf=float("inf"))),
        "nothing": "",
        "dots": "..",
    }


@pytest.mark.parametrize("kind", list(forgeries()))
async def test_forgeries(settings: Settings, sandbox: Sandbox, kind: str) -> None:
    """A token with anything wrong gets 401, and imin receives no request."""
    async with serving(settings, KEY) as served:
        answer = await served.ask(f"Bearer {forgeries()[kind]}")

    assert answer == INVALID
    assert sandbox.request_log.entries == []


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
async def test_header_alone(settings: Settings, query: str) -> None:
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
        caller = await tokens(with_connection_init(request, json.loads(request.query["payload"])))
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


@hypothesis_settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    header=st.dictionaries(
        st.sampled_from(["alg", "kid", "typ", "crit", "b64", "zip", "jwk", "exp"]),
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers()
            | st.text(max_size=9)
            | st.sampled_from(["RS256", "ES256", "b64"]),
            lambda inner: (
                st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
            ),
            max_leaves=3,
        ),
    ),
    body=st.binary(max_size=40),
    signature=st.binary(max_size=300),
)
def test_arbitrary_text(header: dict[str, Any], body: bytes, signature: bytes) -> None:
    """Arbitrary text is never accepted as a token, and always refused the same way."""
    parts = (json.dumps(header).encode(), body, signature)
    nonsense = ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)

    with pytest.raises(InvalidToken):
        asyncio.run(BearerTokens(FixedKeys(PEM), RULES).caller(nonsense))
