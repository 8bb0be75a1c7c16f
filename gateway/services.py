"""Build the services that all requests share: imin's client, the cache, cancellations, the order watcher."""

import time
from collections.abc import Callable

import yarl

from gateway.accounts.service import AccountChanges
from gateway.artefact_services import apple_passes, calendar_states, calendars, wallets
from gateway.artefacts.erasures import Erasures
from gateway.backoff import Backoff
from gateway.cancellation.attempts import Journal
from gateway.cancellation.exchange import ExchangeOptions
from gateway.cancellation.held_items import HeldItems
from gateway.cancellation.preview import Previews
from gateway.cancellation.service import CancellationOptions, Cancellations
from gateway.cancellation.sqlite_journal import SqliteJournal
from gateway.change_notifier import ChangeNotifier
from gateway.checkout.links import LinkRules
from gateway.checkout.sessions import CheckoutSessions
from gateway.clock import BootClock, Clock
from gateway.context import Services
from gateway.graph.compared_fields import ComparedFields
from gateway.graph.schema import build_schema
from gateway.imin.cache import Cache, CacheOptions
from gateway.imin.client import ClientOptions, IminClient
from gateway.imin.documents.pass_vocabulary import BarcodeSymbology
from gateway.imin.repository import OwnerOf, Repository
from gateway.imin.transport.endpoint_guard import EndpointGuardOptions
from gateway.journal.doubt import Doubt
from gateway.journal.journal_file import JournalFile
from gateway.journal.locks import Locks
from gateway.journal.single_request import ChangeTools, SingleRequests
from gateway.live.account_feed import AccountFeed
from gateway.live.customer_watch import CustomerWatchParts
from gateway.live.customer_watcher import CustomerWatcher
from gateway.live.list_feed import WATCHED_ORDERS, WATCHED_UPCOMING_ITEMS, ListFeed, ListParts
from gateway.live.order_watch import WatchParts
from gateway.live.order_watcher import OrderWatcher
from gateway.live.shared_polling import NotShared
from gateway.live.subscriber_limit import SubscriberLimit
from gateway.live.updates import LiveUpdates
from gateway.replicas.announcements import Announcements
from gateway.replicas.cache import RedisCacheBackend
from gateway.replicas.journal import ReplicaJournal
from gateway.replicas.locks import ReplicaLocks
from gateway.replicas.poll_leases import PollLeases
from gateway.replicas.redis_client import RedisClient
from gateway.reuse import undeclared
from gateway.settings.model import Settings
from gateway.signing.global_ids import CustomerOwner, IdSigner


def build_services(
    settings: Settings,
    now: Clock,
    boot_clock: BootClock,
    cache_clock: Callable[[], float] = time.time,
) -> Services:
    """The services of one process; none of them is connected yet.

    now: the clock that decides until when items can be cancelled and links are valid. boot_clock: measures
    how long imin may still act on a cancellation. cache_clock: measures the age of cached responses, in
    seconds since 1970.
    """
    owners_now, now = now, undeclared(now)
    client, signer, redis = _client(settings), _signer(settings), _redis(settings)
    public_url = settings.public_url or _local_url(settings)
    redis_cache = RedisCacheBackend(redis, settings.imin_max_answer_bytes) if redis else None
    cache = _cache(settings, redis_cache, cache_clock)
    held = HeldItems(Doubt(boot_clock, settings.cancel_doubt_seconds))
    repository = Repository(client, _owner_of(settings, signer, public_url, owners_now, held), cache)
    journal_file, journal, locks = _journal(settings, redis)
    cancellations = Cancellations(
        client,
        repository,
        now,
        held,
        _cancellation_options(settings),
        previews=Previews(signer.previews, now),
        journal=journal,
        locks=locks,
    )
    changes = SingleRequests(
        ChangeTools(journal, locks, held.doubt, now, signer.changes, _exchange_seconds(settings))
    )
    states = calendar_states(settings, redis)
    announcements = Announcements(redis) if redis else None
    leases = PollLeases(redis, announcements) if redis and announcements else None
    live = _live(settings, repository, cancellations, now, leases)
    changes = SingleRequests(
        ChangeTools(journal, locks, held.doubt, now, signer.changes, _exchange_seconds(settings))
    )
    erasures = Erasures(states[1], repository, now)
    accounts = AccountChanges(
        client, repository, changes, erasures, signer.sealer, settings.imin_account_style
    )
    notifier = ChangeNotifier(cache, live.order_watcher, live.customer_watcher, announcements)
    client.on_change = notifier.order_changed
    accounts.on_change = notifier.customer_changed
    erasures.on_end = notifier.customer_erased
    cancellations.on_end = notifier.cancellation_ended
    cancellations.attempts.on_change = notifier.attempt_changed
    return Services(
        client=client,
        repository=repository,
        live=live,
        cache=cache,
        signer=signer,
        public_url=public_url,
        link_seconds=settings.receipt_link_seconds,
        concurrency=settings.imin_concurrency,
        operation_seconds=settings.request_timeout_seconds,
        journal=journal_file,
        changes=changes,
        checkout=_checkout(settings, client, changes, signer),
        cancellations=cancellations,
        accounts=accounts,
        erasures=erasures,
        calendars=calendars(settings, repository, cache, now, states),
        wallet=wallets(
            settings, apple_passes(settings, repository, now, signer, public_url, states[1]), redis
        ),
        redis=redis,
        redis_cache=redis_cache,
        announcements=announcements,
        leases=leases,
        notifier=notifier,
        now=now,
        card_management_url=settings.card_management_url,
    )


def _client(settings: Settings) -> IminClient:
    return IminClient(
        ClientOptions(
            base_url=settings.imin_base_url,
            api_key=settings.imin_api_key,
            timeout_seconds=settings.imin_timeout_seconds,
            cancel_timeout_seconds=settings.imin_cancel_timeout_seconds,
            max_answer_bytes=settings.imin_max_answer_bytes,
            max_receipt_bytes=settings.imin_max_receipt_bytes,
            search_base_url=settings.search_base_url,
            checkout_base_url=settings.checkout_base_url,
            customer_accounts_path=settings.imin_customer_accounts_path.strip("/"),
            linked_accounts_path=settings.imin_linked_accounts_path,
            max_connection_seconds=settings.imin_connection_max_seconds,
            endpoint_guard=EndpointGuardOptions(
                settings.imin_endpoint_concurrency, settings.imin_endpoint_queue
            ),
        )
    )


def _signer(settings: Settings) -> IdSigner:
    """Sign with the API key if no secret is set: it is secret, and the same on every replica."""
    api_key = settings.imin_api_key.get_secret_value() if settings.imin_api_key else ""
    secrets = [secret.get_secret_value() for secret in settings.id_secret] or [api_key]
    return IdSigner(tuple(secret.encode() for secret in secrets))


def _owner_of(settings: Settings, signer: IdSigner, public_url: str, now: Clock, held: HeldItems) -> OwnerOf:
    default = BarcodeSymbology[settings.default_barcode]
    return lambda customer, is_shared: CustomerOwner(
        customer,
        signer,
        public_url,
        now,
        settings.receipt_link_seconds,
        is_shared,
        held,
        default,
        settings.time_zone,
        settings.map_provider,
        settings.checkout_base_url,
    )


def _checkout(
    settings: Settings, client: IminClient, changes: SingleRequests, signer: IdSigner
) -> CheckoutSessions:
    rules = LinkRules(settings.profile == "production", settings.checkout_return_origins)
    return CheckoutSessions(client, changes, signer.sealer, settings.checkout_base_url, rules)


def _redis(settings: Settings) -> RedisClient | None:
    if settings.redis_url is None:
        return None
    return RedisClient(
        settings.redis_url.get_secret_value(),
        settings.redis_timeout_seconds,
        settings.redis_connection_max_seconds,
    )


def _cache(
    settings: Settings, redis_cache: RedisCacheBackend | None, clock: Callable[[], float]
) -> Cache | None:
    if not settings.cache_enabled:
        return None
    options = CacheOptions(
        fresh_seconds=settings.cache_fresh_seconds,
        stale_seconds=settings.cache_stale_seconds,
        error_seconds=settings.cache_error_seconds,
        max_bytes=settings.cache_max_bytes,
    )
    return Cache(options, redis_cache, clock)


def _live(
    settings: Settings,
    repository: Repository,
    cancellations: Cancellations,
    now: Clock,
    leases: PollLeases | None,
) -> LiveUpdates:
    compared = ComparedFields(build_schema()._schema)  # noqa: SLF001  # as in gateway.execution.executor
    backoff, attempts = _backoff(settings), cancellations.attempts
    limit = SubscriberLimit(settings.follow_most, settings.follow_most_each)
    lists = ListParts(repository, attempts, compared, now, settings.imin_concurrency)
    return LiveUpdates(
        attempts=attempts,
        limit=limit,
        order_watcher=OrderWatcher(WatchParts(repository, attempts, compared, backoff, now), limit),
        customer_watcher=CustomerWatcher(CustomerWatchParts(backoff, leases or NotShared()), limit),
        orders=ListFeed(lists, WATCHED_ORDERS),
        upcoming_items=ListFeed(lists, WATCHED_UPCOMING_ITEMS),
        account=AccountFeed(repository, compared.of_accounts),
    )


def _cancellation_options(settings: Settings) -> CancellationOptions:
    exchange = ExchangeOptions(
        deadline_seconds=_exchange_seconds(settings), item_id=settings.imin_cancel_item_id
    )
    return CancellationOptions(exchange, _backoff(settings))


def _exchange_seconds(settings: Settings) -> float:
    return min(settings.cancel_deadline_seconds, settings.request_timeout_seconds)


def _journal(settings: Settings, redis: RedisClient | None) -> tuple[JournalFile, Journal, Locks]:
    """The state file; the journal and the locks of this machine, or those of all replicas."""
    store = SqliteJournal(settings.state_path)
    file = JournalFile(settings.state_path, store)
    if redis is None:
        return file, store, file.locks
    # When its time is over, an exchange may still wait for Redis, to store what it has sent and learnt.
    work_seconds = _exchange_seconds(settings) + 3 * settings.redis_timeout_seconds
    return file, ReplicaJournal(redis, store), ReplicaLocks(redis, file.locks, work_seconds)


def _backoff(settings: Settings) -> Backoff:
    return Backoff(settings.follow_first_seconds, settings.follow_longest_seconds)


def _local_url(settings: Settings) -> str:
    """The gateway's URL on this machine; links with it open in no browser elsewhere."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104  # read, not bound
    return str(yarl.URL.build(scheme="http", host=host, port=settings.port))
