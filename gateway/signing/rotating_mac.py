"""Message authentication codes under several secrets: the first one signs, all of them verify.

Keyed BLAKE2b (RFC 7693). Each purpose has its own keys, so a code for one purpose is none for another.
"""

import hashlib
import hmac

from gateway.packing import read_base64url, to_base64url


def derived_keys(secrets: tuple[bytes, ...], purpose: bytes) -> list[bytes]:
    """A key of 64 bytes for each secret. purpose: 16 bytes at most."""
    return [hashlib.blake2b(secret, person=purpose).digest() for secret in secrets]


class RotatingMac:
    """Signs and verifies for one purpose. secrets: at least one. size: of a code, in bytes."""

    def __init__(self, secrets: tuple[bytes, ...], purpose: bytes, size: int) -> None:
        self._size = size
        # Copying a hash that already holds its key is three times as fast as creating a keyed one.
        self._macs = [hashlib.blake2b(key=key, digest_size=size) for key in derived_keys(secrets, purpose)]
        self._new_mac = self._macs[0].copy

    def __len__(self) -> int:
        """Number of secrets."""
        return len(self._macs)

    def digest(self, content: bytes) -> bytes:
        """The code, under the first secret."""
        mac = self._new_mac()
        mac.update(content)
        return mac.digest()

    def verify(self, content: bytes, given: bytes) -> bool:
        """Whether this is a code of the content, under any of the secrets."""
        return any(hmac.compare_digest(_digest(mac.copy(), content), given) for mac in self._macs)

    def verify_hex(self, content: bytes, given: str) -> bool:
        """As `verify`, for a code in small hexadecimal digits."""
        try:
            mac = bytes.fromhex(given)
        except ValueError:
            return False
        return mac.hex() == given and self.verify(content, mac)

    def sign_text(self, content: bytes) -> str:
        """The code and the content behind it, as base64url."""
        return to_base64url(self.digest(content) + content)

    def read_text(self, text: str, max_characters: int) -> bytes | None:
        """The content of a text that `sign_text` made; None for any other text, or a longer one."""
        raw = read_base64url(text, max_characters)
        if raw is None:
            return None
        mac, content = raw[: self._size], raw[self._size :]
        return content if self.verify(content, mac) else None


def _digest(mac: "hashlib.blake2b", content: bytes) -> bytes:
    mac.update(content)
    return mac.digest()
