"""Loads of one GraphQL request, coalesced: each resource once, a limited number of requests at a time.

imin has no request for several resources, so nothing is gained by waiting until there is a batch of them.
Loaders live as long as one GraphQL request and never serve another.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from aiodataloader import DataLoader
from msgspec import Struct, field

from gateway.imin.cache import OnStale
from gateway.imin.endpoints.declaration import Endpoint, K, Parts, V
from gateway.imin.repository import Repository, Undecoded, Use

Container = tuple[str, Parts[Any], Any]
"""A resource that contains others, its parts: the customer, how to find the parts, the resource."""


class LoadScope(Struct):
    """What the loaders of one request share.

    slots: one for each request to imin that may be in flight. on_stale, use: see Repository.get.
    expect: called before each load; raises if the operation may not cost more.
    refresh: whether to request everything again, whatever is cached.
    ready: awaited before anything is returned; None if there is nothing to wait for.
    containers: loaded resources that contain resources of an endpoint, as a page contains orders. The
    endpoint's loader takes them out when it first needs one, and then sends no request for it.
    """

    repository: Repository
    slots: asyncio.Semaphore
    on_stale: OnStale
    expect: Callable[[], None]
    use: Use
    refresh: bool = False
    ready: "asyncio.Future[None] | None" = None
    containers: dict[Endpoint[Any, Any], list[Container]] = field(default_factory=dict)


class Loader(DataLoader[K, Undecoded[V]]):
    """Loads resources of one endpoint, each once. One that came as a part of another costs no request.

    A DataLoader that waits for no batch: `load` starts a task at once, and the task is what it caches.
    """

    def __init__(self, endpoint: Endpoint[K, V], scope: LoadScope) -> None:
        # DataLoader's own __init__ inspects a batch function, and there is none.
        self.loop = asyncio.get_running_loop()
        self._cache = {}
        self._queue = []
        self._endpoint = endpoint
        self._scope = scope
        self._parts: dict[Any, V] = {}
        self._containers = scope.containers.setdefault(endpoint, [])

    def get_cache_key(self, key: K) -> K:
        return key

    async def get(self, key: K, *, refresh: bool = False) -> V:
        """The resource. refresh: request it again, bypassing what was loaded or cached.

        Raises what the request raised, and Unreadable.
        """
        if self._has_part(key):
            if not refresh:
                return self._parts[key]
            del self._parts[key]
        return self.decode(key, await self.load(key, refresh=refresh))

    def load(self, key: K, *, refresh: bool = False) -> "asyncio.Future[Undecoded[V]]":
        """The resource, not decoded yet. Raises what the request raised, when it is awaited.

        A future of the caller's own: the loader's task is shared, and awaiting it directly would let one
        cancelled caller cancel it for all.
        """
        task = None if refresh else self._cache.get(key)
        if task is None:
            task = self._start(key, refresh=refresh)
        elif task.done():
            return task
        waiter: asyncio.Future[Undecoded[V]] = self.loop.create_future()
        task.add_done_callback(partial(_pass_on, waiter))
        return waiter

    def decode(self, key: K, response: Undecoded[V]) -> V:
        """The resource, decoded; its parts need no request any more. Raises Unreadable."""
        value = response.value()
        parts = self._endpoint.parts
        if parts is not None:
            self._scope.containers.setdefault(parts.endpoint, []).append((key[0], parts, value))
        return value

    def at_hand(self, key: K) -> V | None:
        """The resource, if the request has loaded it already. Raises Unreadable."""
        if self._has_part(key):
            return self._parts[key]
        task = self._cache.get(key)
        is_loaded = task is not None and task.done() and not task.cancelled() and not task.exception()
        return self.decode(key, task.result()) if is_loaded and task is not None else None

    def prefetch(self, key: K) -> None:
        """Start loading a resource that will be needed soon."""
        if not self._has_part(key) and key not in self._cache:
            # Retrieve the exception, or asyncio logs that it never was where the resource is not needed.
            self._start(key).add_done_callback(lambda task: task.cancelled() or task.exception())

    def remember(self, key: K, value: V) -> None:
        """Return this resource, which was read elsewhere, instead of requesting it."""
        self._unpack_containers()
        self._parts[key] = value

    def forget(self, key: K) -> None:
        """Request the resource again when it is needed next: it has changed."""
        self._unpack_containers()
        self._parts.pop(key, None)
        self._cache.pop(key, None)

    def _start(self, key: K, *, refresh: bool = False) -> "asyncio.Task[Undecoded[V]]":
        task = self._cache[key] = self.loop.create_task(self._load(key, refresh=refresh))
        return task

    async def _load(self, key: K, *, refresh: bool) -> Undecoded[V]:
        scope = self._scope
        scope.expect()
        await scope.slots.acquire()
        try:
            loaded = await scope.repository.get(
                self._endpoint, key, scope.on_stale, refresh=refresh or scope.refresh, use=scope.use
            )
        finally:
            scope.slots.release()
        if scope.ready is not None:
            await asyncio.shield(scope.ready)
        return loaded

    def _has_part(self, key: K) -> bool:
        if self._containers:
            self._unpack_containers()
        return key in self._parts

    def _unpack_containers(self) -> None:
        for customer, parts, container in self._containers:
            self._parts.update({(customer, name): part for name, part in parts.resources(container)})
        self._containers.clear()


def _pass_on(waiter: "asyncio.Future[Undecoded[V]]", task: "asyncio.Future[Undecoded[V]]") -> None:
    """Give the waiter, if it still waits, what was loaded."""
    if task.cancelled():  # at the end of the process, with everything else
        waiter.cancel()
        return
    error = task.exception()
    if waiter.done():
        return
    if error is not None:
        waiter.set_exception(error)
    else:
        waiter.set_result(task.result())
