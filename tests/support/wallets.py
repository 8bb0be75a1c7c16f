"""Made-up keys of an operator, and what the programs behind wallets read."""

import functools
import json

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

ACCOUNT = "passes@operator.iam.example.com"
GOOGLE_ISSUER = "3388000000000000001"


@functools.cache
def rsa_key() -> rsa.RSAPrivateKey:
    """One for all: making a key takes a tenth of a second."""
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


def private_pem(key: rsa.RSAPrivateKey) -> str:
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
