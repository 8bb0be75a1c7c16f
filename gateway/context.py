"""What one GraphQL request may use."""

from collections.abc import Callable
from dataclasses import dataclass, field

from graphql import GraphQLError

from gateway.auth import Caller
from gateway.cancellation.service import Cancellations
from gateway.clock import Clock
from gateway.global_ids import CustomerOwner, IdSigner
from gateway.imin.cache import Cache, OnStale
from gateway.imin.client import IminClient
from gateway.imin.documents import Attributes
from gateway.imin.repository import Reads
from gateway.loaders import (
    CustomerAccountLoader,
    OrderItemPageLoader,
    OrderLoader,
    OrderPageLoader,
    Turns,
)
from gateway.order_watcher import OrderWatcher
from gateway.pagination.totals import ListTotals
from gateway.replicas.cache import RedisCacheBackend
from gateway.replicas.redis_client import RedisClient


@dataclass(frozen=True)
class Services:
    """What all requests share; put together once by the app.

    client: imin itself, for changes and receipts. reads: what is read of it. cache: behind the reads.
    link_seconds: how long a receipt's link opens. concurrency: requests to imin in flight for one query.
    totals: of lists, when last seen.
    redis, redis_cache: None without replicas.
    """

    client: IminClient
    reads: Reads
    cache: Cache | None
    signer: IdSigner
    public_url: str
    link_seconds: int
    concurrency: int
    cancellations: Cancellations
    order_watcher: OrderWatcher
    now: Clock
    totals: ListTotals = field(default_factory=ListTotals)
    redis: RedisClient | None = None
    redis_cache: RedisCacheBackend | None = None


@dataclass(slots=True)
class Staleness:
    """How old the oldest part of an answer is. Apart from the context, which would else refer to itself.

    seconds: None where all of it is as imin has it now.
    """

    seconds: float | None = None

    def note(self, seconds: float) -> None:
        """Part of the answer is as old as that."""
        self.seconds = max(seconds, self.seconds or 0.0)


@dataclass(slots=True)
class Context:
    """One request: who asks, its loaders, and the errors that belong to no null field.

    staleness: of what is given because imin is down.
    spend: takes cost from what the caller may still ask for; tells whether there was enough.
    operation, digest, cost: what is asked, for logs; filled in when it is known.
    wanted: what of imin's documents will be looked at; None for all. Set before anything is loaded.
    """

    caller: Caller
    request_id: str
    services: Services
    errors: list[GraphQLError] = field(default_factory=list)
    reported: set[int] = field(default_factory=set)
    staleness: Staleness = field(default_factory=Staleness)
    spend: Callable[[int], bool] = lambda _cost: True
    operation: str = ""
    digest: str = ""
    cost: int = 0
    wanted: Attributes | None = None
    _orders: OrderLoader | None = field(default=None, init=False, repr=False)
    _order_pages: OrderPageLoader | None = field(default=None, init=False, repr=False)
    _order_item_pages: OrderItemPageLoader | None = field(default=None, init=False, repr=False)
    _accounts: CustomerAccountLoader | None = field(default=None, init=False, repr=False)
    _turns: Turns | None = field(default=None, init=False, repr=False)

    @property
    def orders(self) -> OrderLoader:
        """Loads orders."""
        if self._orders is None:
            self._orders = OrderLoader(*self._for_loaders())
        return self._orders

    @property
    def order_pages(self) -> OrderPageLoader:
        """Loads pages of orders."""
        if self._order_pages is None:
            self._order_pages = OrderPageLoader(*self._for_loaders(), self.orders)
        return self._order_pages

    @property
    def order_item_pages(self) -> OrderItemPageLoader:
        """Loads pages of upcoming items."""
        if self._order_item_pages is None:
            self._order_item_pages = OrderItemPageLoader(*self._for_loaders())
        return self._order_item_pages

    @property
    def accounts(self) -> CustomerAccountLoader:
        """Loads accounts."""
        if self._accounts is None:
            self._accounts = CustomerAccountLoader(*self._for_loaders())
        return self._accounts

    def _for_loaders(self) -> tuple[Reads, Turns, OnStale, Attributes | None]:
        if self._turns is None:
            self._turns = Turns(self.services.concurrency)
        return self.services.reads, self._turns, self.staleness.note, self.wanted

    def owner(self, customer: str) -> CustomerOwner:
        """The customer as owner of what is loaded for them."""
        services = self.services
        return CustomerOwner(
            customer, services.signer, services.public_url, services.now, services.link_seconds
        )
