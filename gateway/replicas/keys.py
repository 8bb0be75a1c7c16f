"""Idempotency keys that all replicas can read.

Everything is written to this machine's journal first, which survives a crash, and then to Redis, where the
other replicas find it.
"""

from contextlib import suppress

from gateway.journal.errors import JournalUnavailable
from gateway.journal.keys import KeyEntry, KeyName, KeyStore
from gateway.replicas.redis_client import RedisUnavailable
from gateway.replicas.stored_keys import StoredKeys


class ReplicaKeys:
    """Implements KeyStore over Redis and a local store; over the local one alone while Redis is down."""

    def __init__(self, stored: StoredKeys, local: KeyStore) -> None:
        self._stored_keys = stored
        self._local_keys = local

    async def entry(self, key: KeyName, at: float) -> KeyEntry | None:
        local = await self._local_keys.entry(key, at)
        if local is not None and local.outcome is not None:
            return local
        with suppress(RedisUnavailable):
            return await self._stored_keys.entry(key) or local
        return local

    async def claim(self, key: KeyName, entry: KeyEntry, at: float, *, on_all: bool = False) -> KeyEntry:
        known = await self._local_keys.claim(key, entry, at)
        if known.outcome is not None or known.payload != entry.payload:
            return known
        try:
            return await self._stored_keys.claim(key, known)
        except RedisUnavailable as error:
            if on_all:
                raise JournalUnavailable("redis is unavailable") from error
            return known

    async def conclude(self, key: KeyName, outcome: bytes) -> None:
        await self._local_keys.conclude(key, outcome)
        with suppress(RedisUnavailable):
            await self._stored_keys.conclude(key, outcome)

    async def forget(self, key: KeyName) -> None:
        await self._local_keys.forget(key)
        with suppress(RedisUnavailable):
            await self._stored_keys.forget(key)
