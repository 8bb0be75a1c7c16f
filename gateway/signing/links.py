"""Links that open without a token, because the gateway signed them.

The signature covers the whole path and query before it, and comes last: nothing in a link can be changed,
added, repeated or left out. Anyone who has a link can open what it names, so a link contains its expiry.
"""

from gateway.signing.rotating_mac import RotatingMac

_MAC_BYTES = 16
_SIGNATURE = "signature="


class LinkSigner:
    """Signs and verifies links.

    secrets: at least one. The first one signs, all of them verify, so that they can be rotated.
    """

    def __init__(self, secrets: tuple[bytes, ...]) -> None:
        self._mac = RotatingMac(secrets, b"gateway-link", _MAC_BYTES)

    def __repr__(self) -> str:
        return f"LinkSigner({len(self._mac)} secrets)"

    def sign(self, link: str) -> str:
        """The link with its signature. link: path and query, percent-encoded."""
        signature = self._mac.digest(link.encode()).hex()
        return f"{link}{'&' if '?' in link else '?'}{_SIGNATURE}{signature}"

    def verify(self, link: str) -> bool:
        """Whether the gateway signed this link, given as it was received. Does not check its expiry."""
        signed, _, signature = link.rpartition(_SIGNATURE)
        separator = "&" if "?" in signed[:-1] else "?"
        if not signed.endswith(separator):
            return False
        return self._mac.verify_hex(signed[:-1].encode("utf-8", "replace"), signature)
