"""Links that open without a token, because the gateway signed them.

The signature covers the whole path and query before it, and comes last: nothing in a link can be changed,
added, repeated or left out. Anyone who has a link can open what it names, so a link contains its expiry.
"""

import hashlib
import hmac

_MAC_BYTES = 16
_SIGNATURE = "signature="


class LinkSigner:
    """Signs and verifies links.

    secrets: at least one. The first one signs, all of them verify, so that they can be rotated.
    """

    def __init__(self, secrets: tuple[bytes, ...]) -> None:
        keys = (hashlib.blake2b(secret, person=b"gateway-link").digest() for secret in secrets)
        # Copying a hash that already holds its key is three times as fast as creating a keyed one.
        self._macs = tuple(hashlib.blake2b(key=key, digest_size=_MAC_BYTES) for key in keys)
        self._new_mac = self._macs[0].copy

    def __repr__(self) -> str:
        return f"LinkSigner({len(self._macs)} secrets)"

    def sign(self, link: str) -> str:
        """The link with its signature. link: path and query, percent-encoded."""
        mac = self._new_mac()
        mac.update(link.encode())
        return f"{link}{'&' if '?' in link else '?'}{_SIGNATURE}{mac.hexdigest()}"

    def verify(self, link: str) -> bool:
        """Whether the gateway signed this link, given as it was received. Does not check its expiry."""
        signed, _, signature = link.rpartition(_SIGNATURE)
        separator = "&" if "?" in signed[:-1] else "?"
        if not signed.endswith(separator):
            return False
        content, given = signed[:-1].encode("utf-8", "replace"), signature.encode("utf-8", "replace")
        return any(hmac.compare_digest(_signature(mac.copy(), content), given) for mac in self._macs)


def _signature(mac: "hashlib.blake2b", content: bytes) -> bytes:
    mac.update(content)
    return mac.hexdigest().encode()
