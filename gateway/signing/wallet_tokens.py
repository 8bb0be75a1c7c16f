"""Serial numbers of wallet passes, and the tokens by which devices prove that they have the pass.

A serial number is the same for an item for ever, whatever signs ids: with another one, a wallet would show a
second pass. It opens nothing without the token.
"""

import hashlib
import hmac

import msgspec

from gateway.packing import from_base64url, pack, to_base64url

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
        keys = (hashlib.blake2b(secret, person=b"gateway-wallet").digest() for secret in secrets)
        self._macs = tuple(hashlib.blake2b(key=key, digest_size=_MAC_BYTES) for key in keys)

    def __repr__(self) -> str:
        return f"PassTokens({len(self._macs)} secrets)"

    def token(self, serial: str) -> str:
        """The token of the pass with that serial number."""
        return _digest(self._macs[0], serial)

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
        given = token.encode("utf-8", "replace")
        if not any(hmac.compare_digest(_digest(mac, serial).encode(), given) for mac in self._macs):
            return None
        return self.read(serial)


def _digest(mac: "hashlib.blake2b", serial: str) -> str:
    copy = mac.copy()
    copy.update(serial.encode())
    return copy.hexdigest()
