"""Limits how many calls of one endpoint are in flight and how many wait, so that it cannot block others."""

import asyncio
from collections import deque

from gateway.imin.errors import CallRejected
from gateway.imin.transport.circuit_breaker import MonotonicClock

_MAX_QUEUED = 1_000
_HICCUP_SECONDS = 0.25
"""A queue may stop this long because this process is busy; beyond that, imin is slow."""
_RECOVERY = 0.25
"""By how much each success raises `limit` after a 429 has lowered it."""


class Bulkhead:
    """Slots for the calls of one endpoint, and a first-in-first-out queue for them.

    in_flight: calls that hold a slot. limit: how many may; a 429 halves it, successes restore it.
    mean_seconds: moving average of how long successful calls take.
    """

    def __init__(self, name: str, max_in_flight: int, reserved_queue: int, clock: MonotonicClock) -> None:
        self.in_flight = 0
        self.limit = float(max_in_flight)
        self.mean_seconds = 0.0
        self._name = name
        self._max_in_flight = max_in_flight
        self._reserved_queue = reserved_queue
        self._clock = clock
        self._queue: deque[asyncio.Future[None]] = deque()
        self._moved_at = 0.0

    @property
    def waiting(self) -> int:
        """Calls that wait for a slot."""
        return len(self._queue)

    def try_enter(self, now: float) -> bool:
        """Take a slot if one is free and no call has waited longer."""
        if not self.in_flight:
            self._moved_at = now
        is_free = self.in_flight < int(self.limit) and not self._queue
        self.in_flight += is_free
        return is_free

    async def enter(self, deadline: float) -> None:
        """Wait for a slot and take it. Raises CallRejected if the deadline comes first, or probably will."""
        if self._is_full(deadline):
            raise self._rejection()
        loop = asyncio.get_running_loop()
        slot = loop.create_future()
        self._queue.append(slot)
        timer = loop.call_later(deadline - self._clock(), self._reject, slot)
        try:
            await slot
        except BaseException:
            if slot.done() and not slot.cancelled() and slot.exception() is None:
                self.leave()  # this call was cancelled just as it got the slot: pass it on
            elif slot in self._queue:
                self._queue.remove(slot)
            raise
        finally:
            timer.cancel()

    def leave(self) -> None:
        """Release the slot, to the call that has waited longest."""
        self.in_flight -= 1
        self._moved_at = self._clock()
        while self._queue and self.in_flight < int(self.limit):
            slot = self._queue.popleft()
            if not slot.done():
                self.in_flight += 1
                slot.set_result(None)

    def halve(self) -> None:
        """imin has responded 429: too many calls."""
        self.limit = max(1.0, self.limit / 2)

    def record_success(self, seconds: float) -> None:
        """A call has succeeded. seconds: how long it took."""
        if self.limit < self._max_in_flight:
            self.limit = min(self.limit + _RECOVERY, self._max_in_flight)
        self.mean_seconds += (seconds - self.mean_seconds) * (0.1 if self.mean_seconds else 1.0)

    def reject_waiting(self) -> None:
        """Reject every call that waits, because the breaker has opened."""
        while self._queue:
            slot = self._queue.popleft()
            if not slot.done():
                slot.set_exception(CallRejected(f"{self._name} is failing", by="breaker", retry_after=1.0))

    def _is_full(self, deadline: float) -> bool:
        """Whether a call that joins the queue would probably wait in vain.

        The reserved part of the queue is always open. Beyond it, a call may wait if the queue moves so fast
        that the call would need only half of its time.
        """
        waiting = len(self._queue)
        if waiting < self._reserved_queue:
            return False
        now = self._clock()
        standstill = now - self._moved_at
        seconds_per_call = max(self.mean_seconds, standstill if standstill > _HICCUP_SECONDS else 0.0)
        expected_wait = (waiting + 1) / self.limit * seconds_per_call
        return waiting >= _MAX_QUEUED or expected_wait > (deadline - now) / 2

    def _reject(self, slot: "asyncio.Future[None]") -> None:
        if not slot.done():
            slot.set_exception(self._rejection())

    def _rejection(self) -> CallRejected:
        return CallRejected(f"{self._name} has enough to do", by="queue", retry_after=1.0)
