"""The main table, with no caches, and the second, with those of this gateway and its peers."""

from typing import Any

from bench.lane import Lane, lane
from bench.load import as_fast_as_it_can
from bench.plan import Plan, identifiers
from bench.targets import OURS, TARGETS
from bench.text import best_peer, median, ratio, table
from bench.workloads import four

MAIN = """\
Requests a second (processor microseconds a request); medians of {rounds} interleaved rounds of
{seconds} s, 16 connections, one core for the target, nothing cached."""
CACHED = """\
The same workloads with caches on, 3 s each: this gateway keeps what imin answered, for each customer;
Mercurius (`mercurius-cache`) what resolvers gave; Yoga (`@graphql-yoga/plugin-response-cache`) and Apollo
Server (`@apollo/server-plugin-response-cache`) whole answers. The others have no cache of their own.
Medians of {rounds} interleaved rounds of {seconds} s."""


def measure_main(plan: Plan) -> dict[str, Any]:
    """Throughput, processor time, requests to imin and memory, without caches."""
    return _measure(plan, plan.targets, plan.seconds)


def measure_cached(plan: Plan) -> dict[str, Any]:
    """The same with caches."""
    names = [name for name in plan.targets if TARGETS[name].has_cache]
    return _measure(plan, names, max(plan.seconds // 2, 1), cached=True)


def _measure(plan: Plan, names: list[str], seconds: int, *, cached: bool = False) -> dict[str, Any]:
    asked = {name: four(TARGETS[name].queries, plan.workloads, identifiers()) for name in names}
    with lane(asked, **({"CACHED": "1"} if cached else {})) as one:

        def rate(name: str, workload: str, number: int) -> dict[str, float]:
            return fastest(one, name, workload, seconds, warm=not number, cached=cached)

        found = one.interleaved(plan.rounds, rate)
        memory = {name: target.megabytes() for name, target in one.targets.items()}
        return {"found": found, "calls": one.calls, "memory": memory, "seconds": seconds}


def fastest(  # noqa: PLR0913  # what a round is made of
    one: Lane, name: str, workload: str, seconds: int, *, warm: bool = False, cached: bool = False
) -> dict[str, float]:
    """Requests a second, and processor microseconds a request; `warm` asks for a second before.

    Raises RuntimeError where nothing is cached, and imin was asked less than the answers need: then some
    were errors.
    """
    target, bodies = one.targets[name], one.bodies(name, workload)
    if warm:
        as_fast_as_it_can(target, bodies, 1)
    one.imin.ask("/count")
    before = target.cpu_seconds()
    answered = as_fast_as_it_can(target, bodies, seconds)
    made, needed = int(one.imin.ask("/count")), one.calls[name][workload] * answered.requests
    if made < needed and not cached:
        raise RuntimeError(f"{name} asked imin {made} times for {answered.requests} answers to {workload}")
    # None at all in so short a time: as slow as can be told.
    used = (target.cpu_seconds() - before) / max(answered.requests, 1)
    return {"rate": max(answered.rate, 0.1), "cpu": used * 1e6}


def tell_main(result: dict[str, Any]) -> list[str]:
    """The main table, this gateway as a multiple of each peer and of the best, and requests to imin."""
    workloads = list(result["found"])
    calls = [[name, *map(str, counted.values())] for name, counted in result["calls"].items()]
    return [
        "## Throughput, nothing cached",
        MAIN.format(**result),
        *_rates(result),
        *_ratios(result),
        "Requests to imin:",
        table(["", *workloads], calls),
    ]


def tell_cached(result: dict[str, Any]) -> list[str]:
    """The second table, and this gateway as a multiple of each peer."""
    return ["## Throughput, caches on", CACHED.format(**result), *_rates(result), *_ratios(result)]


def _rates(result: dict[str, Any]) -> list[str]:
    found = result["found"]
    rows = []
    for name, megabytes in result["memory"].items():
        cells = [
            f"{median(rounds[name], 'rate'):,.0f} ({median(rounds[name], 'cpu'):,.0f})"
            for rounds in found.values()
        ]
        rows.append([name, *cells, f"{megabytes:.0f}"])
    return [table(["", *found, "MB"], rows)]


def _ratios(result: dict[str, Any]) -> list[str]:
    found, peers = result["found"], [name for name in result["memory"] if name != OURS]
    if OURS not in result["memory"] or not peers:
        return []
    rows = [[name, *(f"{ratio(rounds, name):.2f}" for rounds in found.values())] for name in peers]
    best = [best_peer(rounds) for rounds in found.values()]
    cells = [f"{ratio(rounds, name):.2f} ({name})" for rounds, name in zip(found.values(), best, strict=True)]
    return [
        "This gateway's rate as a multiple of each peer's, and of the best peer's:",
        table(["", *found], [*rows, ["**best peer**", *cells]]),
    ]
