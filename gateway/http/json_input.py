"""The JSON that clients send, with its numbers as exact as GraphQL's literals.

Not orjson: it reads a whole number of more than 64 bits as a float, so an identifier would become another.
"""

import json
import re
from typing import Any

import msgspec

_decode = msgspec.json.Decoder().decode

_MAY_HAVE_MINUS_ZERO = re.compile(rb"-0(?![.\deE])")


class InvalidJson(ValueError):
    """The text cannot be read; the message says what it must be."""


def parse_json(text: bytes) -> Any:
    """The value. Whole numbers are exact, of any size up to 4,300 digits. Raises InvalidJson."""
    try:
        value = _decode(text)
    except msgspec.ValidationError:
        raise InvalidJson("must be JSON with numbers that are not out of range") from None
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise InvalidJson("must be JSON") from None
    if b"-0" in text and _MAY_HAVE_MINUS_ZERO.search(text):
        # No int has a minus sign and nothing else. As a float it is no identifier, and still the number 0.
        return json.loads(text, parse_int=lambda digits: -0.0 if digits == "-0" else int(digits))
    return value
