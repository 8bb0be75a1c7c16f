"""The icon of Apple's passes, which lock screens show: a white ticket on the colour of the pass."""

import struct
import zlib
from functools import cache

from gateway.artefacts.picture import PNG_SIGNATURE, png_chunk

BACKGROUND = (24, 62, 110)
_WHITE = b"\xff\xff\xff"

SIZES = {"icon.png": 29, "icon@2x.png": 58, "icon@3x.png": 87}
"""Names and sizes in pixels. Source: Apple, Wallet Passes, Building a Pass."""


@cache
def icon(size: int) -> bytes:
    """The icon as a square PNG of that size."""
    rows = b"".join(b"\0" + b"".join(_pixel(x, y, size) for x in range(size)) for y in range(size))
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    content = png_chunk(b"IDAT", zlib.compress(rows, 9))
    return PNG_SIGNATURE + png_chunk(b"IHDR", header) + content + png_chunk(b"IEND", b"")


def _pixel(x: int, y: int, size: int) -> bytes:
    """White inside a rectangle with a notch at the middle of each side."""
    across, down = (x + 0.5) / size, (y + 0.5) / size
    is_inside = 0.15 <= across <= 0.85 and 0.28 <= down <= 0.72  # noqa: PLR2004  # shares of the width
    notch = min((across - edge) ** 2 + (down - 0.5) ** 2 for edge in (0.15, 0.85))
    return _WHITE if is_inside and notch > 0.09**2 else bytes(BACKGROUND)
