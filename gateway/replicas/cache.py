"""Cached responses and cache generations in Redis, and messages to other replicas about changed orders."""

import asyncio
import re
import secrets
import struct
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from itertools import count
from typing import Any

import msgspec

from gateway.imin.cache_backend import CachedBody, CacheKey
from gateway.replicas.redis_client import RedisClient, RedisUnavailable, WrongType
from gateway.replicas.stored_values import MAX_BYTES, key_name
from gateway.replicas.subscription import Subscription

_DAY_SECONDS = 86_400
_CHANNEL = "gateway:changed"
_MAX_UNSENT = 10_000
_RETRY_SECONDS = 0.5
_HEADER = struct.Struct("!d")
_MAX_GENERATION_BYTES = 64

# A stored generation, or the new one where there is none; "" for one that is too long.
_GENERATION = """
local stored = redis.call('set', KEYS[1], ARGV[1], 'nx', 'get', 'ex', ARGV[2]) or ARGV[1]
return #stored <= tonumber(ARGV[3]) and stored or ''
"""

_is_generation = re.compile(rb"[!-~]{1,%d}" % _MAX_GENERATION_BYTES).fullmatch

OrderListener = Callable[[str], Awaitable[None]]


class _Unsent:
    """Names that could not be sent to Redis yet. A name that is added again while it is being sent stays."""

    def __init__(self) -> None:
        self._names: dict[str, int] = {}
        self._number = count()

    def add(self, *names: str) -> None:
        if len(self._names) < _MAX_UNSENT:
            self._names.update((name, next(self._number)) for name in names)

    def snapshot(self) -> dict[str, int]:
        """The names, each with the number of its latest addition."""
        return dict(self._names)

    def remove(self, sent: dict[str, int]) -> None:
        """Remove what has been sent, unless it was added again since the snapshot."""
        self._names = {name: number for name, number in self._names.items() if sent.get(name) != number}


class _Announcement(msgspec.Struct, array_like=True):
    """A changed order. replica: the one that changed it. Elements that a later release adds are ignored."""

    replica: str
    order: str


class RedisCacheBackend:
    """Implements gateway.imin.cache_backend.CacheBackend. max_bytes: of one response.

    A generation is a random name that is never used again, so a Redis that has lost its data starts new
    generations. Changes that could not be sent are sent before any generation is read.
    """

    def __init__(self, redis: RedisClient, max_bytes: int = MAX_BYTES) -> None:
        self._redis = redis
        self._max_bytes = max_bytes
        self._ended_generations, self._changed_orders = _Unsent(), _Unsent()
        self._replica = secrets.token_hex(8)
        self._listeners: list[OrderListener] = []
        self._running: list[asyncio.Task[None]] = []

    async def generation(self, customer: str) -> str | None:
        """The customer's generation; None while Redis is down."""
        try:
            await self._send_ended_generations()
            return await self._stored_generation(customer)
        except RedisUnavailable:
            return None

    async def bump(self, customers: tuple[str, ...]) -> None:
        """Start a new generation for each customer, now or as soon as Redis answers."""
        if not customers:
            return
        try:
            await self._start_generations(customers)
        except RedisUnavailable:
            self._ended_generations.add(*customers)

    async def read(self, key: CacheKey, generation: str) -> CachedBody | None:
        """A response that some replica has stored in this generation."""
        longest = _HEADER.size + self._max_bytes
        try:
            found: bytes = await self._redis.execute(
                lambda redis: redis.getrange(_response(key, generation), 0, longest)
            )
        except RedisUnavailable:
            return None
        if not _HEADER.size <= len(found) <= longest:
            return None
        return CachedBody(found[_HEADER.size :], *_HEADER.unpack_from(found))

    async def write(self, bodies: Mapping[CacheKey, CachedBody], generation: str, seconds: float) -> None:
        """Store responses for the other replicas; does nothing while Redis is down."""

        def fill(pipeline: Any) -> None:
            for key, body in bodies.items():
                value = _HEADER.pack(body.requested_at) + body.json
                pipeline.set(_response(key, generation), value, px=max(1, int(seconds * 1000)))

        with suppress(RedisUnavailable):
            await self._redis.pipeline(fill, is_transaction=False)

    async def announce(self, order: str) -> None:
        """Notify the other replicas that an order has changed, now or as soon as Redis answers."""
        try:
            await self._publish(order)
        except RedisUnavailable:
            self._changed_orders.add(order)

    def on_announcement(self, callback: OrderListener) -> None:
        """Call this with the identifier of each order that another replica changes."""
        self._listeners.append(callback)

    def start(self) -> None:
        """Listen to the other replicas, and retry what could not be sent."""
        listening = Subscription(self._redis, _CHANNEL, self._received)
        self._running = [asyncio.ensure_future(listening.run()), asyncio.ensure_future(self._retry_unsent())]

    async def stop(self) -> None:
        """Stop both."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _send_ended_generations(self) -> None:
        if ended := self._ended_generations.snapshot():
            await self._start_generations(tuple(ended))
            self._ended_generations.remove(ended)

    async def _retry_unsent(self) -> None:
        while True:
            await asyncio.sleep(_RETRY_SECONDS)
            with suppress(RedisUnavailable):
                await self._send_ended_generations()
                for order, number in self._changed_orders.snapshot().items():
                    await self._publish(order)
                    self._changed_orders.remove({order: number})

    async def _publish(self, order: str) -> None:
        message = msgspec.json.encode(_Announcement(self._replica, order))
        await self._redis.execute(lambda redis: redis.publish(_CHANNEL, message))

    async def _start_generations(self, customers: tuple[str, ...]) -> None:
        def fill(pipeline: Any) -> None:
            for customer in customers:
                pipeline.set(_generation(customer), secrets.token_hex(8), ex=_DAY_SECONDS)

        await self._redis.pipeline(fill, is_transaction=True)

    async def _stored_generation(self, customer: str) -> str:
        """The generation in Redis; a new one, stored there, if it holds none that can be read."""
        name, new = _generation(customer), secrets.token_hex(8)

        try:
            stored: bytes = await self._redis.execute(
                lambda redis: redis.eval(_GENERATION, 1, name, new, _DAY_SECONDS, _MAX_GENERATION_BYTES)
            )
        except WrongType:
            stored = b""
        if _is_generation(stored):
            return stored.decode()
        await self._redis.execute(lambda redis: redis.set(name, new, ex=_DAY_SECONDS))
        return new

    async def _received(self, message: bytes) -> None:
        try:
            announcement = msgspec.json.decode(message, type=_Announcement)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return  # not ours, or of a release that announces changes in another way
        if announcement.replica != self._replica:
            for listener in self._listeners:
                await listener(announcement.order)


def _generation(customer: str) -> str:
    # Without a version: a change through one release must end what another release has stored.
    return f"gateway:generation:{customer}"


def _response(key: CacheKey, generation: str) -> str:
    return key_name("answer", *key, generation)
