"""The only place where the parts are put together: settings → a running application."""

from dataclasses import asdict

import yarl
from aiohttp import web

from gateway.auth import Authenticate
from gateway.backoff import Backoff
from gateway.cancellation.exchange import ExchangeOptions
from gateway.cancellation.service import CancellationOptions, Cancellations, WithReplicas
from gateway.clock import Clock, system_clock
from gateway.context import Services
from gateway.execution.executor import Executor
from gateway.execution.limits import Limits
from gateway.global_ids import CustomerOwner, IdSigner
from gateway.graph.schema import build_schema
from gateway.http.authentication import Authentication
from gateway.http.connections.fast_path import FAST_PATH, FastPath
from gateway.http.graphiql import add_graphiql
from gateway.http.graphql import GraphQLEndpoint
from gateway.http.health import add_health
from gateway.http.lifecycle import Lifecycle, add_lifecycle, close_connections_on_stop
from gateway.http.limits.concurrency import ConcurrencyLimit
from gateway.http.limits.rate import RateLimits, RateRules
from gateway.http.middleware import aiohttp_handler, fast_responder, header_signal, middleware
from gateway.http.operations import OperationServices
from gateway.http.persisted_documents import PersistedDocuments, read_manifest
from gateway.http.receipts import receipt_handler
from gateway.http.request import RequestReader
from gateway.http.security_headers import add_security_headers
from gateway.http.streaming.graphql_transport_ws import WebSocketEndpoint, WebSocketLimits
from gateway.http.webhook import webhook_handler
from gateway.imin.cache import Cache, CacheOptions
from gateway.imin.client import ClientOptions, IminClient
from gateway.imin.repository import Repository
from gateway.imin.transport.endpoint_guard import EndpointGuardOptions
from gateway.lifespan import cleanup_contexts
from gateway.observability.metrics import Metrics
from gateway.observability.sources import counts_of
from gateway.observability.tracing import Tracing
from gateway.order_watcher import OrderWatcher
from gateway.replicas.cache import RedisCacheBackend
from gateway.replicas.journal import ReplicaJournal
from gateway.replicas.locks import ReplicaLocks
from gateway.replicas.redis_client import RedisClient
from gateway.settings.model import Settings


def create_app(settings: Settings, authenticate: Authenticate, now: Clock = system_clock) -> web.Application:
    """The gateway as an application; what it opens is opened on start and closed on stop.

    now: tells the time by which windows close.
    """
    services, metrics = _services(settings, now), Metrics()
    rates = RateLimits(_rate_rules(settings), are_shared=services.redis is not None)
    authentication = Authentication(authenticate, rates, services.signer)
    limit = ConcurrencyLimit(settings.limit_requests)
    operations = OperationServices(_executor(settings), services, limit, metrics)
    app = web.Application(
        client_max_size=settings.limit_body_bytes,
        middlewares=[close_connections_on_stop, middleware(settings.cors_origins)],
    )
    lifecycle = add_lifecycle(app)
    app.on_shutdown.append(lambda _app: services.order_watcher.stop())
    app.on_response_prepare.extend([add_security_headers, header_signal(settings.cors_origins)])
    app.cleanup_ctx.extend(cleanup_contexts(services, metrics, rates))
    _observe(app, settings, services, metrics)
    metrics.add_source(lambda: {"executions": asdict(operations.executor.counts)})
    _add_graphql(app, settings, _endpoint(settings, operations, authentication), lifecycle)
    app.router.add_get("/receipts/{id}", aiohttp_handler(receipt_handler(services, authentication, limit)))
    _add_webhook(app, settings, services)
    add_health(app, services, lifecycle, metrics, lambda: _redis_state(services))
    if _with_graphiql(settings):
        add_graphiql(app)
    return app


def _add_graphql(
    app: web.Application, settings: Settings, endpoint: GraphQLEndpoint, lifecycle: Lifecycle
) -> None:
    for method in ("GET", "POST"):
        app.router.add_route(method, "/graphql", aiohttp_handler(endpoint.handle))
    if not settings.traces_enabled:  # spans are made by a middleware of aiohttp's
        respond = fast_responder(endpoint.handle_fast, settings.cors_origins)
        app[FAST_PATH] = FastPath(respond, lifecycle, settings.limit_body_bytes)


def _endpoint(
    settings: Settings, operations: OperationServices, authentication: Authentication
) -> GraphQLEndpoint:
    documents = _documents(settings)
    return GraphQLEndpoint(
        operations=operations,
        authentication=authentication,
        reader=_request_reader(settings, documents),
        sockets=WebSocketEndpoint(operations, authentication, _websocket_limits(settings), documents),
        with_graphiql=_with_graphiql(settings),
    )


def _add_webhook(app: web.Application, settings: Settings, services: Services) -> None:
    if key := settings.imin_webhook_key:
        handler = webhook_handler(key.get_secret_value(), services.cache, settings.body_timeout_seconds)
        app.router.add_post("/webhooks/customer-accounts", aiohttp_handler(handler))


def _observe(app: web.Application, settings: Settings, services: Services, metrics: Metrics) -> None:
    """Count what happens, and trace it where that is wanted."""
    metrics.add_source(lambda: counts_of(services))
    services.client.endpoint_guards.observe = metrics.call
    if settings.traces_enabled:
        tracing = Tracing()
        services.client.endpoint_guards.observe = tracing.with_calls(metrics.call)
        app.middlewares.append(tracing.middleware())
        app.cleanup_ctx.append(tracing.context())


def _executor(settings: Settings) -> Executor:
    is_development = _is_development(settings)
    return Executor(
        build_schema(),
        _limits(settings),
        with_introspection=_or_else(settings.introspection_enabled, is_development),
        suggestions=is_development,
        query_seconds=settings.request_timeout_seconds,
    )


def _request_reader(settings: Settings, documents: PersistedDocuments) -> RequestReader:
    return RequestReader(
        documents=documents,
        own_origins=settings.cors_origins,
        with_get=_is_development(settings),
        body_seconds=settings.body_timeout_seconds,
    )


def _services(settings: Settings, now: Clock) -> Services:
    client, signer, redis = _client(settings), _signer(settings), _redis(settings)
    public_url = settings.public_url or _own_url(settings)
    redis_cache = RedisCacheBackend(redis) if redis else None
    cache = _cache(settings, redis_cache)
    repository = Repository(
        client,
        lambda customer, is_shared: CustomerOwner(
            customer, signer, public_url, now, settings.receipt_link_seconds, is_shared
        ),
        cache,
    )
    order_watcher = OrderWatcher(
        repository, _backoff(settings), settings.follow_most, settings.follow_most_each
    )
    _tell_changes(client, cache, redis_cache, order_watcher)
    cancellations = Cancellations(
        client,
        repository,
        now,
        _cancellation_options(settings),
        with_replicas=_with_replicas(redis),
        notify=order_watcher.poll_now,
    )
    return Services(
        client=client,
        repository=repository,
        order_watcher=order_watcher,
        cache=cache,
        signer=signer,
        public_url=public_url,
        link_seconds=settings.receipt_link_seconds,
        concurrency=settings.imin_concurrency,
        cancellations=cancellations,
        redis=redis,
        redis_cache=redis_cache,
        now=now,
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
            customer_accounts_path=settings.imin_customer_accounts_path.strip("/"),
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


def _tell_changes(
    client: IminClient,
    cache: Cache | None,
    redis_cache: RedisCacheBackend | None,
    order_watcher: OrderWatcher,
) -> None:
    """Let a change be known: to the cache, to other replicas, and from those to who follows the order."""
    if cache is not None:
        client.on_change = cache.order_changed
    elif redis_cache is not None:
        client.on_change = redis_cache.announce
    if redis_cache is not None:
        redis_cache.on_announcement(order_watcher.changed_elsewhere)


def _is_development(settings: Settings) -> bool:
    return settings.profile == "development"


def _with_graphiql(settings: Settings) -> bool:
    return _or_else(settings.graphiql_enabled, _is_development(settings))


def _limits(settings: Settings) -> Limits:
    return Limits(**{name: getattr(settings, f"limit_{name}") for name in Limits.__dataclass_fields__})


def _or_else(chosen: bool | None, usual: bool) -> bool:  # noqa: FBT001  # two of a kind
    return usual if chosen is None else chosen


def _documents(settings: Settings) -> PersistedDocuments:
    """What clients may name. Raises InvalidManifest."""
    path = settings.trusted_documents
    return PersistedDocuments(
        read_manifest(path) if path else {},
        only_trusted=settings.trusted_documents_mode == "only",
        most=settings.persisted_queries,
        most_bytes=settings.limit_document_bytes,
    )


def _rate_rules(settings: Settings) -> RateRules | None:
    if not settings.rate_limited:
        return None
    return RateRules(settings.rate_cost_per_second, settings.rate_burst_cost)


def _redis(settings: Settings) -> RedisClient | None:
    if settings.redis_url is None:
        return None
    return RedisClient(settings.redis_url.get_secret_value(), settings.redis_timeout_seconds)


def _cache(settings: Settings, redis_cache: RedisCacheBackend | None) -> Cache | None:
    if not settings.cache_enabled:
        return None
    options = CacheOptions(
        fresh_seconds=settings.cache_fresh_seconds,
        stale_seconds=settings.cache_stale_seconds,
        error_seconds=settings.cache_error_seconds,
        max_bytes=settings.cache_max_bytes,
    )
    return Cache(options, redis_cache)


def _cancellation_options(settings: Settings) -> CancellationOptions:
    exchange = ExchangeOptions(
        deadline_seconds=settings.cancel_deadline_seconds,
        doubt_seconds=settings.cancel_doubt_seconds,
        item_id=settings.imin_cancel_item_id,
    )
    return CancellationOptions(exchange, settings.state_path, _backoff(settings))


def _with_replicas(redis: RedisClient | None) -> WithReplicas:
    if redis is None:
        return lambda journal, locks: (journal, locks)
    return lambda journal, locks: (ReplicaJournal(redis, journal), ReplicaLocks(redis, locks))


def _backoff(settings: Settings) -> Backoff:
    return Backoff(settings.follow_first_seconds, settings.follow_longest_seconds)


def _websocket_limits(settings: Settings) -> WebSocketLimits:
    return WebSocketLimits(
        origins=settings.cors_origins,
        sockets=settings.follow_sockets,
        sockets_each=settings.follow_sockets_each,
        operations=settings.follow_operations,
        message_bytes=settings.limit_body_bytes,
        init_seconds=settings.follow_init_seconds,
    )


def _own_url(settings: Settings) -> str:
    """Where the gateway can be reached on this machine; right for trying it, and for nothing else."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104  # read, not bound
    return str(yarl.URL.build(scheme="http", host=host, port=settings.port))


def _redis_state(services: Services) -> str:
    if services.redis is None:
        return "off"
    return "ok" if services.redis.is_up else "away"
