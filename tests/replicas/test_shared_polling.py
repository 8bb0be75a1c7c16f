"""One reading loop of a list, with two replicas whose subscribers watch it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from pydantic import SecretStr

from gateway.auth import demo_caller
from gateway.commands import gateway_listening
from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.cancellations import booked, cancel
from tests.support.live_feeds import ORDERS_CHANGED, event, names, start
from tests.support.redis_server import RedisServer, needs_redis
from tests.support.subscriptions import Socket, socket_of
from tests.support.waiting import PLENTY, until

pytestmark = needs_redis

READ = "GET /orders"
QUIET = {"follow_first_seconds": PLENTY, "follow_longest_seconds": PLENTY}
FAST = {"follow_first_seconds": 0.01, "follow_longest_seconds": 0.01}


@asynccontextmanager
async def replica(
    settings: Settings, gateway: Gateway, redis: RedisServer, **pace: Any
) -> AsyncIterator[Gateway]:
    """A gateway with the cache on. gateway: lends its HTTP session."""
    changed = settings.but(
        cache_enabled=True,
        redis_url=SecretStr(redis.url),
        imin_order_webhook_key=SecretStr("key"),
        **pace,
    )
    async with gateway_listening(changed, demo_caller) as url:
        yield Gateway(url, gateway.http)


@asynccontextmanager
async def two_watching(
    settings: Settings, gateway: Gateway, redis: RedisServer, *, first: tuple[int, int] = (1, 1)
) -> AsyncIterator[tuple[tuple[Gateway, Socket], tuple[Gateway, Socket]]]:
    """A quiet replica, then a fast one, each with a subscriber that has the first event.

    first: the size of their windows.
    """
    async with AsyncExitStack() as stack:
        watching = []
        for pace, size in zip((QUIET, FAST), first, strict=True):
            one = await stack.enter_async_context(replica(settings, gateway, redis, **pace))
            socket = await stack.enter_async_context(socket_of(one))
            await socket.connect()
            await start(socket, ORDERS_CHANGED, first=size)
            await event(socket)
            watching.append((one, socket))
        yield watching[0], watching[1]


async def claims(redis: RedisServer) -> int:
    """How many scripts Redis has run so far: among them, one before each reading."""
    return sum(int(line.partition(":calls=")[2].partition(",")[0]) for line in await _script_stats(redis))


async def _script_stats(redis: RedisServer) -> list[str]:
    stats = await redis.command("INFO commandstats")
    return [line for line in stats.decode().splitlines() if line.startswith("cmdstat_eval")]


async def after_claims(redis: RedisServer, number: int) -> None:
    """Wait until this number of further readings have been considered."""
    before = await claims(redis)

    async def reached() -> bool:
        return await claims(redis) >= before + number

    await until(reached)


async def test_one_reads(settings: Settings, gateway: Gateway, sandbox: Sandbox, redis: RedisServer) -> None:
    """Only the replica that watched first reads, however fast the other one would."""
    async with two_watching(settings, gateway, redis) as ((_, slow), _):
        sandbox.request_log.clear()
        await after_claims(redis, 20)
        while_held = sandbox.request_log.count(READ)
        await slow.ws.close()
        await sandbox.request_log.wait_for(READ, 5)

    assert while_held == 0


async def test_both_hear(settings: Settings, gateway: Gateway, sandbox: Sandbox, redis: RedisServer) -> None:
    """What the replica that reads has seen, the other one reads once; a webhook at either hurries."""
    async with two_watching(settings, gateway, redis) as ((quiet, first), (fast, second)):
        await until(lambda: _are_listening(redis))
        for called, name in ((quiet, "customerIdentifier"), (fast, "orderIdentifier")):
            sandbox.request_log.clear()
            new = sandbox.add_order("1234")["identifier"]
            url = f"{called.url}/webhooks/orders"
            body = {name: "1234" if name == "customerIdentifier" else new}
            async with called.http.post(url, json=body, headers={"X-Api-Key": "key"}) as response:
                assert response.status == 204
            changes = [await event(socket) for socket in (first, second)]
            await after_claims(redis, 10)

            assert [names(change) for change in changes] == [[new], [new]]
            assert sandbox.request_log.count(READ) == 2


async def test_cancellation_elsewhere(
    settings: Settings, gateway: Gateway, sandbox: Sandbox, redis: RedisServer
) -> None:
    """A cancellation through one replica hurries the reading of lists that another one watches."""
    async with (
        replica(settings, gateway, redis, **QUIET) as one,
        two_watching(settings, gateway, redis) as two,
    ):
        await until(lambda: _are_listening(redis, 3))
        order, items = await booked(one)
        await cancel(one, order, items)
        for _, socket in two:
            while "PENDING" not in str(await event(socket)):
                pass

    assert sandbox.request_log.count("PATCH /orders/:id") == 1


async def test_holder_died(
    settings: Settings, gateway: Gateway, sandbox: Sandbox, redis: RedisServer
) -> None:
    """A replica that shows no sign of life reads no more; another one takes over."""
    async with two_watching(settings, gateway, redis) as (_, (_, fast)):
        [lease] = await redis.command("KEYS gateway:lease:*")
        await redis.command("SET", lease, "00ff00ff00ff00ff 100")
        new = sandbox.add_order("1234")["identifier"]

        assert names(await event(fast)) == [new]


@pytest.mark.parametrize("lease", [b"", b"\xff", b"text", b"0123456789abcdef", b"x" * 100_000])
async def test_unreadable_lease(
    settings: Settings, gateway: Gateway, sandbox: Sandbox, redis: RedisServer, lease: bytes
) -> None:
    """A lease that cannot be read counts as none."""
    await redis.command("SET", "gateway:lease:1:orders:1234", lease)
    await redis.command("SET", "gateway:seen:1:orders:1234", lease)
    async with replica(settings, gateway, redis, **FAST) as one, socket_of(one) as socket:
        await socket.connect()
        await start(socket, ORDERS_CHANGED, first=1)
        await event(socket)
        new = sandbox.add_order("1234")["identifier"]

        assert names(await event(socket)) == [new]


async def test_lease_of_another_type(
    settings: Settings, gateway: Gateway, sandbox: Sandbox, redis: RedisServer
) -> None:
    """While a lease cannot be used, each replica reads."""
    await redis.command("LPUSH", "gateway:lease:1:orders:1234", "x")
    async with replica(settings, gateway, redis, **FAST) as one, socket_of(one) as socket:
        await socket.connect()
        await start(socket, ORDERS_CHANGED, first=1)
        await event(socket)
        new = sandbox.add_order("1234")["identifier"]

        assert names(await event(socket)) == [new]


async def test_redis_down(settings: Settings, gateway: Gateway, sandbox: Sandbox, redis: RedisServer) -> None:
    """While Redis is down, each replica reads."""
    async with two_watching(settings, gateway, redis) as (_, (_, fast)):
        await redis.kill()
        new = sandbox.add_order("1234")["identifier"]

        assert names(await event(fast)) == [new]


async def test_widest_reads(
    settings: Settings, gateway: Gateway, sandbox: Sandbox, redis: RedisServer
) -> None:
    """The replica with the larger window reads, since the other one would miss changes."""
    async with two_watching(settings, gateway, redis, first=(1, 3)) as (_, (_, wide)):
        gone = sandbox.store.identifiers("1234")[2]
        sandbox.remove_order(gone)
        change: Any = await event(wide)

    assert len(change["removed"]) == 1
    assert gone not in names(change)


async def _are_listening(redis: RedisServer, replicas: int = 2) -> bool:
    return bool((await redis.command("PUBSUB NUMSUB", "gateway:changed"))[0][1] == replicas)
