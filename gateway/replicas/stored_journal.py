"""Attempts in Redis, where every replica finds them."""

from contextlib import suppress
from typing import Any

import msgspec

from gateway.cancellation.attempts import Attempt
from gateway.replicas.redis_client import WrongType
from gateway.replicas.stored_keys import StoredKeys
from gateway.replicas.stored_values import MAX_BYTES, decode

_DAY_SECONDS = 86_400
_MAX_ATTEMPTS = 10_000
_MANY_ATTEMPTS = 200
_MANY_OPEN = 800
"""Beyond this number, the older half is dropped; of attempts on one order, only settled ones are."""
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


class StoredJournal(StoredKeys):
    """What cannot be read counts as absent, and is overwritten. Raises RedisUnavailable."""

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
        return [one for one in attempts if one and _is_on(one, order) and one.is_plausible]

    async def put(self, attempt: Attempt) -> None:
        """Store an attempt, or its new state."""
        if await self._set(_attempts_name(attempt.order), attempt) > _MANY_ATTEMPTS:
            await self._drop_settled(attempt.order)
        if not attempt.is_open:
            await self._drop(_OPEN, [attempt.id])
        elif await self._set(_OPEN, attempt) > _MANY_OPEN:
            await self._drop(_OPEN, _all_but_newest(await self.attempts(), _MANY_OPEN // 2))

    async def _drop_settled(self, order: str) -> None:
        """Make room among the attempts on an order. What can still change is never dropped."""
        settled = [one for one in await self.attempts(order) if one.settled_at is not None]
        await self._drop(_attempts_name(order), _all_but_newest(settled, _MANY_ATTEMPTS // 2))

    async def _drop(self, name: str, ids: list[str]) -> None:
        if ids:
            with suppress(WrongType):
                await self._redis.execute(lambda redis: redis.hdel(name, *ids))

    async def _set(self, name: str, attempt: Attempt) -> int:
        """Store an attempt in a hash; how many it has then."""
        value = msgspec.msgpack.encode(attempt)

        def fill(pipeline: Any) -> None:
            pipeline.hset(name, attempt.id, value)
            pipeline.expire(name, _DAY_SECONDS)
            pipeline.hlen(name)

        try:
            results = await self._redis.pipeline(fill, is_transaction=True)
        except WrongType:
            await self._redis.execute(lambda redis: redis.delete(name))
            results = await self._redis.pipeline(fill, is_transaction=True)
        return int(results[-1])


def _all_but_newest(attempts: list[Attempt], count: int) -> list[str]:
    """Ids of attempts, without the newest ones."""
    by_age = sorted(attempts, key=lambda attempt: attempt.requested_at)
    return [attempt.id for attempt in by_age[:-count]]


def _is_on(attempt: Attempt, order: str | None) -> bool:
    return order is None or attempt.order.lower() == order.lower()


def _attempts_name(order: str) -> str:
    # Without a version, since an attempt of any release holds its items. So attempts may only get new fields
    # that have defaults.
    # imin may ignore the case of identifiers.
    return f"gateway:attempts:{order.lower()}"
