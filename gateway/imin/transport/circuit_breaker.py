"""Decides when to stop calling an endpoint that fails. Pure: it needs a clock and the calls' outcomes."""

import time
from collections.abc import Callable
from typing import Literal

MonotonicClock = Callable[[], float]
"""Seconds since some moment, never going back."""

State = Literal["closed", "open", "half-open"]


class CircuitBreaker:
    """Opens after `max_failures` in a row; then allows one probe at a time, and closes when a probe succeeds.

    rest_seconds: from the opening, and from the start of one probe, to the next probe. A probe that
    hangs longer than that is followed by the next one at once, so that a recovery is noticed soon.

    `allow` returns the epoch in which a call was allowed: it changes when the breaker opens or closes.
    Outcomes of calls from an earlier epoch say nothing about the present and are ignored.
    """

    def __init__(
        self, max_failures: int, rest_seconds: float, clock: MonotonicClock = time.monotonic
    ) -> None:
        self.epoch = 0
        self._max_failures = max_failures
        self._rest_seconds = rest_seconds
        self._clock = clock
        self._failures = 0
        self._next_probe: float | None = None
        self._is_probing = False

    @property
    def is_closed(self) -> bool:
        """Whether every call is allowed."""
        return self._next_probe is None

    @property
    def state(self) -> State:
        """closed: allows every call; half-open: allows a probe now; open: allows none now."""
        if self._next_probe is None:
            return "closed"
        return "half-open" if not self._is_probing and self._clock() >= self._next_probe else "open"

    @property
    def seconds_to_probe(self) -> float:
        """For how long it will certainly allow no call."""
        return 0.0 if self._next_probe is None else max(0.0, self._next_probe - self._clock())

    def allow(self) -> int | None:
        """Allow a call, returning the epoch to report its outcome with; None to reject it."""
        if self._next_probe is None:
            return self.epoch
        if self._is_probing or self._clock() < self._next_probe:
            return None
        self._is_probing = True
        self._next_probe = self._clock() + self._rest_seconds
        return self.epoch

    def record_success(self, epoch: int) -> None:
        """Close the breaker, or forget the failures before."""
        if epoch != self.epoch:
            return
        self._failures = 0
        if self._next_probe is not None:
            self._next_probe, self._is_probing = None, False
            self.epoch += 1

    def record_failure(self, epoch: int) -> None:
        """Open the breaker if this was the last of `max_failures` in a row; leave it open after a probe."""
        if epoch != self.epoch:
            return
        if self._next_probe is not None:
            self._is_probing = False
            return
        self._failures += 1
        if self._failures >= self._max_failures:
            self._next_probe = self._clock() + self._rest_seconds
            self.epoch += 1

    def record_unknown(self, epoch: int) -> None:
        """A call ended without a verdict, for example cancelled; if it was the probe, another may follow."""
        if epoch == self.epoch and self._next_probe is not None:
            self._is_probing = False
