"""Tokens of the followers: each has one of its own, signed with RS256."""

import base64
import json
import time
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

ISSUER, AUDIENCE = "https://id.example.com/", "bookings"
_VALID_SECONDS = 7_200


def write_tokens(customer: str, count: int, path: Path) -> str:
    """Write that many tokens of a customer, one a line; returns the public key as PEM."""
    key = rsa.generate_private_key(65537, 2048)
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": customer, "exp": now + _VALID_SECONDS, "nbf": now - 5}
    head = _encoded(json.dumps({"alg": "RS256", "typ": "JWT", "kid": "bench"}).encode())
    with path.open("w") as file:
        for number in range(count):
            signed = f"{head}.{_encoded(json.dumps({**claims, 'jti': f'{number:032x}'}).encode())}"
            signature = key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
            file.write(f"{signed}.{_encoded(signature)}\n")
    pem = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, pem).decode()


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
