"""Loads of one request, coalesced: each thing is asked for once, a few at a time.

imin has no request for several things, so a batch is many requests side by side.
Loaders live as long as one GraphQL request and never serve another.
"""

import asyncio
from abc import abstractmethod
from collections.abc import Callable
from typing import TypeVar

from aiodataloader import DataLoader

from gateway.imin.client import IminClient
from gateway.imin.documents import (
    CustomerAccount,
    Order,
    OrderItem,
    Owner,
    Page,
    bind_order,
    bind_upcoming_item,
)
from gateway.imin.errors import NotFound

K = TypeVar("K")
V = TypeVar("V")

OwnerOf = Callable[[str], Owner]
CustomerPage = tuple[str, int]
CustomerOrder = tuple[str, str]


class CoalescingLoader(DataLoader[K, V]):
    """Loads each key once, at most as many at a time as the semaphore lets in."""

    def __init__(self, client: IminClient, turn: asyncio.Semaphore) -> None:
        super().__init__()
        self.client = client
        self._turn = turn

    @abstractmethod
    async def fetch(self, key: K) -> V:
        """One thing, from imin."""

    async def batch_load_fn(self, keys: list[K]) -> list[V]:
        """All things side by side; the error of one is an answer of its own, not that of all."""
        return await asyncio.gather(*map(self._fetch_in_turn, keys), return_exceptions=True)  # type: ignore[return-value]  # aiodataloader raises what is an exception

    async def get(self, key: K) -> V:
        """The thing. Raises what its fetch raised.

        Shielded: a loader's future is shared, and one waiter that is cancelled must not cancel the rest.
        """
        return await asyncio.shield(self.load(key))

    async def get_anew(self, key: K) -> V:
        """The thing, asked for again."""
        return await self.clear(key).get(key)

    async def _fetch_in_turn(self, key: K) -> V:
        async with self._turn:
            return await self.fetch(key)


class OrderLoader(CoalescingLoader[CustomerOrder, Order | None]):
    """Order by customer and identifier, or None where imin has none. Orders on a loaded page cost nothing."""

    def __init__(self, client: IminClient, turn: asyncio.Semaphore, owner_of: OwnerOf) -> None:
        super().__init__(client, turn)
        self._owner_of = owner_of
        self._seen: dict[CustomerOrder, Order] = {}

    def remember(self, customer: str, orders: tuple[Order, ...]) -> None:
        """Orders that came on a page and need not be fetched."""
        self._seen.update({(customer, order.identifier): order for order in orders})

    async def get(self, key: CustomerOrder) -> Order | None:
        """The order, from a page already loaded or from imin."""
        return self._seen[key] if key in self._seen else await super().get(key)

    async def get_anew(self, key: CustomerOrder) -> Order | None:
        """The order, asked for again."""
        self._seen.pop(key, None)
        return await super().get_anew(key)

    async def fetch(self, key: CustomerOrder) -> Order | None:
        """The order from imin, bound to its customer."""
        customer, identifier = key
        try:
            order = await self.client.order(identifier)
        except NotFound:
            return None
        bind_order(order, self._owner_of(customer))
        return order


class OrderPageLoader(CoalescingLoader[CustomerPage, Page[Order]]):
    """Page of a customer's history, by customer and page number."""

    def __init__(
        self, client: IminClient, turn: asyncio.Semaphore, owner_of: OwnerOf, orders: OrderLoader
    ) -> None:
        super().__init__(client, turn)
        self._owner_of = owner_of
        self._orders = orders

    async def fetch(self, key: CustomerPage) -> Page[Order]:
        """The page from imin, its orders bound to the customer."""
        customer, number = key
        page = await self.client.orders(customer, number)
        owner = self._owner_of(customer)
        for order in page.items:
            bind_order(order, owner)
        self._orders.remember(customer, page.items)
        return page


class OrderItemPageLoader(CoalescingLoader[CustomerPage, Page[OrderItem]]):
    """Page of a customer's upcoming items, by customer and page number."""

    def __init__(self, client: IminClient, turn: asyncio.Semaphore, owner_of: OwnerOf) -> None:
        super().__init__(client, turn)
        self._owner_of = owner_of

    async def fetch(self, key: CustomerPage) -> Page[OrderItem]:
        """The page from imin, its items bound to the customer."""
        customer, number = key
        page = await self.client.upcoming_order_items(customer, number)
        owner = self._owner_of(customer)
        for item in page.items:
            bind_upcoming_item(item, owner)
        return page


class CustomerAccountLoader(CoalescingLoader[str, CustomerAccount | None]):
    """Account by customer identifier, or None where imin has none."""

    async def fetch(self, key: str) -> CustomerAccount | None:
        """The account from imin."""
        try:
            return await self.client.customer_account(key)
        except NotFound:
            return None
