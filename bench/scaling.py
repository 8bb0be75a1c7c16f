"""The scaling table: what an order costs as the page grows, and an alias as there are more."""

from typing import Any

from bench.lane import lane
from bench.plan import Plan, identifiers
from bench.targets import JIT, OURS, TARGETS
from bench.text import median, table
from bench.throughput import fastest
from bench.workloads import ALIASES, FIRSTS, growing

ROUNDS, SECONDS = 3, 1
TELL = """\
Processor microseconds of the target for each order of W1 as `first` grows, and for each alias of `order`
as there are more (each another order); medians of {rounds} interleaved rounds of {seconds} s. imin has
10 orders on a page: one order costs its whole page."""


def measure(plan: Plan) -> dict[str, Any]:
    """Processor time a request, by how much it asks for."""
    asked = {name: growing(TARGETS[name].queries, identifiers()) for name in plan.of((OURS, JIT))}
    with lane(asked) as one:
        found = one.interleaved(
            min(plan.rounds, ROUNDS), lambda name, workload, _number: fastest(one, name, workload, SECONDS)
        )
    return {"found": found, "seconds": SECONDS, "rounds": min(plan.rounds, ROUNDS)}


def tell(result: dict[str, Any]) -> list[str]:
    """A table for orders, one for aliases."""
    return [
        "## Scaling",
        TELL.format(**result),
        _table(result["found"], "first", FIRSTS),
        _table(result["found"], "aliases", ALIASES),
    ]


def _table(found: dict[str, Any], what: str, counts: tuple[int, ...]) -> str:
    rows = [
        [name, *(f"{median(found[f'{what} {count}'][name], 'cpu') / count:,.0f}" for count in counts)]
        for name in next(iter(found.values()))
    ]
    return table([f"µs each, {what}", *map(str, counts)], rows)
