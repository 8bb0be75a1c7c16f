"""Encrypting what a link carries.

A link ends up in browser histories and in the logs of proxies, so what must not be read there is encrypted.
AES-SIV (RFC 5297) needs no random numbers, so the same content has the same text: caches recognise it.
"""

from typing import Any

import msgspec

from gateway.packing import pack, read_base64url, to_base64url
from gateway.signing.rotating_mac import derived_keys

PASS = b"pass"
"""Purpose of what is sealed for the picture of an access pass: customer, text, symbology."""

_MAX_CHARACTERS = 6_000


class Sealer:
    """Encrypts texts into one that can stand in a path, and decrypts it.

    secrets: at least one. The first one encrypts, all of them decrypt, so that they can be rotated.
    """

    def __init__(self, secrets: tuple[bytes, ...]) -> None:
        self._keys = derived_keys(secrets, b"gateway-seal")
        self._ciphers: list[Any] = []

    def seal(self, purpose: bytes, *parts: str) -> str:
        """The parts, encrypted, as base64url. They open for the same purpose only."""
        return to_base64url(self._all_ciphers()[0].encrypt(pack(parts), [purpose]))

    def open(
        self, purpose: bytes, text: str, max_characters: int = _MAX_CHARACTERS
    ) -> tuple[str, ...] | None:
        """The parts; None if the gateway did not seal them for this purpose."""
        raw = read_base64url(text, max_characters)
        if raw is None:
            return None
        for cipher in self._all_ciphers():
            content = _decrypted(cipher, raw, purpose)
            if content is not None:
                return msgspec.msgpack.decode(content, type=tuple[str, ...])
        return None

    def _all_ciphers(self) -> list[Any]:
        if not self._ciphers:
            # Imported when first needed, since it takes 9 MB.
            from cryptography.hazmat.primitives.ciphers.aead import AESSIV  # noqa: PLC0415

            self._ciphers = [AESSIV(key) for key in self._keys]
        return self._ciphers


def _decrypted(cipher: Any, raw: bytes, purpose: bytes) -> bytes | None:
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415  # as above

    try:
        content: bytes = cipher.decrypt(raw, [purpose])
    except (InvalidTag, ValueError):  # too short
        return None
    return content
