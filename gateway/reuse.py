"""What an answer depends on, noted while it is made, so that it can be reused until that changes.

Whatever may give another value at another time reports here when it is read: cached responses of imin, the
clock, the journal of cancellations. What cannot say until when its value holds calls `forbid_reuse`, and so
does every way to a service or a clock that has no better declaration: a new reader makes its answers slower,
never wrong.
"""

from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import Struct, field

from gateway.clock import Clock

_TICK = timedelta(microseconds=1)


class CachedVersion(Struct):
    """One version of one cached response of imin, without its content.

    customer: whose it is. generation: of the customer, when it was requested. requested_at: seconds since
    1970. is_stored: whether the cache still has this version; set by the cache alone.
    """

    customer: str
    generation: Any
    requested_at: float
    is_stored: bool = False


class Dependencies(Struct):
    """What an answer was made from. Readers add to it; see `dependencies`.

    is_reusable: false once something was read of which it is not known until when it holds.
    versions: of imin's responses, each with the age in seconds from which it is no longer fresh.
    orders: those of which it matters that no cancellation is open.
    past, future: moments of which it was read that they have passed, or have not.
    links_made: in seconds since 1970. link_seconds: for how long links work.
    """

    is_reusable: bool = True
    versions: list[tuple[CachedVersion, float]] = field(default_factory=list)
    orders: set[str] = field(default_factory=set)
    past: list[datetime] = field(default_factory=list)
    future: list[datetime] = field(default_factory=list)
    links_made: list[int] = field(default_factory=list)
    link_seconds: int = 0

    def period(self) -> tuple[datetime, datetime] | None:
        """The answer holds at moments later than the first one and no later than the second; None: at any.

        A link in it still works for half of its time at the end, and never longer than a new one.
        """
        after, until = [*self.past], [*self.future]
        if self.links_made:
            after.append(datetime.fromtimestamp(max(self.links_made), UTC) - _TICK)
            until.append(datetime.fromtimestamp(min(self.links_made) + self.link_seconds / 2, UTC))
        if not after and not until:
            return None
        return max(after, default=_FIRST), min(until, default=_LAST)


_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)

noted: ContextVar[Dependencies | None] = ContextVar("dependencies", default=None)
"""Set while a reusable answer is made: for its task, and for the tasks that it starts."""

dependencies = noted.get
"""Those of the answer that is being made; None if it is not to be reused. Called for every item."""


def forbid_reuse() -> None:
    """Something was read of which it is not known until when it holds."""
    noted_here = dependencies()
    if noted_here is not None:
        noted_here.is_reusable = False


def undeclared(clock: Clock) -> Clock:
    """The clock for all readers that do not declare until when holds what they make of the time."""

    def read() -> datetime:
        forbid_reuse()
        return clock()

    return read
