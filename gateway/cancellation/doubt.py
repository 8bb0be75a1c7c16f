"""How long imin may still act on a PATCH whose result is not shown, measured by a clock that never jumps."""

from cachetools import LRUCache

from gateway.cancellation.attempts import Attempt
from gateway.clock import BootClock

_MAX_REMEMBERED = 10_000


class Doubt:
    """Decides whether imin may still act on an attempt.

    seconds: how long imin may act on a PATCH after it was sent (assumption). An attempt of another machine,
    or from before a restart of this one, is counted from when this process first saw it: there is no clock
    that both share and that cannot be set.
    """

    def __init__(self, clock: BootClock, seconds: float) -> None:
        self.clock = clock
        self._seconds = seconds
        self._first_seen: LRUCache[str, float] = LRUCache(_MAX_REMEMBERED)

    def is_over(self, attempt: Attempt) -> bool:
        """Whether imin can no longer act on the attempt."""
        return self.seconds_left(attempt) < 0

    def seconds_left(self, attempt: Attempt) -> float:
        """How long imin may still act on the attempt; negative if it no longer can."""
        now = self.clock()
        since = attempt.sent.seconds
        if attempt.sent.boot != now.boot:
            since = self._first_seen.setdefault(attempt.id, now.seconds)
        return since + self._seconds - now.seconds
