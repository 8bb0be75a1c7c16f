"""The four shapes in which imin says what is wrong.

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

_LONGEST_TEXT = 1_000


@dataclass(frozen=True)
class Problem:
    """What imin says is wrong.

    kind: OpenActive error type such as `UnknownOrderError`, or imin's own; "" where there is none.
    description: a sentence; only that of OpenActive errors is written for customers.
    is_from_proxy: whether it was not imin itself that spoke, or it knows no such endpoint.
    """

    kind: str = ""
    description: str = ""
    is_from_proxy: bool = False


def read_problem(body: bytes) -> Problem:
    """The problem a body tells of, as far as it can be told. Raises nothing."""
    try:
        value = decode(Any, body)
    except Unreadable:
        return Problem(is_from_proxy=bool(body.strip()))
    match value:
        case {"@type": str(kind), **rest} | {"type": str(kind), **rest}:
            kind = iri_tail(kind)
            wrong = kind == "UnknownOrIncorrectEndpointError"
            return Problem(kind, _text(rest.get("description")) or _text(rest.get("name")), wrong)
        case {"message": str(message)}:
            return Problem("", _text(message), "no route" in message.lower())
        case {"error": {"type": str(kind), **rest}}:
            details = rest.get("details")
            return Problem(
                iri_tail(kind), _text(details[0] if isinstance(details, list) and details else details)
            )
        case {"error": str(message)}:
            return Problem("", _text(message))
    return Problem()


def _text(value: Any) -> str:
    return value.strip()[:_LONGEST_TEXT] if isinstance(value, str) else ""
