"""Draw the pictures that the sandbox's documents refer to: of sessions, logos, and tickets.

Each is an SVG that depends on its path alone. Documents are made without knowing the sandbox's address, so
they name PICTURES instead; responses have the address.
"""

import hashlib
import re
from html import escape

from gateway.sandbox.data.activities import ACTIVITIES
from gateway.sandbox.data.sellers import SELLERS

PICTURES = "https://pictures.invalid"
"""Stands for the address of the sandbox's pictures."""

_NAMES = {activity.slug: activity.name for activity in ACTIVITIES}
_INITIALS = {
    "luke-test-org": "LTO",  # the broker
    **{
        seller.slug: "".join(word[0] for word in seller.name.split() if word[0].isalpha())[:3]
        for seller in SELLERS
    },
}
_WIDTHS = {"": 1_200, "-300": 300}
_SESSION = re.compile(r"sessions/([a-z0-9-]+?)(-300)?\.svg")
_LOGO = re.compile(r"logos/([a-z0-9-]+)\.svg")
_TICKET = re.compile(r"tickets/([A-Z0-9]{1,40})\.svg")
_ZINT_SIZE = re.compile(r'<svg width="(\d+)" height="(\d+)"')
_PIXELS_PER_MODULE = 8


def session_url(activity: str, size: str = "") -> str:
    """The URL of a picture of an activity. size: "" or "-300", its thumbnail."""
    return f"{PICTURES}/sessions/{activity}{size}.svg"


def logo_url(slug: str) -> str:
    """The URL of the logo of a seller or of the broker."""
    return f"{PICTURES}/logos/{slug}.svg"


def ticket_url(text: str) -> str:
    """The URL of a picture of a ticket. text: what a scanner reads from it, capital letters and digits."""
    return f"{PICTURES}/tickets/{text}.svg"


def picture(path: str) -> str | None:
    """The picture at a path below PICTURES; None if there is none."""
    if (found := _SESSION.fullmatch(path)) and found[1] in _NAMES:
        return _session(found[1], _WIDTHS[found[2] or ""])
    if (found := _LOGO.fullmatch(path)) and found[1] in _INITIALS:
        return _logo(found[1])
    if found := _TICKET.fullmatch(path):
        return _ticket(found[1])
    return None


def _session(activity: str, width: int) -> str:
    hue, name = _hue(activity), escape(_NAMES[activity])
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1200 800" '
        f'width="{width}" height="{width * 2 // 3}">'
        f'<path fill="hsl({hue} 55% 42%)" d="M0 0h1200v800H0z"/>'
        f'<path fill="hsl({hue} 60% 52%)" d="M0 560Q300 420 600 560t600 0v240H0z"/>'
        f'<path fill="hsl({hue} 65% 62%)" d="M0 660Q300 540 600 660t600 0v140H0z"/>'
        '<text x="600" y="400" fill="#fff" font-family="sans-serif" font-size="110" text-anchor="middle">'
        f"{name}</text></svg>\n"
    )


def _logo(seller: str) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200" width="200" height="200">'
        f'<rect width="200" height="200" rx="36" fill="hsl({_hue(seller)} 60% 32%)"/>'
        '<text x="100" y="126" fill="#fff" font-family="sans-serif" font-weight="bold" font-size="72" '
        f'text-anchor="middle">{_INITIALS[seller]}</text></svg>\n'
    )


def _ticket(text: str) -> str:
    # Imported when first needed: few sandboxes draw.
    import zxingcpp  # noqa: PLC0415

    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    # Without a viewBox, a browser does not scale it.
    return _ZINT_SIZE.sub(
        r'<svg viewBox="0 0 \1 \2" width="\1" height="\2"', code.to_svg(scale=_PIXELS_PER_MODULE)
    )


def _hue(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=2).digest()) % 360
