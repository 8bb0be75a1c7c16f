"""Certificates and keys for wallets: read from PEM or JSON text, or from the file that a path names.

Their texts are secret, so no message of a library, which may quote them, is passed on.
"""

from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Struct
from pydantic import AfterValidator, SecretStr, ValidationInfo

_MAX_BYTES = 100_000


class ServiceAccount(Struct):
    """A service account of Google's, as far as it signs. private_key: RSA, PEM."""

    client_email: str
    private_key: str


def service_account(key: SecretStr) -> ServiceAccount:
    """The account in a valid GATEWAY_GOOGLE_WALLET_KEY."""
    return msgspec.json.decode(key.get_secret_value(), type=ServiceAccount)


def _content(secret: SecretStr, start: str, kind: str) -> SecretStr:
    """The text itself, or that of the file. Raises ValueError."""
    text = secret.get_secret_value().strip()
    if text.startswith(start):
        return SecretStr(text)
    try:
        with Path(text).open(encoding="utf-8") as file:
            content = file.read(_MAX_BYTES).strip()
    except (OSError, ValueError):
        raise ValueError(f"must be {kind}, or the path of a file with it that can be read") from None
    if not content.startswith(start):
        raise ValueError(f"the file must hold {kind}")
    return SecretStr(content)


def _check_google_key(secret: SecretStr) -> SecretStr:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey  # noqa: PLC0415  # few gateways need it
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415  # as above

    key = _content(secret, "{", "the JSON of a service account")
    try:
        account = service_account(key)
        is_rsa = isinstance(load_pem_private_key(account.private_key.encode(), None), RSAPrivateKey)
    except (msgspec.MsgspecError, ValueError, TypeError):
        is_rsa = False
    if not is_rsa:
        raise ValueError("must be the JSON of a service account, with client_email and an RSA private_key")
    return key


def _check_issuer(issuer: str, info: ValidationInfo) -> str:
    if info.data.get("google_wallet_key") is not None and not issuer:
        raise ValueError("is required with GATEWAY_GOOGLE_WALLET_KEY")
    if issuer and not (issuer.isascii() and issuer.isdecimal()):
        raise ValueError("must be digits, as the Google Wallet console shows it")
    return issuer


GoogleKey = Annotated[SecretStr, AfterValidator(_check_google_key)]
GoogleIssuer = Annotated[str, AfterValidator(_check_issuer)]
