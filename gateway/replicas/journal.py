"""A cancellation journal that all replicas can read.

Everything is written to this machine's journal first, which survives a crash, and then to Redis, where the
other replicas find it.
"""

from contextlib import suppress
from typing import Any

import msgspec

from gateway.cancellation.attempts import UNSETTLED, Attempt, AttemptState, Journal, KeyEntry
from gateway.replicas.redis_client import RedisClient, RedisUnavailable

_DAY_SECONDS = 86_400
_PROGRESS = {state: len(UNSETTLED) for state in AttemptState} | {
    AttemptState.UNCONFIRMED: 0,
    AttemptState.PENDING: 1,
}
"""Of two states of one attempt, the one that is known later has the higher number."""


class ReplicaJournal:
    """Implements Journal over Redis and a local journal; over the local one alone while Redis is down."""

    def __init__(self, redis: RedisClient, local: Journal) -> None:
        self._redis = redis
        self._local = local

    async def begin(self, attempt: Attempt) -> None:
        await self._local.begin(attempt)
        await self._put(attempt)

    async def note(self, attempt: Attempt, state: AttemptState, at: float) -> None:
        """Record the state of an attempt, whichever replica made it. A settled attempt does not change."""
        await self._local.note(attempt, state, at)
        is_settled = any(
            known.id == attempt.id and known.settled_at for known in await self._shared(attempt.order)
        )
        if not is_settled:
            settled_at = None if state in UNSETTLED else at
            await self._put(msgspec.structs.replace(attempt, state=state, settled_at=settled_at))

    async def unconfirmed(self) -> list[Attempt]:
        return await self._local.unconfirmed()

    async def of_order(self, order: str) -> list[Attempt]:
        """All attempts on an order, in Redis and on this machine. Either may lack what the other knows."""
        found: dict[str, Attempt] = {}
        for attempt in (*await self._local.of_order(order), *await self._shared(order)):
            known = found.get(attempt.id)
            if known is None or _PROGRESS[attempt.state] > _PROGRESS[known.state]:
                found[attempt.id] = attempt
        return sorted(found.values(), key=lambda attempt: attempt.requested_at)

    async def entry(self, caller: str, key: str, at: float) -> KeyEntry | None:
        local = await self._local.entry(caller, key, at)
        if local is not None and local.outcome is not None:
            return local
        with suppress(RedisUnavailable):
            existing: bytes | None = await self._redis.execute(
                lambda redis: redis.get(_key_name(caller, key))
            )
            if existing is not None:
                return msgspec.msgpack.decode(existing, type=KeyEntry)
        return local

    async def claim(self, caller: str, key: str, payload: str, at: float) -> KeyEntry:
        entry = await self._local.claim(caller, key, payload, at)
        if entry.outcome is not None or entry.payload != payload:
            return entry
        new = msgspec.msgpack.encode(entry)
        try:
            existing: bytes | None = await self._redis.execute(
                lambda redis: redis.set(_key_name(caller, key), new, nx=True, get=True, ex=_DAY_SECONDS)
            )
        except RedisUnavailable:
            return entry
        return entry if existing is None else msgspec.msgpack.decode(existing, type=KeyEntry)

    async def conclude(self, caller: str, key: str, outcome: bytes) -> None:
        await self._local.conclude(caller, key, outcome)
        name = _key_name(caller, key)
        with suppress(RedisUnavailable):
            existing: bytes | None = await self._redis.execute(lambda redis: redis.get(name))
            if existing is not None:
                entry = msgspec.msgpack.decode(existing, type=KeyEntry)
                concluded = msgspec.msgpack.encode(KeyEntry(entry.payload, entry.outcome or outcome))
                await self._redis.execute(lambda redis: redis.set(name, concluded, keepttl=True))

    async def forget(self, caller: str, key: str) -> None:
        await self._local.forget(caller, key)
        with suppress(RedisUnavailable):
            await self._redis.execute(lambda redis: redis.delete(_key_name(caller, key)))

    async def _put(self, attempt: Attempt) -> None:
        name, value = f"gateway:attempts:{attempt.order}", msgspec.msgpack.encode(attempt)

        async def put(redis: Any) -> None:
            pipeline = redis.pipeline(transaction=True)
            pipeline.hset(name, attempt.id, value)
            pipeline.expire(name, _DAY_SECONDS)
            await pipeline.execute()

        with suppress(RedisUnavailable):
            await self._redis.execute(put)

    async def _shared(self, order: str) -> list[Attempt]:
        """Attempts on an order that are in Redis; none while Redis is down."""
        try:
            found: dict[bytes, bytes] = await self._redis.execute(
                lambda redis: redis.hgetall(f"gateway:attempts:{order}")
            )
        except RedisUnavailable:
            return []
        return [msgspec.msgpack.decode(value, type=Attempt) for value in found.values()]


def _key_name(caller: str, key: str) -> bytes:
    return b"gateway:key:" + msgspec.msgpack.encode((caller, key))
