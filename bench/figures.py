"""The figures this gateway must hold, beside the measured ones."""

from collections.abc import Iterator
from typing import Any

from bench.tables.followers import best_of_peers
from bench.tables.latency import IMIN_MS, best_p99
from bench.tables.memory import early_and_late
from bench.targets import JIT, NAIVE, OURS
from bench.text import best_peer, median, ratio, table
from bench.workloads import CALLS

WHAT = {
    "W1": "W1: first 10 orders in full",
    "W2": "W2: one order, six fields",
    "W3": "W3: 20 aliases, 10 orders",
    "W4": "W4: first 50 over 5 pages",
}
BEST = "the best peer"
FACTORS = [("W1", 1.3, JIT), ("W1", 15, NAIVE), ("W2", 0.75, JIT), ("W3", 1.0, JIT), ("W4", 1.3, BEST)]
"""Workload, minimum ratio of this gateway's rate, and the peer it is compared with."""
P50_MS = IMIN_MS + 3
FOLLOWER_KB, JOINS, HEARD_SECONDS = 12, 1_500, 1.5
MEGABYTES, GROWTH, REQUESTS = 60, 1.05, 100_000
Figure = tuple[str, str, str, bool | None]
"""Name, requirement, measurement, and whether it holds; None if it was not measured."""
NOT_MEASURED = "not measured"


def figures(results: dict[str, Any]) -> str:
    """A table of all figures, with misses marked."""
    marks = {True: "yes", False: "**missed**", None: ""}
    found = [
        *_rates(results),
        *_calls(results),
        *_latencies(results),
        *_memory(results),
        *_followers(results),
    ]
    rows = [[what, must, measured, marks[held]] for what, must, measured, held in found]
    return table(["figure", "must", "measured", "held"], rows)


def _rates(results: dict[str, Any]) -> Iterator[Figure]:
    found = results.get("main", {}).get("found", {})
    for workload, factor, peer_name in FACTORS:
        must = f"≥ {factor:g} times {peer_name}"
        measured = found.get(workload, {})
        peer = best_peer(measured) if peer_name == BEST and len(measured) > 1 else peer_name
        if OURS not in measured or peer not in measured:
            yield WHAT[workload], must, NOT_MEASURED, None
            continue
        times = ratio(measured, peer)
        yield WHAT[workload], must, f"{times:.2f} times {peer}", times >= factor


def _calls(results: dict[str, Any]) -> Iterator[Figure]:
    counted = results.get("main", {}).get("calls", {}).get(OURS, {})
    must = f"≤ {', '.join(f'{calls} ({name})' for name, calls in CALLS.items())}"
    measured = ", ".join(f"{calls} ({name})" for name, calls in counted.items())
    held = all(calls <= CALLS[name] for name, calls in counted.items())
    complete = counted.keys() >= CALLS.keys()
    yield "requests to imin", must, measured or NOT_MEASURED, held if complete or not held else None


def _latencies(results: dict[str, Any]) -> Iterator[Figure]:
    found = results.get("latency", {}).get("found", {})
    ours = found.get("W1", {}).get(OURS)
    p50 = median(ours, "p50") if ours else None
    measured = f"{p50:.1f} ms" if p50 else NOT_MEASURED
    yield (
        f"p50 of W1, imin at {IMIN_MS} ms",
        f"≤ {P50_MS} ms",
        measured,
        None if p50 is None else p50 <= P50_MS,
    )
    for workload in WHAT:
        of = found.get(workload, {})
        what, must = f"p99 of {workload}, imin at {IMIN_MS} ms", f"≤ {BEST}'s"
        if OURS not in of or len(of) == 1:
            yield what, must, NOT_MEASURED, None
            continue
        best = best_p99(of)
        p99, theirs = median(of[OURS], "p99"), median(of[best], "p99")
        yield what, must, f"{p99:.1f} ms, {best} {theirs:.1f} ms", p99 <= theirs


def _followers(results: dict[str, Any]) -> Iterator[Figure]:
    result = results.get("followers")
    if result is None:
        yield "many followers of one order", f"≤ {FOLLOWER_KB} KB each", NOT_MEASURED, None
        return
    ours, count = result["found"][OURS], f"{result['count']:,} followers"
    memory, joins, heard = (median(ours, key) for key in ("kilobytes", "joins", "last"))
    yield f"memory of {count}", f"≤ {FOLLOWER_KB} KB each", f"{memory:.1f} KB", memory <= FOLLOWER_KB
    yield f"joins of {count}", f"≥ {JOINS:,}/s", f"{joins:,.0f}/s", joins >= JOINS
    yield f"a change heard by {count}", f"≤ {HEARD_SECONDS} s", f"{heard:.2f} s", heard <= HEARD_SECONDS
    if set(result["found"]) > {OURS}:
        leanest = best_of_peers(result, "kilobytes", min)
        yield "memory of a follower", f"≤ {BEST}'s", f"{memory:.1f} KB, {leanest:.1f} KB", memory <= leanest
        fastest = best_of_peers(result, "joins", max)
        yield "joins", f"≥ {BEST}'s", f"{joins:,.0f}/s, {fastest:,.0f}/s", joins >= fastest
        cpu, least = median(ours, "join_cpu_us"), best_of_peers(result, "join_cpu_us", min)
        yield "processor time of a join", f"≤ {BEST}'s", f"{cpu:.0f} µs, {least:.0f} µs", cpu <= least


def _memory(results: dict[str, Any]) -> Iterator[Figure]:
    points = early_and_late(results["memory"]) if "memory" in results else None
    what, flat = "memory of a worker after {:,.0f} requests", f"≤ {GROWTH:.2f} times after 10,000"
    if points is None:
        yield what.format(REQUESTS), f"≤ {MEGABYTES} MB", NOT_MEASURED, None
        yield "memory is flat", flat, NOT_MEASURED, None
        return
    early, late = points
    # A miss is certain at once; success only after all requests.
    ended = late[0] >= REQUESTS
    held, times = late[1] <= MEGABYTES, late[1] / early[1]
    yield what.format(late[0]), f"≤ {MEGABYTES} MB", f"{late[1]:.1f} MB", held if ended or not held else None
    held = times <= GROWTH
    measured = f"{times:.2f} times ({early[1]:.1f} MB)"
    yield "memory is flat", flat, measured, held if ended or not held else None
