"""What to measure, and how long."""

from dataclasses import dataclass
from functools import cache

from bench.upstream import write_out


@dataclass(frozen=True)
class Plan:
    """Options of one run. seconds: of one round of the main table; the others' rounds follow from it."""

    rounds: int
    seconds: int
    targets: list[str]
    workloads: list[str]
    memory_requests: int

    def of(self, names: tuple[str, ...]) -> list[str]:
        """The targets that are among these."""
        return [name for name in self.targets if name in names]


@cache
def identifiers() -> list[str]:
    """Orders that imin has."""
    return write_out()
