"""One cancellation at a time per order, across all replicas."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from gateway.cancellation.locks import OrderLocks
from gateway.replicas.redis_client import RedisClient, RedisUnavailable

# Longer than any cancellation takes. The locks of a replica that dies expire after that.
_EXPIRES_MILLISECONDS = 15_000
_RETRY_SECONDS = 0.02

_RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"


class ReplicaLocks:
    """Locks in Redis, on top of this machine's. local: taken first; the only ones while Redis is down."""

    def __init__(self, redis: RedisClient, local: OrderLocks) -> None:
        self._redis = redis
        self._local = local

    @asynccontextmanager
    async def hold(self, order: str) -> AsyncIterator[None]:
        name, token = f"gateway:lock:{order}", secrets.token_hex(8)
        async with self._local.hold(order):
            try:
                with suppress(RedisUnavailable):
                    while not await self._try_to_take(name, token):  # noqa: ASYNC110  # Redis sends no event
                        await asyncio.sleep(_RETRY_SECONDS)
                yield
            finally:
                with suppress(RedisUnavailable):
                    await self._redis.execute(lambda redis: redis.eval(_RELEASE, 1, name, token))

    async def _try_to_take(self, name: str, token: str) -> bool:
        taken: bool | None = await self._redis.execute(
            lambda redis: redis.set(name, token, nx=True, px=_EXPIRES_MILLISECONDS)
        )
        return bool(taken)
