"""How often to look again at something that will change: soon at first, then ever more rarely."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

_GROWTH = 1.5


@dataclass(frozen=True)
class Pace:
    """Pauses between two looks, in seconds, from the first to the longest."""

    first_seconds: float
    longest_seconds: float

    def pauses(self) -> Iterator[float]:
        """The pauses, without end."""
        return (self.pause(number) for number in itertools.count())

    def pause(self, number: int) -> float:
        """The pause after that many looks that found nothing new."""
        return min(self.first_seconds * _GROWTH ** min(number, 64), self.longest_seconds)
