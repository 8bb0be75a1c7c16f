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

    async def unconfirmed(self, order: str | None = None) -> list[Attempt]:
        """Unconfirmed attempts: of one order, on all replicas; without an order, on this machine."""
        found = {attempt.id: attempt for attempt in await self._local.unconfirmed(order)}
        for attempt in await self._shared(order) if order is not None else ():
            if attempt.state is AttemptState.UNCONFIRMED:
                found.setdefault(attempt.id, attempt)
            else:
                found.pop(attempt.id, None)
        return sorted(found.values(), key=lambda attempt: attempt.requested_at)

    async def latest(self, customer: str, order: str) -> Attempt | None:
        local = await self._local.latest(customer, order)
        found = [attempt for attempt in await self._shared(order) if attempt.customer == customer]
        return max(
            [*found, *([local] if local else [])], key=lambda attempt: attempt.requested_at, default=None
        )

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
