"""A cancellation journal that all replicas can read.

Everything is written to this machine's journal first, which survives a crash, and then to Redis, where the
other replicas find it.
"""

from contextlib import suppress

from gateway.cancellation.attempts import UNSETTLED, Attempt, AttemptState, Journal
from gateway.replicas.keys import ReplicaKeys
from gateway.replicas.redis_client import RedisClient, RedisUnavailable
from gateway.replicas.stored_journal import StoredJournal

_PROGRESS = {state: len(UNSETTLED) for state in AttemptState} | {
    AttemptState.UNCONFIRMED: 0,
    AttemptState.PENDING: 1,
}
"""Of two states of one attempt, the one that is known later has the higher number."""


class ReplicaJournal(ReplicaKeys):
    """Implements Journal over Redis and a local journal; over the local one alone while Redis is down."""

    def __init__(self, redis: RedisClient, local: Journal) -> None:
        self._stored = StoredJournal(redis)
        self._local = local
        super().__init__(self._stored, local)

    async def begin(self, attempt: Attempt) -> None:
        await self._local.begin(attempt)
        await self._put(attempt)

    async def note(self, attempt: Attempt) -> None:
        """Record what is known of an attempt of any replica. A settled attempt does not change."""
        await self._local.note(attempt)
        is_settled = any(
            known.id == attempt.id and known.settled_at for known in await self._shared(attempt.order)
        )
        if not is_settled:
            await self._put(attempt)

    async def open_attempts(self) -> list[Attempt]:
        found = {attempt.id: attempt for attempt in await self._shared()}
        found |= {attempt.id: attempt for attempt in await self._local.open_attempts()}
        return [*found.values()]

    async def recent(self, since: float) -> list[Attempt]:
        return await self._local.recent(since)

    def is_current(self) -> bool:
        return False

    async def of_order(self, order: str) -> list[Attempt]:
        """All attempts on an order, in Redis and on this machine. Either may lack what the other knows."""
        found: dict[str, Attempt] = {}
        for attempt in (*await self._local.of_order(order), *await self._shared(order)):
            known = found.get(attempt.id)
            if known is None or _PROGRESS[attempt.state] > _PROGRESS[known.state]:
                found[attempt.id] = attempt
        return sorted(found.values(), key=lambda attempt: attempt.requested_at)

    async def _put(self, attempt: Attempt) -> None:
        with suppress(RedisUnavailable):
            await self._stored.put(attempt)

    async def _shared(self, order: str | None = None) -> list[Attempt]:
        """Attempts in Redis, on an order or open ones; none while Redis is down."""
        try:
            return await self._stored.attempts(order)
        except RedisUnavailable:
            return []
