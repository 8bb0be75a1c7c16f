"""What goes on while the application runs: connections that are held open, and work that never ends."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

from aiohttp import web

from gateway.context import Services
from gateway.http.limits.rate import Rates
from gateway.http.limits.rate_redis import SharedRates
from gateway.observability.metrics import Metrics

CleanupContext: TypeAlias = Callable[[web.Application], AsyncIterator[None]]


def contexts(services: Services, metrics: Metrics, rates: Rates) -> list[CleanupContext]:
    """What is open while the application runs; closed in the opposite order."""
    opened = [_hold_open(services), _keep_running(metrics.copy_for_ever)]
    if services.link is not None:
        opened.append(_keep_running(SharedRates(services.link, rates).run))
    return opened


def _hold_open(services: Services) -> CleanupContext:
    async def hold_open(_app: web.Application) -> AsyncIterator[None]:
        async with services.client, _replicas(services), services.cancellations.running():
            yield
            if services.cache is not None:
                await services.cache.close()

    return hold_open


@asynccontextmanager
async def _replicas(services: Services) -> AsyncIterator[None]:
    """Hear what other replicas change."""
    if services.answers is not None:
        services.answers.start()
    yield
    if services.answers is not None:
        await services.answers.stop()
    if services.link is not None:
        await services.link.close()


def _keep_running(work: Callable[[], Coroutine[Any, Any, None]]) -> CleanupContext:
    """Work that goes on as long as the application does."""

    async def keep_running(_app: web.Application) -> AsyncIterator[None]:
        running = asyncio.ensure_future(work())
        yield
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    return keep_running
