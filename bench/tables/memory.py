"""The memory table: whether a worker stays flat over many requests."""

import json
import time
from typing import Any

from bench.lane import lane, progress
from bench.load import saturate
from bench.plan import Plan, identifiers
from bench.targets import OURS, TARGETS
from bench.text import table
from bench.workloads import four

EARLY = 10_000
"""Requests after which everything that is retained should have been allocated."""
MAX_SECONDS = 180
INTRODUCTION = """\
Resident memory of this gateway, one worker, W1 and W2 alternating, nothing cached."""


def measure(plan: Plan) -> dict[str, Any]:
    """[requests, MB] at the start and about every 10,000 requests."""
    requests_of = {OURS: four(TARGETS[OURS].queries, ["W1", "W2"], identifiers())}
    with lane(requests_of) as one, one.awake(OURS):
        target, bodies = one.targets[OURS], one.directory / "mixed"
        alternating = [
            body for order in requests_of[OURS]["W2"] for body in (requests_of[OURS]["W1"][0], order)
        ]
        bodies.write_text("\n".join(map(json.dumps, alternating)) + "\n")
        points, latest = [[0, target.megabytes()]], time.monotonic() + MAX_SECONDS
        while points[-1][0] < plan.memory_requests and time.monotonic() < latest:
            requests = points[-1][0] + saturate(target, bodies, 2).requests
            points.append([requests, target.megabytes()])
            if requests // EARLY > points[-2][0] // EARLY:
                progress(f"{requests:,.0f} requests, {target.megabytes():.1f} MB")
    return {"points": points}


def early_and_late(result: dict[str, Any]) -> tuple[list[float], list[float]] | None:
    """The first point after 10,000 requests and the last one; None if the run was too short for both."""
    points = result["points"]
    early = next((point for point in points if point[0] >= EARLY), points[-1])
    return (early, points[-1]) if points[-1][0] >= EARLY else None


def render(result: dict[str, Any]) -> list[str]:
    """The table."""
    points = result["points"]
    shown = [points[0]]
    for point in points[1:]:
        if point[0] // EARLY > shown[-1][0] // EARLY or point is points[-1]:
            shown.append(point)
    row = [f"{point[1]:.1f}" for point in shown]
    head = ["requests", *(f"{point[0]:,.0f}" for point in shown)]
    return ["## Memory", INTRODUCTION, table(head, [["MB", *row]])]
