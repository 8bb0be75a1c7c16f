"""The reading loop of one order, which all its subscribers share.

The order is read soon after it changed, then at growing intervals while nothing happens. What was read is
compared with the state that subscribers have: if a client could see a difference, it is a new state.
"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import structlog

from gateway.backoff import Backoff
from gateway.cancellation.attempt_log import AttemptLog
from gateway.cancellation.attempts import Attempt, AttemptState
from gateway.clock import Clock
from gateway.imin.documents import Order
from gateway.imin.endpoints.orders import ORDER
from gateway.imin.errors import IminError
from gateway.imin.repository import Repository
from gateway.imin.transport.call_counter import stop_counting_calls
from gateway.imin.transport.deadline import REQUEST_DEADLINE, join
from gateway.live.known_attempts import KnownAttempts
from gateway.live.order_state import (
    Comparison,
    OrderState,
    differ,
    digest_of,
    flags_of,
    seconds_to_deadline,
)

log = structlog.get_logger()

READINGS_AFTER_END = 5
"""In a row without a change, before the subscriptions to an order end whose items are all cancelled or over.

A receipt may follow a cancellation."""

_RECENT = timedelta(minutes=10)
"""How long after a cancellation that may still happen to an order that has ended before it was watched."""


@dataclass(frozen=True)
class WatchParts:
    """What the watches of all orders share."""

    repository: Repository
    attempts: AttemptLog
    comparison: Comparison
    backoff: Backoff
    now: Clock


class OrderWatch:
    """One order that has subscribers. state: the one that they have; None until the first reading."""

    def __init__(self, parts: WatchParts, customer: str, order: str) -> None:
        self.subscribers = 0
        self.state: OrderState | None = None
        self._parts = parts
        self._key = customer, order
        self._attempts = KnownAttempts(parts.attempts, order)
        self._reading: asyncio.Task[None] | None = None
        self._loop: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._wake = asyncio.Event()
        self._read_at = float("-inf")
        self._due = float("inf")
        self._delays = 0
        self._quiet_readings = 0
        self._is_over = False

    async def current(self) -> OrderState:
        """The state after a reading. Raises IminError.

        Subscribers that arrive during a reading share it. Those that arrive soon after it get what it showed,
        and another follows soon: however many arrive, imin gets no more requests than after a change.
        """
        soon = self._read_at + self._pace
        if self._loop is not None and _time() < min(self._due, soon):
            if soon < self._due:
                self._due = soon
                self._wake.set()
            return self._known()
        reading = self._reading
        if reading is None or reading.done():
            reading = self._start_reading()
        await join(reading)
        state = self._known()
        if self._loop is None and not self._is_over:
            if state.is_final and not self._ended_recently(state):
                self.end()
            else:
                self._schedule()
                self._loop = asyncio.ensure_future(self._run())
        return state

    async def after(self, state: OrderState) -> OrderState | None:
        """Wait for another state; None if there will be none."""
        while self.state is state and not self._is_over:
            await self._changed.wait()
        return None if self.state is state else self.state

    def poll_now(self) -> None:
        """Read at once, and restart the backoff."""
        self._delays = 0
        self._due = 0.0
        self._wake.set()

    def attempt_changed(self, attempt: Attempt) -> None:
        """Learn of an attempt that was begun, or of what became of it."""
        if self._attempts.is_noting:
            return
        if attempt.state is not AttemptState.UNCONFIRMED:
            self.poll_now()
            return
        # Most are known in a moment; an order that is read before that shows nothing new.
        self._delays = 0
        self._due = min(self._due, _time() + self._pace)
        self._wake.set()

    def end(self) -> None:
        """End the loop and every subscription."""
        self._is_over = True
        for task in (self._loop, None if self.subscribers else self._reading):
            if task is not None and task is not asyncio.current_task():
                task.cancel()
        self._notify()

    @property
    def _pace(self) -> float:
        return self._parts.backoff.first_seconds

    async def _run(self) -> None:
        stop_counting_calls()
        try:
            while not self._is_over:
                await self._wait()
                if _time() >= self._due:
                    self._due = float("inf")
                    await self._read_again()
                    self._schedule()
                else:
                    await self._look_again()
        except Exception:
            log.exception("watching an order failed")
            self.end()  # clients subscribe again

    async def _read_again(self) -> None:
        """Read the order, and go on looking at clock and journal if imin does not respond at once."""
        before, self._delays = self._known(), self._delays + 1
        reading = await self._begin_reading()
        while not (await asyncio.wait({reading}, timeout=self._pace))[0]:
            await self._look_again()
        try:
            reading.result()
        except IminError:
            await self._look_again()
        else:
            self._quiet_readings += 1
        state = self._known()
        if state.order is None:
            self.end()
        elif state is not before:
            self._delays = self._quiet_readings = 0
        elif state.is_final and self._quiet_readings >= READINGS_AFTER_END:
            self.end()

    async def _wait(self) -> None:
        """Until the next reading is due, or a flag changes with the time."""
        while (seconds := min(self._due - _time(), self._seconds_to_change())) > 0:
            try:
                async with asyncio.timeout(seconds):
                    await self._wake.wait()
            except TimeoutError:
                return
            self._wake.clear()

    def _seconds_to_change(self) -> float:
        order = self._known().order
        deadline = seconds_to_deadline(order.items, self._parts.now()) if order else float("inf")
        return min(deadline, self._attempts.seconds_to_change(self._pace))

    def _schedule(self) -> None:
        # A reading that was hurried during the last one may show a change that the last one did not.
        self._due = min(self._due, _time() + self._parts.backoff.delay(self._delays))

    async def _begin_reading(self) -> asyncio.Task[None]:
        """Begin a reading; not before one is done that is under way, which may show less."""
        while self._reading is not None and not self._reading.done():
            await asyncio.wait({self._reading})
        return self._start_reading()

    def _start_reading(self) -> asyncio.Task[None]:
        self._reading = asyncio.ensure_future(self._poll())
        self._reading.add_done_callback(_retrieve)
        return self._reading

    async def _poll(self) -> None:
        # The result also serves other requests than the one that started it, whose deadline must not apply.
        REQUEST_DEADLINE.set(float("inf"))
        # Before the order: it shows only what became of attempts that were made before it was read.
        await self._attempts.refresh()
        began = _time()
        order = await self._parts.repository.get_now(ORDER, self._key)
        await self._attempts.note_reading(order)
        await self._attempts.refresh()
        self._compare(order, digest_of(order))
        self._read_at = began

    async def _look_again(self) -> None:
        """Compare what clock and journal say now, of the order as it was last read."""
        await self._attempts.refresh()
        state = self._known()
        self._compare(state.order, state.digest)

    def _compare(self, order: Order | None, digest: int) -> None:
        """Compare what is known now with what subscribers have.

        Right after the attempts were refreshed: the flags show what holds the items at this moment.
        """
        state, attempts, flags = self.state, self._attempts.all, flags_of(order)
        if state is not None and (young := self._attempts.younger_than(self._pace)):
            items = {item for attempt in attempts if attempt.id in young for item in attempt.items}
            flags |= {item: state.flags[item] for item in items & flags.keys() & state.flags.keys()}
            attempts = tuple(attempt for attempt in attempts if attempt.id not in young)
        number = state.number + 1 if state is not None else 0
        newer = OrderState(order, attempts, flags, self._parts.now(), digest, number)
        if state is None or differ(state, newer, self._parts.comparison):
            self.state = newer
            self._notify()
        else:
            state.order, state.digest = order, digest

    def _known(self) -> OrderState:
        if self.state is None:
            raise RuntimeError("the order has not been read yet")
        return self.state

    def _ended_recently(self, state: OrderState) -> bool:
        since = (self._parts.now() - _RECENT).timestamp()
        return any((attempt.settled_at or 0.0) > since for attempt in state.attempts)

    def _notify(self) -> None:
        # Waiters hold the old event; the next change needs one that is not set yet.
        self._changed.set()
        self._changed = asyncio.Event()


def _retrieve(reading: asyncio.Task[None]) -> None:
    if not reading.cancelled():
        reading.exception()  # or asyncio logs "exception was never retrieved"


def _time() -> float:
    return asyncio.get_running_loop().time()
