"""Attempts as the rest of this package sees them: journal, clocks, and the items that they hold."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any

import msgspec
from cachetools import LRUCache

from gateway.cancellation.attempts import UNSETTLED, Attempt, AttemptState, Journal, Refund
from gateway.cancellation.held_items import HeldItems
from gateway.cancellation.rules import after_reading
from gateway.clock import Clock
from gateway.imin.documents import Order
from gateway.journal.errors import JournalUnavailable

_RECENT_SECONDS = 10.0
_MAX_NOTICED = 1_000


class AttemptLog:
    """Reads and writes attempts. held: updated with the items of those that are open.

    version: increases whenever the journal has changed, or may have.
    """

    def __init__(self, journal: Journal, now: Clock, held: HeldItems) -> None:
        self.held = held
        self.version = 0
        self.on_change: Callable[[Attempt], None] = lambda _attempt: None
        """Called with each attempt that is begun, and when more is known of one."""
        self._journal = journal
        self._now = now
        self._doubt = held.doubt
        self._background: set[asyncio.Task[Any]] = set()
        self._writes = 0
        self._refreshes = 0
        self._last_applied = 0
        self._noticed: LRUCache[str, Attempt] = LRUCache(_MAX_NOTICED)

    async def begin(
        self, customer: str, order: str, items: tuple[str, ...], refund: Refund | None
    ) -> Attempt:
        """Record an attempt, to send its PATCH then. Raises JournalUnavailable: it must not be sent.

        refund: that is expected, as far as it is known.
        """
        requested_at, sent = self._now().timestamp(), self._doubt.clock()
        attempt = Attempt(uuid.uuid4().hex, customer, order, items, requested_at, sent=sent, refund=refund)
        try:
            await self._journal.begin(attempt)
        except JournalUnavailable:
            # It may be written nevertheless, but will not be sent.
            self._in_background(self.note(attempt, AttemptState.NOT_TAKEN))
            raise
        self._put(attempt)
        return attempt

    async def note(self, attempt: Attempt, state: AttemptState, *, is_shown: bool = False) -> Attempt:
        """Record what is known of an attempt now; gives it as it is then.

        If the journal fails, the attempt holds its items there as before, until a reading shows more.
        """
        settled_at = None if state in UNSETTLED else self._now().timestamp()
        newer = msgspec.structs.replace(
            attempt, state=state, is_shown=is_shown or attempt.is_shown, settled_at=settled_at
        )
        self._put(newer)
        with suppress(JournalUnavailable):
            await self._journal.note(newer)
        return newer

    async def note_reading(self, attempt: Attempt, order: Order | None) -> Attempt:
        """Record what a reading shows of an attempt begun before it. order: None if imin has none."""
        shown = after_reading(attempt, order, is_doubt_over=self._doubt.is_over(attempt))
        if shown == attempt:
            return attempt
        return await self.note(attempt, shown.state, is_shown=shown.is_shown)

    async def of_order(self, order: str) -> list[Attempt]:
        """All attempts on an order, oldest first. Raises JournalUnavailable."""
        attempts = await self._journal.of_order(order)
        for attempt in attempts:
            self.held.put(attempt)
        return attempts

    async def open_attempts(self) -> list[Attempt]:
        """Open attempts, oldest first. Raises JournalUnavailable."""
        return await self._journal.open_attempts()

    def refresh(self) -> Awaitable[None] | None:
        """Update the items that are held. None if no other process can have changed them."""
        return None if self._journal.is_current() else self._refresh()

    async def notice_other_processes(self) -> None:
        """Call `on_change` with what other processes of this machine have written in the last seconds."""
        update = self.refresh()
        if update is None:
            return
        await update
        try:
            recent = await self._journal.recent(self._now().timestamp() - _RECENT_SECONDS)
        except JournalUnavailable:
            return
        for attempt in recent:
            if self._noticed.get(attempt.id) != attempt:
                self._noticed[attempt.id] = attempt
                self.on_change(attempt)

    async def _refresh(self) -> None:
        self._refreshes += 1
        number, writes = self._refreshes, self._writes
        try:
            attempts = await self._journal.open_attempts()
        except JournalUnavailable:
            return  # what is known is still held
        self.version += 1
        if writes != self._writes:
            # Written meanwhile by this process: what was read may be older.
            for attempt in attempts:
                self.held.put_if_new(attempt)
        elif number > self._last_applied:
            self._last_applied = number
            self.held.replace(attempts)

    def _in_background(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.ensure_future(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    def _put(self, attempt: Attempt) -> None:
        self._writes += 1
        self.version += 1
        self.held.put(attempt)
        self._noticed[attempt.id] = attempt
        self.on_change(attempt)
