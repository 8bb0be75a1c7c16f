"""How much an endpoint of imin's is asked: what stands between a call and the wire.

A call passes, in this order:

breaker    after so many failures in a row nothing is sent; then one call a second tries
rest       imin said Retry-After: nobody asks before that
bulkhead   so many in flight and so many waiting, each endpoint apart, so that a slow one
           takes nothing from the others; a 429 halves what may be in flight, successes restore it
repeat     a GET that failed in passing, once, as long as repeats stay below a share of the calls

What is turned away was not sent. A call's time runs from its start: waiting, repeat and all.
"""

import asyncio
import random
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Never, Protocol, TypeVar

from gateway.imin.errors import TimedOut, UpstreamUnavailable
from gateway.imin.transport.circuit_breaker import Breaker, RetryBudget
from gateway.imin.transport.deadline import REQUEST_DEADLINE

MonotonicClock = Callable[[], float]

_PASSING = {502, 503, 504}
_SICK = {401, 403, 408}
_TOO_MANY = 429
_JITTER_SECONDS = 0.05
_LONGEST_REST_SECONDS = 30.0
_LEAST_SECONDS = 0.01
_MOST_WAITING = 1_000
_HICCUP_SECONDS = 0.25
"""For so long a queue may stand still because this process is busy; beyond it, imin is."""
_RECOVERY = 0.25
"""By how much each success raises what may be in flight after a 429 has lowered it."""


class GuardedResponse(Protocol):
    """As much of an answer as traffic control looks at. retry_after: seconds, or None."""

    @property
    def status(self) -> int:
        """HTTP status."""

    @property
    def retry_after(self) -> float | None:
        """Seconds that imin asks to be left alone."""

    @property
    def size(self) -> int:
        """Bytes of the body."""


Observe = Callable[[str, str, float, int], None]
"""Told of every answer: endpoint, status or error, seconds, bytes."""

R = TypeVar("R", bound=GuardedResponse)
Send = Callable[[float], Awaitable[R]]
"""Sends the request, given the seconds that are left."""


def _nobody(_endpoint: str, _outcome: str, _seconds: float, _size: int) -> None:
    """Nobody watches."""


class CallRejected(UpstreamUnavailable):
    """Not sent: the endpoint is failing, resting or has enough to do."""

    def __init__(self, reason: str, *, retry_after: float | None = None) -> None:
        super().__init__(reason, sent=False, retry_after=retry_after)


@dataclass(frozen=True)
class EndpointGuardOptions:
    """in_flight, waiting: calls of one endpoint. failures: in a row, until its breaker opens."""

    in_flight: int = 16
    waiting: int = 32
    failures: int = 5
    rest_seconds: float = 1.0
    retry_share: float = 0.2


class EndpointGuard:
    """One endpoint: its breaker, its rest, its bulkhead, its budget of repeats; and counts of all that."""

    def __init__(
        self, name: str, options: EndpointGuardOptions, clock: MonotonicClock = time.monotonic
    ) -> None:
        self.name = name
        self.breaker = Breaker(options.failures, options.rest_seconds, clock)
        self.budget = RetryBudget(options.retry_share)
        self.limit = float(options.in_flight)
        self.running = 0
        self.calls = 0
        self.attempts = 0
        self.rejected = 0
        self.observe: Observe = _nobody
        self._options = options
        self._clock = clock
        self._queue: deque[asyncio.Future[None]] = deque()
        self._rests_until = 0.0
        self._mean_seconds = 0.0
        self._moved_at = 0.0

    @property
    def waiting(self) -> int:
        """Calls that wait for their turn."""
        return len(self._queue)

    async def call(self, send: Send[R], seconds: float, *, is_repeatable: bool) -> R:
        """The answer, whatever its status. is_repeatable: sending it twice does no more than once.

        Raises CallRejected, and what send raises.
        """
        started = self._clock()
        deadline = min(started + seconds, REQUEST_DEADLINE.get())
        self.calls += 1
        self.budget.earn()
        may_repeat = is_repeatable
        while True:
            # Usually there is nothing to wait for.
            if not (self.breaker.is_closed and self._rests_until <= started and self._enters(started)):
                await self._admitted(deadline)
                started = self._clock()
            era = None
            try:
                era = self._admit(deadline - started)
                answer = await send(deadline - started)
            except BaseException as error:
                if era is not None:
                    self._note_failure(error, era, started)
                pause = self._pause_after(error, deadline) if may_repeat else None
                if pause is None:
                    raise
            else:
                self._note(answer, era, started)
                may_repeat = may_repeat and self._is_passing(answer)
                pause = self._pause(answer.retry_after, deadline) if may_repeat else None
                if pause is None:
                    return answer
            finally:
                self._leave()
            may_repeat = False
            await asyncio.sleep(pause)
            started = self._clock()

    def _is_passing(self, answer: GuardedResponse) -> bool:
        return answer.status in _PASSING or (answer.status == _TOO_MANY and answer.retry_after is not None)

    def _pause_after(self, error: BaseException, deadline: float) -> float | None:
        is_passing = isinstance(error, UpstreamUnavailable) and not isinstance(error, CallRejected | TimedOut)
        return self._pause(None, deadline) if is_passing else None

    def _pause(self, retry_after: float | None, deadline: float) -> float | None:
        """Seconds until the repeat; None where there is to be none."""
        pause = (retry_after or 0.0) + random.uniform(0, _JITTER_SECONDS)  # noqa: S311  # jitter, no secret
        in_time = self._clock() + pause < deadline
        return pause if in_time and self.breaker.state == "closed" and self.budget.spend() else None

    async def _admitted(self, deadline: float) -> None:
        """Take a place, when there is one and imin may be asked. Raises CallRejected."""
        if self.breaker.state == "open":
            self._turn_away("is failing", self.breaker.seconds_to_probe)
        if self._rests_until > self._clock():
            await self._rest(deadline)
        if not self._enters(self._clock()):
            await self._queued(deadline)

    def _admit(self, seconds: float) -> int:
        """The breaker's era for a call that has so long. Raises CallRejected."""
        if seconds < _LEAST_SECONDS:
            self._turn_away("has enough to do", 1.0)
        era = self.breaker.admit()
        if era is None:
            self._turn_away("is failing", self.breaker.seconds_to_probe)
        self.attempts += 1
        return era

    def _note(self, answer: GuardedResponse, era: int, started: float) -> None:
        """What an answer tells of the endpoint."""
        now = self._clock()
        self.observe(self.name, str(answer.status), now - started, answer.size)
        self._judge(answer, era, started, now)

    def _note_failure(self, error: BaseException, era: int, started: float) -> None:
        """What it tells of the endpoint that there is no answer."""
        now = self._clock()
        if isinstance(error, asyncio.CancelledError):
            self.breaker.abandoned(era)
        elif isinstance(error, UpstreamUnavailable):
            self._failed(era)
            outcome = "TimedOut" if isinstance(error, TimedOut) else "Unavailable"
            self.observe(self.name, outcome, now - started, 0)
        else:
            # It came, so the endpoint works; that it cannot be read is another matter.
            self._worked(era, started, now)
            self.observe(self.name, "Unreadable", now - started, 0)

    def _judge(self, answer: GuardedResponse, era: int, started: float, now: float) -> None:
        if answer.retry_after is not None:
            rest = min(answer.retry_after, _LONGEST_REST_SECONDS)
            self._rests_until = max(self._rests_until, now + rest)
        if answer.status == _TOO_MANY:
            self.limit = max(1.0, self.limit / 2)
            self.breaker.abandoned(era)
        elif answer.status >= 500 or answer.status in _SICK:  # noqa: PLR2004  # server errors
            self._failed(era)
        else:
            self._worked(era, started, now)

    def _failed(self, era: int) -> None:
        self.breaker.failed(era)
        if self.breaker.state == "open":
            # They would only learn the same later.
            while self._queue:
                turn = self._queue.popleft()
                if not turn.done():
                    turn.set_exception(CallRejected(f"{self.name} is failing", retry_after=1.0))

    def _worked(self, era: int, started: float, now: float) -> None:
        self.breaker.worked(era)
        if self.limit < self._options.in_flight:
            self.limit = min(self.limit + _RECOVERY, self._options.in_flight)
        took = now - started
        self._mean_seconds += (took - self._mean_seconds) * (0.1 if self._mean_seconds else 1.0)

    async def _rest(self, deadline: float) -> None:
        """Wait until imin may be asked again. Raises CallRejected where that is too late."""
        left = self._rests_until - self._clock()
        if self._rests_until >= deadline:
            self._turn_away("asked to be left alone", left)
        await asyncio.sleep(left + random.uniform(0, _JITTER_SECONDS))  # noqa: S311  # jitter, no secret

    def _enters(self, now: float) -> bool:
        """Take a place, where one is free and nobody has waited longer."""
        if not self.running:
            self._moved_at = now
        is_free = self.running < int(self.limit) and not self._queue
        self.running += is_free
        return is_free

    async def _queued(self, deadline: float) -> None:
        """Wait for a place. Raises CallRejected."""
        if self._is_full(deadline):
            self._turn_away("has enough to do", 1.0)
        loop = asyncio.get_running_loop()
        turn = loop.create_future()
        self._queue.append(turn)
        late = loop.call_later(deadline - self._clock(), self._give_up, turn)
        try:
            await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._leave()  # the turn came too late; it is the next one's
            elif turn in self._queue:
                self._queue.remove(turn)
            if isinstance(error, CallRejected):
                self.rejected += 1
            raise
        finally:
            late.cancel()

    def _give_up(self, turn: "asyncio.Future[None]") -> None:
        if not turn.done():
            turn.set_exception(CallRejected(f"{self.name} has enough to do", retry_after=1.0))

    def _is_full(self, deadline: float) -> bool:
        """Whether a call that joins the queue would wait in vain.

        The promised places are always there. Beyond them a call may wait as long as the queue
        moves so fast that half its time will do.
        """
        waiting = len(self._queue)
        if waiting < self._options.waiting:
            return False
        now = self._clock()
        still = now - self._moved_at
        pace = max(self._mean_seconds, still if still > _HICCUP_SECONDS else 0.0)
        return waiting >= _MOST_WAITING or (waiting + 1) / self.limit * pace > (deadline - now) / 2

    def _leave(self) -> None:
        self.running -= 1
        self._moved_at = self._clock()
        while self._queue and self.running < int(self.limit):
            turn = self._queue.popleft()
            if not turn.done():
                self.running += 1
                turn.set_result(None)

    def _turn_away(self, reason: str, retry_after: float) -> Never:
        self.rejected += 1
        raise CallRejected(f"{self.name} {reason}", retry_after=retry_after)


class EndpointGuards:
    """The endpoints by name, made as they are first asked."""

    def __init__(self, options: EndpointGuardOptions, clock: MonotonicClock = time.monotonic) -> None:
        self.by_name: dict[str, EndpointGuard] = {}
        self.observe: Observe = _nobody
        self._options = options
        self._clock = clock

    def of(self, name: str) -> EndpointGuard:
        """The endpoint of that name, such as `GET /orders/:id`."""
        endpoint = self.by_name.get(name)
        if endpoint is None:
            endpoint = self.by_name[name] = EndpointGuard(name, self._options, self._clock)
            endpoint.observe = self.observe
        return endpoint
