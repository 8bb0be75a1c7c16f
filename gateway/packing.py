"""Values as URL-safe text, for cursors and global ids: MessagePack, then base64url without padding."""

import base64
from binascii import b2a_base64

import msgspec

_URL_SAFE = bytes.maketrans(b"+/", b"-_")

pack = msgspec.msgpack.Encoder().encode
"""MessagePack of a value."""


def pack_to_text(value: object) -> str:
    """MessagePack of a value as base64url."""
    # Not base64.urlsafe_b64encode: it takes twice as long, and a page encodes ten cursors and more ids.
    return b2a_base64(pack(value), newline=False).translate(_URL_SAFE, b"=").decode()


def to_base64url(raw: bytes) -> str:
    """Base64url without padding."""
    return b2a_base64(raw, newline=False).translate(_URL_SAFE, b"=").decode()


def from_base64url(text: str) -> bytes:
    """Bytes of base64url without padding. Raises ValueError for any other text.

    Unused bits of the last character are ignored, so several texts may give the same bytes.
    """
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def read_base64url(text: str, max_characters: int) -> bytes | None:
    """Bytes of a text that `to_base64url` wrote; None for any other text, or a longer one.

    So the bytes have one spelling only.
    """
    if len(text) > max_characters:
        return None
    try:
        raw = from_base64url(text)
    except ValueError:
        return None
    return raw if to_base64url(raw) == text else None
