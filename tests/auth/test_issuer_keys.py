"""The keys that verify tokens: fetched, cached, rotated, configured."""

import asyncio
import gzip
import json
import time
from dataclasses import replace

import pytest
import yarl
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc.jwk import RSAKey

from gateway.auth import InvalidToken, KeysUnavailable
from gateway.auth.bearer import BearerTokens, bearer_authentication
from gateway.auth.keys import FixedKeys, PublicKey, PublishedKeys, read_keys
from gateway.settings.model import Settings
from tests.support.forwarder import forwarding_to
from tests.support.issuer import AUDIENCE, ISSUER, claims, issuing, rsa_key, token
from tests.support.token_gateway import KEY, PEM, RULES, refused, serving


async def test_keys_are_cached(settings: Settings) -> None:
    """One fetch serves all requests, and the keys outlive the issuer."""
    async with serving(settings, KEY) as served:
        assert await served.accepts(token(KEY))
        served.issuer.status = 503

        answers = await asyncio.gather(*(served.accepts(token(KEY, claims(n=str(n)))) for n in range(50)))

        assert answers == [True] * 50
        assert served.issuer.requests == 1


async def test_one_fetch_for_unknown_keys(settings: Settings) -> None:
    """However many tokens name unknown keys, the issuer receives one request in two seconds."""
    strangers = [token(rsa_key(f"stranger-{n}")) for n in range(3)]
    async with serving(settings, KEY) as served:
        assert await served.accepts(token(KEY))
        began = time.monotonic()

        for _ in range(40):
            assert not any(await asyncio.gather(*map(served.accepts, strangers)))

        assert served.issuer.requests - 1 <= (time.monotonic() - began) / 2 + 1


class _CountingKeys(FixedKeys):
    """Keys that count how often they are read."""

    reads = 0

    async def current(self) -> tuple[PublicKey, ...]:
        self.reads += 1
        return await super().current()


async def test_verified_tokens_are_cached() -> None:
    """A token is verified once, and refused once it has expired."""
    keys = _CountingKeys(PEM)
    tokens = BearerTokens(keys, replace(RULES, skew_seconds=0))
    lasting, short = (token(KEY, claims(exp=time.time() + seconds)) for seconds in (3_600, 2))
    for _ in range(20):
        assert (await tokens.caller(lasting)).customer == "abc"
    assert keys.reads == 1

    async def ask_for_ever() -> None:
        while True:
            await tokens.caller(short)

    with pytest.raises(InvalidToken, match="expired"):
        await ask_for_ever()


async def test_rotation() -> None:
    """A new key is found with the first token that needs it; tokens of a removed key are refused."""
    newer = rsa_key("two")
    async with issuing(KEY) as issuer, PublishedKeys(issuer.url, 300) as keys:
        tokens = BearerTokens(keys, RULES)
        old, new = token(KEY), token(newer)
        assert (await tokens.caller(old)).customer == "abc"
        issuer.keys = [newer]
        keys._fetched_at -= 2  # noqa: SLF001  # two seconds pass

        assert (await tokens.caller(new)).customer == "abc"
        with pytest.raises(InvalidToken):
            await tokens.caller(old)

        assert issuer.requests == 2


@pytest.mark.parametrize("kid", ["one", None])
async def test_rotation_under_one_name(kid: str | None) -> None:
    """A key that changed under the same kid, or has no kid, is found too."""
    older, newer = (RSAKey.generate_key(2048, {"kid": kid} if kid else None) for _ in range(2))
    async with issuing(older) as issuer, PublishedKeys(issuer.url, 300) as keys:
        tokens = BearerTokens(keys, RULES)
        assert (await tokens.caller(token(older))).customer == "abc"
        issuer.keys = [newer]
        keys._fetched_at -= 2  # noqa: SLF001  # two seconds pass

        assert (await tokens.caller(token(newer))).customer == "abc"


async def test_old_keys_are_refreshed_in_the_background() -> None:
    """Keys past their maximum age stay in use while newer ones are fetched."""
    async with issuing(KEY) as issuer, PublishedKeys(issuer.url, 300) as keys:
        await keys.current()
        keys._fetched_at -= 301  # noqa: SLF001  # five minutes pass
        issuer.keys = [KEY, rsa_key("two")]

        assert len(await keys.current()) == 1
        await keys._fetch_done()  # noqa: SLF001  # what a request does not wait for
        assert len(await keys.current()) == 2
        assert issuer.requests == 2


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        (503, b"", {}),
        (302, b"", {"Location": "/elsewhere"}),
        (200, b"<html>", {}),
        (200, b"[]", {}),
        (200, b"[" * 100_000, {}),
        (200, b'{"keys": []}', {}),
        (200, b'{"keys": [1, {"kty": "oct", "k": "c2VjcmV0"}, {"kty": "RSA"}]}', {}),
        (200, b'{"keys": [' + b" " * 300_000 + b"]}", {}),
        (200, b"x", {"Content-Encoding": "gzip"}),
    ],
)
async def test_keys_never_fetched(
    settings: Settings, status: int, body: bytes, headers: dict[str, str]
) -> None:
    """Without any key every token gets 503, which says that the token is not at fault."""
    async with serving(settings, KEY, broken=(status, body, headers)) as served:
        answer = await served.ask(f"Bearer {token(KEY)}")

        message = "Tokens cannot be verified at the moment. Please try again later."
        assert answer == refused(503, message, "SERVICE_UNAVAILABLE", None)
        assert served.issuer.requests == 1


@pytest.mark.parametrize(
    "text",
    [
        PEM,
        json.dumps(KEY.as_dict(private=False)),
        json.dumps({"keys": [KEY.as_dict(private=False)]}),
    ],
)
async def test_configured_key(settings: Settings, text: str) -> None:
    """The key can be configured directly, as PEM, JWK or JWK Set."""
    served = settings.but(auth_public_key=text, auth_issuer=ISSUER, auth_audience=AUDIENCE)
    async with bearer_authentication(served) as authenticate:
        assert isinstance(authenticate, BearerTokens)

        assert (await authenticate.caller(token(KEY))).customer == "abc"
        with pytest.raises(InvalidToken):
            await authenticate.caller(token(rsa_key()))


@pytest.mark.parametrize(
    "text",
    [
        KEY.as_pem(private=True).decode(),
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        '{"kty": "oct", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"}',
        json.dumps({**KEY.as_dict(private=False), "use": "enc"}),
        "nonsense",
    ],
)
def test_useless_keys(text: str) -> None:
    """A key that cannot verify signatures, or that is a private key, is refused at startup."""
    with pytest.raises(ValueError):  # noqa: PT011  # any reason will do
        FixedKeys(text)


def test_weak_keys() -> None:
    """RSA keys below 2048 bits are not used."""
    weak = rsa.generate_private_key(65_537, 1024).public_key()  # noqa: S505  # that is the point
    pem = weak.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)

    with pytest.raises(ValueError, match="2048 bits"):
        FixedKeys(pem.decode())


async def test_unknown_key_while_the_issuer_hangs() -> None:
    """A token with an unknown key is refused at once while the issuer hangs, and found later."""
    newer = rsa_key("two")
    async with issuing(KEY) as issuer, PublishedKeys(issuer.url, 300) as keys:
        await keys.current()
        keys._fetched_at -= 2  # noqa: SLF001  # two seconds pass
        issuer.keys, issuer.released = [KEY, newer], asyncio.Event()
        tokens = BearerTokens(keys, RULES)

        with pytest.raises(InvalidToken):
            await tokens.caller(token(newer))
        assert keys._fetching is not None  # noqa: SLF001  # the fetch that nothing waited for
        assert not keys._fetching.done()  # noqa: SLF001  # as above

        issuer.released.set()
        await keys._fetch_done()  # noqa: SLF001  # as above
        assert (await tokens.caller(token(newer))).customer == "abc"
        assert issuer.requests == 2


@pytest.mark.parametrize("empty", [None, "", []])
@pytest.mark.parametrize("name", ["use", "key_ops", "alg", "x5c", "x5t", "x5t#S256", "x5u", "d", "kid"])
def test_empty_members(name: str, empty: object) -> None:
    """An optional member of a key that is null or empty counts as absent."""
    (key,) = read_keys(json.dumps({"keys": [KEY.as_dict(private=False) | {name: empty}]}).encode())

    assert key.thumbprint() == KEY.thumbprint()


async def test_empty_key_id() -> None:
    """A token whose key id is empty is verified with every key, like one without a key id."""
    tokens = BearerTokens(FixedKeys(json.dumps(KEY.as_dict(private=False))), RULES)

    assert (await tokens.caller(token(KEY, header={"kid": ""}))).customer == "abc"


@pytest.mark.parametrize("encoding", ["identity", "IDENTITY", "gzip", "x-gzip", " gzip "])
async def test_encoded_keys(encoding: str) -> None:
    """Keys are read with any content encoding that real issuers use."""
    body = json.dumps({"keys": [KEY.as_dict(private=False)]}).encode()
    async with issuing() as issuer:
        issuer.headers = {"Content-Encoding": encoding}
        issuer.body = gzip.compress(body) if "gzip" in encoding else body
        async with PublishedKeys(issuer.url, 300) as keys:
            assert len(await keys.current()) == 1


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzip.compress(b" " * 300_000), "gzip"),
        (gzip.compress(json.dumps({"keys": [KEY.as_dict(private=False)]}).encode())[:-9], "gzip"),
        (b"{}", "br"),
    ],
)
async def test_keys_that_cannot_be_decoded(body: bytes, encoding: str) -> None:
    """A list that inflates beyond its limit, is cut short or has an unknown encoding is not used."""
    async with issuing() as issuer:
        issuer.headers, issuer.body = {"Content-Encoding": encoding}, body
        async with PublishedKeys(issuer.url, 300) as keys:
            with pytest.raises(KeysUnavailable):
                await keys.current()


async def test_issuer_moves() -> None:
    """Each fetch goes to where the issuer's name points at that time."""
    newer = rsa_key("two")
    async with issuing(KEY) as old, issuing(newer) as new, forwarding_to(port_of(old.url)) as name:
        async with PublishedKeys(f"http://127.0.0.1:{name.port}/keys", 300) as keys:
            await keys.current()
            name.target = port_of(new.url)
            keys._fetched_at -= 2  # noqa: SLF001  # two seconds pass

            assert [key.kid for key in await keys.refreshed()] == ["two"]
        assert (old.requests, new.requests) == (1, 1)


def port_of(url: str) -> int:
    return yarl.URL(url).port or 0
