"""Reads from imin's error responses what is wrong. Such a body has one of four shapes:

OpenActive  `{"@type": "…Error", "name", "description", "statusCode"}`
Kong        `{"message": "…"}`
Express     `{"error": "…"}` or `{"error": {"type": "…", "details": ["…"]}}`
none        HTML of a proxy, an empty body, anything else
Source: imin docs; OpenActive Open Booking API, "Error model"; Kong; imin's shared Express code (assumption).
"""

from dataclasses import dataclass
from typing import Any

from gateway.imin.errors import Unreadable
from gateway.imin.jsonld import decode, iri_tail

_MAX_TEXT_LENGTH = 1_000


@dataclass(frozen=True)
class Problem:
    """What imin says is wrong.

    kind: OpenActive error type, for example `UnknownOrderError`, or imin's own; "" if there is none.
    description: a sentence; only that of an OpenActive error is written for customers.
    is_from_proxy: whether a proxy responded instead of imin, or imin knows no such endpoint.
    """

    kind: str = ""
    description: str = ""
    is_from_proxy: bool = False


def read_problem(body: bytes) -> Problem:
    """The problem that a body describes, as far as it can be read. Never raises."""
    try:
        value = decode(Any, body)
    except Unreadable:
        return Problem(is_from_proxy=bool(body.strip()))
    match value:
        case {"@type": str(kind), **rest} | {"type": str(kind), **rest}:
            kind = iri_tail(kind)
            is_unknown_endpoint = kind == "UnknownOrIncorrectEndpointError"
            description = _text(rest.get("description")) or _text(rest.get("name"))
            return Problem(kind, description, is_unknown_endpoint)
        case {"message": str(message)}:
            return Problem("", _text(message), "no route" in message.lower())
        case {"error": {"type": str(kind), **rest}}:
            details = rest.get("details")
            detail = details[0] if isinstance(details, list) and details else details
            return Problem(iri_tail(kind), _text(detail))
        case {"error": str(message)}:
            return Problem("", _text(message))
    return Problem()


def _text(value: Any) -> str:
    return value.strip()[:_MAX_TEXT_LENGTH] if isinstance(value, str) else ""
