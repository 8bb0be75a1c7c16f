"""When to stop asking an endpoint, and how often to ask it twice. Pure: counts and a clock."""

import time
from collections.abc import Callable
from typing import Literal

State = Literal["closed", "open", "half-open"]

_MOST_SAVED = 10.0
_SAVED_AT_FIRST = 3.0


class Breaker:
    """Opens after so many failures in a row; then lets one call through to see, and closes if that works.

    rest_seconds: from the opening, and from the start of one probe, to the next probe. A probe that
    hangs longer than that is followed by the next at once, so that a repair is noticed soon.

    `admit` gives the era in which a call was let through. What becomes of calls of an earlier
    era says nothing about now.
    """

    def __init__(
        self, failures: int, rest_seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most_failures = failures
        self._rest_seconds = rest_seconds
        self._clock = clock
        self._failures = 0
        self._era = 0
        self._next_probe: float | None = None
        self._is_probing = False

    @property
    def is_closed(self) -> bool:
        """Whether it lets everything through."""
        return self._next_probe is None

    @property
    def state(self) -> State:
        """How it stands now."""
        if self._next_probe is None:
            return "closed"
        return "half-open" if not self._is_probing and self._clock() >= self._next_probe else "open"

    @property
    def seconds_to_probe(self) -> float:
        """How long it is sure to refuse."""
        return 0.0 if self._next_probe is None else max(0.0, self._next_probe - self._clock())

    def admit(self) -> int | None:
        """Let a call through and give its era; None to refuse it."""
        if self._next_probe is None:
            return self._era
        if self._is_probing or self._clock() < self._next_probe:
            return None
        self._is_probing = True
        self._next_probe = self._clock() + self._rest_seconds
        return self._era

    def worked(self, era: int) -> None:
        """A call worked: whatever was wrong is over."""
        if era != self._era:
            return
        self._failures = 0
        if self._next_probe is not None:
            self._next_probe, self._is_probing = None, False
            self._era += 1

    def failed(self, era: int) -> None:
        """A call failed; the last of so many in a row, or a probe, leaves it open."""
        if era != self._era:
            return
        if self._next_probe is not None:
            self._is_probing = False
            return
        self._failures += 1
        if self._failures >= self._most_failures:
            self._next_probe = self._clock() + self._rest_seconds
            self._era += 1

    def abandoned(self, era: int) -> None:
        """A call ended without telling anything; where it was the probe, another may try."""
        if era == self._era and self._next_probe is not None:
            self._is_probing = False


class RetryBudget:
    """Repeats as a share of calls, with a few to begin with."""

    def __init__(self, share: float) -> None:
        self._share = share
        self._saved = _SAVED_AT_FIRST

    def earn(self) -> None:
        """A call was made."""
        self._saved = min(self._saved + self._share, _MOST_SAVED)

    def spend(self) -> bool:
        """Take one repeat; False where none is left."""
        if self._saved < 1:
            return False
        self._saved -= 1
        return True
