"""The reading loop of one thing of a customer, which all its subscribers share: a list, or the account.

It is read soon after it changed, then at growing intervals while nothing happens. What was read is compared
with the state that subscribers have: if a client could see a difference, it is a new state. Of several
replicas, one reads; see shared_polling.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from typing import Generic, Protocol, TypeVar

import structlog

from gateway.backoff import Backoff
from gateway.cancellation.attempts import Attempt, AttemptState
from gateway.imin.errors import IminError
from gateway.imin.transport.call_counter import stop_counting_calls
from gateway.imin.transport.deadline import REQUEST_DEADLINE, join
from gateway.live.shared_polling import SharedPolling

log = structlog.get_logger()

S = TypeVar("S")


class Feed(Protocol[S]):
    """What can be watched of a customer. topic: its name.

    Its states depend on a size, which each subscriber chooses: for a list, the number of items.
    """

    @property
    def topic(self) -> str: ...

    async def read(self, customer: str, known: Mapping[int, S | None]) -> Mapping[int, S]:
        """The state of each size, as imin has it now. known: the one before, None of a new size.

        Raises IminError.
        """

    def differ(self, before: S, after: S) -> bool:
        """Whether a client could see a difference."""

    def now(self, state: S) -> S:
        """The same state with what the time and open cancellations have changed of it."""

    def seconds_to_change(self, state: S) -> float:
        """Until the time changes something of it; infinite if it does not."""

    def shows(self, state: S, order: str) -> bool:
        """Whether an order with that identifier is part of it."""

    def rest(self, state: S) -> None:
        """Keep it in less memory, since a reading has shown no change."""


@dataclass(frozen=True)
class CustomerWatchParts:
    """What the watches of all customers share."""

    backoff: Backoff
    sharing: SharedPolling


class CustomerWatch(Generic[S]):
    """A feed of one customer that has subscribers. sizes: how many of them have each size."""

    def __init__(self, parts: CustomerWatchParts, feed: Feed[S], customer: str) -> None:
        self.sizes: Counter[int] = Counter()
        self._parts = parts
        self._feed = feed
        self._customer = customer
        self._states: dict[int, S] = {}
        self._version = ""
        self._reading: asyncio.Task[None] | None = None
        self._being_read: frozenset[int] = frozenset()
        self._loop: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._wake = asyncio.Event()
        self._read_at = -inf
        self._due = inf
        self._delays = 0
        self._is_over = False

    async def current(self, size: int) -> S:
        """The state after a reading. Raises IminError.

        Subscribers that arrive during a reading share it. Those that arrive soon after it get what it showed,
        and another follows soon.
        """
        soon = self._read_at + self._parts.backoff.first_seconds
        if self._loop is not None and size in self._states and _time() < min(self._due, soon):
            if soon < self._due:
                self._due = soon
                self._wake.set()
            return self._states[size]
        await self._read(size)
        if self._loop is None and not self._is_over:
            self._schedule()
            self._loop = asyncio.ensure_future(self._run())
        return self._states[size]

    async def after(self, state: S, size: int) -> S | None:
        """Wait for another state; None if there will be none."""
        while (latest := self._states[size]) is state and not self._is_over:
            await self._changed.wait()
        return None if latest is state else latest

    def leave(self, size: int) -> None:
        """One subscriber of that size has gone."""
        self.sizes[size] -= 1
        if not self.sizes[size]:
            del self.sizes[size]
            self._states.pop(size, None)

    def poll_now(self) -> None:
        """Read at once, and restart the backoff."""
        self._delays = 0
        self._due = 0.0
        self._wake.set()

    def attempt_changed(self, attempt: Attempt) -> None:
        """Learn of a cancellation that was begun, or of what became of it."""
        if attempt.state is not AttemptState.UNCONFIRMED:
            self.poll_now()
            return
        # Most are known in a moment; before that, there is nothing new to see.
        self._delays = 0
        self._due = min(self._due, _time() + self._parts.backoff.first_seconds)
        self._wake.set()

    def shows(self, order: str) -> bool:
        """Whether a subscriber can see the order."""
        return any(self._feed.shows(state, order) for state in self._states.values())

    def end(self) -> None:
        """End the loop and every subscription; let another replica read."""
        if self._is_over:
            return
        self._is_over = True
        for task in (self._loop, None if self.sizes else self._reading):
            if task is not None and task is not asyncio.current_task():
                task.cancel()
        self._notify()
        self._parts.sharing.release(self._feed.topic, self._customer)

    async def _run(self) -> None:
        stop_counting_calls()
        try:
            while not self._is_over:
                if not await self._woken():
                    self._show({size: self._feed.now(state) for size, state in self._states.items()})
                if _time() >= self._due:
                    self._due = inf
                    self._delays += 1
                    with suppress(IminError):
                        await self._read()
                    self._schedule()
        except Exception:
            log.exception("watching a list or account failed")
            self.end()  # clients subscribe again

    async def _woken(self) -> bool:
        """Wait until the next reading is due or the time changes something; True if woken before."""
        changes = (self._feed.seconds_to_change(state) for state in self._states.values())
        try:
            async with asyncio.timeout(max(0.0, min((self._due - _time(), *changes)))):
                await self._wake.wait()
        except TimeoutError:
            return False
        self._wake.clear()
        return True

    def _schedule(self) -> None:
        # A reading that was hurried during the last one may show a change that the last one did not.
        self._due = min(self._due, _time() + self._parts.backoff.delay(self._delays))

    async def _read(self, size: int | None = None) -> None:
        """Read all sizes. size: one that must be read; None: only if no other replica reads.

        Raises IminError.
        """
        while (reading := self._reading) is not None and not reading.done():
            if size in self._being_read:
                return await join(reading)
            await asyncio.wait({reading})
        self._being_read = frozenset(self.sizes) if size is not None else frozenset()
        self._reading = asyncio.ensure_future(self._read_once(is_needed=size is not None))
        self._reading.add_done_callback(_retrieve)
        return await join(self._reading)

    async def _read_once(self, *, is_needed: bool) -> None:
        # The result also serves other requests than the one that started it, whose deadline must not apply.
        REQUEST_DEADLINE.set(inf)
        topic, sharing = (self._feed.topic, self._customer), self._parts.sharing
        claim = await sharing.claim(*topic, max(self.sizes, default=0))
        is_news = claim.version != self._version
        if not (is_needed or claim.is_mine or is_news):
            return
        is_first = not self._states
        # Subscribers come and go meanwhile: one who returns joins this reading, so their size must be read.
        sizes = self._being_read.union(self.sizes)
        known, began = {size: self._states.get(size) for size in sizes}, _time()
        states = await self._feed.read(self._customer, known)
        is_changed = self._show({size: state for size, state in states.items() if size in self.sizes})
        self._read_at = began
        if is_changed:
            self._delays = 0
        else:
            for state in self._states.values():
                self._feed.rest(state)
        # The others need not be notified of what another one has seen first.
        is_seen_first = is_changed and not is_first and (claim.is_mine or not is_news)
        self._version = await sharing.changed(*topic) if is_seen_first else claim.version

    def _show(self, states: Mapping[int, S]) -> bool:
        """Let subscribers have these states, as far as they differ; returns whether any does."""
        changed = {
            size: state
            for size, state in states.items()
            if size not in self._states or self._feed.differ(self._states[size], state)
        }
        if changed:
            self._states |= changed
            self._notify()
        return bool(changed)

    def _notify(self) -> None:
        # Waiters hold the old event; the next change needs one that is not set yet.
        self._changed.set()
        self._changed = asyncio.Event()


def _retrieve(reading: asyncio.Task[None]) -> None:
    if not reading.cancelled():
        reading.exception()  # or asyncio logs "exception was never retrieved"


def _time() -> float:
    return asyncio.get_running_loop().time()
