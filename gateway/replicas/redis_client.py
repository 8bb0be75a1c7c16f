"""Redis client with a timeout for each call. After a failure, calls fail at once for one second.

What happens next depends on what the failure shows to be unusable:

the key         WRONGTYPE: it holds a value of another type. Only this call fails.
the server      everything else: no answer, an answer that is not Redis', or an error about its state, such as
                READONLY and MASTERDOWN after a failover, LOADING, CLUSTERDOWN, NOREPLICAS, MISCONF, OOM. All
                connections are given up, since each shows only where the name pointed when it was opened. The
                first call after the pause connects again, and must be able to write before any other follows.

Connections that work are replaced too before they get old, in the background.
"""

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
Command: TypeAlias = Callable[[Any], Awaitable[T]]

_RETRY_AFTER_SECONDS = 1.0
_CONNECT_SECONDS = 1.0
_MAX_CONNECTION_SECONDS = 60.0
_PROBE = "gateway:probe"


class RedisUnavailable(Exception):
    """Redis does not answer, or not in time; the caller carries on without it."""


class WrongType(RedisUnavailable):
    """The key holds a value of another type. Other keys can be used."""


class _Connections:
    """A redis-py client with connections of its own.

    users: commands that run on it. most_users: at once so far, which is how many connections it has opened.
    """

    def __init__(self, redis: Store) -> None:
        self.redis = redis
        self.renew_at = 0.0
        self.users = self.most_users = 0
        self.is_replaced = False

    def enter(self) -> None:
        self.users += 1
        self.most_users = max(self.users, self.most_users)


class RedisClient:
    """Commands and subscriptions to one Redis or Valkey.

    timeout_seconds: for each call of `execute`. max_connection_seconds: age at which they are replaced.
    is_up: whether the last call worked. has_failed: set with each failure.
    """

    def __init__(
        self, url: str, timeout_seconds: float, max_connection_seconds: float = _MAX_CONNECTION_SECONDS
    ) -> None:
        # Imported here to save 7 MB in gateways that run without replicas.
        from redis.asyncio import Redis  # noqa: PLC0415  # see above
        from redis.asyncio.retry import Retry  # noqa: PLC0415  # see above
        from redis.backoff import NoBackoff  # noqa: PLC0415  # see above

        self.is_up = True
        self.has_failed = asyncio.Event()
        self.max_connection_seconds = max_connection_seconds
        self._open: Callable[[], Store] = lambda: Redis.from_url(
            url,
            socket_connect_timeout=_CONNECT_SECONDS,
            socket_timeout=None,  # with one, redis-py on Python 3.11 loses some cancellations
            retry=Retry(NoBackoff(), 0),
            health_check_interval=0,
        )
        self._timeout_seconds = timeout_seconds
        self._down_until = 0.0
        self._connections = self._new_connections()
        # A subscription waits for messages without a timeout, so it has connections of its own.
        self._subscriptions = self._open()
        self._renewal: asyncio.Task[None] | None = None
        self._closing: set[asyncio.Task[None]] = set()

    async def execute(self, command: Command[T]) -> T:
        """Run a command on redis-py's client. Raises RedisUnavailable, after the timeout at the latest.

        WrongType means that only this key cannot be used.
        """
        if self.is_up:
            return await self._run(command)
        if time.monotonic() < self._down_until:
            raise RedisUnavailable
        # One call probes; meanwhile the others carry on without Redis.
        self._down_until = time.monotonic() + _RETRY_AFTER_SECONDS

        async def probe(redis: Any) -> T:
            await _write(redis)
            self.is_up = True
            log.warning("redis is available again")
            return await command(redis)

        return await self._run(probe)

    async def pipeline(self, fill: Callable[[Any], object], *, is_transaction: bool) -> list[Any]:
        """Run the commands that `fill` adds to redis-py's pipeline; their results. Raises as `execute`."""

        async def run(redis: Any) -> list[Any]:
            pipeline = redis.pipeline(transaction=is_transaction)
            fill(pipeline)
            results: list[Any] = await pipeline.execute(raise_on_error=False)
            for result in results:
                if isinstance(result, Exception):
                    raise result
            return results

        return await self.execute(run)

    def pubsub(self) -> "PubSub":
        """A subscription that is not connected yet. Using it raises any exception if Redis fails."""
        return self._subscriptions.pubsub()

    async def close(self) -> None:
        """Close all connections."""
        if self._renewal is not None:
            self._renewal.cancel()
            await asyncio.wait([self._renewal])
        self._close(self._connections.redis)
        self._close(self._subscriptions)
        await asyncio.gather(*self._closing, return_exceptions=True)

    async def _run(self, command: Command[T]) -> T:
        connections = self._connections
        if time.monotonic() >= connections.renew_at:
            self._begin_renewal(connections)
        connections.enter()
        try:
            async with asyncio.timeout(self._timeout_seconds):
                return await command(connections.redis)
        except Exception as error:  # redis-py raises ValueError and others for replies that are not Redis'
            if str(error).startswith("WRONGTYPE"):
                raise WrongType from error
            self._failed(connections, error)
            raise RedisUnavailable from error
        finally:
            connections.users -= 1
            if connections.is_replaced and not connections.users:
                self._close(connections.redis)

    def _failed(self, connections: _Connections, error: BaseException) -> None:
        if connections is not self._connections:
            return  # it says nothing about those that have replaced it
        self._replace(self._new_connections())
        self._down_until = time.monotonic() + _RETRY_AFTER_SECONDS
        self.has_failed.set()
        if self.is_up:
            self.is_up = False
            log.warning("redis is unavailable, carrying on without it", type=type(error).__name__)

    def _new_connections(self) -> _Connections:
        connections = _Connections(self._open())
        connections.renew_at = time.monotonic() + self.max_connection_seconds
        return connections

    def _replace(self, new: _Connections) -> None:
        """Use new connections from now on; close the old ones once their commands have ended."""
        old, self._connections = self._connections, new
        old.is_replaced = True
        if not old.users:
            self._close(old.redis)

    def _begin_renewal(self, old: _Connections) -> None:
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.create_task(self._renew(old))

    async def _renew(self, old: _Connections) -> None:
        """Open connections to where the name points now, and use them if they work."""
        new = self._new_connections()
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                await _write(new.redis)
                await asyncio.gather(*(new.redis.ping() for _ in range(old.most_users)))
        except Exception:  # noqa: BLE001  # as in _run; the old connections are used on
            old.renew_at = time.monotonic() + _RETRY_AFTER_SECONDS
        else:
            if old is self._connections:
                self._replace(new)
        finally:
            if new is not self._connections:
                self._close(new.redis)

    def _close(self, redis: Store) -> None:
        task = asyncio.ensure_future(redis.aclose())
        self._closing.add(task)
        task.add_done_callback(self._closed)

    def _closed(self, task: "asyncio.Task[None]") -> None:
        self._closing.discard(task)
        if not task.cancelled():
            task.exception()  # of a connection that is given up anyway


async def _write(redis: Any) -> None:
    """Raises if Redis does not accept writes, as a replica does not."""
    await redis.set(_PROBE, b"", px=1000)
