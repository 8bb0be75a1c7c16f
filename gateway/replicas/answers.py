"""Answers of imin's and customers' generations, in Redis; and what has changed, told to every replica."""

import asyncio
import secrets
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import msgspec
from redis.exceptions import RedisError

from gateway.imin.shared import Body, Key
from gateway.replicas.link import Away, Link

_DAY_SECONDS = 86_400
_CHANNEL = "gateway:changed"
_MOST_OWED = 10_000
_AGAIN_SECONDS = 0.5
_HEADER = struct.Struct("!d")

Heard = Callable[[str], Awaitable[None]]


class RedisAnswers:
    """What replicas know together. Implements gateway.imin.shared.Shared.

    A generation is a random name that is never used again, so a Redis that has lost its memory
    begins new ones. A change that could not be told is told before anything else is asked.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        self._owed: set[str] = set()
        self._me = secrets.token_hex(8)
        self._heard: list[Heard] = []
        self._listening: asyncio.Task[None] | None = None

    async def generation(self, customer: str) -> str | None:
        """Name of the customer's generation; None where Redis is away."""
        try:
            if self._owed:
                await self._begin(tuple(self._owed))
                self._owed.clear()
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
            if len(self._owed) < _MOST_OWED:
                self._owed.update(customers)

    async def read(self, key: Key, generation: str) -> Body | None:
        """An answer that some replica has put there in this generation."""
        try:
            found: bytes | None = await self._link.ask(lambda redis: redis.get(_answer(key, generation)))
        except Away:
            return None
        if found is None or len(found) < _HEADER.size:
            return None
        return Body(found[_HEADER.size :], *_HEADER.unpack_from(found))

    async def write(self, key: Key, generation: str, body: Body, seconds: float) -> None:
        """Keep an answer for the others."""
        value = _HEADER.pack(body.asked_at) + body.json
        with suppress(Away):
            await self._link.ask(
                lambda redis: redis.set(_answer(key, generation), value, px=max(1, int(seconds * 1000)))
            )

    async def announce(self, order: str) -> None:
        """Tell the other replicas that an order has changed."""
        message = msgspec.json.encode((self._me, order))
        with suppress(Away):
            await self._link.ask(lambda redis: redis.publish(_CHANNEL, message))

    def on_announcement(self, heard: Heard) -> None:
        """Be told of orders that changed elsewhere."""
        self._heard.append(heard)

    def start(self) -> None:
        """Begin to hear the others."""
        self._listening = asyncio.ensure_future(self._listen())

    async def stop(self) -> None:
        """Hear no more."""
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)

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
            except (RedisError, OSError):
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
