"""Idempotency keys in Redis, where every replica finds them."""

from typing import Any

import msgspec

from gateway.journal.keys import KeyEntry, KeyName
from gateway.replicas.redis_client import RedisClient, WrongType
from gateway.replicas.stored_values import MAX_BYTES, decode, key_name

_DAY_SECONDS = 86_400


class StoredKeys:
    """What cannot be read counts as absent, and is overwritten. Raises RedisUnavailable."""

    def __init__(self, redis: RedisClient) -> None:
        self._redis = redis

    async def entry(self, key: KeyName) -> KeyEntry | None:
        """What an idempotency key is in use for; None if it is free."""
        name = _key_name(key)
        try:
            stored: bytes = await self._redis.execute(lambda redis: redis.getrange(name, 0, MAX_BYTES))
        except WrongType:
            return None
        return decode(stored, KeyEntry)

    async def claim(self, key: KeyName, entry: KeyEntry) -> KeyEntry:
        """Reserve a key, unless it is in use; return what it is in use for."""
        name, value = _key_name(key), msgspec.msgpack.encode(entry)
        is_new = await self._redis.execute(lambda redis: redis.set(name, value, nx=True, ex=_DAY_SECONDS))
        if is_new:
            await self._drop_oldest_key(key)
            return entry
        stored = await self.entry(key)
        if stored is not None:
            return stored
        await self._redis.execute(lambda redis: redis.set(name, value, ex=_DAY_SECONDS))
        return entry

    async def _drop_oldest_key(self, key: KeyName) -> None:
        """Make room for a new key of a caller, who may have `most` of them."""
        name, names = _key_name(key), key_name("keys-of", key.caller)

        def add(pipeline: Any) -> None:
            pipeline.rpush(names, name)
            pipeline.expire(names, _DAY_SECONDS)

        try:
            length, _ = await self._redis.pipeline(add, is_transaction=True)
        except WrongType:
            await self._redis.execute(lambda redis: redis.delete(names))
            return
        if length > key.most:
            oldest = await self._redis.execute(lambda redis: redis.lpop(names))
            await self._redis.execute(lambda redis: redis.delete(oldest))

    async def conclude(self, key: KeyName, outcome: bytes) -> None:
        """Store the outcome for a key that is in use. The first one stays."""
        name, entry = _key_name(key), await self.entry(key)
        if entry is not None and entry.outcome is None:
            value = msgspec.msgpack.encode(msgspec.structs.replace(entry, outcome=outcome))
            await self._redis.execute(lambda redis: redis.set(name, value, keepttl=True))

    async def forget(self, key: KeyName) -> None:
        """Free a key."""
        await self._redis.execute(lambda redis: redis.delete(_key_name(key)))


def _key_name(key: KeyName) -> str:
    return key_name("key", key.caller, key.name)
