"""Polling intervals that grow: short at first, then longer each time nothing has changed."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

_GROWTH = 1.5


@dataclass(frozen=True)
class Backoff:
    """Exponential backoff without jitter. Delays in seconds, from the first to the longest."""

    first_seconds: float
    longest_seconds: float

    def delays(self) -> Iterator[float]:
        """Every delay in turn, without end."""
        return (self.delay(number) for number in itertools.count())

    def delay(self, unchanged: int) -> float:
        """The delay after that many polls in a row that found nothing new."""
        return min(self.first_seconds * _GROWTH ** min(unchanged, 64), self.longest_seconds)
