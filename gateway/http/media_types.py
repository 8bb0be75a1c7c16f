"""Negotiate the media type of a response.

Source: RFC 9110, 12.4.2 and 12.5.1; GraphQL over HTTP specification.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from aiohttp import hdrs

from gateway.auth import HasHeaders
from gateway.http.bad_request import BadRequest

GRAPHQL_JSON = "application/graphql-response+json"
PLAIN_JSON = "application/json"
EVENT_STREAM = "text/event-stream"

_WEIGHT = re.compile(r";\s*q\s*=\s*([01](?:\.\d*)?)\s*(?:;|\Z)", re.IGNORECASE)
_JSON_RANGES = {GRAPHQL_JSON, PLAIN_JSON, "application/*", "*/*"}

_Weights = Mapping[str, float]
"""Media ranges in the order of the header, each with its weight: 0 (never) to 1."""


def json_media_type(request: HasHeaders) -> str:
    """The media type of a JSON response: plain JSON without `Accept`. Raises BadRequest 406."""
    return _best_json(",".join(request.headers.getall(hdrs.ACCEPT, ())) or "*/*")


def accepts_events(request: HasHeaders) -> bool:
    """Whether the client names the event stream; `*/*` does not mean that it can read one."""
    return _accepted(request).get(EVENT_STREAM, 0.0) > 0


def prefers_events(request: HasHeaders) -> bool:
    """Whether the client prefers an event stream to JSON, or accepts nothing else."""
    weights = _accepted(request)
    return weights.get(EVENT_STREAM, 0.0) > max(_weight(PLAIN_JSON, weights), _weight(GRAPHQL_JSON, weights))


def accepts_html(request: HasHeaders) -> bool:
    """Whether the client names HTML, as browsers do."""
    return _accepted(request).get("text/html", 0.0) > 0


def _accepted(request: HasHeaders) -> _Weights:
    return _parse(",".join(request.headers.getall(hdrs.ACCEPT, ())))


@lru_cache(maxsize=256)
def _best_json(accept: str) -> str:
    weights = _parse(accept)
    best = max(_weight(GRAPHQL_JSON, weights), _weight(PLAIN_JSON, weights))
    if best:
        return _first_of_weight(best, weights)
    if weights.get(EVENT_STREAM):
        return PLAIN_JSON  # for errors before the stream begins
    raise BadRequest(406, f"Accept must allow {GRAPHQL_JSON} or {PLAIN_JSON}.")


def _first_of_weight(best: float, weights: _Weights) -> str:
    """The JSON media type of that weight; if both have it, the one listed first."""
    best_types = [name for name in (PLAIN_JSON, GRAPHQL_JSON) if _weight(name, weights) == best]
    if len(best_types) == 1:
        return best_types[0]
    # One range matches both: older clients, which name neither, expect plain JSON.
    first = next(name for name, weight in weights.items() if weight == best and name in _JSON_RANGES)
    return GRAPHQL_JSON if first == GRAPHQL_JSON else PLAIN_JSON


@lru_cache(maxsize=256)
def _parse(accept: str) -> _Weights:
    """The media ranges of an `Accept` header. A weight that cannot be parsed counts as 1."""
    weights: dict[str, float] = {}
    for part in accept.split(","):
        name = part.partition(";")[0].strip().lower()
        match = _WEIGHT.search(part)
        weight = min(1.0, float(match[1])) if match else 1.0
        weights[name] = max(weight, weights.get(name, 0.0))
    return weights


def _weight(media_type: str, weights: _Weights) -> float:
    """The weight of the most specific range that matches; 0 if none does."""
    for media_range in (media_type, f"{media_type.partition('/')[0]}/*", "*/*"):
        if media_range in weights:
            return weights[media_range]
    return 0.0
