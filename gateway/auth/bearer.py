"""Bearer tokens: a signed JWT → a Caller. joserfc does the cryptography.

The list of algorithms is fixed and holds signatures by key pairs only, so neither `none` nor a
public key used as an HMAC secret passes. Keys come from our list alone: what a token's header
says of keys (jku, jwk, x5u, x5c) is not read.
"""

import hashlib
import json
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import hdrs
from cachetools import TLRUCache
from joserfc import jws, jwt
from joserfc.errors import ExpiredTokenError, JoseError, UnsupportedAlgorithmError
from joserfc.jws import CompactSignature, JWSRegistry

from gateway.auth import Authenticate, Caller, HasHeaders, InvalidToken, NoCustomer
from gateway.auth.keys import FixedKeys, Keys, PublicKey, PublishedKeys
from gateway.imin.client import is_identifier
from gateway.settings.model import Settings

ALGORITHMS = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
    "Ed25519",
)

# A token for something else, such as a logout or a proof of possession, says so here. Source: RFC 8725, 3.11.
_TYPES = {"", "jwt", "at+jwt", "application/at+jwt"}
_JWT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\Z")
_LONGEST_TOKEN = 8_192
_MOST_REMEMBERED = 10_000
_END_OF_TIME = float(2**53)

_MISREAD = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError)
"""What reading and checking a hostile token may raise."""


@dataclass(frozen=True)
class Rules:
    """What a token must say.

    customer_claim: the claim that holds imin's identifier of the customer.
    service_scope: scope that makes its holder a trusted service.
    skew_seconds: by how much the issuer's clock and ours may differ.
    """

    issuer: str
    audience: str
    customer_claim: str
    service_scope: str
    skew_seconds: int
    is_nbf_required: bool


class _FixedAlgorithms(JWSRegistry):
    """joserfc's algorithms, of which ours only, and without its warning that EdDSA has a newer name."""

    max_header_length = 4_096  # issuers send thumbprints and certificates along

    def get_alg(self, name: Any) -> Any:
        """The algorithm. Raises UnsupportedAlgorithmError."""
        if name not in ALGORITHMS:
            raise UnsupportedAlgorithmError("not one of ours")
        return self.algorithms[name]


_REGISTRY = _FixedAlgorithms(strict_check_header=False)


class BearerTokens:
    """Authenticates requests by their bearer token. Remembers verified tokens until they expire."""

    def __init__(self, keys: Keys, rules: Rules) -> None:
        self._keys = keys
        self._rules = rules
        self._claims = jwt.JWTClaimsRegistry(
            leeway=rules.skew_seconds,
            iss={"essential": True, "value": rules.issuer},
            aud={"essential": True, "value": rules.audience},
            exp={"essential": True},
            nbf={"essential": rules.is_nbf_required},
        )
        self._remembered: TLRUCache[bytes, tuple[Caller, float]] = TLRUCache(
            _MOST_REMEMBERED, ttu=lambda _, known, __: known[1], timer=time.time
        )
        self._generation = keys.generation

    async def __call__(self, request: HasHeaders) -> Caller | None:
        """The caller of a request; None where it carries no token. Raises NotAdmitted."""
        given = request.headers.getall(hdrs.AUTHORIZATION, ())
        if not given:
            return None
        scheme, _, token = given[0].partition(" ")
        if len(given) > 1 or scheme.lower() != "bearer":
            raise InvalidToken("Authorization must be one Bearer token.")
        return await self.caller(token.strip())

    async def caller(self, token: str) -> Caller:
        """Whom a token speaks for. Raises NotAdmitted."""
        if len(token) > _LONGEST_TOKEN or not _JWT.match(token):
            raise InvalidToken("The token is not valid.")
        if self._generation != self._keys.generation:
            # A key that is gone may have been stolen: what it signed is looked at again.
            self._remembered.clear()
            self._generation = self._keys.generation
        digest = hashlib.sha256(token.encode()).digest()
        known = self._remembered.get(digest)
        if known is None:
            claims = await self._verified(token)
            known = self._remembered[digest] = (
                _caller(claims, self._rules),
                min(claims["exp"], _END_OF_TIME),
            )
        return known[0]

    async def _verified(self, token: str) -> dict[str, Any]:
        """Claims of a token whose signature and claims hold."""
        try:
            signed = jws.extract_compact(token.encode(), registry=_REGISTRY)
            header = signed.headers()
            _REGISTRY.check_header(header)
            _REGISTRY.get_alg(header["alg"])
            if str(header.get("typ", "")).lower() not in _TYPES:
                raise InvalidToken("The token is not valid.")
        except _MISREAD as error:
            raise InvalidToken("The token is not valid.") from error
        if not _is_signed(signed, await self._keys.known()) and not _is_signed(
            signed, await self._keys.anew()
        ):
            raise InvalidToken("The token is not valid.")
        try:
            claims: dict[str, Any] = json.loads(signed.payload or b"")
            self._claims.validate(claims)
        except ExpiredTokenError as error:
            raise InvalidToken("The token has expired.") from error
        except _MISREAD as error:
            raise InvalidToken("The token is not valid.") from error
        return claims


def _is_signed(signed: CompactSignature, keys: tuple[PublicKey, ...]) -> bool:
    """Whether one of the keys signed it: the one the token names, or any where it names none."""
    kid = signed.headers().get("kid")
    return any(_verifies(key, signed) for key in keys if kid is None or key.kid is None or key.kid == kid)


def _verifies(key: PublicKey, signed: CompactSignature) -> bool:
    try:
        return jws.validate_compact(signed, key, registry=_REGISTRY)
    except _MISREAD:
        return False


def _caller(claims: dict[str, Any], rules: Rules) -> Caller:
    name = str(claims.get("sub", ""))
    if rules.service_scope in _scopes(claims):
        return Caller(None, may_name_any_customer=True, name=f"service {name or claims.get('client_id', '')}")
    customer = claims.get(rules.customer_claim)
    if isinstance(customer, int) and not isinstance(customer, bool):
        customer = str(customer)
    if not isinstance(customer, str) or not is_identifier(customer):
        raise NoCustomer("The token names no customer.")
    return Caller(customer)


def _scopes(claims: dict[str, Any]) -> set[str]:
    """Scopes, as OAuth writes them (`scope`, a text) and as others do (`scp`, a list or a text)."""
    found: set[str] = set()
    for given in (claims.get("scope"), claims.get("scp")):
        words = given.split() if isinstance(given, str) else given
        if isinstance(words, list):
            found.update(word for word in words if isinstance(word, str))
    return found


@asynccontextmanager
async def bearer_authentication(settings: Settings) -> AsyncIterator[Authenticate]:
    """Authentication by the bearer tokens that the settings describe."""
    rules = Rules(
        issuer=settings.auth_issuer,
        audience=settings.auth_audience,
        customer_claim=settings.auth_customer_claim,
        service_scope=settings.auth_service_scope,
        skew_seconds=settings.auth_skew_seconds,
        is_nbf_required=settings.auth_nbf_required,
    )
    if settings.auth_public_key:
        yield BearerTokens(FixedKeys(settings.auth_public_key), rules)
        return
    published = PublishedKeys(settings.auth_jwks_url or "", settings.auth_jwks_max_age_seconds)
    async with published:
        yield BearerTokens(published, rules)
