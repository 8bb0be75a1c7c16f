"""The latency table: imin takes 20 ms, and requests follow a timetable that every target can keep up with."""

import statistics
from typing import Any

from bench.lane import lane
from bench.load import on_timetable, saturate
from bench.plan import Plan, identifiers
from bench.targets import FAST, NAIVE, OURS, TARGETS
from bench.text import Rounds, median, table
from bench.workloads import four

IMIN_MS = 20
RATES = {"W1": 80, "W2": 200, "W3": 40, "W4": 25}
"""Requests per second, far below the capacity of the slowest target."""
SHARES = {"W1": 0.6, "W2": 0.5, "W3": 1.25, "W4": 1.0}
"""Length of a round relative to the main table's: rarer requests need longer for slow ones to show."""
EXCLUDED = {"Mercurius", FAST, NAIVE}
INTRODUCTION = """\
imin takes {imin_ms} ms. Requests are sent on a timetable ({rates} per second) regardless of the answers,
and each latency counts from the time its request was due, so that a stall is charged to every request that it
delays. An error counts as ten seconds. p50 / p99 in ms, medians of {rounds} interleaved rounds. Strawberry
cannot comfortably keep up with these rates and is left out; Mercurius is shown with its JIT only."""


def measure(plan: Plan) -> dict[str, Any]:
    """p50 and p99 by workload and target."""
    names = [name for name in plan.targets if name not in EXCLUDED]
    requests = {name: four(TARGETS[name].queries, plan.workloads, identifiers()) for name in names}
    with lane(requests) as one:

        def latencies(name: str, workload: str, number: int) -> dict[str, float]:
            arguments = one.targets[name], one.bodies(name, workload)
            if number == 0:
                one.imin.request("/latency/0")
                saturate(*arguments, 1)
                one.imin.request(f"/latency/{IMIN_MS}")
            return on_timetable(*arguments, plan.seconds * SHARES[workload], RATES[workload])

        found = one.interleaved(plan.rounds, latencies)
    return {"found": found}


def best_p99(measured: dict[str, Any]) -> str:
    """The peer with the lowest p99."""
    peers = [name for name in measured if name != OURS]
    return min(peers, key=lambda name: median(measured[name], "p99"))


def render(result: dict[str, Any]) -> list[str]:
    """The table."""
    found = result["found"]
    rates = ", ".join(f"{name} {RATES[name]}" for name in found)
    rows = [[name, *(_cell(of[name]) for of in found.values())] for name in next(iter(found.values()))]
    return [
        "## Latency",
        INTRODUCTION.format(**result, imin_ms=IMIN_MS, rates=rates),
        table(["", *found], rows),
    ]


def _cell(rounds: Rounds) -> str:
    failed = statistics.mean(one["failed"] for one in rounds)
    refused = f", {failed:.1%} failed" if failed else ""
    return f"{median(rounds, 'p50'):.1f} / {median(rounds, 'p99'):.1f}{refused}"
