"""The scaling table: cost per order as pages grow, and per alias as their number grows."""

from typing import Any

from bench.lane import lane
from bench.plan import Plan, identifiers
from bench.tables.throughput import throughput
from bench.targets import JIT, OURS, TARGETS
from bench.text import median, table
from bench.workloads import ALIASES, FIRSTS, growing

ROUNDS, SECONDS = 3, 1
INTRODUCTION = """\
Processor microseconds per order of W1 as `first` grows, and per alias of `order` as their number grows
(each for a different order); medians of {rounds} interleaved rounds of {seconds} s. imin's pages hold
10 orders, so one order costs its whole page."""


def measure(plan: Plan) -> dict[str, Any]:
    """Processor time per request, by the size of the request."""
    requests = {name: growing(TARGETS[name].queries, identifiers()) for name in plan.of((OURS, JIT))}
    with lane(requests) as one:
        found = one.interleaved(
            min(plan.rounds, ROUNDS), lambda name, workload, _number: throughput(one, name, workload, SECONDS)
        )
    return {"found": found, "seconds": SECONDS, "rounds": min(plan.rounds, ROUNDS)}


def render(result: dict[str, Any]) -> list[str]:
    """One table for orders, one for aliases."""
    return [
        "## Scaling",
        INTRODUCTION.format(**result),
        _table(result["found"], "first", FIRSTS),
        _table(result["found"], "aliases", ALIASES),
    ]


def _table(found: dict[str, Any], what: str, counts: tuple[int, ...]) -> str:
    rows = [
        [name, *(f"{median(found[f'{what} {count}'][name], 'cpu') / count:,.0f}" for count in counts)]
        for name in next(iter(found.values()))
    ]
    return table([f"µs per item, {what}", *map(str, counts)], rows)
