"""Decoding JSON straight into typed documents."""

import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import TypeVar

import msgspec

from gateway.imin.errors import Unreadable

T = TypeVar("T")

# An escaped half of a surrogate pair (a text cut in the middle of an emoji) is no character.
_ESCAPES = re.compile(rb"""\\u[dD][89abAB]..\\u[dD][c-fC-F]..|(\\u[dD][89a-fA-F]..)|\\.""", re.DOTALL)

_MAX_DECODERS = 256


def decode(document_type: type[T], body: bytes | msgspec.Raw) -> T | None:
    """The document, or None where the JSON is valid but does not fit the type.

    Raises Unreadable where the body is not JSON.
    """
    try:
        return decode_strictly(document_type, body)
    except msgspec.ValidationError:
        return None


def decode_strictly(document_type: type[T], body: bytes | msgspec.Raw) -> T:
    """The document. Raises Unreadable, or ValidationError where the JSON does not fit the type."""
    try:
        document: T = _decoder(document_type).decode(body)  # type: ignore[arg-type]  # types are hashable
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        repaired = _replace_invalid_characters(bytes(body))
        if repaired == body:
            raise Unreadable("the answer is not JSON") from error
        return decode_strictly(document_type, repaired)
    return document


@lru_cache(_MAX_DECODERS)
def _decoder(document_type: type[T]) -> msgspec.json.Decoder[T]:
    # Prices must never pass through a float, so numbers of no declared type do not either.
    return msgspec.json.Decoder(document_type, float_hook=_exact)


def _exact(text: str) -> Decimal | str:
    """The number of a JSON literal; the literal itself if no Decimal can hold it."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


def _replace_invalid_characters(body: bytes) -> bytes:
    """The body with U+FFFD in place of invalid characters, so that each costs only itself."""
    text = body.decode("utf-8-sig", "replace").encode()
    return _ESCAPES.sub(lambda found: rb"\ufffd" if found[1] else found[0], text)
