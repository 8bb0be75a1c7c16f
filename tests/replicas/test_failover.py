"""Redis fails over: the name of the primary moves to another server, and the old one still answers."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from gateway.replicas.redis_client import RedisClient, RedisUnavailable
from gateway.replicas.subscription import Subscription
from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support import redis_states
from tests.support.cancellations import booked
from tests.support.forwarder import Forwarder, forwarding_to
from tests.support.redis_pair import redis_pair
from tests.support.redis_server import RedisServer, needs_redis, redis_running
from tests.support.replicas import CANCEL, LIST, two_replicas
from tests.support.subscriptions import socket_of
from tests.support.waiting import HANGS_AFTER, PLENTY, until

pytestmark = needs_redis

CLUSTER = ("--cluster-enabled", "yes")
State = Callable[[RedisServer], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def client_of(name: Forwarder, seconds: float = PLENTY) -> AsyncIterator[RedisClient]:
    """A client of the Redis with that name. seconds: age at which its connections are replaced."""
    client = RedisClient(RedisServer(name.port).url, PLENTY, seconds)
    try:
        yield client
    finally:
        await client.close()


async def read(redis: Any) -> Any:
    return await redis.get("gateway:x")


async def write(redis: Any) -> Any:
    return await redis.set("gateway:x", "1")


@pytest.mark.parametrize(
    ("state", "options", "command"),
    [
        (redis_states.replica, (), write),
        (redis_states.orphan, (), read),
        (redis_states.loading, redis_states.SLOW_LOADING, read),
        (redis_states.without_slots, CLUSTER, read),
        (redis_states.without_replicas, (), write),
        (redis_states.without_disk, (), write),
        (redis_states.without_memory, (), write),
    ],
    ids=["READONLY", "MASTERDOWN", "LOADING", "CLUSTERDOWN", "NOREPLICAS", "MISCONF", "OOM"],
)
async def test_old_server_cannot_be_used(state: State, options: tuple[str, ...], command: Any) -> None:
    """A server that answers but cannot be used loses its connections; new ones go where the name points."""
    async with AsyncExitStack() as stack:
        old = await stack.enter_async_context(redis_running(*options))
        new = await stack.enter_async_context(redis_running())
        name = await stack.enter_async_context(forwarding_to(old.port))
        client = await stack.enter_async_context(client_of(name))
        if options == CLUSTER:
            await redis_states.take_all_slots(old)
        await client.execute(read)
        async with state(old):
            with pytest.raises(RedisUnavailable):
                await client.execute(command)
            name.target = new.port
            await until(lambda: _works(client, write))

        assert await client.execute(read) == b"1"
        assert await new.command("EXISTS", "gateway:x") == 1
    assert name.connections == [old.port, new.port]


async def test_replica_stays_unused(redis: RedisServer) -> None:
    """As long as the name points to a server that refuses writes, reads do not use it either."""
    async with redis_states.replica(redis), forwarding_to(redis.port) as name, client_of(name) as client:
        states = []
        with pytest.raises(RedisUnavailable):
            await client.execute(write)
        async with asyncio.timeout(HANGS_AFTER):
            while len(name.connections) < 3:
                states.append(await _works(client, read))
                await asyncio.sleep(0.01)

    assert set(states) == {False}
    assert not client.is_up


async def test_old_server_works(redis: RedisServer) -> None:
    """If the old server works on, its connections are replaced when they are old, and no command fails."""
    async with (
        redis_running() as new,
        forwarding_to(redis.port) as name,
        client_of(name, 0.1) as client,
    ):
        await asyncio.gather(*(client.execute(write) for _ in range(3)))
        name.target = new.port

        async def has_moved() -> bool:
            await client.execute(write)
            return bool(await new.command("EXISTS", "gateway:x"))

        await until(has_moved)

    assert set(name.connections[:3]) == {redis.port}


async def test_new_server_cannot_be_used(redis: RedisServer) -> None:
    """Connections that work are not replaced by ones to a server that refuses writes."""
    async with (
        redis_running() as new,
        redis_states.replica(new),
        forwarding_to(redis.port) as name,
        client_of(name, 0.1) as client,
    ):
        await client.execute(write)
        name.target = new.port

        async def has_tried() -> bool:
            await client.execute(write)
            return new.port in name.connections

        await until(has_tried)
        await client.execute(write)

        assert client.is_up


async def test_silent_server(redis: RedisServer) -> None:
    """A server that has stopped answering loses all its connections with the first failure."""
    async with redis_running() as new, forwarding_to(redis.port) as name:
        client = RedisClient(RedisServer(name.port).url, 0.5)
        await asyncio.gather(*(client.execute(write) for _ in range(5)))
        opened = len(name.connections)
        redis.freeze()
        with pytest.raises(RedisUnavailable):
            await client.execute(write)
        name.target = new.port
        await until(lambda: _works(client, write))
        redis.thaw()
        await client.close()

    assert name.connections == [redis.port] * opened + [new.port]


@pytest.mark.parametrize("works_on", [True, False], ids=["old", "failed"])
async def test_subscription(redis: RedisServer, works_on: bool) -> None:  # noqa: FBT001
    """A subscription moves with the name, when its connection is old or after a failure of a command."""
    received: list[bytes] = []

    async def receive(message: bytes) -> None:
        received.append(message)

    seconds = 0.1 if works_on else PLENTY
    async with (
        redis_running() as new,
        redis_states.replica(redis),
        forwarding_to(redis.port) as name,
        client_of(name, seconds) as client,
    ):
        await client.execute(read)
        listening = asyncio.ensure_future(Subscription(client, "channel", receive).run())
        await until(lambda: _has_listeners(redis, 1))
        name.target = new.port
        if not works_on:
            with pytest.raises(RedisUnavailable):
                await client.execute(write)
        await until(lambda: _has_listeners(new, 1))
        await new.command("PUBLISH", "channel", "moved")
        await until(lambda: b"moved" in received)
        listening.cancel()
        await asyncio.wait([listening])


async def test_gateways(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> None:
    """After a failover, replicas share caches, keys and announcements through the new primary."""
    rare: dict[str, Any] = {"follow_first_seconds": PLENTY, "follow_longest_seconds": PLENTY}
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(asyncio.timeout(HANGS_AFTER))
        pair = await stack.enter_async_context(redis_pair())
        named = RedisServer(pair.name.port)
        both = await stack.enter_async_context(two_replicas(settings, gateway, named, **rare))
        order, items = await booked(both[0])
        socket = await stack.enter_async_context(socket_of(both[1]))
        await socket.connect()
        await socket.subscribe(order)
        before = await socket.next_state()

        await pair.fail_over()
        answers = [await one.data(LIST) for one in both]
        await until(lambda: _are_ready(both))
        await until(lambda: _has_listeners(pair.primary, 2, "gateway:changed"))
        results = await asyncio.gather(
            *(one.data(CANCEL, order=order, items=items, key="once") for one in both * 2)
        )
        state = await socket.other_state(before)
        keys = await pair.primary.command("KEYS", "gateway:key:*")

    assert answers[0] == answers[1]
    kinds = {result["cancelOrderItems"]["result"]["__typename"] for result in results}
    assert kinds == {"CancellationPending"}
    assert sandbox.request_log.count("PATCH /orders/:id") == 1
    assert {item["status"] for item in state["items"]} == {"CUSTOMER_CANCELLATION_PENDING"}
    assert len(keys) == 1


async def _works(client: RedisClient, command: Any) -> bool:
    try:
        await client.execute(command)
    except RedisUnavailable:
        return False
    return True


async def _has_listeners(server: RedisServer, count: int, channel: str = "channel") -> bool:
    return bool((await server.command("PUBSUB NUMSUB", channel))[0][1] == count)


async def _are_ready(gateways: list[Gateway]) -> bool:
    states = []
    for gateway in gateways:
        await gateway.data(LIST)
        async with gateway.http.get(f"{gateway.url}/health/ready") as response:
            states.append((await response.json())["redis"])
    return states == ["ok"] * len(gateways)
