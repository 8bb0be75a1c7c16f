"""Cached responses and cache generations in Redis."""

import asyncio
import re
import secrets
import struct
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from gateway.imin.cache_backend import CachedBody, CacheKey
from gateway.replicas.redis_client import RedisClient, RedisUnavailable, WrongType
from gateway.replicas.stored_values import MAX_BYTES, key_name
from gateway.replicas.unsent import Unsent

_DAY_SECONDS = 86_400
_RETRY_SECONDS = 0.5
_HEADER = struct.Struct("!d")
_MAX_GENERATION_BYTES = 64

# A stored generation, or the new one where there is none; "" for one that is too long.
_GENERATION = """
local stored = redis.call('set', KEYS[1], ARGV[1], 'nx', 'get', 'ex', ARGV[2]) or ARGV[1]
return #stored <= tonumber(ARGV[3]) and stored or ''
"""

_is_generation = re.compile(rb"[!-~]{1,%d}" % _MAX_GENERATION_BYTES).fullmatch


class RedisCacheBackend:
    """Implements gateway.imin.cache_backend.CacheBackend. max_bytes: of one response.

    A generation is a random name that is never used again, so a Redis that has lost its data starts new
    generations. Changes that could not be sent are sent before any generation is read.
    """

    def __init__(self, redis: RedisClient, max_bytes: int = MAX_BYTES) -> None:
        self._redis = redis
        self._max_bytes = max_bytes
        self._ended_generations: Unsent[str] = Unsent()
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

    def start(self) -> None:
        """Retry what could not be sent."""
        self._running = [asyncio.ensure_future(self._retry_unsent())]

    async def stop(self) -> None:
        """Stop retrying."""
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


def _generation(customer: str) -> str:
    # Without a version: a change through one release must end what another release has stored.
    return f"gateway:generation:{customer}"


def _response(key: CacheKey, generation: str) -> str:
    return key_name("answer", *key, generation)
