"""Loads of one request, coalesced: each thing is asked for once, a few at a time.

imin has no request for several things, so nothing is gained by waiting until there is a batch of them.
Loaders live as long as one GraphQL request and never serve another.
"""

import asyncio
from abc import abstractmethod
from collections import deque
from collections.abc import Awaitable
from functools import partial
from typing import Any, TypeVar

from aiodataloader import DataLoader

from gateway.imin.cache import OnStale
from gateway.imin.documents import Attributes, CustomerAccount, Order, OrderItem, Page
from gateway.imin.repository import Reads, Unread, Use

K = TypeVar("K")
V = TypeVar("V")

CustomerPage = tuple[str, int]
CustomerOrder = tuple[str, str]


class Turns:
    """So many places for the loads of one request; who finds none waits, first come, first served."""

    __slots__ = ("_free", "_waiting")

    def __init__(self, places: int) -> None:
        self._free = places
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def take(self) -> None:
        """Take a place. `is_taken` is quicker where there is one."""
        if self.is_taken():
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except BaseException:
            if turn.done() and not turn.cancelled():
                self.give_back()  # it came too late; it is the next one's
            raise

    def is_taken(self) -> bool:
        """Take a place, where one is free. One that somebody waits for is never free."""
        if self._free:
            self._free -= 1
            return True
        return False

    def give_back(self) -> None:
        """Leave a place to who has waited longest."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1


class CoalescingLoader(DataLoader[K, Unread[V]]):
    """Loads each key once, at most as many at a time as there are turns.

    wanted: what of a document will be looked at; None for all.
    """

    def __init__(
        self, reads: Reads, turns: Turns, on_stale: OnStale, wanted: Attributes | None = None
    ) -> None:
        # DataLoader's own asks what it is to call, and how; here that is known, and always the same.
        self.loop = asyncio.get_running_loop()
        self._cache = {}
        self._queue = []
        self.reads = reads
        self.on_stale = on_stale
        self.use = Use(wanted, are_kept=False)
        self._turns = turns
        self._anew: set[K] = set()

    @abstractmethod
    def fetch(self, key: K, *, anew: bool) -> Awaitable[Unread[V]]:
        """One thing, from imin or as it was a moment ago. anew: from imin, now."""

    def get_cache_key(self, key: K) -> K:
        """The key itself."""
        return key

    def load(self, key: K) -> "asyncio.Future[Unread[V]]":
        """The thing, shared by all who load it: a task, as there is no batch to wait for."""
        loaded = self._cache.get(key)
        if loaded is None:
            loaded = self._cache[key] = self.loop.create_task(self._fetched(key))
        return loaded

    def begin(self, key: K) -> None:
        """Have the thing on its way, for who will wait for it soon."""
        if key not in self._cache:
            self.load(key).add_done_callback(_nobody_waits)

    async def _fetched(self, key: K) -> Unread[V]:
        turns = self._turns
        if not turns.is_taken():
            await turns.take()
        try:
            anew = key in self._anew
            self._anew.discard(key)
            return await self.fetch(key, anew=anew)
        finally:
            turns.give_back()

    async def get(self, key: K) -> V:
        """The thing. Raises what its fetch raised, and Unreadable."""
        return self.opened(key, await self.unopened(key))

    async def get_anew(self, key: K) -> V:
        """The thing, asked of imin again."""
        return self.opened(key, await self.unopened_anew(key))

    def unopened(self, key: K) -> "asyncio.Future[Unread[V]]":
        """The thing, not read yet. Raises what its fetch raised, when it is awaited.

        A future of the waiter's own: the loader's is shared, and a waiter that is cancelled cancels what
        it waits for.
        """
        loaded = self.load(key)
        if loaded.done():
            return loaded
        waiter: asyncio.Future[Unread[V]] = self.loop.create_future()
        loaded.add_done_callback(partial(_pass_on, waiter))
        return waiter

    def unopened_anew(self, key: K) -> "asyncio.Future[Unread[V]]":
        """The thing, asked of imin again, not read yet."""
        self._anew.add(key)
        return self.clear(key).unopened(key)

    def opened(self, _key: K, unread: Unread[V]) -> V:
        """The thing, read. Raises Unreadable."""
        return unread.value()


def _pass_on(waiter: "asyncio.Future[Unread[V]]", loaded: "asyncio.Future[Unread[V]]") -> None:
    """Give the waiter, if there still is one, what was loaded."""
    if loaded.cancelled():  # with everything else, at the end of the process
        waiter.cancel()
        return
    error = loaded.exception()
    if waiter.done():
        return
    if error is not None:
        waiter.set_exception(error)
    else:
        waiter.set_result(loaded.result())


def _nobody_waits(loaded: "asyncio.Future[Any]") -> None:
    """Take note of a failure that nobody may have come to hear."""
    if not loaded.cancelled():
        loaded.exception()


class OrderLoader(CoalescingLoader[CustomerOrder, Order | None]):
    """Order by customer and identifier, or None where imin has none. Orders on a loaded page cost nothing."""

    def __init__(
        self, reads: Reads, turns: Turns, on_stale: OnStale, wanted: Attributes | None = None
    ) -> None:
        super().__init__(reads, turns, on_stale, wanted)
        self._seen: dict[CustomerOrder, Order] = {}

    def remember(self, customer: str, orders: tuple[Order, ...]) -> None:
        """Orders that came on a page and need not be fetched."""
        self._seen.update({(customer, order.identifier): order for order in orders})

    def begin(self, key: CustomerOrder) -> None:
        """As any other, where it has not come on a page."""
        if key not in self._seen:
            super().begin(key)

    async def get(self, key: CustomerOrder) -> Order | None:
        """The order, from a page already loaded or from imin."""
        seen = self._seen.get(key)
        return self.opened(key, await self.unopened(key)) if seen is None else seen

    async def get_anew(self, key: CustomerOrder) -> Order | None:
        """The order, asked of imin again."""
        self._seen.pop(key, None)
        return await super().get_anew(key)

    def fetch(self, key: CustomerOrder, *, anew: bool) -> Awaitable[Unread[Order | None]]:
        """The order, bound to its customer."""
        return self.reads.order(*key, self.on_stale, anew=anew, use=self.use)


class OrderPageLoader(CoalescingLoader[CustomerPage, Page[Order]]):
    """Page of a customer's history, by customer and page number."""

    def __init__(
        self,
        reads: Reads,
        turns: Turns,
        on_stale: OnStale,
        wanted: Attributes | None,
        orders: OrderLoader,
    ) -> None:
        super().__init__(reads, turns, on_stale, wanted)
        self._orders = orders

    def fetch(self, key: CustomerPage, *, anew: bool) -> Awaitable[Unread[Page[Order]]]:
        """The page, its orders bound to the customer."""
        return self.reads.orders(*key, self.on_stale, anew=anew, use=self.use)

    def opened(self, key: CustomerPage, unread: Unread[Page[Order]]) -> Page[Order]:
        """The page; its orders need not be fetched any more."""
        page = unread.value()
        self._orders.remember(key[0], page.items)
        return page


class OrderItemPageLoader(CoalescingLoader[CustomerPage, Page[OrderItem]]):
    """Page of a customer's upcoming items, by customer and page number."""

    def fetch(self, key: CustomerPage, *, anew: bool) -> Awaitable[Unread[Page[OrderItem]]]:
        """The page, its items bound to the customer."""
        return self.reads.upcoming_order_items(*key, self.on_stale, anew=anew, use=self.use)


class CustomerAccountLoader(CoalescingLoader[str, CustomerAccount | None]):
    """Account by customer identifier, or None where imin has none."""

    def fetch(self, key: str, *, anew: bool) -> Awaitable[Unread[CustomerAccount | None]]:
        """The account."""
        return self.reads.account(key, self.on_stale, anew=anew)
