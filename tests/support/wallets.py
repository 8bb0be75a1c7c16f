"""Made-up keys of an operator, and what the programs behind wallets read."""

import functools
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID
from pydantic import SecretStr

from gateway.settings.model import Settings

Key: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
PublicKey: TypeAlias = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

PASS_TYPE, TEAM = "pass.com.example.tickets", "TEAM123456"
ACCOUNT = "passes@operator.iam.example.com"
GOOGLE_ISSUER = "3388000000000000001"


@functools.cache
def rsa_key() -> rsa.RSAPrivateKey:
    """One for all: making a key takes a tenth of a second."""
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


def private_pem(key: Key) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def google_key() -> str:
    """A service account as Google's console downloads it."""
    return json.dumps(
        {
            "type": "service_account",
            "client_email": ACCOUNT,
            "private_key_id": "1",
            "private_key": private_pem(rsa_key()),
        }
    )


@functools.cache
def apple_pems(kind: str = "rsa", days: int = 60) -> tuple[str, str, str]:
    """A pass certificate, its key, and the certificate that issued it, as PEM. kind: of the key.

    days: until the certificates end.
    """
    now = datetime.now(UTC)
    key: Key = rsa_key() if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())
    root_key = ec.generate_private_key(ec.SECP256R1())
    root = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Made-up WWDR")])
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.USER_ID, PASS_TYPE),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, TEAM),
            x509.NameAttribute(NameOID.COMMON_NAME, f"Pass Type ID: {PASS_TYPE}"),
        ]
    )

    def certificate(name: x509.Name, public_key: PublicKey, *, is_ca: bool) -> str:
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(root).public_key(public_key)
        builder = builder.serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(
            now + timedelta(days=days)
        )
        builder = builder.add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        made = builder.sign(root_key, SHA256())
        return made.public_bytes(serialization.Encoding.PEM).decode()

    return (
        certificate(subject, key.public_key(), is_ca=False),
        private_pem(key),
        certificate(root, root_key.public_key(), is_ca=True),
    )


def apple_settings(settings: Settings, kind: str = "rsa", **changes: Any) -> Settings:
    """Settings of an operator with a certificate for Apple Wallet."""
    certificate, key, wwdr = map(SecretStr, apple_pems(kind))
    return settings.but(
        apple_pass_certificate=certificate,
        apple_pass_key=key,
        apple_pass_wwdr=wwdr,
        wallet_issuer_name="Riverside",
        **changes,
    )


def files_of(body: bytes) -> dict[str, bytes]:
    """The files of a .pkpass, in their order."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def pass_of(body: bytes) -> dict[str, Any]:
    """The content of a .pkpass."""
    content: dict[str, Any] = json.loads(files_of(body)["pass.json"])
    return content
