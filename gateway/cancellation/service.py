"""Cancellations as one thing to call, put together and held open by the app."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from gateway.backoff import Backoff
from gateway.cancellation.attempts import Attempt, AttemptState, Journal
from gateway.cancellation.exchange import Exchange, ExchangeOptions, Result, Wanted
from gateway.cancellation.idempotency import IdempotencyKeys
from gateway.cancellation.journal import IN_MEMORY, SqliteJournal
from gateway.cancellation.locks import FileLocks, OrderLocks, ProcessLocks
from gateway.cancellation.outcomes import AlreadyCancelled, Unconfirmed
from gateway.cancellation.rules import under_way
from gateway.cancellation.settling import Settler
from gateway.clock import Clock
from gateway.imin.client import IminClient
from gateway.imin.documents import Order

WithReplicas = Callable[[Journal, OrderLocks], tuple[Journal, OrderLocks]]
"""Makes a journal and locks of this machine those of all replicas."""


class Cancellations:
    """Cancels, remembers, and settles what was left open."""

    def __init__(  # noqa: PLR0913, PLR0917  # the parts that the app puts together
        self,
        client: IminClient,
        path: str,
        now: Clock,
        options: ExchangeOptions,
        backoff: Backoff,
        with_replicas: WithReplicas | None = None,
    ) -> None:
        self._file = SqliteJournal(path or IN_MEMORY)
        self._file_locks = FileLocks(f"{path}.lock") if path and path != IN_MEMORY else None
        locks: OrderLocks = self._file_locks or ProcessLocks()
        self._journal: Journal = self._file
        if with_replicas is not None:
            self._journal, locks = with_replicas(self._file, locks)
        self._now = now
        self._exchange = Exchange(client, self._journal, locks, now, options)
        self._keys = IdempotencyKeys(self._journal, now)
        self._settler = Settler(client, self._journal, now, options.doubt_seconds, backoff)
        self.counts: Counter[str] = Counter()
        """Cancellations by the name of their outcome."""
        self._under_way: set[asyncio.Task[Result]] = set()
        self._same: dict[tuple[str, str, frozenset[str]], asyncio.Task[Result]] = {}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Open the journal, settle what an earlier process left, and in the end see all calls through."""
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._file)
            if self._file_locks:
                stack.enter_context(self._file_locks)
            stack.push_async_callback(self._settler.stop)
            await self._settler.start()
            try:
                yield
            finally:
                await asyncio.gather(*self._under_way, return_exceptions=True)

    async def once(
        self, caller: str, key: str | None, payload: str, change: Callable[[], Awaitable[Result]]
    ) -> Result:
        """The outcome of a change, once per key; made whether or not the client stays to hear it."""
        made = change() if key is None else self._keys.once(caller, key, payload, change)
        task: asyncio.Task[Result] = asyncio.ensure_future(made)
        self._under_way.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    def _ended(self, task: asyncio.Task[Result]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and task.exception() is None:
            self.counts[type(task.result().outcome).__name__] += 1

    async def cancel(self, wanted: Wanted) -> Result:
        """What became of it. A double click is one cancellation: both calls get its outcome."""
        name = (wanted.customer, wanted.order, frozenset(item.id for item in wanted.items))
        if name not in self._same:
            task = asyncio.ensure_future(self._cancel(wanted))
            self._same[name] = task
            task.add_done_callback(lambda _: self._same.pop(name, None))
        return await asyncio.shield(self._same[name])

    async def _cancel(self, wanted: Wanted) -> Result:
        result = await self._exchange.run(wanted)
        if isinstance(result.outcome, Unconfirmed):
            await self._settler.take(wanted.order)
        return result

    async def latest(self, customer: str, order: Order) -> Attempt | None:
        """The newest attempt on an order, brought up to what the order shows."""
        attempt = await self._journal.latest(customer, order.identifier)
        if attempt is None or attempt.settled_at is not None:
            return attempt
        state = await self._state(attempt, order)
        if state is attempt.state:
            return attempt
        await self._journal.note(attempt, state, self._now().timestamp())
        return await self._journal.latest(customer, order.identifier)

    async def _state(self, attempt: Attempt, order: Order) -> AttemptState:
        """What is known of an attempt. The order may be older than it: success alone is believed."""
        shown = under_way(attempt.customer, order, attempt.items)
        if shown:
            return AttemptState.CANCELLED if isinstance(shown, AlreadyCancelled) else AttemptState.PENDING
        return await self._settler.state_now(attempt)
