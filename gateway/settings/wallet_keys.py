"""Certificates and keys for wallets: read from PEM or JSON text, or from the file that a path names.

Their texts are secret, so no message of a library, which may quote them, is passed on.
"""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Struct
from pydantic import AfterValidator, SecretStr, ValidationInfo

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

_MAX_BYTES = 100_000
_PEM = "-----BEGIN "
_CERTIFICATE = "a PEM certificate"


class ServiceAccount(Struct):
    """A service account of Google's, as far as it signs. private_key: RSA, PEM."""

    client_email: str
    private_key: str


def service_account(key: SecretStr) -> ServiceAccount:
    """The account in a valid GATEWAY_GOOGLE_WALLET_KEY."""
    return msgspec.json.decode(key.get_secret_value(), type=ServiceAccount)


def certificate_ends_at(certificate: SecretStr) -> datetime:
    """Until when a valid GATEWAY_APPLE_PASS_CERTIFICATE may sign."""
    return _parsed(certificate).not_valid_after_utc


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


def _check_certificate(secret: SecretStr) -> SecretStr:
    pem = _content(secret, _PEM, _CERTIFICATE)
    _parsed(pem)
    return pem


def _check_pass_key(secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
    certificate = _required(secret, info)
    if secret is None:
        return None
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey  # noqa: PLC0415  # as above
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey  # noqa: PLC0415  # as above
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415  # as above

    pem = _content(secret, _PEM, "a PEM private key")
    try:
        key = load_pem_private_key(pem.get_secret_value().encode(), None)
    except (ValueError, TypeError):
        raise ValueError("must be a PEM private key without a password") from None
    if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
        raise ValueError("must be an RSA or EC key")  # noqa: TRY004  # what pydantic reports
    if certificate is not None and key.public_key() != certificate.public_key():
        raise ValueError("is not the key of GATEWAY_APPLE_PASS_CERTIFICATE")
    return pem


def _check_wwdr(secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
    certificate = _required(secret, info)
    if secret is None:
        return None
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415  # as above

    pem = _content(secret, _PEM, _CERTIFICATE)
    issuer = _parsed(pem)
    if certificate is not None:
        try:
            certificate.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature):
            raise ValueError(
                "is not the certificate that issued GATEWAY_APPLE_PASS_CERTIFICATE; Apple has several"
            ) from None
    return pem


def _check_type_id(text: str, info: ValidationInfo) -> str:
    return _named_by_certificate(text, info, "USER_ID", "user id (UID)")


def _check_team_id(text: str, info: ValidationInfo) -> str:
    return _named_by_certificate(text, info, "ORGANIZATIONAL_UNIT_NAME", "organizational unit (OU)")


def _named_by_certificate(text: str, info: ValidationInfo, attribute: str, label: str) -> str:
    """The text, or what the certificate's subject says if it is empty. Apple's certificates say both."""
    secret = info.data.get("apple_pass_certificate")
    if secret is None:
        return text
    from cryptography.x509.oid import NameOID  # noqa: PLC0415  # as above

    named = [
        str(one.value) for one in _parsed(secret).subject.get_attributes_for_oid(getattr(NameOID, attribute))
    ]
    if not text and not named:
        raise ValueError(f"is required: GATEWAY_APPLE_PASS_CERTIFICATE has no {label}")
    if text and named and text not in named:
        raise ValueError(f"is not the {label} of GATEWAY_APPLE_PASS_CERTIFICATE")
    return text or named[0]


def _required(secret: SecretStr | None, info: ValidationInfo) -> "Certificate | None":
    """The certificate, if it is valid; what is checked must be set if and only if it is set."""
    if "apple_pass_certificate" not in info.data:  # invalid, which is reported
        return None
    certificate: SecretStr | None = info.data["apple_pass_certificate"]
    if certificate is not None and secret is None:
        raise ValueError("is required with GATEWAY_APPLE_PASS_CERTIFICATE")
    if certificate is None and secret is not None:
        raise ValueError("needs GATEWAY_APPLE_PASS_CERTIFICATE")
    return None if certificate is None else _parsed(certificate)


def _parsed(pem: SecretStr) -> "Certificate":
    from cryptography.x509 import load_pem_x509_certificate  # noqa: PLC0415  # few gateways need it

    try:
        return load_pem_x509_certificate(pem.get_secret_value().encode())
    except ValueError:
        raise ValueError(f"must be {_CERTIFICATE}") from None


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


PassCertificate = Annotated[SecretStr, AfterValidator(_check_certificate)]
PassKey = Annotated[SecretStr | None, AfterValidator(_check_pass_key)]
Wwdr = Annotated[SecretStr | None, AfterValidator(_check_wwdr)]
PassTypeId = Annotated[str, AfterValidator(_check_type_id)]
TeamId = Annotated[str, AfterValidator(_check_team_id)]
GoogleKey = Annotated[SecretStr, AfterValidator(_check_google_key)]
GoogleIssuer = Annotated[str, AfterValidator(_check_issuer)]
