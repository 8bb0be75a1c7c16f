"""The issuer of `gateway demo --auth`: its key, the tokens that `gateway token` prints, and its JWK Set.

The key is in a file in the user's home, so that both commands find it, and tokens stay valid when the demo
restarts. `gateway serve` never reads it.
"""

import json
import os
import tempfile
import time
from pathlib import Path

from aiohttp import web
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from gateway.settings.model import Settings

JWKS_PATH = "/.well-known/jwks.json"
_ISSUER = "https://demo-issuer.invalid/"  # a name that cannot be registered. Source: RFC 6761, 6.4
_AUDIENCE = "imin-gateway-demo"
_ALGORITHM = "ES256"
_SERVICE = "demo"
_SERVICE_SCOPE = "bookings:any-customer"


class KeyFileUnusable(Exception):
    """The issuer's key can be neither read nor created. The message names the file."""


def key_file() -> Path:
    """Where the key is: in the user's state folder. Source: XDG Base Directory Specification."""
    folder = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(folder).expanduser() / "imin-gateway" / "demo-issuer-key.json"


def load_key() -> ECKey:
    """The issuer's private key, which is created the first time. Raises KeyFileUnusable."""
    file = key_file()
    try:
        if not file.exists():
            _create(file)
        return ECKey.import_key(json.loads(file.read_text()))
    except OSError as error:
        reason = f"cannot use the file {file}: {error.strerror}. XDG_STATE_HOME chooses another folder."
        raise KeyFileUnusable(reason) from None
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        raise KeyFileUnusable(f"the file {file} holds no key: remove it, and a new one is created.") from None


def demo_token(key: ECKey, customer: str | None, lifetime_seconds: int, *, is_service: bool = False) -> str:
    """A signed token. customer: imin's identifier; for a service its name, if it has any.

    Without a customer, the gateway accepts only a service's token, and refuses others with 403.
    """
    now = int(time.time())
    subject = customer or (_SERVICE if is_service else "")
    claims = {
        "iss": _ISSUER,
        "aud": _AUDIENCE,
        **({"sub": subject} if subject else {}),
        "iat": now,
        "nbf": now,
        "exp": now + lifetime_seconds,
        **({"scope": _SERVICE_SCOPE} if is_service else {}),
    }
    return jwt.encode({"alg": _ALGORITHM, "kid": key.kid, "typ": "JWT"}, claims, key)


def foreign_token(customer: str, lifetime_seconds: int) -> str:
    """A token that differs from the demo's own only in who has signed it."""
    return demo_token(_new_key(), customer, lifetime_seconds)


def create_issuer() -> web.Application:
    """The issuer as an application, which publishes its public key."""

    async def publish(_request: web.Request) -> web.Response:
        # Read each time: `gateway token` may have created another key after the file was removed.
        return web.json_response({"keys": [load_key().as_dict(private=False)]})

    app = web.Application()
    app.router.add_get(JWKS_PATH, publish)
    return app


def trusting(settings: Settings, issuer_url: str) -> Settings:
    """The settings, with tokens of this issuer as the only credentials.

    Both clocks are the same, so a token expires to the second unless a setting says otherwise.
    """
    skew = {"auth_skew_seconds": 0} if "auth_skew_seconds" not in settings.model_fields_set else {}
    return settings.but(
        auth_jwks_url=issuer_url + JWKS_PATH,
        auth_public_key=None,
        auth_issuer=_ISSUER,
        auth_audience=_AUDIENCE,
        auth_customer_claim="sub",
        auth_service_scope=_SERVICE_SCOPE,
        **skew,
    )


def _create(file: Path) -> None:
    """Write a new key, readable by its owner only. If another process is faster, its key stays."""
    key = _new_key()
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=file.parent) as whole:
        whole.write(json.dumps(key.as_dict(private=True)))
        whole.flush()
        try:
            os.link(whole.name, file)
        except FileExistsError:
            return


def _new_key() -> ECKey:
    return ECKey.generate_key("P-256", {"use": "sig", "alg": _ALGORITHM}, auto_kid=True)
