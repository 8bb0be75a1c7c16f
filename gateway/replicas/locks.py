"""One cancellation at a time per order, among all replicas."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from gateway.cancellation.locks import OrderLocks
from gateway.replicas.redis_client import Away, Link

# Longer than any cancellation takes; a replica that dies frees its orders after that.
_HELD_MILLISECONDS = 15_000
_ASK_AGAIN_SECONDS = 0.02

_FREE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"


class ReplicaLocks:
    """Locks among replicas. here: locks of this machine, taken first, and alone where Redis is away."""

    def __init__(self, link: Link, here: OrderLocks) -> None:
        self._link = link
        self._here = here

    @asynccontextmanager
    async def hold(self, order: str) -> AsyncIterator[None]:
        """Have the order to oneself."""
        name, mine = f"gateway:lock:{order}", secrets.token_hex(8)
        async with self._here.hold(order):
            try:
                with suppress(Away):
                    while not await self._took(name, mine):  # noqa: ASYNC110  # Redis tells no event
                        await asyncio.sleep(_ASK_AGAIN_SECONDS)
                yield
            finally:
                with suppress(Away):
                    await self._link.ask(lambda redis: redis.eval(_FREE, 1, name, mine))

    async def _took(self, name: str, mine: str) -> bool:
        taken: bool | None = await self._link.ask(
            lambda redis: redis.set(name, mine, nx=True, px=_HELD_MILLISECONDS)
        )
        return bool(taken)
