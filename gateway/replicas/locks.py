"""One change at a time under a name, across all replicas."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from gateway.journal.locks import Locks
from gateway.replicas.redis_client import RedisClient, RedisUnavailable

# What the work may take beyond its own time: calls of the journal that have begun before its end.
_MARGIN_SECONDS = 10.0
# Longer than the locks of any replica last, whatever its settings.
_MAX_SECONDS = 1_500.0
_RETRY_SECONDS = 0.02

# A value that expires soon is a lock, whichever release holds it. One that does not expire is ignored, since
# it would lock the name forever.
_TAKE = """
local left = redis.call('pttl', KEYS[1])
if left >= 0 and left <= tonumber(ARGV[3]) then return 0 end
redis.call('set', KEYS[1], ARGV[1], 'px', ARGV[2])
return 1
"""
_RELEASE = "if redis.pcall('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"


class ReplicaLocks:
    """Locks in Redis, on top of this machine's.

    local: taken first; the only ones while Redis is down. work_seconds: how long a lock may be in use. The
    locks of a replica that dies expire some seconds after that.
    """

    def __init__(self, redis: RedisClient, local: Locks, work_seconds: float) -> None:
        self._redis = redis
        self._local = local
        self._milliseconds = round((work_seconds + _MARGIN_SECONDS) * 1_000)

    @asynccontextmanager
    async def hold(self, name: str) -> AsyncIterator[None]:
        key, token = f"gateway:lock:{name}", secrets.token_hex(8)
        async with self._local.hold(name):
            try:
                with suppress(RedisUnavailable):
                    while not await self._try_to_take(key, token):  # noqa: ASYNC110  # Redis sends no event
                        await asyncio.sleep(_RETRY_SECONDS)
                yield
            finally:
                with suppress(RedisUnavailable):
                    await self._redis.execute(lambda redis: redis.eval(_RELEASE, 1, key, token))

    async def _try_to_take(self, name: str, token: str) -> bool:
        arguments = (token, self._milliseconds, round(_MAX_SECONDS * 1_000))
        taken: int = await self._redis.execute(lambda redis: redis.eval(_TAKE, 1, name, *arguments))
        return taken == 1
