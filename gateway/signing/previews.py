"""Tokens that prove which terms of a cancellation a customer was shown, and until when they may be used.

A token holds its end and a MAC over that end and everything that it is bound to. What it is bound to is not
in it: that is read again to verify it. So it is short, it reveals nothing, and nothing needs to be stored.
"""

import hashlib
import hmac

from gateway.packing import from_base64url, pack, to_base64url

_MAC_BYTES = 16
_END_BYTES = 5
_TOKEN_CHARACTERS = -(-(_MAC_BYTES + _END_BYTES) * 4 // 3)


class PreviewSigner:
    """Signs and verifies tokens.

    secrets: at least one. The first one signs, all of them verify, so that they can be rotated.
    """

    def __init__(self, secrets: tuple[bytes, ...]) -> None:
        keys = (hashlib.blake2b(secret, person=b"gateway-preview").digest() for secret in secrets)
        self._macs = tuple(hashlib.blake2b(key=key, digest_size=_MAC_BYTES) for key in keys)

    def __repr__(self) -> str:
        return f"PreviewSigner({len(self._macs)} secrets)"

    def sign(self, ends: int, *bound: object) -> str:
        """A token. ends: its last second, since 1970. bound: values that MessagePack can hold."""
        end = ends.to_bytes(_END_BYTES)
        return to_base64url(end + _digest(self._macs[0], end, bound))

    def verify(self, token: str, now: float, *bound: object) -> bool:
        """Whether the gateway signed this token, for the same values, and it has not ended."""
        if len(token) != _TOKEN_CHARACTERS or not token.isascii():
            return False
        try:
            raw = from_base64url(token)
        except ValueError:
            return False
        end, mac = raw[:_END_BYTES], raw[_END_BYTES:]
        is_signed = any(hmac.compare_digest(_digest(key, end, bound), mac) for key in self._macs)
        # A token has one spelling only; base64 ignores the unused bits of the last character.
        return is_signed and to_base64url(raw) == token and now <= int.from_bytes(end)


def _digest(key: "hashlib.blake2b", end: bytes, bound: tuple[object, ...]) -> bytes:
    mac = key.copy()
    mac.update(end)
    mac.update(pack(bound))
    return mac.digest()
