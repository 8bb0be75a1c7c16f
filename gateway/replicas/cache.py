"""Cached responses and cache generations in Redis, and messages to other replicas about changed orders."""

import asyncio
import secrets
import struct
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from itertools import count
from typing import Any

import msgspec

from gateway.imin.cache_backend import CachedBody, CacheKey
from gateway.replicas.redis_client import RedisClient, RedisUnavailable

_DAY_SECONDS = 86_400
_CHANNEL = "gateway:changed"
_MAX_UNSENT = 10_000
_RETRY_SECONDS = 0.5
_HEADER = struct.Struct("!d")

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


class RedisCacheBackend:
    """Implements gateway.imin.cache_backend.CacheBackend.

    A generation is a random name that is never used again, so a Redis that has lost its data starts new
    generations. Changes that could not be sent are sent before any generation is read.
    """

    def __init__(self, redis: RedisClient) -> None:
        self._redis = redis
        self._ended_generations, self._changed_orders = _Unsent(), _Unsent()
        self._replica = secrets.token_hex(8)
        self._listeners: list[OrderListener] = []
        self._running: list[asyncio.Task[None]] = []

    async def generation(self, customer: str) -> str | None:
        """The customer's generation; None while Redis is down."""
        try:
            await self._send_ended_generations()
            new = secrets.token_hex(8)
            existing: bytes | None = await self._redis.execute(
                lambda redis: redis.set(_generation(customer), new, nx=True, get=True, ex=_DAY_SECONDS)
            )
        except RedisUnavailable:
            return None
        return new if existing is None else existing.decode()

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
        try:
            found: bytes | None = await self._redis.execute(
                lambda redis: redis.get(_response(key, generation))
            )
        except RedisUnavailable:
            return None
        if found is None or len(found) < _HEADER.size:
            return None
        return CachedBody(found[_HEADER.size :], *_HEADER.unpack_from(found))

    async def write(self, bodies: Mapping[CacheKey, CachedBody], generation: str, seconds: float) -> None:
        """Store responses for the other replicas; does nothing while Redis is down."""

        async def write(redis: Any) -> None:
            pipeline = redis.pipeline(transaction=False)
            for key, body in bodies.items():
                value = _HEADER.pack(body.requested_at) + body.json
                pipeline.set(_response(key, generation), value, px=max(1, int(seconds * 1000)))
            await pipeline.execute()

        with suppress(RedisUnavailable):
            await self._redis.execute(write)

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
        self._running = [asyncio.ensure_future(self._listen()), asyncio.ensure_future(self._retry_unsent())]

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
        message = msgspec.json.encode((self._replica, order))
        await self._redis.execute(lambda redis: redis.publish(_CHANNEL, message))

    async def _start_generations(self, customers: tuple[str, ...]) -> None:
        generations = {_generation(customer): secrets.token_hex(8) for customer in customers}

        async def start(redis: Any) -> None:
            pipeline = redis.pipeline(transaction=True)
            for name, generation in generations.items():
                pipeline.set(name, generation, ex=_DAY_SECONDS)
            await pipeline.execute()

        await self._redis.execute(start)

    async def _listen(self) -> None:
        while True:
            try:
                async with self._redis.pubsub() as channel:
                    await channel.subscribe(_CHANNEL)
                    async for message in channel.listen():
                        if message["type"] == "message":
                            await self._received(message["data"])
            except self._redis.errors:
                await asyncio.sleep(_RETRY_SECONDS)

    async def _received(self, message: bytes) -> None:
        try:
            sender, order = msgspec.json.decode(message, type=tuple[str, str])
        except msgspec.MsgspecError:
            return
        if sender != self._replica:
            for listener in self._listeners:
                await listener(order)


def _generation(customer: str) -> str:
    return f"gateway:generation:{customer}"


def _response(key: CacheKey, generation: str) -> str:
    return "gateway:answer:" + ":".join((*map(_escape, key), generation))


def _escape(part: str) -> str:
    # Identifiers may hold any character; without escaping, two keys could have the same name.
    return part.replace("%", "%25").replace(":", "%3A")
