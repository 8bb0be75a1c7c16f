"""Connections and background tasks that live as long as the application."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

from aiohttp import web

from gateway.context import Services
from gateway.http.limits.rate import RateLimits
from gateway.http.limits.rate_redis import RateSynchroniser
from gateway.journal.single_request import SingleRequests
from gateway.observability.metrics import Metrics

CleanupContext: TypeAlias = Callable[[web.Application], AsyncIterator[None]]


def cleanup_contexts(services: Services, metrics: Metrics, rates: RateLimits) -> list[CleanupContext]:
    """For aiohttp's `cleanup_ctx`: entered in this order on start, left in reverse order on shutdown."""
    contexts = [
        _open_services(services),
        _background_task(metrics.copy_for_ever),
        _background_task(services.live.follow_other_processes),
    ]
    if services.redis is not None:
        contexts.append(_background_task(RateSynchroniser(services.redis, rates).run))
    return contexts


def _open_services(services: Services) -> CleanupContext:
    async def open_services(_app: web.Application) -> AsyncIterator[None]:
        async with (
            services.client,
            _replicas(services),
            services.journal.running(),
            _finished(services.changes),
            services.cancellations.running(),
            services.calendars.running(),
            services.wallet.running(),
        ):
            yield
            if services.cache is not None:
                await services.cache.close()

    return open_services


@asynccontextmanager
async def _replicas(services: Services) -> AsyncIterator[None]:
    """Listen to other replicas through Redis, if it is configured."""
    shared = services.redis_cache, services.announcements, services.leases
    parts = [part for part in shared if part is not None]
    for part in parts:
        part.start()
    yield
    for part in parts:
        await part.stop()
    if services.redis is not None:
        await services.redis.close()


@asynccontextmanager
async def _finished(changes: SingleRequests) -> AsyncIterator[None]:
    """At the end, wait for the changes that are being made."""
    yield
    await changes.stop()


def _background_task(work: Callable[[], Coroutine[Any, Any, None]]) -> CleanupContext:
    async def background_task(_app: web.Application) -> AsyncIterator[None]:
        task = asyncio.ensure_future(work())
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    return background_task
