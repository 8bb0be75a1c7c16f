"""Which media types a client takes, and which it likes better. Source: RFC 9110, 12.4.2 and 12.5.1."""

import re
from collections.abc import Mapping
from functools import lru_cache

from aiohttp import hdrs

from gateway.auth import HasHeaders

_WEIGHT = re.compile(r";\s*q\s*=\s*([01](?:\.\d*)?)\s*(?:;|\Z)", re.IGNORECASE)

Weights = Mapping[str, float]
"""Ranges of media types, as listed, each with its weight from 0, for never, to 1."""


def accepted(request: HasHeaders) -> str:
    """The client's `Accept`: anything where it says nothing."""
    return ",".join(request.headers.getall(hdrs.ACCEPT, ())) or "*/*"


def weights_of(request: HasHeaders) -> Weights:
    """What the client accepts. A weight that cannot be read is 1."""
    return weights_in(accepted(request))


@lru_cache(maxsize=256)
def weights_in(listed: str) -> Weights:
    """As weights_of, of what an `Accept` lists."""
    weights: dict[str, float] = {}
    for part in listed.split(","):
        name = part.partition(";")[0].strip().lower()
        found = _WEIGHT.search(part)
        weight = min(1.0, float(found[1])) if found else 1.0
        weights[name] = max(weight, weights.get(name, 0.0))
    return weights


def weight_of(media_type: str, weights: Weights) -> float:
    """How much a client likes a media type: as the closest of its ranges says; 0 where none holds it."""
    for name in ranges_of(media_type):
        if name in weights:
            return weights[name]
    return 0.0


def ranges_of(media_type: str) -> tuple[str, ...]:
    """The ranges that hold a media type, the closest first."""
    return media_type, f"{media_type.partition('/')[0]}/*", "*/*"
