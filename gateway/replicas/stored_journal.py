"""Attempts and idempotency keys in Redis, where every replica finds them."""

from contextlib import suppress
from typing import Any

import msgspec

from gateway.cancellation.attempts import Attempt, KeyEntry
from gateway.replicas.redis_client import RedisClient, WrongType
from gateway.replicas.stored_values import MAX_BYTES, decode, key_name

_DAY_SECONDS = 86_400
_HOUR_SECONDS = 3_600
_MAX_ATTEMPTS = 10_000
_OPEN = "gateway:open-attempts"

# The fields of a hash, unless there are too many of them, without those that are too long.
_READ_ATTEMPTS = """
local found = {}
if redis.call('hlen', KEYS[1]) > tonumber(ARGV[1]) then return found end
for _, name in ipairs(redis.call('hkeys', KEYS[1])) do
  if redis.call('hstrlen', KEYS[1], name) <= tonumber(ARGV[2]) then
    table.insert(found, redis.call('hget', KEYS[1], name))
  end
end
return found
"""


class StoredJournal:
    """What cannot be read counts as absent, and is overwritten. Raises RedisUnavailable."""

    def __init__(self, redis: RedisClient) -> None:
        self._redis = redis

    async def attempts(self, order: str | None = None) -> list[Attempt]:
        """Attempts during the last day, in no order: all on an order, or the open ones on any."""
        name = _OPEN if order is None else _attempts_name(order)
        try:
            values = await self._redis.execute(
                lambda redis: redis.eval(_READ_ATTEMPTS, 1, name, _MAX_ATTEMPTS, MAX_BYTES)
            )
        except WrongType:
            return []
        attempts = [decode(value, Attempt) for value in values]
        return [one for one in attempts if one and order in {None, one.order} and one.is_plausible]

    async def put(self, attempt: Attempt) -> None:
        """Store an attempt, or its new state."""
        await self._set(_attempts_name(attempt.order), attempt)
        if attempt.is_open:
            await self._set(_OPEN, attempt)
            await self._drop_left_over(attempt.requested_at)
        else:
            await self._drop_open([attempt.id])

    async def _drop_left_over(self, now: float) -> None:
        """Drop open attempts that a replica has left which no longer runs."""
        attempts = await self.attempts()
        if old := [one.id for one in attempts if one.requested_at < now - _HOUR_SECONDS]:
            await self._drop_open(old)

    async def _drop_open(self, ids: list[str]) -> None:
        with suppress(WrongType):
            await self._redis.execute(lambda redis: redis.hdel(_OPEN, *ids))

    async def _set(self, name: str, attempt: Attempt) -> None:
        value = msgspec.msgpack.encode(attempt)

        def fill(pipeline: Any) -> None:
            pipeline.hset(name, attempt.id, value)
            pipeline.expire(name, _DAY_SECONDS)

        try:
            await self._redis.pipeline(fill, is_transaction=True)
        except WrongType:
            await self._redis.execute(lambda redis: redis.delete(name))
            await self._redis.pipeline(fill, is_transaction=True)

    async def entry(self, caller: str, key: str) -> KeyEntry | None:
        """What an idempotency key is in use for; None if it is free."""
        name = _key_name(caller, key)
        try:
            stored: bytes = await self._redis.execute(lambda redis: redis.getrange(name, 0, MAX_BYTES))
        except WrongType:
            return None
        return decode(stored, KeyEntry)

    async def claim(self, caller: str, key: str, entry: KeyEntry) -> KeyEntry:
        """Reserve a key, unless it is in use; return what it is in use for."""
        name, value = _key_name(caller, key), msgspec.msgpack.encode(entry)
        is_new = await self._redis.execute(lambda redis: redis.set(name, value, nx=True, ex=_DAY_SECONDS))
        if is_new:
            return entry
        stored = await self.entry(caller, key)
        if stored is not None:
            return stored
        await self._redis.execute(lambda redis: redis.set(name, value, ex=_DAY_SECONDS))
        return entry

    async def conclude(self, caller: str, key: str, outcome: bytes) -> None:
        """Store the outcome for a key that is in use. The first one stays."""
        name, entry = _key_name(caller, key), await self.entry(caller, key)
        if entry is not None and entry.outcome is None:
            value = msgspec.msgpack.encode(KeyEntry(entry.payload, outcome))
            await self._redis.execute(lambda redis: redis.set(name, value, keepttl=True))

    async def forget(self, caller: str, key: str) -> None:
        """Free a key."""
        await self._redis.execute(lambda redis: redis.delete(_key_name(caller, key)))


def _attempts_name(order: str) -> str:
    # Without a version, since an attempt of any release holds its items. So attempts may only get new fields
    # that have defaults.
    return f"gateway:attempts:{order}"


def _key_name(caller: str, key: str) -> str:
    return key_name("key", caller, key)
