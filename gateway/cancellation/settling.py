"""Finding out what became of attempts that are unconfirmed, also those of a process that died."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from gateway.backoff import Backoff
from gateway.cancellation.attempts import Attempt, AttemptState, Journal
from gateway.cancellation.rules import seen
from gateway.clock import Clock
from gateway.imin.client import IminClient
from gateway.imin.documents import Order, bind_order
from gateway.imin.errors import IminError, NotFound

log = structlog.get_logger()

OwnOrder = Callable[[str, Order], Awaitable[None]]


class Settler:
    """Reads the order of each unconfirmed attempt until it tells, or until imin can no longer act on it."""

    def __init__(
        self, client: IminClient, journal: Journal, now: Clock, doubt_seconds: float, backoff: Backoff
    ) -> None:
        self._client = client
        self._journal = journal
        self._now = now
        self._doubt_seconds = doubt_seconds
        self._backoff = backoff
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def start(self) -> None:
        """Take up what an earlier process left."""
        for attempt in await self._journal.unconfirmed():
            self._take(attempt)

    async def take(self, order: str) -> None:
        """Take up the unconfirmed attempts of an order."""
        for attempt in await self._journal.unconfirmed(order):
            self._take(attempt)

    async def stop(self) -> None:
        """Leave the rest to the next process."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def _take(self, attempt: Attempt) -> None:
        if attempt.id not in self._tasks:
            task = asyncio.ensure_future(self._settle(attempt))
            self._tasks[attempt.id] = task
            task.add_done_callback(lambda _: self._tasks.pop(attempt.id, None))

    async def _settle(self, attempt: Attempt) -> None:
        for seconds in self._backoff.delays():
            state = await self.state_now(attempt)
            if state is not AttemptState.UNCONFIRMED:
                await self._journal.note(attempt, state, self._now().timestamp())
                log.info("cancellation settled", attempt=attempt.id, state=state.value)
                return
            await asyncio.sleep(seconds)

    async def state_now(self, attempt: Attempt) -> AttemptState:
        """What a fresh reading tells of an attempt; what was known before where the order cannot be read."""
        try:
            order = await self._client.order(attempt.order)
        except NotFound:
            return seen(attempt, None, self._now(), self._doubt_seconds)
        except IminError:
            return attempt.state
        bind_order(order, None)  # type: ignore[arg-type]  # only statuses are read
        return seen(attempt, order, self._now(), self._doubt_seconds)
