"""Finds out in the background what became of unconfirmed attempts, including those of an earlier process."""

import asyncio

import structlog

from gateway.backoff import Backoff
from gateway.cancellation.attempts import Attempt, AttemptState, Journal
from gateway.cancellation.rules import state_shown
from gateway.clock import Clock
from gateway.imin.endpoints.orders import ORDER
from gateway.imin.errors import IminError
from gateway.imin.repository import Repository

log = structlog.get_logger()


class Settler:
    """Reads the order of each unconfirmed attempt until the attempt is settled.

    That is when the order shows a success, or when doubt_seconds have passed: then imin no longer acts on it.
    """

    def __init__(
        self, repository: Repository, journal: Journal, now: Clock, doubt_seconds: float, backoff: Backoff
    ) -> None:
        self._repository = repository
        self._journal = journal
        self._now = now
        self._doubt_seconds = doubt_seconds
        self._backoff = backoff
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def start(self) -> None:
        """Settle what an earlier process left."""
        for attempt in await self._journal.unconfirmed():
            self._begin(attempt)

    async def settle(self, order: str) -> None:
        """Start to settle the unconfirmed attempts of an order. Does not wait for the result."""
        for attempt in await self._journal.of_order(order):
            if attempt.state is AttemptState.UNCONFIRMED:
                self._begin(attempt)

    async def stop(self) -> None:
        """Stop. What is still unconfirmed stays in the journal for the next process."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def _begin(self, attempt: Attempt) -> None:
        if attempt.id not in self._tasks:
            task = asyncio.ensure_future(self._settle(attempt))
            self._tasks[attempt.id] = task
            task.add_done_callback(lambda _: self._tasks.pop(attempt.id, None))

    async def _settle(self, attempt: Attempt) -> None:
        for seconds in self._backoff.delays():
            state = await self.current_state(attempt)
            if state is not AttemptState.UNCONFIRMED:
                await self._journal.note(attempt, state, self._now().timestamp())
                log.info("cancellation settled", attempt=attempt.id, state=state.value)
                return
            await asyncio.sleep(seconds)

    async def current_state(self, attempt: Attempt) -> AttemptState:
        """The state of an attempt after a reading of its order; as before if the order cannot be read."""
        try:
            order = await self._repository.get_now(ORDER, (attempt.customer, attempt.order))
        except IminError:
            return attempt.state
        return state_shown(attempt, order, self._now(), self._doubt_seconds)
