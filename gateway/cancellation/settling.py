"""Finds out in the background what became of open attempts, including those of an earlier process."""

import asyncio
from contextlib import suppress

import structlog

from gateway.backoff import Backoff
from gateway.cancellation.attempt_log import AttemptLog
from gateway.cancellation.attempts import Attempt
from gateway.cancellation.rules import is_contradicted, success_shown
from gateway.imin.documents import Order
from gateway.imin.endpoints.orders import ORDER
from gateway.imin.errors import IminError
from gateway.imin.repository import Repository
from gateway.imin.transport.deadline import REQUEST_DEADLINE
from gateway.journal.errors import JournalUnavailable

log = structlog.get_logger()

_STARTS = 5
"""How often the journal is read at the start, if it fails or takes too long."""


class Settler:
    """Reads the order of each open attempt until it shows what became of the attempt.

    That is when the order shows a success, or is unchanged when the doubt is over. It may also be gone by
    then; then nothing will ever show it.
    """

    def __init__(self, repository: Repository, attempts: AttemptLog, backoff: Backoff) -> None:
        self._repository = repository
        self._attempts = attempts
        self._backoff = backoff
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def start(self) -> None:
        """Settle what an earlier process left. Raises JournalUnavailable."""
        for attempt in await self._open_attempts():
            self._attempts.held.put(attempt)
            self._begin(attempt)

    async def _open_attempts(self) -> list[Attempt]:
        """Those of the journal. No caller waits for them yet, so a slow disk only delays the start."""
        for _ in range(_STARTS - 1):
            with suppress(JournalUnavailable):
                return await self._attempts.open_attempts()
        return await self._attempts.open_attempts()

    def settle(self, order: str) -> None:
        """Start to settle the open attempts on an order. Does not wait for the result."""
        for attempt in self._attempts.held.of_order(order):
            self._begin(attempt)

    async def stop(self) -> None:
        """Stop. What is still open stays in the journal for the next process."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def _begin(self, attempt: Attempt) -> None:
        if attempt.id not in self._tasks:
            task = asyncio.ensure_future(self._settle(attempt))
            self._tasks[attempt.id] = task
            task.add_done_callback(lambda _: self._tasks.pop(attempt.id, None))

    async def _settle(self, attempt: Attempt) -> None:
        # Goes on after the request that started it, whose deadline must not apply.
        REQUEST_DEADLINE.set(float("inf"))
        for seconds in self._backoff.delays():
            attempt, is_final = await self._read(attempt)
            if is_final or not attempt.is_open:
                log.info("cancellation settled", attempt=attempt.id, state=attempt.state.value)
                return
            await asyncio.sleep(seconds)

    async def _read(self, attempt: Attempt) -> tuple[Attempt, bool]:
        """The attempt after a reading of its order, and whether no later one will show more."""
        try:
            order = await self._repository.get_now(ORDER, (attempt.customer, attempt.order))
        except IminError:
            return attempt, False
        return await self._attempts.note_reading(
            attempt, order
        ), order is None and self._attempts.held.doubt.is_over(attempt)

    async def beside(self, order: Order, attempt: Attempt) -> Attempt:
        """The attempt as it can be shown beside its order, which may have only some of the items.

        A success that the order shows counts. Otherwise it may have been read before the attempt: if it
        contradicts what the journal says for good, it is read again, which settles the attempt.
        """
        if attempt.settled_at is not None:
            return attempt
        if success_shown(attempt.customer, order, attempt.items):
            return await self._attempts.note_reading(attempt, order)
        is_being_settled = attempt.is_open and not self._attempts.held.doubt.is_over(attempt)
        if is_being_settled or not is_contradicted(attempt, order):
            return attempt
        return (await self._read(attempt))[0]
