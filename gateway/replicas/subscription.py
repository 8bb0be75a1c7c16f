"""A channel of Redis, listened to without a gap while its connections are renewed."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from gateway.replicas.redis_client import RedisClient

log = structlog.get_logger()

_RETRY_SECONDS = 0.5
_SUBSCRIBE_SECONDS = 1.0
_OVERLAP_SECONDS = 1.0
_MAX_QUEUED = 1_000


class Subscription:
    """Messages of a channel. receive: called with each, one after the other.

    A connection is replaced when it gets old, when it ends, and when Redis fails, because the name may point
    to another server by then. The old one is closed a second after the new one has subscribed, so a message
    may arrive twice.
    """

    def __init__(self, redis: RedisClient, channel: str, receive: Callable[[bytes], Awaitable[None]]) -> None:
        self._redis = redis
        self._channel = channel
        self._receive = receive
        self._queue: asyncio.Queue[bytes] = asyncio.Queue(_MAX_QUEUED)
        self._listening: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Listen until cancelled."""
        receiving = asyncio.ensure_future(self._receive_all())
        try:
            await self._keep_listening()
        finally:
            tasks = [receiving, *self._listening]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _keep_listening(self) -> None:
        previous: asyncio.Task[None] | None = None
        while True:
            self._redis.has_failed.clear()
            current = await self._begin_listening()
            if current is not None:
                if previous is not None:
                    asyncio.get_running_loop().call_later(_OVERLAP_SECONDS, previous.cancel)
                previous = current
                await _first_of(current, self._redis.has_failed, self._redis.max_connection_seconds)
            await asyncio.sleep(_RETRY_SECONDS)

    async def _begin_listening(self) -> "asyncio.Task[None] | None":
        """A task that listens, once it has subscribed; None if it could not."""
        subscribed = asyncio.Event()
        task = asyncio.ensure_future(self._listen(subscribed))
        self._listening.add(task)
        task.add_done_callback(self._listening.discard)
        await _first_of(task, subscribed, _SUBSCRIBE_SECONDS)
        if subscribed.is_set():
            return task
        task.cancel()
        return None

    async def _listen(self, subscribed: asyncio.Event) -> None:
        try:
            async with self._redis.pubsub() as channel:
                await channel.subscribe(self._channel)
                async for message in channel.listen():
                    if message["type"] == "subscribe":
                        subscribed.set()
                    elif message["type"] == "message":
                        await self._queue.put(message["data"])
        except Exception as error:  # noqa: BLE001  # redis-py raises many kinds; another attempt follows
            log.debug("subscription to redis ended", type=type(error).__name__)

    async def _receive_all(self) -> None:
        while True:
            message = await self._queue.get()
            try:
                await self._receive(message)
            except Exception:
                log.exception("a message from another replica failed")


async def _first_of(task: "asyncio.Task[None]", event: asyncio.Event, seconds: float) -> None:
    """Wait until the task ends, the event is set or the time is over."""
    waiter = asyncio.ensure_future(event.wait())
    try:
        await asyncio.wait((task, waiter), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiter.cancel()
