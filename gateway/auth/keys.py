"""Public keys that verify tokens: configured ones, or the issuer's JWK Set, refreshed regularly."""

import asyncio
import json
import time
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol, Self

import aiohttp
import structlog
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, JWKRegistry, OKPKey, RSAKey

from gateway.auth.caller import KeysUnavailable

PublicKey = RSAKey | ECKey | OKPKey

MAX_KEYS = 50
_FETCH_SECONDS = 3.0
_PAUSE_SECONDS = 2.0
_UNKNOWN_KEY_SECONDS = 1.0
_MAX_JWKS_BYTES = 262_144
_MIN_RSA_BITS = 2048

log = structlog.get_logger()


class Keys(Protocol):
    """A source of keys. generation: changes whenever the keys do."""

    generation: int

    async def current(self) -> tuple[PublicKey, ...]:
        """The current keys. Raises KeysUnavailable."""

    async def refreshed(self) -> tuple[PublicKey, ...]:
        """The keys after a refresh, if one is due; for a token that no current key verifies."""


class FixedKeys:
    """Configured keys."""

    def __init__(self, text: str) -> None:
        """text: a PEM public key, a JWK or a JWK Set. Raises ValueError."""
        self.generation = 0
        self._keys = _read_pem(text) if text.lstrip().startswith("-----BEGIN") else read_keys(text.encode())

    async def current(self) -> tuple[PublicKey, ...]:
        return self._keys

    async def refreshed(self) -> tuple[PublicKey, ...]:
        return self._keys


class PublishedKeys:
    """The issuer's JWK Set, inside `async with`.

    Old keys stay in use while the issuer is down. The set is fetched again when it is old or when a token
    names an unknown key, but at most once in two seconds however many such tokens arrive.
    """

    def __init__(self, url: str, max_age_seconds: float) -> None:
        self.generation = 0
        self._url = url
        self._max_age_seconds = max_age_seconds
        self._keys: tuple[PublicKey, ...] = ()
        self._fetched_at = float("-inf")
        self._fetching: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            headers={"Accept": "application/jwk-set+json, application/json", "Accept-Encoding": "identity"},
            timeout=aiohttp.ClientTimeout(total=_FETCH_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
            # Each fetch goes to where the issuer's name points then.
            connector=aiohttp.TCPConnector(force_close=True, use_dns_cache=False),
            auto_decompress=False,
        )
        self._fetch_if_due(0)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._fetching:
            self._fetching.cancel()
            await asyncio.wait([self._fetching])
        await self._session.close()

    async def current(self) -> tuple[PublicKey, ...]:
        """The keys; old ones are returned at once and refreshed in the background."""
        self._fetch_if_due(max(self._max_age_seconds, _PAUSE_SECONDS) if self._keys else _PAUSE_SECONDS)
        if not self._keys:
            await self._fetch_done()
        if not self._keys:
            raise KeysUnavailable("Tokens cannot be verified at the moment. Please try again later.")
        return self._keys

    async def refreshed(self) -> tuple[PublicKey, ...]:
        """The keys, fetched again unless that happened within the last two seconds.

        If the issuer hangs, returns the current keys; the fetch continues in the background.
        """
        self._fetch_if_due(_PAUSE_SECONDS)
        await self._fetch_done(_UNKNOWN_KEY_SECONDS)
        return self._keys

    def _fetch_if_due(self, seconds: float) -> None:
        now = time.monotonic()
        under_way = self._fetching is not None and not self._fetching.done()
        if not under_way and now - self._fetched_at >= seconds:
            self._fetched_at = now
            self._fetching = asyncio.create_task(self._fetch())

    async def _fetch_done(self, timeout_seconds: float | None = None) -> None:
        if self._fetching and not self._fetching.done():
            await asyncio.wait([self._fetching], timeout=timeout_seconds)

    async def _fetch(self) -> None:
        try:
            keys = read_keys(await self._read())
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            log.warning("issuer's keys could not be fetched", type=type(error).__name__, **self._in_use())
            return
        if [key.as_dict() for key in keys] != [key.as_dict() for key in self._keys]:
            self.generation += 1
            self._keys = keys
            log.info("issuer's keys", count=len(keys))

    def _in_use(self) -> dict[str, int]:
        count = len(self._keys)
        return {"keys_in_use": count, "kept": count}  # `kept` is the name of earlier versions

    async def _read(self) -> bytes:
        # No redirects: anyone who could redirect this request could supply keys of their own.
        async with self._session.get(self._url, allow_redirects=False) as response:
            if response.status != 200:  # noqa: PLR2004  # OK
                raise ValueError(f"status {response.status}")
            body = b""
            async for chunk in response.content.iter_any():
                body += chunk
                if len(body) > _MAX_JWKS_BYTES:
                    raise ValueError("larger than any JWK Set")
            return _decompress(body, response.headers.get("Content-Encoding", ""))


def _decompress(body: bytes, encoding: str) -> bytes:
    """The body without its content encoding. Some issuers compress although they are asked not to."""
    match encoding.strip().lower():
        case "" | "identity":
            return body
        case "gzip" | "x-gzip":
            inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)  # a gzip header
            try:
                text = inflater.decompress(body, _MAX_JWKS_BYTES)
            except zlib.error as error:
                raise ValueError("corrupt gzip") from error
            if not inflater.eof:
                raise ValueError("incomplete gzip, or larger than any JWK Set")
            return text
    raise ValueError("an unknown content encoding")


def read_keys(text: bytes) -> tuple[PublicKey, ...]:
    """The usable keys of a JWK Set, or of one JWK. Keys that cannot verify signatures are skipped.

    Raises ValueError if none is usable.
    """
    try:
        content = json.loads(text)
    except (RecursionError, ValueError):
        raise ValueError("is neither a PEM public key nor a JWK or JWK Set") from None
    listed = content.get("keys", [content]) if isinstance(content, dict) else None
    listed = listed if isinstance(listed, list) else []
    keys = tuple(key for entry in listed[:MAX_KEYS] if (key := _read_key(entry)) is not None)
    if not keys:
        raise ValueError("contains no key that can verify signatures")
    return keys


def _read_key(entry: Any) -> PublicKey | None:
    if not isinstance(entry, dict):
        return None
    # Real issuers write optional members as null, "" or [] instead of leaving them out.
    members = {name: value for name, value in entry.items() if value not in (None, "", [])}
    if members.get("use", "sig") != "sig":
        return None
    try:
        with _without_weak_key_warnings():
            key = JWKRegistry.import_key(members)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return key if isinstance(key, PublicKey) and _is_strong(key) else None


@contextmanager
def _without_weak_key_warnings() -> Iterator[None]:
    # Weak keys are skipped, so there is nothing to warn about.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)
        yield


def _is_strong(key: PublicKey) -> bool:
    return not isinstance(key, RSAKey) or key.public_key.key_size >= _MIN_RSA_BITS


def _read_pem(text: str) -> tuple[PublicKey, ...]:
    if "PRIVATE" in text:
        raise ValueError("is a private key; the public one is needed")
    for kind in (RSAKey, ECKey, OKPKey):
        try:
            with _without_weak_key_warnings():
                key = kind.import_key(text)
        except (JoseError, ValueError, TypeError):
            continue
        if _is_strong(key):
            return (key,)
    raise ValueError("is no RSA (2048 bits or more), EC or Ed25519 public key")
