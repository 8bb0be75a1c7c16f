"""Answers of imin's and customers' generations, in Redis; and what has changed, told to every replica."""

import asyncio
import secrets
import struct
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from itertools import count
from typing import Any

import msgspec

from gateway.imin.cache_backend import Body, Key
from gateway.replicas.redis_client import Away, Link

_DAY_SECONDS = 86_400
_CHANNEL = "gateway:changed"
_MOST_UNTOLD = 10_000
_AGAIN_SECONDS = 0.5
_HEADER = struct.Struct("!d")

Heard = Callable[[str], Awaitable[None]]


class _Untold:
    """Names that Redis does not know of yet. One that is added again while it is being told stays."""

    def __init__(self) -> None:
        self._names: dict[str, int] = {}
        self._number = count()

    def add(self, *names: str) -> None:
        if len(self._names) < _MOST_UNTOLD:
            self._names.update((name, next(self._number)) for name in names)

    def names(self) -> dict[str, int]:
        return dict(self._names)

    def told(self, names: dict[str, int]) -> None:
        self._names = {name: number for name, number in self._names.items() if names.get(name) != number}


class RedisAnswers:
    """What replicas know together. Implements gateway.imin.shared.Shared.

    A generation is a random name that is never used again, so a Redis that has lost its memory
    begins new ones. A change that could not be told is told before anything else is asked.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        self._ended, self._changed = _Untold(), _Untold()
        self._me = secrets.token_hex(8)
        self._heard: list[Heard] = []
        self._running: list[asyncio.Task[None]] = []

    async def generation(self, customer: str) -> str | None:
        """Name of the customer's generation; None where Redis is away."""
        try:
            await self._begin_untold()
            fresh = secrets.token_hex(8)
            known: bytes | None = await self._link.ask(
                lambda redis: redis.set(_generation(customer), fresh, nx=True, get=True, ex=_DAY_SECONDS)
            )
        except Away:
            return None
        return fresh if known is None else known.decode()

    async def bump(self, customers: tuple[str, ...]) -> None:
        """Begin a new generation of each, now or as soon as Redis answers."""
        if not customers:
            return
        try:
            await self._begin(customers)
        except Away:
            self._ended.add(*customers)

    async def read(self, key: Key, generation: str) -> Body | None:
        """An answer that some replica has put there in this generation."""
        try:
            found: bytes | None = await self._link.ask(lambda redis: redis.get(_answer(key, generation)))
        except Away:
            return None
        if found is None or len(found) < _HEADER.size:
            return None
        return Body(found[_HEADER.size :], *_HEADER.unpack_from(found))

    async def write(self, bodies: Mapping[Key, Body], generation: str, seconds: float) -> None:
        """Keep answers for the others."""

        async def write(redis: Any) -> None:
            pipeline = redis.pipeline(transaction=False)
            for key, body in bodies.items():
                value = _HEADER.pack(body.asked_at) + body.json
                pipeline.set(_answer(key, generation), value, px=max(1, int(seconds * 1000)))
            await pipeline.execute()

        with suppress(Away):
            await self._link.ask(write)

    async def announce(self, order: str) -> None:
        """Tell the other replicas that an order has changed, now or as soon as Redis answers."""
        try:
            await self._tell(order)
        except Away:
            self._changed.add(order)

    def on_announcement(self, heard: Heard) -> None:
        """Be told of orders that changed elsewhere."""
        self._heard.append(heard)

    def start(self) -> None:
        """Begin to hear the others, and to tell them later what could not be told."""
        self._running = [asyncio.ensure_future(self._listen()), asyncio.ensure_future(self._tell_later())]

    async def stop(self) -> None:
        """Hear and tell no more."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _begin_untold(self) -> None:
        if ended := self._ended.names():
            await self._begin(tuple(ended))
            self._ended.told(ended)

    async def _tell_later(self) -> None:
        while True:
            await asyncio.sleep(_AGAIN_SECONDS)
            with suppress(Away):
                await self._begin_untold()
                for order, number in self._changed.names().items():
                    await self._tell(order)
                    self._changed.told({order: number})

    async def _tell(self, order: str) -> None:
        message = msgspec.json.encode((self._me, order))
        await self._link.ask(lambda redis: redis.publish(_CHANNEL, message))

    async def _begin(self, customers: tuple[str, ...]) -> None:
        names = {_generation(customer): secrets.token_hex(8) for customer in customers}

        async def begin(redis: Any) -> None:
            pipeline = redis.pipeline(transaction=True)
            for name, fresh in names.items():
                pipeline.set(name, fresh, ex=_DAY_SECONDS)
            await pipeline.execute()

        await self._link.ask(begin)

    async def _listen(self) -> None:
        while True:
            try:
                async with self._link.hearing.pubsub() as channel:
                    await channel.subscribe(_CHANNEL)
                    async for message in channel.listen():
                        if message["type"] == "message":
                            await self._hear(message["data"])
            except self._link.failures:
                await asyncio.sleep(_AGAIN_SECONDS)

    async def _hear(self, message: bytes) -> None:
        try:
            sender, order = msgspec.json.decode(message, type=tuple[str, str])
        except msgspec.MsgspecError:
            return
        if sender != self._me:
            for heard in self._heard:
                await heard(order)


def _generation(customer: str) -> str:
    return f"gateway:generation:{customer}"


def _answer(key: Key, generation: str) -> str:
    return "gateway:answer:" + ":".join((*map(_escaped, key), generation))


def _escaped(part: str) -> str:
    # Two keys must never have one name, whatever an identifier may hold.
    return part.replace("%", "%25").replace(":", "%3A")
