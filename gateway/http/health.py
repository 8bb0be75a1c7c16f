"""`/health/live`, `/health/ready` and `/metrics`, for the platform. None of them sends a request to imin."""

from collections.abc import Callable

from aiohttp import web
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from gateway.context import Services
from gateway.http.lifecycle import Lifecycle
from gateway.http.middleware import aiohttp_handler
from gateway.http.response import RawResponse, json_response
from gateway.observability.metrics import Metrics
from gateway.observability.sources import failing


def add_health(
    app: web.Application, services: Services, lifecycle: Lifecycle, metrics: Metrics, redis: Callable[[], str]
) -> None:
    """Add the routes. Live: the process responds. Ready: it accepts requests; says what is degraded.

    redis: state of the Redis that replicas share: `ok`, `away` or `off`.
    The gateway stays ready while imin or Redis fails, since another replica would fail in the same way, and
    while its state file fails, since it still answers queries; `stateFile` is there only then.
    """

    async def ready(_request: web.Request) -> RawResponse:
        endpoints = failing(services)
        state_file = {} if await services.journal.is_working() else {"stateFile": "failing"}
        is_degraded = bool(endpoints) or redis() == "away" or bool(state_file)
        status = "stopping" if lifecycle.is_stopping else "degraded" if is_degraded else "ok"
        checks = {"status": status, "failingEndpoints": endpoints, "redis": redis(), **state_file}
        return json_response(checks, status=503 if lifecycle.is_stopping else 200)

    async def expose(_request: web.Request) -> RawResponse:
        return RawResponse(200, {"Content-Type": CONTENT_TYPE_PLAIN_0_0_4}, metrics.render())

    app.router.add_get("/health/live", aiohttp_handler(_live))
    app.router.add_get("/health/ready", aiohttp_handler(ready))
    app.router.add_get("/metrics", aiohttp_handler(expose))


async def _live(_request: web.Request) -> RawResponse:
    return json_response({"status": "ok"})
