"""What the gateway reads of imin, through the cache where there is one, bound to the customer."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from gateway.imin.answers import read_account, read_order, read_orders, read_upcoming_order_items
from gateway.imin.cache import Cache, Found, OnStale, Question
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
from gateway.imin.documents.vocabulary import OrderItemStatus

V = TypeVar("V")

OwnerOf = Callable[[str], Owner]


class Reads:
    """One method for each thing that is read, by customer.

    owner_of: what a customer's documents are bound to. cache: None asks imin each time.
    anew: asked for now, whatever is known. on_stale: told the age of an answer that is given
    because imin is down. All raise what the client raises.
    """

    def __init__(self, client: IminClient, owner_of: OwnerOf, cache: Cache | None = None) -> None:
        self._client = client
        self._owner_of = owner_of
        self._cache = cache

    async def orders(
        self, customer: str, number: int, on_stale: OnStale, *, anew: bool = False
    ) -> Page[Order]:
        """Page of a customer's orders."""

        def read(json: bytes | None) -> Found[Page[Order]]:
            page = read_orders(json, number)
            owner = self._owner_of(customer)
            for order in page.items:
                bind_order(order, owner)
            orders = frozenset(order.identifier for order in page.items)
            parts = tuple(("order", order.identifier, order) for order in page.items)
            return Found(page, orders, _orders_last(page.items), parts)

        key = (customer, "orders", str(number))
        question = Question(key, lambda: self._client.orders_json(customer, number), read)
        return await self._get(question, on_stale, anew=anew)

    async def upcoming_order_items(
        self, customer: str, number: int, on_stale: OnStale, *, anew: bool = False
    ) -> Page[OrderItem]:
        """Page of a customer's upcoming order items."""

        def read(json: bytes | None) -> Found[Page[OrderItem]]:
            page = read_upcoming_order_items(json, number)
            owner = self._owner_of(customer)
            for item in page.items:
                bind_upcoming_item(item, owner)
            orders = frozenset(item.order_identifier for item in page.items)
            # An item of an unknown order could change without anybody knowing that this page did.
            return Found(page, orders, "" not in orders and _items_last(page.items))

        key = (customer, "items", str(number))
        question = Question(key, lambda: self._client.upcoming_order_items_json(customer, number), read)
        return await self._get(question, on_stale, anew=anew)

    async def order(
        self, customer: str, identifier: str, on_stale: OnStale, *, anew: bool = False
    ) -> Order | None:
        """An order, or None where imin has none."""

        def read(json: bytes | None) -> Found[Order | None]:
            if json is None:
                return Found(None, is_lasting=False)
            order = read_order(json, identifier)
            bind_order(order, self._owner_of(customer))
            return Found(order, frozenset({identifier}), _orders_last((order,)))

        key = (customer, "order", identifier)
        question = Question(key, lambda: self._client.order_json(identifier), read)
        return await self._get(question, on_stale, anew=anew)

    async def account(
        self, customer: str, on_stale: OnStale, *, anew: bool = False
    ) -> CustomerAccount | None:
        """A customer's account, or None where imin has none."""

        def read(json: bytes | None) -> Found[CustomerAccount | None]:
            if json is None:
                return Found(None, is_lasting=False)
            account = read_account(json, customer)
            return Found(account, is_lasting=not account.unreadable)

        question = Question(
            (customer, "account", ""), lambda: self._client.customer_account_json(customer), read
        )
        return await self._get(question, on_stale, anew=anew)

    async def _get(self, question: Question[V], on_stale: OnStale, *, anew: bool) -> V:
        if self._cache is None:
            return question.read(await question.ask()).value
        return await self._cache.get(question, on_stale, anew=anew)


def _orders_last(orders: Iterable[Order]) -> bool:
    return all(not order.unreadable and _items_last(order.items) for order in orders)


def _items_last(items: Iterable[OrderItem]) -> bool:
    """Whether the items may be kept: a pending cancellation changes by itself, and somebody waits for it."""
    pending = OrderItemStatus.CUSTOMER_CANCELLATION_PENDING
    return all(not item.unreadable and item.status is not pending for item in items)
