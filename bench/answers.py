"""Check that all targets answer the same, and count their requests to imin."""

import json
from typing import Any

from bench.processes import Process
from bench.targets import TARGETS
from bench.workloads import Requests

# Cursors and links differ by server. This gateway derives from the clock whether an item can be cancelled,
# and computes durations and end dates that imin leaves out; the peers do not.
_OPAQUE = {"cursor", "endCursor", "url", "isPresentlyCancellable", "duration", "endDate"}
# This gateway treats coordinates of 0, 0 as missing.
_COORDINATES = {"latitude", "longitude"}


def check(
    targets: dict[str, Process], imin: Process, requests: dict[str, Requests]
) -> dict[str, dict[str, int]]:
    """Requests to imin by target and workload. Raises RuntimeError if answers differ."""
    calls: dict[str, dict[str, int]] = {name: {} for name in targets}
    for workload in next(iter(requests.values())):
        expected = None
        for name, target in targets.items():
            bodies = requests[name][workload]
            target.request("/graphql", bodies[0])
            imin.request("/count")
            answer = json.loads(target.request("/graphql", bodies[-1]))
            calls[name][workload] = int(imin.request("/count"))
            if "errors" in answer:
                raise RuntimeError(f"{name} returns errors for {workload}: {answer['errors']}")
            data = comparable(TARGETS[name].adapt(workload, answer["data"]))
            expected = expected or data
            if data != expected:
                raise RuntimeError(f"{name} answers {workload} differently: {difference(data, expected)}")
    return calls


def comparable(value: Any, key: str = "") -> Any:
    """An answer without the values that may differ by server."""
    if isinstance(value, dict):
        return {name: comparable(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [comparable(inner, key) for inner in value]
    if key == "amount":
        return float(value)
    if key in _COORDINATES:
        return value or None
    return "" if key in _OPAQUE else value


def difference(one: Any, other: Any, path: str = "$") -> str:
    """The first difference between two answers."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        pairs = [(f"{path}.{key}", one[key], other[key]) for key in one]
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = [(f"{path}[{n}]", *both) for n, both in enumerate(zip(one, other, strict=True))]
    else:
        return f"{path}: {one!r} and {other!r}"
    return next((difference(a, b, at) for at, a, b in pairs if a != b), "")
