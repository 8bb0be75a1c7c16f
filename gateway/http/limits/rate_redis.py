"""Synchronise callers' rate buckets between replicas, through Redis.

Requests are charged to the bucket of their process and never wait for Redis. Several times a second,
the charges since the last time are taken from the bucket in Redis, and its level is taken over.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from gateway.http.limits.rate import Bucket, RateLimits
from gateway.replicas.redis_client import RedisClient, RedisUnavailable

_PAUSE_SECONDS = 0.25

# A bucket that cannot be read, because its fields are missing, are no numbers or belong to a key of another
# type, counts as absent: it is full. A release that counts in another way must use other names of fields.
_CHARGE = """
local now = redis.call('time')
local time = now[1] + now[2] / 1000000
local rate, burst, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local held = redis.pcall('hmget', KEYS[1], 'level', 'time')
if held.err then redis.call('del', KEYS[1]) end
local level, filled = tonumber(held[1] or ''), tonumber(held[2] or '')
if level and filled and level == level and filled == filled then
  level = math.min(burst, level + math.max(0, time - filled) * rate)
else
  level = burst
end
level = math.max(-burst, level - cost)
redis.call('hset', KEYS[1], 'level', tostring(level), 'time', tostring(time))
redis.call('expire', KEYS[1], math.ceil(2 * burst / rate) + 1)
return tostring(level)
"""


class RateSynchroniser:
    """Synchronises the buckets of this process with those in Redis."""

    def __init__(self, redis: RedisClient, limits: RateLimits) -> None:
        self._redis = redis
        self._limits = limits

    async def run(self) -> None:
        """Synchronise until cancelled."""
        while True:
            # If Redis is down, each replica carries on alone, and its charges meanwhile stay its own.
            with suppress(RedisUnavailable):
                await self.synchronise()
            await asyncio.sleep(_PAUSE_SECONDS)

    async def synchronise(self) -> None:
        """Share the charges of this process, and take over the levels. Raises RedisUnavailable."""
        for caller, bucket in self._limits.take_charged():
            cost, bucket.unshared = bucket.unshared, 0
            level = await self._redis.execute(_charging(caller, bucket, cost))
            bucket.set_shared_level(float(level))


def _charging(caller: str, bucket: Bucket, cost: int) -> Callable[[Any], Awaitable[bytes]]:
    rules = bucket.rules

    async def charge(redis: Any) -> bytes:
        arguments = (rules.cost_per_second, rules.burst, cost)
        level: bytes = await redis.eval(_CHARGE, 1, f"gateway:rate:{caller}", *arguments)
        return level

    return charge
