"""What to measure, and for how long."""

from dataclasses import dataclass
from functools import cache

from bench.upstream import render_answers


@dataclass(frozen=True)
class Plan:
    """Options of one run. seconds: length of a round of the main table, from which others derive theirs."""

    rounds: int
    seconds: int
    targets: list[str]
    workloads: list[str]
    memory_requests: int
    followers: int

    def of(self, names: tuple[str, ...]) -> list[str]:
        """The planned targets among these names."""
        return [name for name in self.targets if name in names]


@cache
def identifiers() -> list[str]:
    """Identifiers of the orders that the benchmark's imin has."""
    return render_answers()
