"""Tokens that prove which terms of a cancellation a customer was shown, and until when they may be used.

A token holds its end and a MAC over that end and everything that it is bound to. What it is bound to is not
in it: that is read again to verify it. So it is short, it reveals nothing, and nothing needs to be stored.
"""

from gateway.packing import pack, read_base64url, to_base64url
from gateway.signing.rotating_mac import RotatingMac

_MAC_BYTES = 16
_END_BYTES = 5
_TOKEN_CHARACTERS = -(-(_MAC_BYTES + _END_BYTES) * 4 // 3)


class PreviewSigner:
    """Signs and verifies tokens.

    secrets: at least one. The first one signs, all of them verify, so that they can be rotated.
    """

    def __init__(self, secrets: tuple[bytes, ...]) -> None:
        self._mac = RotatingMac(secrets, b"gateway-preview", _MAC_BYTES)

    def sign(self, ends: int, *bound: object) -> str:
        """A token. ends: its last second, since 1970. bound: values that MessagePack can hold."""
        end = ends.to_bytes(_END_BYTES)
        return to_base64url(end + self._mac.digest(end + pack(bound)))

    def verify(self, token: str, now: float, *bound: object) -> bool:
        """Whether the gateway signed this token, for the same values, and it has not ended."""
        raw = read_base64url(token, _TOKEN_CHARACTERS)
        if raw is None:
            return False
        end, mac = raw[:_END_BYTES], raw[_END_BYTES:]
        return self._mac.verify(end + pack(bound), mac) and now <= int.from_bytes(end)
