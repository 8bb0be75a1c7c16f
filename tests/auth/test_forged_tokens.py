"""Tokens that must be refused: forged, malformed, meant for others, or any other text."""

import asyncio
import base64
import hmac
import json
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from gateway.auth import InvalidToken
from gateway.auth.bearer import BearerTokens
from gateway.auth.keys import FixedKeys
from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.support.issuer import AUDIENCE, ISSUER, claims, rsa_key, token
from tests.support.token_gateway import (
    INVALID,
    KEY,
    PEM,
    RULES,
    serving,
)


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
