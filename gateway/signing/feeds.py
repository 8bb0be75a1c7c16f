"""Addresses of calendar feeds, which open without a token for as long as the customer does not reset them.

They are no global ids: `node` must not find them, and a global id must not open a feed.
"""

import msgspec
from msgspec import Struct

from gateway.packing import pack
from gateway.signing.rotating_mac import RotatingMac

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
        self._mac = RotatingMac(secrets, b"gateway-feed", _MAC_BYTES)

    def sign(self, feed: FeedId) -> str:
        return self._mac.sign_text(pack(feed))

    def verify(self, text: str) -> FeedId | None:
        """The feed; None if the gateway did not sign it."""
        content = self._mac.read_text(text, _MAX_CHARACTERS)
        return None if content is None else msgspec.msgpack.decode(content, type=FeedId)
