"""Whether all targets answer the same, and how often they ask imin for it."""

import json
from typing import Any

from bench.processes import Process
from bench.targets import TARGETS
from bench.workloads import Asked

# Cursors and links are each server's own. This gateway tells what can be cancelled by the clock, and
# works out lengths and ends that imin leaves out; the peers do not.
_OPAQUE = {"cursor", "endCursor", "url", "isPresentlyCancellable", "duration", "endDate"}
# This gateway takes a place at 0, 0 for one that nobody has filled in.
_COORDINATES = {"latitude", "longitude"}


def check(targets: dict[str, Process], imin: Process, asked: dict[str, Asked]) -> dict[str, dict[str, int]]:
    """Requests to imin by target and workload. Raises RuntimeError unless all answer the same."""
    calls: dict[str, dict[str, int]] = {name: {} for name in targets}
    for workload in next(iter(asked.values())):
        expected = None
        for name, target in targets.items():
            bodies = asked[name][workload]
            target.ask("/graphql", bodies[0])
            imin.ask("/count")
            answer = json.loads(target.ask("/graphql", bodies[-1]))
            calls[name][workload] = int(imin.ask("/count"))
            if "errors" in answer:
                raise RuntimeError(f"{name} refuses {workload}: {answer['errors']}")
            data = alike(TARGETS[name].adapt(workload, answer["data"]))
            expected = expected or data
            if data != expected:
                raise RuntimeError(f"{name} answers {workload} otherwise: {difference(data, expected)}")
    return calls


def alike(value: Any, key: str = "") -> Any:
    """An answer without what each may say in its own way."""
    if isinstance(value, dict):
        return {name: alike(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [alike(inner, key) for inner in value]
    if key == "amount":
        return float(value)
    if key in _COORDINATES:
        return value or None
    return "" if key in _OPAQUE else value


def difference(one: Any, other: Any, path: str = "$") -> str:
    """Where two answers first differ."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        pairs = [(f"{path}.{key}", one[key], other[key]) for key in one]
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = [(f"{path}[{n}]", *both) for n, both in enumerate(zip(one, other, strict=True))]
    else:
        return f"{path}: {one!r} and {other!r}"
    return next((difference(a, b, at) for at, a, b in pairs if a != b), "")
