"""Addresses of calendar feeds, which open without a token for as long as the customer does not reset them.

They are no global ids: `node` must not find them, and a global id must not open a feed.
"""

import hashlib
import hmac

import msgspec
from msgspec import Struct

from gateway.packing import from_base64url, pack, to_base64url

_MAC_BYTES = 16
_MAX_CHARACTERS = 1_000


class FeedId(Struct, frozen=True, array_like=True):
    """customer: imin's identifier. generation: the number that the address must have to be valid."""

    customer: str
    generation: int


class FeedSigner:
    """Signs and verifies the ids of feeds.

    secrets: at least one. The first one signs, all of them verify, so that they can be rotated.
    """

    def __init__(self, secrets: tuple[bytes, ...]) -> None:
        keys = (hashlib.blake2b(secret, person=b"gateway-feed").digest() for secret in secrets)
        self._macs = tuple(hashlib.blake2b(key=key, digest_size=_MAC_BYTES) for key in keys)

    def __repr__(self) -> str:
        return f"FeedSigner({len(self._macs)} secrets)"

    def sign(self, feed: FeedId) -> str:
        content = pack(feed)
        return to_base64url(_digest(self._macs[0], content) + content)

    def verify(self, text: str) -> FeedId | None:
        """The feed; None if the gateway did not sign it."""
        if len(text) > _MAX_CHARACTERS or not text.isascii():
            return None
        try:
            raw = from_base64url(text)
        except ValueError:
            return None
        mac, content = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        is_signed = any(hmac.compare_digest(_digest(key, content), mac) for key in self._macs)
        # An id has one spelling only; base64 ignores the unused bits of the last character.
        return (
            msgspec.msgpack.decode(content, type=FeedId) if is_signed and to_base64url(raw) == text else None
        )


def _digest(mac: "hashlib.blake2b", content: bytes) -> bytes:
    copy = mac.copy()
    copy.update(content)
    return copy.digest()
