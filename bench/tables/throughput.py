"""Throughput tables: without caches, and with those of this gateway and its peers."""

from typing import Any

from bench.lane import Lane, lane
from bench.load import saturate
from bench.plan import Plan, identifiers
from bench.targets import OURS, TARGETS
from bench.text import best_peer, median, ratio, table
from bench.workloads import four

MAIN = """\
Requests per second (processor microseconds per request); medians of {rounds} interleaved rounds of
{seconds} s, 16 connections, one core for the target, nothing cached."""
CACHED = """\
The same workloads with caches on, 3 s each. This gateway caches imin's responses for each customer, Mercurius
(`mercurius-cache`) the results of resolvers, Yoga (`@graphql-yoga/plugin-response-cache`) and Apollo Server
(`@apollo/server-plugin-response-cache`) whole responses. The other peers have no cache of their own. Medians
of {rounds} interleaved rounds of {seconds} s."""


def measure_main(plan: Plan) -> dict[str, Any]:
    """Throughput, processor time, requests to imin and memory, without caches."""
    return _measure(plan, plan.targets, plan.seconds)


def measure_cached(plan: Plan) -> dict[str, Any]:
    """The same with caches on."""
    names = [name for name in plan.targets if TARGETS[name].has_cache]
    return _measure(plan, names, max(plan.seconds // 2, 1), cached=True)


def _measure(plan: Plan, names: list[str], seconds: int, *, cached: bool = False) -> dict[str, Any]:
    requests = {name: four(TARGETS[name].queries, plan.workloads, identifiers()) for name in names}
    with lane(requests, **({"CACHED": "1"} if cached else {})) as one:

        def rate(name: str, workload: str, number: int) -> dict[str, float]:
            return throughput(one, name, workload, seconds, warm=not number, cached=cached)

        found = one.interleaved(plan.rounds, rate)
        memory = {name: target.megabytes() for name, target in one.targets.items()}
        return {"found": found, "calls": one.calls, "memory": memory, "seconds": seconds}


def throughput(  # noqa: PLR0913  # the parameters of a round
    one: Lane, name: str, workload: str, seconds: int, *, warm: bool = False, cached: bool = False
) -> dict[str, float]:
    """Requests per second and processor microseconds per request; `warm` runs a second of load first.

    Raises RuntimeError if nothing is cached and imin received fewer requests than the answers need: some of
    the answers were errors then.
    """
    target, bodies = one.targets[name], one.bodies(name, workload)
    if warm:
        saturate(target, bodies, 1)
    one.imin.request("/count")
    before = target.cpu_seconds()
    answered = saturate(target, bodies, seconds)
    made, needed = int(one.imin.request("/count")), one.calls[name][workload] * answered.requests
    if made < needed and not cached:
        raise RuntimeError(
            f"{name} made {made} requests to imin for {answered.requests} answers to {workload}"
        )
    # No answer at all in such a short round: report the slowest rate that can be shown.
    used = (target.cpu_seconds() - before) / max(answered.requests, 1)
    return {"rate": max(answered.rate, 0.1), "cpu": used * 1e6}


def render_main(result: dict[str, Any]) -> list[str]:
    """The main table, ratios to each peer and to the best one, and requests to imin."""
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


def render_cached(result: dict[str, Any]) -> list[str]:
    """The table with caches, and ratios to each peer."""
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
        "This gateway's rate as a multiple of each peer's and of the best peer's:",
        table(["", *found], [*rows, ["**best peer**", *cells]]),
    ]
