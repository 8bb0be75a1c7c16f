"""Protects each endpoint of imin from too many calls, and the gateway from an endpoint that fails.

A call passes, in this order:

breaker    after twenty failures in a row nothing is sent; then one call a second probes. An endpoint that
           works for half of the calls fails so often in a row once in two million calls
pause      imin said Retry-After: nothing is sent before that
bulkhead   limits the calls in flight and in the queue, for each endpoint apart, so that a slow one
           takes nothing from the others; a 429 halves the limit, successes restore it
retry      once, for a GET whose failure was temporary, while retries stay below a share of the calls

A call that is rejected was not sent. A call's time includes everything: waiting, retry and all.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Never, Protocol, TypeVar

from gateway.imin.errors import CallRejected, RejectedBy, TimedOut, UpstreamUnavailable
from gateway.imin.transport.bulkhead import Bulkhead
from gateway.imin.transport.circuit_breaker import CircuitBreaker, MonotonicClock
from gateway.imin.transport.deadline import REQUEST_DEADLINE
from gateway.imin.transport.retry_budget import RetryBudget

_TEMPORARY = {502, 503, 504}
_FAILURES_BELOW_500 = {401, 403, 408}
_TOO_MANY = 429
_JITTER_SECONDS = 0.05
_MAX_PAUSE_SECONDS = 30.0
_MIN_SECONDS_TO_SEND = 0.01


class GuardedResponse(Protocol):
    """What the guard reads of a response."""

    @property
    def status(self) -> int:
        """HTTP status."""

    @property
    def retry_after(self) -> float | None:
        """Seconds for which imin wants no more requests, if it says so."""

    @property
    def size(self) -> int:
        """Bytes of the body."""


Observe = Callable[[str, str, float, int], None]
"""Called after every request with its endpoint, status or failure, seconds, and bytes of the response."""

R = TypeVar("R", bound=GuardedResponse)
Send = Callable[[float], Awaitable[R]]
"""Sends the request, given the seconds that are left."""


def _ignore(_endpoint: str, _outcome: str, _seconds: float, _size: int) -> None: ...


@dataclass(frozen=True)
class EndpointGuardOptions:
    """Limits of one endpoint.

    in_flight: calls at once. waiting: calls that may always queue. failures: in a row to open the breaker.
    rest_seconds: between probes. retry_share: retries per call.
    """

    in_flight: int = 16
    waiting: int = 32
    failures: int = 20
    rest_seconds: float = 1.0
    retry_share: float = 0.2


class EndpointGuard:
    """Guards one endpoint. calls: all calls. attempts: requests sent for them. rejected: calls not sent."""

    def __init__(
        self, name: str, options: EndpointGuardOptions, clock: MonotonicClock = time.monotonic
    ) -> None:
        self.name = name
        self.breaker = CircuitBreaker(options.failures, options.rest_seconds, clock)
        self.bulkhead = Bulkhead(name, options.in_flight, options.waiting, clock)
        self.calls = 0
        self.attempts = 0
        self.rejected = 0
        self.observe: Observe = _ignore
        self._retries = RetryBudget(options.retry_share)
        self._clock = clock
        self._paused_until = 0.0

    async def call(self, send: Send[R], seconds: float, *, is_repeatable: bool) -> R:
        """The response, whatever its status. is_repeatable: sending it twice does no more than once.

        Raises CallRejected, and what send raises.
        """
        started = self._clock()
        deadline = min(started + seconds, REQUEST_DEADLINE.get())
        self.calls += 1
        self._retries.record_call()
        may_retry = is_repeatable
        while True:
            # Usually there is nothing to wait for.
            is_idle = self.breaker.is_closed and self._paused_until <= started
            if not (is_idle and self.bulkhead.try_enter(started)):
                await self._enter(deadline)
                started = self._clock()
            epoch = None
            try:
                epoch = self._begin_attempt(deadline - started)
                response = await send(deadline - started)
            except BaseException as error:
                if epoch is not None:
                    self._record_error(error, epoch, started)
                delay = self._delay_after_error(error, deadline) if may_retry else None
                if delay is None:
                    raise
            else:
                self._record_response(response, epoch, started)
                may_retry = may_retry and _is_temporary(response)
                delay = self._retry_delay(response.retry_after, deadline) if may_retry else None
                if delay is None:
                    return response
            finally:
                self.bulkhead.leave()
            may_retry = False
            await asyncio.sleep(delay)
            started = self._clock()

    async def _enter(self, deadline: float) -> None:
        """Wait out a pause and take a slot of the bulkhead. Raises CallRejected."""
        if self.breaker.state == "open":
            self._reject("is failing", "breaker", self.breaker.seconds_to_probe)
        if self._paused_until > self._clock():
            await self._wait_out_pause(deadline)
        if not self.bulkhead.try_enter(self._clock()):
            try:
                await self.bulkhead.enter(deadline)
            except CallRejected:
                self.rejected += 1
                raise

    async def _wait_out_pause(self, deadline: float) -> None:
        seconds = self._paused_until - self._clock()
        if self._paused_until >= deadline:
            self._reject("asked to be left alone", "pause", seconds)
        await asyncio.sleep(seconds + _jitter())

    def _begin_attempt(self, seconds_left: float) -> int:
        """The breaker's epoch for an attempt. Raises CallRejected."""
        if seconds_left < _MIN_SECONDS_TO_SEND:
            self._reject("has enough to do", "deadline", 1.0)
        epoch = self.breaker.allow()
        if epoch is None:
            self._reject("is failing", "breaker", self.breaker.seconds_to_probe)
        self.attempts += 1
        return epoch

    def _delay_after_error(self, error: BaseException, deadline: float) -> float | None:
        is_temporary = isinstance(error, UpstreamUnavailable) and not isinstance(
            error, CallRejected | TimedOut
        )
        return self._retry_delay(None, deadline) if is_temporary else None

    def _retry_delay(self, retry_after: float | None, deadline: float) -> float | None:
        """Seconds until the retry; None for no retry."""
        delay = (retry_after or 0.0) + _jitter()
        in_time = self._clock() + delay < deadline
        return delay if in_time and self.breaker.state == "closed" and self._retries.charge() else None

    def _record_response(self, response: GuardedResponse, epoch: int, started: float) -> None:
        now = self._clock()
        self.observe(self.name, str(response.status), now - started, response.size)
        if response.retry_after is not None:
            pause = min(response.retry_after, _MAX_PAUSE_SECONDS)
            self._paused_until = max(self._paused_until, now + pause)
        if response.status == _TOO_MANY:
            self.bulkhead.halve()
            self.breaker.record_unknown(epoch)
        elif response.status >= 500 or response.status in _FAILURES_BELOW_500:  # noqa: PLR2004  # server errors
            self._record_failure(epoch)
        else:
            self._record_success(epoch, now - started)

    def _record_error(self, error: BaseException, epoch: int, started: float) -> None:
        seconds = self._clock() - started
        if isinstance(error, asyncio.CancelledError):
            self.breaker.record_unknown(epoch)
        elif isinstance(error, UpstreamUnavailable):
            self._record_failure(epoch)
            outcome = "TimedOut" if isinstance(error, TimedOut) else "Unavailable"
            self.observe(self.name, outcome, seconds, 0)
        else:
            # A response arrived, so the endpoint works; that it cannot be read is another matter.
            self._record_success(epoch, seconds)
            self.observe(self.name, "Unreadable", seconds, 0)

    def _record_success(self, epoch: int, seconds: float) -> None:
        self.breaker.record_success(epoch)
        self.bulkhead.record_success(seconds)

    def _record_failure(self, epoch: int) -> None:
        self.breaker.record_failure(epoch)
        if self.breaker.state == "open":
            # Waiting calls would only be rejected later.
            self.bulkhead.reject_waiting()

    def _reject(self, reason: str, by: RejectedBy, retry_after: float) -> Never:
        self.rejected += 1
        raise CallRejected(f"{self.name} {reason}", by=by, retry_after=retry_after)


class EndpointGuards:
    """The guards of all endpoints; each is created with the first call of its endpoint."""

    def __init__(self, options: EndpointGuardOptions, clock: MonotonicClock = time.monotonic) -> None:
        self.by_name: dict[str, EndpointGuard] = {}
        self.observe: Observe = _ignore
        self._options = options
        self._clock = clock

    def of(self, name: str) -> EndpointGuard:
        """The guard of the endpoint with that name, for example `GET /orders/:id`."""
        guard = self.by_name.get(name)
        if guard is None:
            guard = self.by_name[name] = EndpointGuard(name, self._options, self._clock)
            guard.observe = self.observe
        return guard


def _is_temporary(response: GuardedResponse) -> bool:
    is_paused = response.status == _TOO_MANY and response.retry_after is not None
    return is_paused or response.status in _TEMPORARY


def _jitter() -> float:
    return random.uniform(0, _JITTER_SECONDS)  # noqa: S311  # not a secret
