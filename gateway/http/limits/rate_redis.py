"""Callers' buckets, shared: what is spent at one replica is missing at the others a moment later.

Requests spend from the bucket of their process and never wait. Several times a second
what was spent is taken out of the bucket in Redis too, and its level comes back.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from gateway.http.limits.rate import Bucket, Rates
from gateway.replicas.redis_client import RedisClient, RedisUnavailable

_PAUSE_SECONDS = 0.25

_SPEND = """
local now = redis.call('time')
local time = now[1] + now[2] / 1000000
local held = redis.call('hmget', KEYS[1], 'level', 'time')
local rate, burst, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local level = burst
if held[1] then level = math.min(burst, held[1] + (time - held[2]) * rate) end
level = math.max(-burst, level - cost)
redis.call('hset', KEYS[1], 'level', tostring(level), 'time', tostring(time))
redis.call('expire', KEYS[1], math.ceil(2 * burst / rate) + 1)
return tostring(level)
"""


class SharedRates:
    """Keeps the buckets of a process in step with those in Redis."""

    def __init__(self, redis: RedisClient, rates: Rates) -> None:
        self._redis = redis
        self._rates = rates

    async def run(self) -> None:
        """Exchange for ever."""
        while True:
            # Processes that cannot talk have a bucket each; there is nothing to make up for later.
            with suppress(RedisUnavailable):
                await self.exchange()
            await asyncio.sleep(_PAUSE_SECONDS)

    async def exchange(self) -> None:
        """Take out there what was spent here, and take over the level. Raises RedisUnavailable."""
        for name, bucket in self._rates.spenders():
            spent, bucket.unshared = bucket.unshared, 0
            bucket.take_over(float(await self._redis.execute(_spending(name, bucket, spent))))


def _spending(name: str, bucket: Bucket, spent: int) -> Callable[[Any], Awaitable[bytes]]:
    rules = bucket.rules

    async def spend(redis: Any) -> bytes:
        given = (rules.cost_per_second, rules.burst, spent)
        level: bytes = await redis.eval(_SPEND, 1, f"gateway:rate:{name}", *given)
        return level

    return spend
