"""What imin has answered, kept for a short time: per customer, in bytes that are counted.

An answer is fresh for some seconds. For some more it is still given while it is asked
for anew, and for longer still while imin is down, marked with its age. Requests that
want the same at the same time share one question, which no one of them can break off.

Nothing crosses customers: every key begins with the customer. Each customer has a
generation; a change begins a new one, so that nothing asked for before the change is
given or kept after it, not even what is still on its way. Errors are not kept.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from cachetools import LRUCache, TTLCache

from gateway.imin.cache_backend import Alone, Body, Key, Shared
from gateway.imin.errors import TimedOut, Unreadable, UpstreamUnavailable
from gateway.imin.transport.deadline import REQUEST_DEADLINE

V = TypeVar("V")

OnStale = Callable[[float], None]
"""Told the age in seconds of an answer that is given because imin is down."""

MEMORY_PER_BYTE = 3
"""Memory of a decoded page by bytes of its JSON; 2.8 was measured."""

_MOST_CHANGES = 100_000
_GRACE_SECONDS = 60


@dataclass(frozen=True)
class CacheOptions:
    """Seconds, each counted from the end of those before; 0 leaves that state out."""

    fresh_seconds: float
    stale_seconds: float
    error_seconds: float
    max_bytes: int

    @property
    def longest_seconds(self) -> float:
        """Age beyond which an answer is of no use."""
        return self.fresh_seconds + self.stale_seconds + self.error_seconds


@dataclass(frozen=True, slots=True)
class Found(Generic[V]):
    """What an answer holds, read and bound to its customer.

    orders: what a change of an order would make wrong. is_lasting: whether it may be kept.
    parts: what it holds that can be asked for by itself, under what it is and its identifier.
    apart: takes their JSON out of the whole, for other replicas.
    """

    value: V
    orders: frozenset[str] = frozenset()
    is_lasting: bool = True
    parts: tuple[tuple[str, str, Any], ...] = ()
    apart: Callable[[bytes], Iterable[tuple[str, str, bytes]]] = lambda _json: ()


@dataclass(frozen=True, slots=True)
class Question(Generic[V]):
    """Something to ask imin. ask: gives JSON, None where there is nothing. read: raises Unreadable."""

    key: Key
    ask: Callable[[], Awaitable[bytes | None]]
    read: Callable[[bytes | None], Found[V]]


@dataclass(frozen=True, slots=True)
class _Generation:
    """local: as this process knows it. token: as replicas know it, None where nobody can tell."""

    local: int
    token: str | None


@dataclass(frozen=True, slots=True)
class _Entry:
    value: Any
    orders: frozenset[str]
    generation: _Generation
    asked_at: float
    weight: int


class Cache:
    """Answers by customer. shared: what replicas know together. clock: seconds since 1970."""

    def __init__(
        self, options: CacheOptions, shared: Shared | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self.counts = dict.fromkeys(("fresh", "stale", "error", "joined", "replica", "miss"), 0)
        self._options = options
        self._shared = shared or Alone()
        self._clock = clock
        self._entries: LRUCache[Key, _Entry] = LRUCache(options.max_bytes, lambda entry: entry.weight)
        # A change is remembered for longer than anything asked for before it could be given.
        self._changes: TTLCache[str, int] = TTLCache(
            _MOST_CHANGES, options.longest_seconds + _GRACE_SECONDS, clock
        )
        self._change = 0
        # Who was last seen to have an order, kept or not.
        self._holders: LRUCache[str, str] = LRUCache(_MOST_CHANGES)
        self._flights: dict[tuple[Key, _Generation], asyncio.Task[Any]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._sharing: set[asyncio.Task[None]] = set()
        self._shared.on_announcement(self._forget_order)

    @property
    def bytes_held(self) -> int:
        """Memory of what is kept, as counted."""
        return int(self._entries.currsize)

    async def get(self, question: Question[V], on_stale: OnStale, *, anew: bool = False) -> V:
        """The answer. anew: asked for now, whatever is known.

        Raises what asking raises, unless imin is down and an older answer will do.
        """
        generation = await self._generation(question.key[0])
        entry = self._entries.get(question.key)
        if entry is not None and not _fits(entry, generation):
            entry = None
        if not anew and generation.token is not None:
            if entry is None or self._age(entry) >= self._options.fresh_seconds:
                entry = await self._from_replica(question, generation) or entry
            if entry is not None and self._is_usable(entry, question, generation):
                return cast("V", entry.value)
        try:
            return await self._join(self._flight(question, generation, anew=anew))
        except UpstreamUnavailable:
            if anew or entry is None or self._age(entry) > self._options.longest_seconds:
                raise
            self.counts["error"] += 1
            on_stale(self._age(entry))
        return cast("V", entry.value)

    async def order_changed(self, identifier: str) -> None:
        """Forget what was asked for those who have this order, here and on every replica."""
        await self._forget_order(identifier)
        await self._shared.announce(identifier)

    async def customer_changed(self, customer: str) -> None:
        """Forget what was asked for a customer, here and on every replica."""
        await self._bump({customer})

    async def close(self) -> None:
        """Break off what is still being asked for nobody; what is being told to others is soon told."""
        for task in self._tasks - self._sharing:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _forget_order(self, identifier: str) -> None:
        holders = {key[0] for key, entry in self._entries.items() if identifier in entry.orders}
        if (holder := self._holders.get(identifier)) is not None:
            holders.add(holder)
        # Those who are being asked for just now may turn out to have it.
        await self._bump(holders | {key[0] for key, _ in self._flights})

    async def _bump(self, customers: Iterable[str]) -> None:
        customers = tuple(customers)
        self._change += 1
        for customer in customers:
            self._changes[customer] = self._change
        await self._shared.bump(customers)

    async def _generation(self, customer: str) -> _Generation:
        token = await self._shared.generation(customer)
        return _Generation(self._changes.get(customer, 0), token)

    def _age(self, entry: _Entry) -> float:
        return max(0.0, self._clock() - entry.asked_at)

    def _is_usable(self, entry: _Entry, question: Question[Any], generation: _Generation) -> bool:
        """Whether the entry will do as it is; asks anew behind its back where it is no longer fresh."""
        if entry.generation != generation:
            return False
        age = self._age(entry)
        if age < self._options.fresh_seconds:
            self.counts["fresh"] += 1
            return True
        if age < self._options.fresh_seconds + self._options.stale_seconds:
            self.counts["stale"] += 1
            self._flight(question, generation)
            return True
        return False

    async def _from_replica(self, question: Question[Any], generation: _Generation) -> _Entry | None:
        """The newest that is known, here or from another replica."""
        body = await self._shared.read(question.key, generation.token or "")
        if body is None:
            return None
        try:
            found = question.read(body.json)
        except Unreadable:
            return None
        known = self._entries.get(question.key)
        self._keep(question, generation, body, found)
        entry = self._entries.get(question.key)
        self.counts["replica"] += entry is not known
        return entry

    def _flight(
        self, question: Question[V], generation: _Generation, *, anew: bool = False
    ) -> asyncio.Task[V]:
        """The question on its way: one that is, unless it must be asked now, or a new one."""
        name = (question.key, generation)
        flight = self._flights.get(name)
        if flight is not None and not anew:
            self.counts["joined"] += 1
            return flight
        self.counts["miss"] += 1
        flight = self._flights[name] = self._start(self._ask(question, generation))
        flight.add_done_callback(lambda done: self._landed(name, done))
        return flight

    def _landed(self, name: tuple[Key, _Generation], done: asyncio.Task[Any]) -> None:
        if self._flights.get(name) is done:
            del self._flights[name]

    def _start(self, coroutine: Any) -> asyncio.Task[Any]:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # whoever waited has it; where nobody did, nobody minds

    async def _ask(self, question: Question[V], generation: _Generation) -> V:
        REQUEST_DEADLINE.set(float("inf"))  # it serves others than the one who asked first
        asked_at = self._clock()
        json = await question.ask()
        found = question.read(json)
        customer = question.key[0]
        for order in found.orders:
            self._holders[order] = customer
        if not found.is_lasting:
            self._drop(customer, question.key, found.orders)
        elif json is not None and self._changes.get(customer, 0) == generation.local:
            body = Body(json, asked_at)
            self._keep(question, generation, body, found)
            if generation.token:
                sharing = self._start(self._share(question.key, generation.token, body, found))
                self._sharing.add(sharing)
                sharing.add_done_callback(self._sharing.discard)
        return found.value

    async def _share(self, key: Key, token: str, body: Body, found: Found[Any]) -> None:
        bodies = {key: body}
        for what, identifier, json in found.apart(body.json):
            bodies[key[0], what, identifier] = Body(json, body.asked_at)
        await self._shared.write(bodies, token, self._options.longest_seconds)

    async def _join(self, flight: asyncio.Task[V]) -> V:
        """What the flight brings, unless the request's own time is over. Leaving does not break it off."""
        left = REQUEST_DEADLINE.get() - time.monotonic()
        try:
            async with asyncio.timeout(None if left == float("inf") else max(0.0, left)):
                return await asyncio.shield(flight)
        except TimeoutError as error:
            raise TimedOut("the request's time was over") from error

    def _keep(self, question: Question[V], generation: _Generation, body: Body, found: Found[V]) -> None:
        if not found.is_lasting or not self._options.longest_seconds:
            return
        weight = len(body.json) * MEMORY_PER_BYTE
        self._put(question.key, _Entry(found.value, found.orders, generation, body.asked_at, weight))
        for what, identifier, part in found.parts:
            # Counted again: a part may outlive the page that it came on.
            entry = _Entry(
                part, frozenset({identifier}), generation, body.asked_at, weight // len(found.parts)
            )
            self._put((question.key[0], what, identifier), entry)

    def _drop(self, customer: str, key: Key, orders: frozenset[str]) -> None:
        """Forget a customer's answer, and all others that tell of the same orders."""
        held = self._entries.items()
        for name in [name for name, entry in held if name[0] == customer and entry.orders & orders]:
            del self._entries[name]
        self._entries.pop(key, None)

    def _put(self, key: Key, entry: _Entry) -> None:
        before = self._entries.get(key)
        is_older = before is not None and before.asked_at > entry.asked_at
        outdated = is_older and before is not None and before.generation == entry.generation
        if not outdated and entry.weight <= self._options.max_bytes:
            self._entries[key] = entry


def _fits(entry: _Entry, generation: _Generation) -> bool:
    """Whether nothing is known to have changed since the entry was asked for."""
    if entry.generation.local != generation.local:
        return False
    return generation.token is None or entry.generation.token == generation.token
