"""imin's responses, cached for seconds per customer and bounded by bytes.

A response is fresh for some seconds. For some more it is still used while a new request refreshes it
(stale-while-revalidate), and for longer still while imin is down, marked with its age (stale-if-error).
Concurrent reads of one key share one request (single flight), which no caller can abort for the others.

Nothing crosses customers: every key begins with the customer, or with PUBLIC for what belongs to no customer.
Each customer has a generation; a change begins a new one, and nothing that was requested before the change is
used or stored after it, not even a response that is still on its way. Errors are not cached.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import inf
from typing import Any, TypeVar

from cachetools import LRUCache, TTLCache

from gateway.imin.cache_backend import CacheBackend, CachedBody, CacheKey, NoReplicas
from gateway.imin.cache_store import CacheStore, Entry, Generation
from gateway.imin.cacheable_read import CacheableRead, Decoded
from gateway.imin.endpoints.declaration import MAX_FRESH_SECONDS, PUBLIC
from gateway.imin.errors import Unreadable, UpstreamUnavailable
from gateway.imin.transport.deadline import REQUEST_DEADLINE, join
from gateway.reuse import CachedVersion, dependencies, forbid_reuse

V = TypeVar("V")

OnStale = Callable[[float], None]
"""Called with the age in seconds of a response that is used because imin is down."""

MEMORY_PER_BYTE = 3
"""Memory of a decoded page by bytes of its JSON; 2.8 was measured."""

_MAX_CHANGES = 100_000
_GRACE_SECONDS = 60
_MAX_AHEAD_SECONDS = 1.0
"""By how much the clock of another replica may be ahead."""


@dataclass(frozen=True)
class CacheOptions:
    """Seconds, each counted from the end of the one before; 0 leaves that state out, all 0 stores nothing."""

    fresh_seconds: float
    stale_seconds: float
    error_seconds: float
    max_bytes: int

    def longest_seconds(self, fresh_seconds: float | None = None) -> float:
        """Age beyond which a response is of no use. fresh_seconds: of its endpoint, if it has its own."""
        fresh = self.fresh_seconds if fresh_seconds is None else fresh_seconds
        return fresh + self.stale_seconds + self.error_seconds


class Cache:
    """Responses by customer. backend: what replicas share. clock: seconds since 1970."""

    def __init__(
        self,
        options: CacheOptions,
        backend: CacheBackend | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.counts = dict.fromkeys(("fresh", "stale", "error", "joined", "replica", "miss"), 0)
        self._options = options
        self._backend = backend or NoReplicas()
        self._clock = clock
        self.store = CacheStore(options.max_bytes)
        # A change is remembered for longer than any response from before it could be used.
        longest = options.longest_seconds(max(options.fresh_seconds, MAX_FRESH_SECONDS))
        self._changes: TTLCache[str, int] = TTLCache(_MAX_CHANGES, longest + _GRACE_SECONDS, clock)
        self._change = 0
        # The customer who was last seen to have an order, whether or not the response was stored.
        self._holders: LRUCache[str, str] = LRUCache(_MAX_CHANGES)
        self._flights: dict[tuple[CacheKey, Generation], asyncio.Task[Entry]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._writes: set[asyncio.Task[None]] = set()

    @property
    def bytes_held(self) -> int:
        """Memory of what is stored, finished answers included, as estimated."""
        return int(self.store.currsize)

    async def get(self, read: CacheableRead[V], on_stale: OnStale, *, refresh: bool = False) -> V:
        """The value. refresh: send a request, whatever is cached.

        Raises what the fetch raises, unless imin is down and an older response can be used.
        """
        if refresh:
            forbid_reuse()  # the next caller will require a new request too
        generation = await self._generation(read.key[0])
        entry = self.store.get(read.key)
        if entry is not None and not _fits(entry.version, generation):
            entry = None
        if not refresh and generation.token is not None:
            if entry is None or self._age(entry) >= self._fresh_seconds(read):
                entry = await self._from_replica(read, generation) or entry
            if entry is not None and self._is_usable(entry, read, generation):
                return self._noted(entry, read)
        try:
            entry = await join(self._flight(read, generation, refresh=refresh))
        except UpstreamUnavailable:
            longest = self._options.longest_seconds(read.fresh_seconds)
            if refresh or entry is None or self._age(entry) > longest:
                raise
            self.counts["error"] += 1
            on_stale(self._age(entry))
        return self._noted(entry, read)

    def put_answer(self, key: tuple[Any, ...], answer: Entry) -> bool:
        """Store a finished answer, whose key begins with ANSWERS; returns False if it cannot be."""
        can_be_stored = bool(self._options.longest_seconds()) and answer.weight <= self._options.max_bytes
        if can_be_stored:
            self.store.put(key, answer, None)
        return can_be_stored

    async def are_usable(
        self, versions: Iterable[tuple[CachedVersion, float]], customers: Iterable[str]
    ) -> bool:
        """Whether reading these versions again now would give them, without any request to imin.

        versions: each with the age in seconds from which it is no longer fresh. customers: theirs.
        """
        generations = {customer: await self._generation(customer) for customer in customers}
        return self.are_fresh(versions) and all(
            generations[version.customer].token is not None and _fits(version, generations[version.customer])
            for version, _ in versions
        )

    def are_fresh(self, versions: Iterable[tuple[CachedVersion, float]]) -> bool:
        """Whether all of these versions are stored and fresh. versions: as in `are_usable`."""
        now = self._clock()
        return all(
            version.is_stored and now - version.requested_at < fresh_seconds
            for version, fresh_seconds in versions
        )

    async def order_changed(self, identifier: str) -> None:
        """Forget what was requested for customers who have this order, as far as this process knows them."""
        entries = self.store.values()
        holders = {entry.version.customer for entry in entries if identifier in entry.orders}
        if (holder := self._holders.get(identifier)) is not None:
            holders.add(holder)
        # A response that is on its way may turn out to show the order; public ones show none.
        await self._bump(holders | {key[0] for key, _ in self._flights} - {PUBLIC})

    async def customer_changed(self, customer: str) -> None:
        """Forget what was requested for a customer, here and on every replica."""
        await self._bump({customer})

    def holder(self, order: str) -> str | None:
        """The customer who was last seen to have an order, if there is one; "" for one read by a service."""
        return self._holders.get(order)

    async def close(self) -> None:
        """Cancel requests whose callers have gone; let writes to the backend finish, which are short."""
        for task in self._tasks - self._writes:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _bump(self, customers: Iterable[str]) -> None:
        customers = tuple(customers)
        self._change += 1
        for customer in customers:
            self._changes[customer] = self._change
        await self._backend.bump(customers)

    async def _generation(self, customer: str) -> Generation:
        token = await self._backend.generation(customer)
        return Generation(self._changes.get(customer, 0), token)

    def _noted(self, entry: Entry, read: CacheableRead[V]) -> V:
        answer = dependencies()
        if answer is not None:
            answer.versions.append((entry.version, self._fresh_seconds(read)))
        return entry.value  # type: ignore[no-any-return]  # stored under the key of the read

    def _age(self, entry: Entry) -> float:
        return max(0.0, self._clock() - entry.version.requested_at)

    def _fresh_seconds(self, read: CacheableRead[Any]) -> float:
        return self._options.fresh_seconds if read.fresh_seconds is None else read.fresh_seconds

    def _is_usable(self, entry: Entry, read: CacheableRead[Any], generation: Generation) -> bool:
        """Whether the entry can be used as it is; refreshes it in the background when it is stale."""
        if entry.version.generation != generation:
            return False
        age, fresh_seconds = self._age(entry), self._fresh_seconds(read)
        if age < fresh_seconds:
            self.counts["fresh"] += 1
            return True
        if age < fresh_seconds + self._options.stale_seconds:
            self.counts["stale"] += 1
            self._flight(read, generation)
            return True
        return False

    async def _from_replica(self, read: CacheableRead[Any], generation: Generation) -> Entry | None:
        """The newest that is known, here or from another replica."""
        body = await self._backend.read(read.key, generation.token or "")
        # A response from the future, or from no time at all, would count as fresh forever.
        if body is None or not body.requested_at <= self._clock() + _MAX_AHEAD_SECONDS:
            return None
        try:
            decoded = read.decode(body.json)
        except Unreadable:
            return None
        before = self.store.get(read.key)
        version = CachedVersion(read.key[0], generation, body.requested_at)
        weight = len(body.json) * MEMORY_PER_BYTE
        self._store(read.key, Entry(decoded.value, weight, version, decoded.orders), decoded)
        entry = self.store.get(read.key)
        self.counts["replica"] += entry is not before
        return entry

    def _flight(
        self, read: CacheableRead[Any], generation: Generation, *, refresh: bool = False
    ) -> asyncio.Task[Entry]:
        """The request for a key: the one in flight, or a new one if there is none or it is required."""
        name = (read.key, generation)
        flight = self._flights.get(name)
        if flight is not None and not refresh:
            self.counts["joined"] += 1
            return flight
        self.counts["miss"] += 1
        flight = self._flights[name] = self._start(self._fetch(read, generation))
        flight.add_done_callback(lambda done: self._landed(name, done))
        return flight

    def _landed(self, name: tuple[CacheKey, Generation], done: asyncio.Task[Any]) -> None:
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
            task.exception()  # retrieved, or asyncio logs "exception was never retrieved"

    async def _fetch(self, read: CacheableRead[Any], generation: Generation) -> Entry:
        REQUEST_DEADLINE.set(inf)  # it serves other callers than the one who started it
        requested_at = self._clock()
        json = await read.fetch()
        decoded = read.decode(json)
        customer = read.key[0]
        weight = len(json or b"") * MEMORY_PER_BYTE
        version = CachedVersion(customer, generation, requested_at)
        entry = Entry(decoded.value, weight, version, decoded.orders)
        for order in decoded.orders:
            self._holders[order] = customer
        if not decoded.is_cacheable:
            self._drop(read.key, decoded.orders)
        elif json is not None and self._changes.get(customer, 0) == generation.local:
            self._store(read.key, entry, decoded)
            if generation.token:
                body = CachedBody(json, requested_at)
                write = self._start(self._share(read, generation.token, body, decoded))
                self._writes.add(write)
                write.add_done_callback(self._writes.discard)
        return entry

    async def _share(
        self, read: CacheableRead[Any], token: str, body: CachedBody, decoded: Decoded[Any]
    ) -> None:
        bodies = {key: CachedBody(json, body.requested_at) for key, json in decoded.split(body.json)}
        bodies[read.key] = body
        await self._backend.write(bodies, token, self._options.longest_seconds(read.fresh_seconds))

    def _store(self, key: CacheKey, entry: Entry, decoded: Decoded[Any]) -> None:
        if not decoded.is_cacheable or not self._options.longest_seconds():
            return
        self._put(key, entry)
        whole = entry.version
        for part_key, part, orders in decoded.parts:
            # Its memory is counted twice, because a part may outlive the page that it came on.
            share = entry.weight // len(decoded.parts)
            version = CachedVersion(whole.customer, whole.generation, whole.requested_at)
            self._put(part_key, Entry(part, share, version, orders))

    def _drop(self, key: CacheKey, orders: frozenset[str]) -> None:
        """Forget a response, and all others of its customer that show the same orders."""
        held = self.store.items()
        for name in [name for name, entry in held if name[0] == key[0] and entry.orders & orders]:
            del self.store[name]
        self.store.pop(key, None)

    def _put(self, key: CacheKey, entry: Entry) -> None:
        before = self.store.get(key)
        is_outdated = (
            before is not None
            and before.version.requested_at > entry.version.requested_at
            and before.version.generation == entry.version.generation
        )
        if not is_outdated and entry.weight <= self._options.max_bytes:
            self.store.put(key, entry, before)


def _fits(version: CachedVersion, generation: Generation) -> bool:
    """Whether nothing is known to have changed since the version was requested."""
    if version.generation.local != generation.local:
        return False
    return generation.token is None or version.generation.token == generation.token
