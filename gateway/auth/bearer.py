"""Bearer tokens: a signed JWT → a Caller. joserfc does the cryptography.

The list of algorithms is fixed and contains asymmetric signatures only, so neither `none` nor a public
key used as an HMAC secret is accepted. Keys come from the configured list only: key hints in a token's
header (jku, jwk, x5u, x5c) are ignored.
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

from gateway.auth.caller import Authenticate, Caller, HasHeaders, InvalidToken, NoCustomer
from gateway.auth.keys import FixedKeys, Keys, PublicKey, PublishedKeys
from gateway.imin.routes import is_identifier
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

# Tokens for other purposes (logout, proof of possession) have another `typ`. Source: RFC 8725, 3.11.
_TYPES = {"", "jwt", "at+jwt", "application/at+jwt"}
_JWT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\Z")
_MAX_TOKEN_LENGTH = 8_192
_MAX_CACHED_TOKENS = 10_000
_MAX_EXPIRY = float(2**53)

_PARSE_ERRORS = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError)
"""What parsing and verifying a hostile token may raise."""


@dataclass(frozen=True)
class TokenRules:
    """What a token must contain.

    customer_claim: claim with imin's customer identifier.
    service_scope: scope that makes its holder a trusted service.
    skew_seconds: accepted difference between the issuer's clock and ours.
    """

    issuer: str
    audience: str
    customer_claim: str
    service_scope: str
    skew_seconds: int
    is_nbf_required: bool


class _FixedAlgorithms(JWSRegistry):
    """joserfc's registry, limited to ALGORITHMS and without its warning that EdDSA has a newer name."""

    max_header_length = 4_096  # some issuers include thumbprints and certificates

    def get_alg(self, name: Any) -> Any:
        if name not in ALGORITHMS:
            raise UnsupportedAlgorithmError("not an accepted algorithm")
        return self.algorithms[name]


_REGISTRY = _FixedAlgorithms(strict_check_header=False)


class BearerTokens:
    """Authenticate requests by their bearer token. Verified tokens are cached until they expire."""

    def __init__(self, keys: Keys, rules: TokenRules) -> None:
        self._keys = keys
        self._rules = rules
        self._claims = jwt.JWTClaimsRegistry(
            leeway=rules.skew_seconds,
            iss={"essential": True, "value": rules.issuer},
            aud={"essential": True, "value": rules.audience},
            exp={"essential": True},
            nbf={"essential": rules.is_nbf_required},
        )
        self._verified_tokens: TLRUCache[bytes, tuple[Caller, float]] = TLRUCache(
            _MAX_CACHED_TOKENS, ttu=lambda _, known, __: known[1], timer=time.time
        )
        self._generation = keys.generation

    async def __call__(self, request: HasHeaders) -> Caller | None:
        """The caller of a request; None if it has no Authorization header. Raises AuthenticationError."""
        given = request.headers.getall(hdrs.AUTHORIZATION, ())
        if not given:
            return None
        scheme, _, token = given[0].partition(" ")
        if len(given) > 1 or scheme.lower() != "bearer":
            raise InvalidToken("Authorization must be one Bearer token.")
        return await self.caller(token.strip())

    async def caller(self, token: str) -> Caller:
        """The caller that a token identifies. Raises AuthenticationError."""
        if len(token) > _MAX_TOKEN_LENGTH or not _JWT.match(token):
            raise InvalidToken("The token is not valid.")
        if self._generation != self._keys.generation:
            # A key that was removed may have been stolen, so tokens it signed must be verified again.
            self._verified_tokens.clear()
            self._generation = self._keys.generation
        digest = hashlib.sha256(token.encode()).digest()
        known = self._verified_tokens.get(digest)
        if known is None:
            claims = await self._verified(token)
            expiry = min(claims["exp"], _MAX_EXPIRY)
            known = self._verified_tokens[digest] = _caller(claims, expiry, self._rules), expiry
        return known[0]

    async def _verified(self, token: str) -> dict[str, Any]:
        """The claims of a token, after its signature and claims were verified."""
        try:
            signed = jws.extract_compact(token.encode(), registry=_REGISTRY)
            header = signed.headers()
            _REGISTRY.check_header(header)
            _REGISTRY.get_alg(header["alg"])
            if str(header.get("typ") or "").lower() not in _TYPES:
                raise InvalidToken("The token is not valid.")
        except _PARSE_ERRORS as error:
            raise InvalidToken("The token is not valid.") from error
        if not _is_signed(signed, await self._keys.current()) and not _is_signed(
            signed, await self._keys.refreshed()
        ):
            raise InvalidToken("The token is not valid.")
        try:
            claims: dict[str, Any] = json.loads(signed.payload or b"")
            self._claims.validate(claims)
        except ExpiredTokenError as error:
            raise InvalidToken("The token has expired.") from error
        except _PARSE_ERRORS as error:
            raise InvalidToken("The token is not valid.") from error
        return claims


def _is_signed(signed: CompactSignature, keys: tuple[PublicKey, ...]) -> bool:
    """Whether the key that the token names signed it, or any key if it names none."""
    kid = signed.headers().get("kid")
    return any(_verifies(key, signed) for key in keys if not kid or not key.kid or key.kid == kid)


def _verifies(key: PublicKey, signed: CompactSignature) -> bool:
    try:
        return jws.validate_compact(signed, key, registry=_REGISTRY)
    except _PARSE_ERRORS:
        return False


def _caller(claims: dict[str, Any], expiry: float, rules: TokenRules) -> Caller:
    name, expires_at = str(claims.get("sub", "")), expiry + rules.skew_seconds
    if rules.service_scope in _scopes(claims):
        service = f"service {name or claims.get('client_id', '')}"
        return Caller(None, may_name_any_customer=True, name=service, expires_at=expires_at)
    customer = claims.get(rules.customer_claim)
    if isinstance(customer, int) and not isinstance(customer, bool):
        customer = str(customer)
    if not isinstance(customer, str) or not is_identifier(customer):
        raise NoCustomer("The token does not identify a customer.")
    return Caller(customer, expires_at=expires_at)


def _scopes(claims: dict[str, Any]) -> set[str]:
    """Scopes, from `scope` (OAuth: one text) and `scp` (other issuers: a list or a text)."""
    found: set[str] = set()
    for given in (claims.get("scope"), claims.get("scp")):
        words = given.split() if isinstance(given, str) else given
        if isinstance(words, list):
            found.update(word for word in words if isinstance(word, str))
    return found


@asynccontextmanager
async def bearer_authentication(settings: Settings) -> AsyncIterator[Authenticate]:
    """Bearer token authentication as configured by the settings."""
    rules = TokenRules(
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
