"""Put the parts together: settings → an aiohttp application.

Only this module, and services.py for what needs no HTTP, know which class implements what. Every other part
gets its collaborators as arguments, and options of its own instead of the settings.
"""

import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from aiohttp import web

from gateway.auth import Authenticate
from gateway.clock import BootClock, Clock, system_boot_clock, system_clock
from gateway.context import Services
from gateway.execution.answer_cache import AnswerCache
from gateway.execution.executor import Executor
from gateway.execution.limits import Limits
from gateway.graph.schema import build_schema
from gateway.http.authentication import Authentication
from gateway.http.calendar import calendar_handler
from gateway.http.connections.fast_path import FAST_PATH, FastPath
from gateway.http.cors import Cors
from gateway.http.demo import DemoExtras, add_tokens
from gateway.http.docs import CHECKOUT_FOLDER, add_docs
from gateway.http.graphiql import add_graphiql
from gateway.http.graphql import GraphQLEndpoint
from gateway.http.health import add_health
from gateway.http.lifecycle import Lifecycle, add_lifecycle, close_connections_on_stop
from gateway.http.limits.concurrency import ConcurrencyLimit
from gateway.http.limits.rate import RateLimits, RateRules
from gateway.http.middleware import aiohttp_handler, fast_responder, header_signal, middleware
from gateway.http.operations import OperationServices
from gateway.http.passes import pass_handler
from gateway.http.persisted_documents import PersistedDocuments, read_manifest
from gateway.http.receipts import receipt_handler
from gateway.http.request import RequestReader
from gateway.http.schema_text import add_schema_text
from gateway.http.security_headers import add_security_headers
from gateway.http.streaming.graphql_transport_ws import WebSocketEndpoint
from gateway.http.streaming.websocket_session import WebSocketLimits, WebSocketServices
from gateway.http.wallet import wallet_handler
from gateway.http.wallet_service import WalletService
from gateway.http.webhooks import customer_webhook, order_webhook
from gateway.lifespan import cleanup_contexts
from gateway.observability.metrics import Metrics
from gateway.observability.sources import counts_of
from gateway.observability.tracing import Tracing
from gateway.services import build_services
from gateway.settings.model import Settings


def create_app(  # noqa: PLR0913, PLR0917  # clocks that tests set
    settings: Settings,
    authenticate: Authenticate,
    now: Clock = system_clock,
    boot_clock: BootClock = system_boot_clock,
    demo: DemoExtras | None = None,
    cache_clock: Callable[[], float] = time.time,
) -> web.Application:
    """The gateway as an application. It connects to imin and Redis when it starts, not before.

    now: the clock that decides until when items can be cancelled and links are valid. boot_clock: measures
    how long imin may still act on a cancellation whose result is unknown. demo: None in production.
    cache_clock: measures the age of cached responses, in seconds since 1970.
    Raises InvalidManifest and TracesMissing.
    """
    services, metrics = build_services(settings, now, boot_clock, cache_clock), Metrics()
    rates = RateLimits(_rate_rules(settings), are_shared=services.redis is not None)
    authentication = Authentication(authenticate, rates, services.signer)
    limit, cors = ConcurrencyLimit(settings.limit_requests), _cors(settings, demo)
    answers = _answers(settings, services, now)
    operations = OperationServices(_executor(settings), services, answers, limit, metrics)
    app = web.Application(
        client_max_size=settings.limit_body_bytes,
        middlewares=[close_connections_on_stop, middleware(cors)],
    )
    lifecycle = add_lifecycle(app)
    app.on_shutdown.append(lambda _app: services.live.stop())
    app.on_response_prepare.extend([add_security_headers, header_signal(cors)])
    app.cleanup_ctx.extend(cleanup_contexts(services, metrics, rates))
    _add_observers(app, settings, operations)
    endpoint = _graphql_endpoint(settings, operations, authentication, cors, lifecycle)
    _add_graphql(app, settings, endpoint, lifecycle, cors)
    for path, handler in (
        ("/receipts/{id}", receipt_handler),
        ("/passes/{id}", pass_handler),
        ("/calendar/{id}.ics", calendar_handler),
        ("/wallet/{id}.pkpass", wallet_handler),
    ):
        app.router.add_get(path, aiohttp_handler(handler(services, authentication, limit)))
    _add_wallet_service(app, settings, services, rates, limit)
    _add_webhooks(app, settings, services)
    add_health(app, services, lifecycle, metrics, lambda: _redis_state(services))
    docs_folder = settings.docs_path or (CHECKOUT_FOLDER if _is_development(settings) else None)
    if _has_graphiql(settings):
        docs: dict[str, Any] = {"docs": "docs/"} if docs_folder else {}
        add_graphiql(app, docs | ({"demo": demo.facts()} if demo else {}))
        if demo and demo.identities:
            add_tokens(app, demo.identities)
    if has_introspection(settings):
        add_schema_text(app)
    if docs_folder:
        add_docs(app, docs_folder)
    return app


def _add_observers(app: web.Application, settings: Settings, operations: OperationServices) -> None:
    """Let metrics, and traces if they are enabled, see each request to imin and all counters."""
    metrics, services = operations.metrics, operations.services
    metrics.add_source(lambda: counts_of(services))
    metrics.add_source(lambda: {"executions": asdict(operations.executor.counts)})
    services.client.endpoint_guards.observe = metrics.call
    if settings.traces_enabled:
        tracing = Tracing()
        services.client.endpoint_guards.observe = tracing.with_calls(metrics.call)
        app.middlewares.append(tracing.middleware())
        app.cleanup_ctx.append(tracing.context())


def _add_graphql(
    app: web.Application, settings: Settings, endpoint: GraphQLEndpoint, lifecycle: Lifecycle, cors: Cors
) -> None:
    for method in ("GET", "POST"):
        app.router.add_route(method, "/graphql", aiohttp_handler(endpoint.handle))
    if not settings.traces_enabled:  # an aiohttp middleware makes the spans, and the fast path has none
        respond = fast_responder(endpoint.handle_fast, cors)
        app[FAST_PATH] = FastPath(respond, endpoint.sockets.take_over, lifecycle, settings.limit_body_bytes)


def _graphql_endpoint(
    settings: Settings,
    operations: OperationServices,
    authentication: Authentication,
    cors: Cors,
    lifecycle: Lifecycle,
) -> GraphQLEndpoint:
    documents = _persisted_documents(settings)
    return GraphQLEndpoint(
        operations=operations,
        authentication=authentication,
        reader=_request_reader(settings, documents, cors),
        sockets=WebSocketEndpoint(
            WebSocketServices(operations, authentication, _websocket_limits(settings), documents, cors),
            lifecycle,
        ),
    )


def _add_webhooks(app: web.Application, settings: Settings, services: Services) -> None:
    notifier, seconds = services.notifier, settings.body_timeout_seconds
    if key := settings.imin_webhook_key:
        handler = customer_webhook(key.get_secret_value(), notifier, seconds)
        app.router.add_post("/webhooks/customer-accounts", aiohttp_handler(handler))
    if key := settings.imin_order_webhook_key:
        handler = order_webhook(key.get_secret_value(), notifier, seconds)
        app.router.add_post("/webhooks/orders", aiohttp_handler(handler))


def _add_wallet_service(
    app: web.Application,
    settings: Settings,
    services: Services,
    rates: RateLimits,
    limit: ConcurrencyLimit,
) -> None:
    wallet, tokens = services.wallet, services.signer.pass_tokens
    if wallet.apple is None or wallet.registrations is None:
        return
    service = WalletService(
        wallet.apple,
        wallet.registrations,
        services.erasures,
        tokens,
        rates,
        limit,
        settings.body_timeout_seconds,
    )
    for method, path, handler in service.routes():
        app.router.add_route(method, path, aiohttp_handler(handler))


def _answers(settings: Settings, services: Services, now: Clock) -> AnswerCache | None:
    if services.cache is None or not settings.cache_answers_enabled:
        return None
    return AnswerCache(services.cache, services.cancellations.attempts, now)


def _executor(settings: Settings) -> Executor:
    is_development = _is_development(settings)
    return Executor(
        build_schema(),
        limits_of(settings),
        with_introspection=has_introspection(settings),
        suggestions=is_development,
        operation_seconds=settings.request_timeout_seconds,
    )


def limits_of(settings: Settings) -> Limits:
    """The limits of documents that the settings state."""
    return Limits(**{name: getattr(settings, f"limit_{name}") for name in Limits.__dataclass_fields__})


def _persisted_documents(settings: Settings) -> PersistedDocuments:
    path = settings.trusted_documents
    return PersistedDocuments(
        read_manifest(path) if path else {},
        only_trusted=settings.trusted_documents_mode == "only",
        most=settings.persisted_queries,
        most_bytes=settings.limit_document_bytes,
    )


def _cors(settings: Settings, demo: DemoExtras | None) -> Cors:
    return Cors(
        settings.cors_origins,
        settings.cors_allowed_headers,
        with_loopback=demo is not None and _is_development(settings),
    )


def _request_reader(settings: Settings, documents: PersistedDocuments, cors: Cors) -> RequestReader:
    return RequestReader(
        documents=documents,
        cors=cors,
        with_get=_is_development(settings),
        body_seconds=settings.body_timeout_seconds,
    )


def _websocket_limits(settings: Settings) -> WebSocketLimits:
    return WebSocketLimits(
        sockets=settings.follow_sockets,
        sockets_each=settings.follow_sockets_each,
        operations=settings.follow_operations,
        message_bytes=settings.limit_body_bytes,
        init_seconds=settings.follow_init_seconds,
    )


def _rate_rules(settings: Settings) -> RateRules | None:
    if not settings.rate_limited:
        return None
    return RateRules(settings.rate_cost_per_second, settings.rate_burst_cost)


def _is_development(settings: Settings) -> bool:
    return settings.profile == "development"


def has_introspection(settings: Settings) -> bool:
    """Whether introspection queries are answered."""
    return _or_default(settings.introspection_enabled, _is_development(settings))


def _has_graphiql(settings: Settings) -> bool:
    return _or_default(settings.graphiql_enabled, _is_development(settings))


def _or_default(value: bool | None, default: bool) -> bool:  # noqa: FBT001  # two of a kind
    return default if value is None else value


def _redis_state(services: Services) -> str:
    if services.redis is None:
        return "off"
    return "ok" if services.redis.is_up else "away"
