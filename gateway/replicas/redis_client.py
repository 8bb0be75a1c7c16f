"""Redis client with a timeout for each call. After a failure, calls fail at once for one second."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import structlog

if TYPE_CHECKING:
    from redis.asyncio import Redis
    from redis.asyncio.client import PubSub

log = structlog.get_logger()

T = TypeVar("T")

Store: TypeAlias = "Redis"

_RETRY_AFTER_SECONDS = 1.0


class RedisUnavailable(Exception):
    """Redis does not answer, or not in time; the caller carries on without it."""


class RedisClient:
    """Commands and subscriptions to one Redis or Valkey.

    timeout_seconds: for each call of `execute`. errors: the exceptions that mean that Redis cannot be used;
    those who use `pubsub` handle them, `execute` turns them into RedisUnavailable.
    """

    def __init__(self, url: str, timeout_seconds: float) -> None:
        # Imported here to save 7 MB in gateways that run without replicas.
        from redis.asyncio import Redis  # noqa: PLC0415  # see above
        from redis.asyncio.retry import Retry  # noqa: PLC0415  # see above
        from redis.backoff import NoBackoff  # noqa: PLC0415  # see above
        from redis.exceptions import RedisError  # noqa: PLC0415  # see above

        self.errors: tuple[type[BaseException], ...] = (RedisError, OSError, TimeoutError)
        self.is_up = True
        self._redis: Store = Redis.from_url(
            url,
            socket_connect_timeout=timeout_seconds,
            retry=Retry(NoBackoff(), 0),
            health_check_interval=0,
        )
        # A subscription waits for messages without a timeout, so it has connections of its own.
        self._subscriptions: Store = Redis.from_url(url, socket_connect_timeout=1.0)
        self._timeout_seconds = timeout_seconds
        self._down_until = 0.0

    async def execute(self, command: Callable[[Any], Awaitable[T]]) -> T:
        """Run a command on redis-py's client. Raises RedisUnavailable, after the timeout at the latest."""
        if not self.is_up and time.monotonic() < self._down_until:
            raise RedisUnavailable
        try:
            async with asyncio.timeout(self._timeout_seconds):
                result = await command(self._redis)
        except self.errors as error:
            self._failed(error)
            raise RedisUnavailable from error
        if not self.is_up:
            self.is_up = True
            log.warning("redis is available again")
        return result

    def pubsub(self) -> "PubSub":
        """A subscription that is not connected yet. Using it raises `errors`."""
        return self._subscriptions.pubsub()

    async def close(self) -> None:
        """Close all connections."""
        await self._redis.aclose()
        await self._subscriptions.aclose()

    def _failed(self, error: BaseException) -> None:
        self._down_until = time.monotonic() + _RETRY_AFTER_SECONDS
        if self.is_up:
            self.is_up = False
            log.warning("redis is unavailable, carrying on without it", type=type(error).__name__)
