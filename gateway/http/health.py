"""`/health/live`, `/health/ready` and `/metrics`: for platforms, without a request to imin."""

from collections.abc import Callable

from aiohttp import web
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from gateway.context import Services
from gateway.http.lifecycle import Lifecycle
from gateway.http.response import json_response
from gateway.observability.metrics import Metrics
from gateway.observability.sources import failing


def add_health(
    app: web.Application, services: Services, life: Lifecycle, metrics: Metrics, redis: Callable[[], str]
) -> None:
    """Register all three. Live: the process answers. Ready: it takes requests, and how well.

    redis: how the replicas' Redis is, `ok`, `away` or `off`.
    A failing imin or Redis leaves the gateway ready: no other replica would do better.
    """

    async def ready(_request: web.Request) -> web.StreamResponse:
        endpoints = failing(services)
        is_degraded = bool(endpoints) or redis() == "away"
        status = "stopping" if life.is_stopping else "degraded" if is_degraded else "ok"
        checks = {"status": status, "failingEndpoints": endpoints, "redis": redis()}
        return json_response(checks, status=503 if life.is_stopping else 200)

    async def expose(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=metrics.render(), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})

    app.router.add_get("/health/live", _ok)
    app.router.add_get("/health/ready", ready)
    app.router.add_get("/metrics", expose)


async def _ok(_request: web.Request) -> web.Response:
    return json_response({"status": "ok"})
