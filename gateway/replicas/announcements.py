"""Messages to the other replicas: what has changed in imin, or is about to."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress

import msgspec

from gateway.imin.changes import Change
from gateway.replicas.redis_client import RedisClient, RedisUnavailable
from gateway.replicas.subscription import Subscription
from gateway.replicas.unsent import Unsent

_CHANNEL = "gateway:changed"
_RETRY_SECONDS = 0.5


class _More(msgspec.Struct, frozen=True, omit_defaults=True):
    """What earlier releases neither send nor read. Members that a later release adds are ignored."""

    customer: str = ""
    topic: str = ""
    is_new_order: bool = False
    is_erasure: bool = False


class _Announcement(msgspec.Struct, array_like=True):
    """A Change, and the replica that announces it. Elements that a later release adds are ignored."""

    replica: str
    order: str
    more: _More = _More()


class Announcements:
    """Announces changes to the other replicas, now or as soon as Redis answers."""

    def __init__(self, redis: RedisClient) -> None:
        self._redis = redis
        self._replica = secrets.token_hex(8)
        self._listeners: list[Callable[[Change], Awaitable[None]]] = []
        self._unsent: Unsent[Change] = Unsent()
        self._running: list[asyncio.Task[None]] = []

    async def announce(self, change: Change) -> None:
        """Send a change to the other replicas."""
        try:
            await self._publish(change)
        except RedisUnavailable:
            self._unsent.add(change)

    def on_announcement(self, listener: Callable[[Change], Awaitable[None]]) -> None:
        """Call this with each change that another replica announces."""
        self._listeners.append(listener)

    def start(self) -> None:
        """Listen to the other replicas, and retry what could not be sent."""
        listening = Subscription(self._redis, _CHANNEL, self._received)
        self._running = [asyncio.ensure_future(listening.run()), asyncio.ensure_future(self._retry_unsent())]

    async def stop(self) -> None:
        """Stop both."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _retry_unsent(self) -> None:
        while True:
            await asyncio.sleep(_RETRY_SECONDS)
            with suppress(RedisUnavailable):
                for change, number in self._unsent.snapshot().items():
                    await self._publish(change)
                    self._unsent.remove({change: number})

    async def _publish(self, change: Change) -> None:
        more = _More(change.customer, change.topic, change.is_new_order, change.is_erasure)
        message = msgspec.json.encode(_Announcement(self._replica, change.order, more))
        await self._redis.execute(lambda redis: redis.publish(_CHANNEL, message))

    async def _received(self, message: bytes) -> None:
        try:
            announcement = msgspec.json.decode(message, type=_Announcement)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return  # not ours, or of a release that announces changes in another way
        if announcement.replica != self._replica:
            more = announcement.more
            change = Change(announcement.order, more.customer, more.topic, more.is_new_order, more.is_erasure)
            for listener in self._listeners:
                await listener(change)
