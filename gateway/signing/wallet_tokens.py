"""Serial numbers of wallet passes, and the tokens by which devices prove that they have the pass.

A serial number is the same for an item for ever, whatever signs ids: with another one, a wallet would show a
second pass. It opens nothing without the token.
"""

import msgspec

from gateway.packing import from_base64url, pack, to_base64url
from gateway.signing.rotating_mac import RotatingMac

_MAC_BYTES = 16
_MAX_CHARACTERS = 1_000


class PassName(msgspec.Struct, frozen=True, array_like=True):
    """imin's identifier of an order, and an item's name in it. Its owner may be unknown, so has no part."""

    order: str
    item: str


def serial_of(name: PassName) -> str:
    """The serial number of an item's pass."""
    return to_base64url(pack(name))


class PassTokens:
    """Makes and verifies tokens of passes.

    secrets: at least one. The first one signs, all of them verify, so that they can be rotated.
    """

    def __init__(self, secrets: tuple[bytes, ...]) -> None:
        self._mac = RotatingMac(secrets, b"gateway-wallet", _MAC_BYTES)

    def token(self, serial: str) -> str:
        """The token of the pass with that serial number."""
        return self._mac.digest(serial.encode()).hex()

    @staticmethod
    def read(serial: str) -> PassName | None:
        """What a serial number names that was verified before; None if it is damaged."""
        try:
            return msgspec.msgpack.decode(from_base64url(serial), type=PassName)
        except (ValueError, msgspec.MsgspecError):
            return None

    def verify(self, serial: str, token: str) -> PassName | None:
        """What the serial number names; None unless the token is its own."""
        if len(serial) > _MAX_CHARACTERS or not serial.isascii():
            return None
        return self.read(serial) if self._mac.verify_hex(serial.encode(), token) else None
