"""Which texts name an order or an item in imin, and made-up names where imin gives none.

A name must lead to one thing only: by it the gateway finds the thing again, and asks imin to cancel it. So it
is one rule both for what the gateway signs and for what it accepts.
"""

import hashlib
import re

from gateway.imin.jsonld import iri_tail

MAX_NAME_BYTES = 1_000
"""A global id with a customer, an order and such a name is not longer than the ids that are accepted."""

MADE_UP = "gateway:"
"""Start of every made-up name. If imin gives a name that starts so, it is not used as one."""

# Control characters, halves of surrogate pairs, and U+FFFD, which stands for what could not be read.
_NEVER_IN_NAMES = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffd-\uffff]")
_BLANK_NODE = "_:"


def can_be_signed(text: str) -> bool:
    """Whether a text can be part of a global id: a name, a made-up name or an IRI."""
    if text.isascii():
        return len(text) <= MAX_NAME_BYTES and text.isprintable() and not text.isspace() and text != ""
    return (
        len(text) <= MAX_NAME_BYTES
        and not _NEVER_IN_NAMES.search(text)
        and not text.isspace()
        and len(text.encode()) <= MAX_NAME_BYTES
    )


def is_name(text: str) -> bool:
    """Whether a text can name an item within its order."""
    return can_be_signed(text) and not text.startswith(MADE_UP)


def name_of(identifier: str | int | None, iri: str | None) -> str:
    """The identifier, or the end of the IRI; "" if there is neither.

    A blank text is no identifier, and a blank node (`_:b0`) has no name outside its document.
    """
    name = "" if identifier is None else str(identifier)
    if not name or name.isspace():
        name = iri_tail(iri) if iri and not iri.startswith(_BLANK_NODE) else ""
    return "" if name.startswith(MADE_UP) else name


def make_up_name(kind: str, parts: list[str], number: int = 0) -> str:
    """A name that no identifier can equal, the same for the same arguments.

    number: differs for things of one kind that have the same parts.
    """
    escaped = (part.replace("\1", "\1\1").replace("\0", "\1\2") for part in parts)
    content = "\0".join((kind, str(number), *escaped)).encode(errors="surrogatepass")
    return MADE_UP + hashlib.blake2b(content, digest_size=12).hexdigest()
