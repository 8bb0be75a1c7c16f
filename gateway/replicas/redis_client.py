"""The way to Redis: a bounded time for every question, and a while of doing without after a failure."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import structlog

if TYPE_CHECKING:
    from redis.asyncio import Redis

log = structlog.get_logger()

T = TypeVar("T")

Store: TypeAlias = "Redis"

_AWAY_SECONDS = 1.0


class Away(Exception):
    """Redis does not answer, or not in time: do without."""


class Link:
    """A connection to Redis or Valkey.

    timeout_seconds: for one question. After one that failed none is asked for a second.
    failures: what is raised where Redis does not answer.
    """

    def __init__(self, url: str, timeout_seconds: float) -> None:
        # Who has no replicas need not hold its seven megabytes.
        from redis.asyncio import Redis  # noqa: PLC0415  # see above
        from redis.asyncio.retry import Retry  # noqa: PLC0415  # see above
        from redis.backoff import NoBackoff  # noqa: PLC0415  # see above
        from redis.exceptions import RedisError  # noqa: PLC0415  # see above

        self.failures: tuple[type[BaseException], ...] = (RedisError, OSError, TimeoutError)
        self._redis: Store = Redis.from_url(
            url,
            socket_connect_timeout=timeout_seconds,
            retry=Retry(NoBackoff(), 0),
            health_check_interval=0,
        )
        # Hearing waits as long as it takes; it has connections of its own.
        self.hearing: Store = Redis.from_url(url, socket_connect_timeout=1.0)
        self._timeout_seconds = timeout_seconds
        self._away_until = 0.0
        self.is_up = True

    async def ask(self, question: Callable[[Any], Awaitable[T]]) -> T:
        """The answer. Raises Away, after the timeout at the latest."""
        if not self.is_up and time.monotonic() < self._away_until:
            raise Away
        try:
            async with asyncio.timeout(self._timeout_seconds):
                answer = await question(self._redis)
        except self.failures as error:
            self._lost(error)
            raise Away from error
        if not self.is_up:
            self.is_up = True
            log.warning("redis answers again")
        return answer

    async def close(self) -> None:
        """Hang up."""
        await self._redis.aclose()
        await self.hearing.aclose()

    def _lost(self, error: BaseException) -> None:
        self._away_until = time.monotonic() + _AWAY_SECONDS
        if self.is_up:
            self.is_up = False
            log.warning("redis is away, doing without", type=type(error).__name__)
