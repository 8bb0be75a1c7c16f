"""Keys that tokens are signed with: a fixed one, or the issuer's list, kept fresh."""

import asyncio
import json
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol, Self

import aiohttp
import structlog
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, JWKRegistry, OKPKey, RSAKey

from gateway.auth import KeysUnavailable

PublicKey = RSAKey | ECKey | OKPKey

MOST_KEYS = 50
_FETCH_SECONDS = 3.0
_PAUSE_SECONDS = 2.0
_LARGEST_LIST_BYTES = 262_144
_LEAST_RSA_BITS = 2048

log = structlog.get_logger()


class Keys(Protocol):
    """Where keys come from. generation: changes whenever the keys do."""

    generation: int

    async def known(self) -> tuple[PublicKey, ...]:
        """The keys. Raises KeysUnavailable."""

    async def anew(self) -> tuple[PublicKey, ...]:
        """The keys, asked for again if that is due; for a token that none of the known ones fits."""


class FixedKeys:
    """Keys that were configured."""

    def __init__(self, text: str) -> None:
        """text: a PEM public key, or a JWK or JWK Set. Raises ValueError."""
        self.generation = 0
        self._keys = _read_pem(text) if text.lstrip().startswith("-----BEGIN") else read_keys(text.encode())

    async def known(self) -> tuple[PublicKey, ...]:
        """The keys."""
        return self._keys

    async def anew(self) -> tuple[PublicKey, ...]:
        """The same keys."""
        return self._keys


class PublishedKeys:
    """The issuer's JWK Set, inside `async with`.

    Kept while the issuer is down, asked for again when old or when a token needs a key that is
    not there; however many such tokens arrive, at most once in two seconds.
    """

    def __init__(self, url: str, max_age_seconds: float) -> None:
        self.generation = 0
        self._url = url
        self._max_age_seconds = max_age_seconds
        self._keys: tuple[PublicKey, ...] = ()
        self._asked_at = float("-inf")
        self._fetching: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            headers={"Accept": "application/jwk-set+json, application/json", "Accept-Encoding": "identity"},
            timeout=aiohttp.ClientTimeout(total=_FETCH_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
        )
        self._ask_if_due(0)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._fetching:
            self._fetching.cancel()
            await asyncio.wait([self._fetching])
        await self._session.close()

    async def known(self) -> tuple[PublicKey, ...]:
        """The keys; old ones at once, while newer ones are asked for."""
        self._ask_if_due(max(self._max_age_seconds, _PAUSE_SECONDS) if self._keys else _PAUSE_SECONDS)
        if not self._keys:
            await self._arrival()
        if not self._keys:
            raise KeysUnavailable("Tokens cannot be checked at the moment. Please try again later.")
        return self._keys

    async def anew(self) -> tuple[PublicKey, ...]:
        """The keys, after asking again if the last time is two seconds ago."""
        self._ask_if_due(_PAUSE_SECONDS)
        await self._arrival()
        return self._keys

    def _ask_if_due(self, seconds: float) -> None:
        now = time.monotonic()
        under_way = self._fetching is not None and not self._fetching.done()
        if not under_way and now - self._asked_at >= seconds:
            self._asked_at = now
            self._fetching = asyncio.create_task(self._fetch())

    async def _arrival(self) -> None:
        if self._fetching and not self._fetching.done():
            await asyncio.wait([self._fetching])

    async def _fetch(self) -> None:
        try:
            keys = read_keys(await self._read())
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            log.warning("issuer's keys did not arrive", type=type(error).__name__, kept=len(self._keys))
            return
        if [key.as_dict() for key in keys] != [key.as_dict() for key in self._keys]:
            self.generation += 1
            self._keys = keys
            log.info("issuer's keys", count=len(keys))

    async def _read(self) -> bytes:
        # No redirect: whoever can point the address elsewhere could sign tokens.
        async with self._session.get(self._url, allow_redirects=False) as response:
            if response.status != 200 or response.headers.get("Content-Encoding"):  # noqa: PLR2004  # OK
                raise ValueError("not a plain 200")
            body = b""
            async for chunk in response.content.iter_any():
                body += chunk
                if len(body) > _LARGEST_LIST_BYTES:
                    raise ValueError("larger than any list of keys")
            return body


def read_keys(text: bytes) -> tuple[PublicKey, ...]:
    """Keys of a JWK Set, or one JWK, that may verify signatures; what cannot be used is left out.

    Raises ValueError where nothing can be used.
    """
    try:
        content = json.loads(text)
    except RecursionError:
        raise ValueError("no JWK Set") from None
    listed = content.get("keys", [content]) if isinstance(content, dict) else None
    listed = listed if isinstance(listed, list) else []
    keys = tuple(key for entry in listed[:MOST_KEYS] if (key := _read_key(entry)) is not None)
    if not keys:
        raise ValueError("no key that can verify signatures")
    return keys


def _read_key(entry: Any) -> PublicKey | None:
    if not isinstance(entry, dict) or entry.get("use", "sig") != "sig":
        return None
    try:
        with _in_silence():
            key = JWKRegistry.import_key(entry)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return key if isinstance(key, PublicKey) and _is_strong(key) else None


@contextmanager
def _in_silence() -> Iterator[None]:
    """Without joserfc's warning of weak keys: they are left out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)
        yield


def _is_strong(key: PublicKey) -> bool:
    return not isinstance(key, RSAKey) or key.public_key.key_size >= _LEAST_RSA_BITS


def _read_pem(text: str) -> tuple[PublicKey, ...]:
    if "PRIVATE" in text:
        raise ValueError("a private key; the public one is needed")
    for kind in (RSAKey, ECKey, OKPKey):
        try:
            with _in_silence():
                key = kind.import_key(text)
        except (JoseError, ValueError, TypeError):
            continue
        if _is_strong(key):
            return (key,)
    raise ValueError("no RSA (2048 bits or more), EC or Ed25519 public key")
