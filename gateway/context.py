"""What the resolvers of one GraphQL request share."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cachetools import LRUCache
from graphql import GraphQLError

from gateway.accounts.service import AccountChanges
from gateway.artefacts.calendars import Calendars
from gateway.artefacts.erasures import Erasures
from gateway.artefacts.wallet.wallets import Wallets
from gateway.auth import Caller
from gateway.cancellation.attempts import Attempt
from gateway.cancellation.service import Cancellations
from gateway.change_notifier import ChangeNotifier
from gateway.checkout.sessions import CheckoutSessions
from gateway.clock import Clock
from gateway.imin.cache import Cache
from gateway.imin.client import IminClient
from gateway.imin.documents import Attributes
from gateway.imin.endpoints.declaration import Endpoint, K, V
from gateway.imin.repository import Repository, Use
from gateway.journal.journal_file import JournalFile
from gateway.journal.single_request import SingleRequests
from gateway.live.updates import LiveUpdates
from gateway.loaders import Loader, LoadScope
from gateway.pagination.totals import ListTotals
from gateway.replicas.announcements import Announcements
from gateway.replicas.cache import RedisCacheBackend
from gateway.replicas.poll_leases import PollLeases
from gateway.replicas.redis_client import RedisClient
from gateway.reuse import forbid_reuse
from gateway.signing.global_ids import CustomerOwner, IdSigner
from gateway.spending import Spending

_MAX_OWN_ORDERS = 10_000


@dataclass(frozen=True)
class Services:
    """What all requests share; built once by the app.

    client: imin's API, for changes and receipts. repository: reads from it. cache: the repository's.
    link_seconds: how long a receipt's link opens. concurrency: requests to imin in flight for one query.
    operation_seconds: deadline of a query or mutation, and of what a subscription reads before it begins.
    journal: the state file; opened before all that uses it. changes: makes changes with one request each.
    totals: of lists, when last seen. own_orders: (customer, order number) pairs that were proven.
    notifier: passes on what has changed in imin.
    card_management_url: page where customers manage their cards, if there is one.
    redis, redis_cache, announcements, leases: None without replicas.
    """

    client: IminClient
    repository: Repository
    cache: Cache | None
    signer: IdSigner
    public_url: str
    link_seconds: int
    concurrency: int
    operation_seconds: float
    journal: JournalFile
    changes: SingleRequests
    cancellations: Cancellations
    accounts: AccountChanges
    checkout: CheckoutSessions
    calendars: Calendars
    erasures: Erasures
    wallet: Wallets
    live: LiveUpdates
    notifier: ChangeNotifier
    now: Clock
    card_management_url: str | None = None
    totals: ListTotals = field(default_factory=ListTotals)
    own_orders: LRUCache[tuple[str, str], bool] = field(default_factory=lambda: LRUCache(_MAX_OWN_ORDERS))
    redis: RedisClient | None = None
    redis_cache: RedisCacheBackend | None = None
    announcements: Announcements | None = None
    leases: PollLeases | None = None


@dataclass(slots=True)
class Staleness:
    """Age of the oldest cached data in a response, which is used because imin is down; None without any.

    Separate from the context, so that a loader's reference to `note` is no cycle for the garbage collector.
    """

    seconds: float | None = None

    def note(self, seconds: float) -> None:
        """Record that the response contains data of that age."""
        self.seconds = max(seconds, self.seconds or 0.0)


def _no_slot() -> None: ...


@dataclass(slots=True)
class Context:
    """One GraphQL request: its caller, its loaders, and errors about parts of fields that are not null.

    shared: for the executor, and for properties that give what never changes, or makes no difference to a
    response. Everything else uses `services`.
    operation, digest: of the document, for logs; filled in once it is prepared.
    selection: the attributes of imin's documents that are read; None for all. Set before the first load.
    on_wait: to be called by a subscription that only waits from now on for what others wait for as well; it
    gives up its concurrency slot.
    attempts_in_flight: reads of the journal, by what is shown, for fields that are resolved together.
    """

    caller: Caller
    request_id: str
    shared: Services
    errors: list[GraphQLError] = field(default_factory=list)
    reported: set[int] = field(default_factory=set)
    staleness: Staleness = field(default_factory=Staleness)
    spending: Spending = field(default_factory=Spending)
    operation: str = ""
    digest: str = ""
    selection: Attributes | None = None
    on_wait: Callable[[], None] = _no_slot
    attempts_in_flight: dict[tuple[str, ...], "asyncio.Task[list[Attempt]]"] = field(
        default_factory=dict, repr=False
    )
    _loaders: dict[Endpoint[Any, Any], Loader[Any, Any]] = field(default_factory=dict, init=False, repr=False)
    _scope: LoadScope | None = field(default=None, init=False, repr=False)

    @property
    def services(self) -> Services:
        """What all requests share. A response that is made with it is not reused."""
        forbid_reuse()
        return self.shared

    @property
    def signer(self) -> IdSigner:
        return self.shared.signer

    @property
    def own_orders(self) -> LRUCache[tuple[str, str], bool]:
        """As in Services: what is proven stays true."""
        return self.shared.own_orders

    @property
    def totals(self) -> ListTotals:
        """As in Services: hints, which decide only how pages are requested."""
        return self.shared.totals

    @property
    def has_search(self) -> bool:
        """Whether the operator has set up the Search API."""
        return self.shared.client.has_search

    @property
    def has_linked_accounts(self) -> bool:
        """Whether imin serves linked accounts."""
        return self.shared.client.has_linked_accounts

    @property
    def card_management_url(self) -> str | None:
        return self.shared.card_management_url

    @property
    def has_wallet(self) -> bool:
        """Whether the operator has set up any wallet."""
        return self.shared.wallet.is_enabled

    @property
    def has_apple_wallet(self) -> bool:
        return self.shared.wallet.apple is not None

    def loader(self, endpoint: Endpoint[K, V]) -> Loader[K, V]:
        """The request's loader of an endpoint."""
        loader = self._loaders.get(endpoint)
        if loader is None:
            loader = self._loaders[endpoint] = Loader(endpoint, self._scope or self._begin_scope())
        return loader

    async def read_apart(
        self, endpoint: Endpoint[K, V], *keys: K, selection: Attributes | None = None
    ) -> list[V]:
        """Read resources with separate requests, in parallel, bypassing the loaders and the cache.

        What that costs does not depend on what else is or was read. Raises IminError, and GatewayError if the
        operation may not cost more.
        """
        forbid_reuse()
        self.spending.expect(len(keys))
        slots, repository = (self._scope or self._begin_scope()).slots, self.shared.repository

        async def read(key: K) -> V:
            async with slots:
                return await repository.get_uncached(endpoint, key, selection)

        return await asyncio.gather(*map(read, keys))

    def _begin_scope(self) -> LoadScope:
        services = self.shared
        # Other processes may have cancelled items, which their orders do not show yet.
        update = services.cancellations.attempts.refresh()
        self._scope = LoadScope(
            services.repository,
            asyncio.Semaphore(services.concurrency),
            self.staleness.note,
            self.spending.expect,
            Use(self.selection, are_shared=False),
            ready=None if update is None else asyncio.ensure_future(update),
        )
        return self._scope

    def owner(self, customer: str) -> CustomerOwner:
        """The customer as owner of what is loaded for them."""
        services = self.shared
        return CustomerOwner(
            customer, services.signer, services.public_url, services.now, services.link_seconds
        )
