"""What the gateway reads of imin, through the cache where there is one, bound to the customer."""

from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Generic, TypeVar

from msgspec import Struct

from gateway.imin.cache import Cache, Found, OnStale, Question
from gateway.imin.cache_backend import Key
from gateway.imin.client import IminClient
from gateway.imin.documents import (
    Attributes,
    CustomerAccount,
    Order,
    OrderItem,
    Owner,
    Page,
    bind_order,
    bind_upcoming_item,
    orders_apart,
)
from gateway.imin.documents.vocabulary import OrderItemStatus
from gateway.imin.parse import read_account, read_order, read_orders, read_upcoming_order_items

V = TypeVar("V")

OwnerOf = Callable[[str, bool], Owner]
"""Gives a customer as owner of documents, which are kept for other answers or not."""


class Use(Struct, frozen=True):
    """What documents are read for.

    wanted: what of them will be looked at; None for all. are_kept: whether more than one answer shows them.
    """

    wanted: Attributes | None = None
    are_kept: bool = True


ANY_USE = Use()


class Unread(Generic[V]):
    """What imin has answered, read where it is first looked at.

    Sixteen requests that arrive together would else be read one after the other, and each be looked at
    again when the processor's caches hold the others.
    """

    __slots__ = ("_read", "_value")

    def __init__(self, read: Callable[[], V]) -> None:
        self._read: Callable[[], V] | None = read
        self._value: V

    def value(self) -> V:
        """The document. Raises Unreadable, every time."""
        if self._read is not None:
            self._value = self._read()
            self._read = None
        return self._value


class Reads:
    """One method for each thing that is read, by customer.

    owner_of: what a customer's documents are bound to. cache: None asks imin each time.
    anew: asked for now, whatever is known. on_stale: told the age of an answer that is given
    because imin is down. use: of the documents.
    All raise what the client raises, but what cannot be read when it is looked at.
    """

    def __init__(self, client: IminClient, owner_of: OwnerOf, cache: Cache | None = None) -> None:
        self._client = client
        self._owner_of = owner_of
        self._cache = cache

    def orders(
        self, customer: str, number: int, on_stale: OnStale, *, anew: bool = False, use: Use = ANY_USE
    ) -> Awaitable[Unread[Page[Order]]]:
        """Page of a customer's orders."""

        def read(json: bytes | None) -> Page[Order]:
            page = read_orders(json, number, self._wanted(use))
            owner = self._owner(customer, use)
            for order in page.items:
                bind_order(order, owner)
            return page

        ask = partial(self._client.orders_json, customer, number)
        return self._get((customer, "orders", str(number)), ask, read, _of_orders, on_stale, anew=anew)

    def upcoming_order_items(
        self, customer: str, number: int, on_stale: OnStale, *, anew: bool = False, use: Use = ANY_USE
    ) -> Awaitable[Unread[Page[OrderItem]]]:
        """Page of a customer's upcoming order items."""

        def read(json: bytes | None) -> Page[OrderItem]:
            page = read_upcoming_order_items(json, number, self._wanted(use))
            owner = self._owner(customer, use)
            for item in page.items:
                bind_upcoming_item(item, owner)
            return page

        ask = partial(self._client.upcoming_order_items_json, customer, number)
        return self._get((customer, "items", str(number)), ask, read, _of_items, on_stale, anew=anew)

    def order(
        self, customer: str, identifier: str, on_stale: OnStale, *, anew: bool = False, use: Use = ANY_USE
    ) -> Awaitable[Unread[Order | None]]:
        """An order, or None where imin has none."""

        def read(json: bytes | None) -> Order | None:
            if json is None:
                return None
            order = read_order(json, identifier, self._wanted(use))
            bind_order(order, self._owner(customer, use))
            return order

        ask = partial(self._client.order_json, identifier)
        return self._get((customer, "order", identifier), ask, read, _of_order, on_stale, anew=anew)

    def account(
        self, customer: str, on_stale: OnStale, *, anew: bool = False
    ) -> Awaitable[Unread[CustomerAccount | None]]:
        """A customer's account, or None where imin has none."""

        def read(json: bytes | None) -> CustomerAccount | None:
            return None if json is None else read_account(json, customer)

        ask = partial(self._client.customer_account_json, customer)
        return self._get((customer, "account", ""), ask, read, _of_account, on_stale, anew=anew)

    def _owner(self, customer: str, use: Use) -> Owner:
        return self._owner_of(customer, use.are_kept or self._cache is not None)

    def _wanted(self, use: Use) -> Attributes | None:
        """What to read of documents: all of those that are kept, for whoever comes next may want the rest."""
        return use.wanted if self._cache is None else None

    async def _get(  # noqa: PLR0913  # what reading one thing is made of
        self,
        key: Key,
        ask: Callable[[], Awaitable[bytes | None]],
        read: Callable[[bytes | None], V],
        about: Callable[[V], Found[V]],
        on_stale: OnStale,
        *,
        anew: bool,
    ) -> Unread[V]:
        """What `ask` brings, to be read by `read`. about: what the cache must know of it."""
        if self._cache is None:
            return Unread(partial(read, await ask()))
        question = Question(key, ask, lambda json: about(read(json)))
        value = await self._cache.get(question, on_stale, anew=anew)
        return Unread(lambda: value)


def _of_orders(page: Page[Order]) -> Found[Page[Order]]:
    orders = frozenset(order.identifier for order in page.items)
    parts = tuple(("order", order.identifier, order) for order in page.items)
    return Found(page, orders, _orders_last(page.items), parts, _apart)


def _of_items(page: Page[OrderItem]) -> Found[Page[OrderItem]]:
    orders = frozenset(item.order_identifier for item in page.items)
    # An item of an unknown order could change without anybody knowing that this page did.
    return Found(page, orders, "" not in orders and _items_last(page.items))


def _of_order(order: Order | None) -> Found[Order | None]:
    if order is None:
        return Found(None, is_lasting=False)
    return Found(order, frozenset({order.identifier}), _orders_last((order,)))


def _of_account(account: CustomerAccount | None) -> Found[CustomerAccount | None]:
    return Found(account, is_lasting=account is not None and not account.unreadable)


def _apart(page: bytes) -> list[tuple[str, str, bytes]]:
    return [("order", identifier, order) for identifier, order in orders_apart(page).items()]


def _orders_last(orders: Iterable[Order]) -> bool:
    return all(not order.unreadable and _items_last(order.items) for order in orders)


def _items_last(items: Iterable[OrderItem]) -> bool:
    """Whether the items may be kept: a pending cancellation changes by itself, and somebody waits for it."""
    pending = OrderItemStatus.CUSTOMER_CANCELLATION_PENDING
    return all(not item.unreadable and item.status is not pending for item in items)
