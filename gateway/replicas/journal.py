"""Attempts and idempotency keys that all replicas see, beside the journal on this machine's disk.

The disk is written first, and is what outlives this process; Redis is how the others know.
"""

from contextlib import suppress
from typing import Any

import msgspec

from gateway.cancellation.attempts import Attempt, AttemptState, Journal, KeyEntry
from gateway.replicas.redis_client import Away, Link

_DAY_SECONDS = 86_400
_OPEN = {AttemptState.UNCONFIRMED, AttemptState.PENDING}


class ReplicaJournal:
    """A Journal over Redis and the one given. Where Redis is away, that one alone."""

    def __init__(self, link: Link, here: Journal) -> None:
        self._link = link
        self._here = here

    async def begin(self, attempt: Attempt) -> None:
        """Note an attempt, before its PATCH leaves."""
        await self._here.begin(attempt)
        await self._put(attempt)

    async def note(self, attempt: Attempt, state: AttemptState, at: float) -> None:
        """Note what became of an attempt, whichever replica made it. A settled one stays as it is."""
        await self._here.note(attempt, state, at)
        if not any(known.id == attempt.id and known.settled_at for known in await self._of(attempt.order)):
            settled = None if state in _OPEN else at
            await self._put(msgspec.structs.replace(attempt, state=state, settled_at=settled))

    async def unconfirmed(self, order: str | None = None) -> list[Attempt]:
        """Attempts of an order on any replica, or of all on this one, whose fate is not known."""
        found = {attempt.id: attempt for attempt in await self._here.unconfirmed(order)}
        for attempt in await self._of(order) if order is not None else ():
            if attempt.state is AttemptState.UNCONFIRMED:
                found.setdefault(attempt.id, attempt)
            else:
                found.pop(attempt.id, None)
        return sorted(found.values(), key=lambda attempt: attempt.requested_at)

    async def latest(self, customer: str, order: str) -> Attempt | None:
        """The newest attempt on a customer's order, on any replica."""
        here = await self._here.latest(customer, order)
        found = [attempt for attempt in await self._of(order) if attempt.customer == customer]
        return max([*found, *([here] if here else [])], key=lambda one: one.requested_at, default=None)

    async def claim(self, caller: str, key: str, payload: str, at: float) -> KeyEntry:
        """What the key stands for, on any replica: the payload given where it is new."""
        entry = await self._here.claim(caller, key, payload, at)
        if entry.outcome is not None or entry.payload != payload:
            return entry
        fresh = msgspec.msgpack.encode(entry)
        try:
            known: bytes | None = await self._link.ask(
                lambda redis: redis.set(_key(caller, key), fresh, nx=True, get=True, ex=_DAY_SECONDS)
            )
        except Away:
            return entry
        return entry if known is None else msgspec.msgpack.decode(known, type=KeyEntry)

    async def conclude(self, caller: str, key: str, outcome: bytes) -> None:
        """Note the outcome that the key stands for from now on."""
        await self._here.conclude(caller, key, outcome)
        with suppress(Away):
            known: bytes | None = await self._link.ask(lambda redis: redis.get(_key(caller, key)))
            if known is not None:
                entry = msgspec.msgpack.decode(known, type=KeyEntry)
                done = msgspec.msgpack.encode(KeyEntry(entry.payload, entry.outcome or outcome))
                await self._link.ask(lambda redis: redis.set(_key(caller, key), done, keepttl=True))

    async def forget(self, caller: str, key: str) -> None:
        """The key stands for nothing again, on every replica."""
        await self._here.forget(caller, key)
        with suppress(Away):
            await self._link.ask(lambda redis: redis.delete(_key(caller, key)))

    async def _put(self, attempt: Attempt) -> None:
        name, value = f"gateway:attempts:{attempt.order}", msgspec.msgpack.encode(attempt)

        async def put(redis: Any) -> None:
            pipeline = redis.pipeline(transaction=True)
            pipeline.hset(name, attempt.id, value)
            pipeline.expire(name, _DAY_SECONDS)
            await pipeline.execute()

        with suppress(Away):
            await self._link.ask(put)

    async def _of(self, order: str) -> list[Attempt]:
        try:
            found: dict[bytes, bytes] = await self._link.ask(
                lambda redis: redis.hgetall(f"gateway:attempts:{order}")
            )
        except Away:
            return []
        return [msgspec.msgpack.decode(value, type=Attempt) for value in found.values()]


def _key(caller: str, key: str) -> bytes:
    return b"gateway:key:" + msgspec.msgpack.encode((caller, key))
