"""How long imin may still act on a request whose result is not known, by a clock that never jumps."""

from typing import Protocol

from cachetools import LRUCache

from gateway.clock import BootClock, Moment

_MAX_REMEMBERED = 10_000


class Sent(Protocol):
    """A request that was sent. id: made up by the gateway. sent: when."""

    @property
    def id(self) -> str: ...

    @property
    def sent(self) -> Moment: ...


class Doubt:
    """Decides whether imin may still act on a request.

    seconds: how long imin may act on a request after it was sent (assumption). One of another machine, or
    from before a restart of this one, is counted from when this process first saw it: there is no clock
    that both share and that cannot be set.
    """

    def __init__(self, clock: BootClock, seconds: float) -> None:
        self.clock = clock
        self._seconds = seconds
        self._first_seen: LRUCache[str, float] = LRUCache(_MAX_REMEMBERED)

    def is_over(self, request: Sent) -> bool:
        """Whether imin can no longer act on the request."""
        return self.seconds_left(request) < 0

    def seconds_left(self, request: Sent) -> float:
        """How long imin may still act on the request; negative if it no longer can."""
        now = self.clock()
        since = request.sent.seconds
        if request.sent.boot != now.boot:
            since = self._first_seen.setdefault(request.id, now.seconds)
        return since + self._seconds - now.seconds
