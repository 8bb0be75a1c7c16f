"""Replicas whose Redis dies, hangs and comes back."""

import asyncio
import time
from itertools import count
from typing import Any

from structlog.testing import capture_logs

from gateway.replicas.cache import RedisCacheBackend
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.redis_server import RedisServer, needs_redis
from tests.support.replicas import LIST, client_of, two_replicas
from tests.support.waiting import HANGS_AFTER

pytestmark = needs_redis


async def readiness(gateway: Gateway) -> Any:
    async with gateway.http.get(f"{gateway.url}/health/ready") as response:
        return await response.json()


async def test_redis_dies(settings: Settings, gateway: Gateway, redis: RedisServer) -> None:
    """While Redis dies and comes back under load, every answer is right, and readiness reports it."""
    async with two_replicas(settings, gateway, redis) as (one, other):
        before = await one.data(LIST)
        states = [await readiness(one)]
        answers = [one.data(LIST) if number % 2 else other.data(LIST) for number in range(40)]
        running = asyncio.gather(*answers)
        await redis.kill()
        during = await running
        during += [await one.data(LIST), await other.data(LIST)]
        states.append(await readiness(one))
        await redis.start()
        async with asyncio.timeout(HANGS_AFTER):
            while (await readiness(one))["status"] != "ok":
                during.append(await one.data(LIST))
        after = await one.data(LIST)

    assert all(answer == before for answer in [*during, after])
    assert [state["redis"] for state in states] == ["ok", "away"]
    assert states[1]["status"] == "degraded"


async def test_redis_hangs(redis: RedisServer) -> None:
    """A Redis that takes commands and answers none is sent one command a second, and logged once."""
    async with client_of(redis, timeout_seconds=1) as client:
        cache = RedisCacheBackend(client)
        assert await cache.generation("ann")
        redis.freeze()
        began = time.monotonic()
        with capture_logs() as logs:
            generations = [await cache.generation("ann") for _ in range(100)]
        seconds = time.monotonic() - began
        redis.thaw()

    assert generations == [None] * 100
    assert [line["event"] for line in logs] == ["redis is unavailable, carrying on without it"]
    async with client_of(redis) as client:
        received = await client.execute(lambda commands: commands.info("commandstats"))
    # One before the freeze, one that timed out, and on a slow machine one for each second since.
    assert 2 <= received["cmdstat_set"]["calls"] <= 1 + seconds


async def test_change_while_redis_is_down(redis: RedisServer) -> None:
    """A change that could not be sent is sent before any generation is read again."""
    async with client_of(redis, 0.5) as here, client_of(redis) as there:
        changing, reading = RedisCacheBackend(here), RedisCacheBackend(there)
        before = await reading.generation("ann")
        redis.freeze()
        await changing.bump(("ann",))
        redis.thaw()
        async with asyncio.timeout(HANGS_AFTER):
            while await changing.generation("bob") is None:  # noqa: ASYNC110  # Redis sends no event
                await asyncio.sleep(0.02)

        assert await reading.generation("ann") not in {None, before}


async def test_cancelled_command(redis: RedisServer) -> None:
    """A caller that is cancelled, as by its deadline, ends at whichever step its command is."""
    for steps in count():
        async with client_of(redis) as client:
            task = asyncio.ensure_future(client.execute(lambda commands: commands.get("gateway:x")))
            for _ in range(steps):
                await asyncio.sleep(0)
            if task.done():
                break
            task.cancel()
            await asyncio.wait([task])

            assert task.cancelled(), steps
    assert steps > 10
