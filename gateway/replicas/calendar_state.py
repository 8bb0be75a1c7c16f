"""What calendars remember, where all replicas can read it."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import msgspec

from gateway.artefacts.calendar_state import NO_ENTRY, RETENTION_SECONDS, CalendarState, Entry, expires
from gateway.journal.errors import JournalUnavailable
from gateway.replicas.redis_client import RedisClient, RedisUnavailable
from gateway.replicas.stored_values import decode, key_name


class ReplicaCalendarState:
    """Implements CalendarState over Redis and a local state, of which either may lack what the other has."""

    def __init__(self, redis: RedisClient, local: CalendarState) -> None:
        self._redis = redis
        self._local = local

    async def get(self, names: Sequence[str], *, on_all: bool = False) -> dict[str, Entry]:
        """The greater entries of both places, which are then stored in both."""
        local = await self._local.get(names)
        try:
            shared = await self._shared(names)
        except RedisUnavailable as error:
            if on_all:
                raise JournalUnavailable("redis is unavailable") from error
            return local
        found = {
            name: max(local.get(name, NO_ENTRY), shared.get(name, NO_ENTRY), key=_number) for name in names
        }
        found = {name: entry for name, entry in found.items() if entry.number}
        if unknown := _missing(found, local):
            await self._local.put(unknown)
        if unsent := _missing(found, shared):
            with suppress(RedisUnavailable):
                await self._send(unsent)
        return found

    async def put(self, entries: Mapping[str, Entry], *, on_all: bool = False) -> None:
        """Store entries in Redis, then locally."""
        try:
            await self._send(entries)
        except RedisUnavailable as error:
            if on_all:
                raise JournalUnavailable("redis is unavailable") from error
        await self._local.put(entries)

    async def _shared(self, names: Sequence[str]) -> dict[str, Entry]:
        keys = [key_name("calendar", name) for name in names]
        values = await self._redis.execute(lambda redis: redis.mget(keys))
        entries = {name: decode(value, Entry) for name, value in zip(names, values, strict=True)}
        return {name: entry for name, entry in entries.items() if entry and entry.is_plausible(name)}

    async def _send(self, entries: Mapping[str, Entry]) -> None:
        def fill(pipeline: Any) -> None:
            for name, entry in entries.items():
                seconds = RETENTION_SECONDS if expires(name) else None
                pipeline.set(key_name("calendar", name), msgspec.msgpack.encode(entry), ex=seconds)

        await self._redis.pipeline(fill, is_transaction=True)


def _number(entry: Entry) -> int:
    return entry.number


def _missing(found: Mapping[str, Entry], known: Mapping[str, Entry]) -> dict[str, Entry]:
    """Entries that are greater than what is known."""
    return {name: entry for name, entry in found.items() if entry.number > known.get(name, NO_ENTRY).number}
