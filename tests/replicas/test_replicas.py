"""Replicas: what one changes the other shows, through a real Redis; and both go on without it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from gateway.__main__ import gateway_listening
from gateway.auth import Authenticate, Caller, demo_caller
from gateway.cancellation.locks import ProcessLocks
from gateway.http.limits.rate import RateRules, Rates
from gateway.http.limits.rate_redis import SharedRates
from gateway.replicas.cache import RedisCacheBackend
from gateway.replicas.locks import ReplicaLocks
from gateway.replicas.redis_client import RedisClient
from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.server.test_workers import sandbox_url, serving
from tests.support.cancellations import booked
from tests.support.redis_server import RedisServer, needs_redis, redis_running
from tests.support.subscriptions import Socket, socket_of

pytestmark = needs_redis

FIRST = "{ viewer { orders(first: 1) { nodes { id identifier items { id status } } } } }"
LIST = "{ viewer { orders(first: 10) { totalCount nodes { id identifier } } } }"
ONE = "query ($id: ID!) { node(id: $id) { ... on Order { orderNumber } } }"
WHOLE = """query ($id: ID!) { node(id: $id) { ... on Order { orderNumber orderDate seller { name }
  totalPaymentDue { amount } items { id status price { amount } session { name startDate } } } } }"""
OF_COST_50 = """{ viewer {
  a: orders(first: 100) { totalCount } b: orders(first: 100) { totalCount }
  c: orders(first: 100) { totalCount } d: orders(first: 100) { totalCount }
  e: orders(first: 100) { totalCount } } }"""
SELDOM: dict[str, Any] = {"follow_first_seconds": 30, "follow_longest_seconds": 60}
CANCEL = """mutation ($order: ID!, $items: [ID!]!, $key: String) {
  cancelOrderItems(input: {orderId: $order, orderItemIds: $items, idempotencyKey: $key}) {
    result { __typename } } }"""


@pytest.fixture
async def redis() -> AsyncIterator[RedisServer]:
    async with redis_running() as server:
        yield server


@asynccontextmanager
async def replicas(
    settings: Settings,
    gateway: Gateway,
    redis: RedisServer,
    authenticate: Authenticate = demo_caller,
    **changes: Any,
) -> AsyncIterator[list[Gateway]]:
    """Two gateways over the same sandbox and Redis. Each has a cache, a journal and locks of its own."""
    shared = {"cache_enabled": True, "cache_fresh_seconds": 60, "redis_url": SecretStr(redis.url)}
    given = settings.but(**shared | changes)
    async with AsyncExitStack() as stack:
        running = [await stack.enter_async_context(gateway_listening(given, authenticate)) for _ in range(2)]
        yield [Gateway(url, gateway.http) for url in running]


async def ready(gateway: Gateway) -> Any:
    async with gateway.http.get(f"{gateway.url}/health/ready") as response:
        return await response.json()


async def test_shared_answers(
    settings: Settings, gateway: Gateway, sandbox: Sandbox, redis: RedisServer
) -> None:
    """A session that wanders between replicas asks imin as often as one that stays."""
    async with replicas(settings, gateway, redis) as (one, other):
        nodes = (await one.data(LIST))["viewer"]["orders"]["nodes"]
        await written(redis)
        again = (await other.data(LIST))["viewer"]["orders"]["nodes"]
        for node in nodes[:3]:
            await other.data(ONE, id=node["id"])
        await one.data(LIST)

    assert again == nodes
    assert sandbox.ledger.counts() == {"GET /orders": 1}


async def test_shared_orders_of_a_page(
    settings: Settings, gateway: Gateway, sandbox: Sandbox, redis: RedisServer
) -> None:
    """An order that one replica has seen on a page is opened at the other without asking imin."""
    async with replicas(settings, gateway, redis) as (one, other):
        nodes = (await one.data(LIST))["viewer"]["orders"]["nodes"]
        await written(redis)
        opened = [await other.data(WHOLE, id=node["id"]) for node in nodes]
        asked = sandbox.ledger.counts()

        assert opened == [await gateway.data(WHOLE, id=node["id"]) for node in nodes]
    assert asked == {"GET /orders": 1}


async def test_rubbish_in_redis(
    settings: Settings, gateway: Gateway, sandbox: Sandbox, redis: RedisServer
) -> None:
    """What lies in Redis and cannot be read is asked of imin, as if it were not there."""
    async with replicas(settings, gateway, redis) as (one, other):
        first = await one.data(LIST)
        await written(redis)
        client = RedisClient(redis.url, 1)
        for name in await client.execute(lambda asked: asked.keys("gateway:answer:*")):
            await client.execute(partial(_spoil, name))
        await client.close()
        second = await other.data(LIST)

    assert second == first
    assert sandbox.ledger.counts() == {"GET /orders": 2}


async def _spoil(name: bytes, asked: Any) -> None:
    await asked.set(name, b"\x00" * 9)


async def written(redis: RedisServer) -> None:
    """Until an answer lies in Redis, where it is put behind the answer's back."""
    async with asyncio.timeout(5):
        client = RedisClient(redis.url, 1)
        while not await client.execute(lambda asked: asked.keys("gateway:answer:*")):  # noqa: ASYNC110  # no event tells
            await asyncio.sleep(0.01)
        await client.close()


async def test_cancelled_elsewhere(
    settings: Settings, gateway: Gateway, sandbox: Sandbox, redis: RedisServer
) -> None:
    """What is cancelled on one replica is shown by the other at once."""
    sandbox.add_order("1234")
    async with replicas(settings, gateway, redis) as (one, other):
        (order,) = (await other.data(FIRST))["viewer"]["orders"]["nodes"]
        await one.data(FIRST)
        items = [item["id"] for item in order["items"]]
        result = await one.data(CANCEL, order=order["id"], items=items)
        (seen,) = (await other.data(FIRST))["viewer"]["orders"]["nodes"]

    assert result["cancelOrderItems"]["result"]["__typename"] == "CancellationPending"
    assert {item["status"] for item in order["items"]} == {"ORDER_ITEM_CONFIRMED"}
    assert {item["status"] for item in seen["items"]} == {"CUSTOMER_CANCELLATION_PENDING"}


@pytest.mark.parametrize("cache_enabled", [True, False], ids=["cache", "no cache"])
async def test_followed_elsewhere(
    settings: Settings,
    gateway: Gateway,
    redis: RedisServer,
    cache_enabled: bool,  # noqa: FBT001  # a parameter of the test
) -> None:
    """Who follows an order on one replica hears of a cancellation on the other long before the next look."""
    changes = SELDOM | {"cache_enabled": cache_enabled}
    async with replicas(settings, gateway, redis, **changes) as (one, other):
        order, items = await booked(one)
        async with following(other, order, redis) as socket:
            await one.data(CANCEL, order=order, items=items)
            state = await socket.next_state()

    assert {item["status"] for item in state["items"]} == {"CUSTOMER_CANCELLATION_PENDING"}


async def test_followed_while_redis_is_away(settings: Settings, gateway: Gateway, redis: RedisServer) -> None:
    """A follower whom Redis could not tell of a cancellation is told as soon as it answers again."""
    async with replicas(settings, gateway, redis, **SELDOM) as (one, other):
        order, items = await booked(one)
        async with following(other, order, redis) as socket:
            redis.freeze()
            await one.data(CANCEL, order=order, items=items)
            redis.thaw()
            state = await socket.next_state()

    assert {item["status"] for item in state["items"]} == {"CUSTOMER_CANCELLATION_PENDING"}


@asynccontextmanager
async def following(gateway: Gateway, order: str, redis: RedisServer) -> AsyncIterator[Socket]:
    """A socket on which an order is followed that is confirmed so far, for ten seconds at most."""
    async with asyncio.timeout(10), socket_of(gateway) as socket:
        await listeners(redis, 2)
        await socket.connect()
        await socket.subscribe(order)
        state = await socket.next_state()
        assert {item["status"] for item in state["items"]} == {"ORDER_ITEM_CONFIRMED"}
        yield socket


async def listeners(redis: RedisServer, count: int) -> None:
    """Until so many replicas hear what the others change."""
    client = RedisClient(redis.url, 1)

    async def hearing(asked: Any) -> int:
        ((_, number),) = await asked.pubsub_numsub("gateway:changed")
        return int(number)

    while await client.execute(hearing) < count:  # noqa: ASYNC110  # no event tells
        await asyncio.sleep(0.01)
    await client.close()


async def test_same_key_on_both(
    settings: Settings, gateway: Gateway, sandbox: Sandbox, redis: RedisServer
) -> None:
    """A cancellation that is sent to both replicas under one key is made once."""
    sandbox.add_order("1234")
    async with replicas(settings, gateway, redis) as both:
        (order,) = (await both[0].data(FIRST))["viewer"]["orders"]["nodes"]
        items = [item["id"] for item in order["items"]]
        results = await asyncio.gather(
            *(one.data(CANCEL, order=order["id"], items=items, key="once") for one in both * 3)
        )

    kinds = {result["cancelOrderItems"]["result"]["__typename"] for result in results}
    assert kinds == {"CancellationPending"}
    assert sandbox.ledger.count("PATCH /orders/:id") == 1


async def test_redis_dies(settings: Settings, gateway: Gateway, redis: RedisServer) -> None:
    """Redis may die and come back under load: every answer stays right, and readiness tells."""
    async with replicas(settings, gateway, redis) as (one, other):
        before = await one.data(LIST)
        states = [await ready(one)]
        answers = [one.data(LIST) if number % 2 else other.data(LIST) for number in range(40)]
        asked = asyncio.gather(*answers)
        await redis.kill()
        during = await asked
        during += [await one.data(LIST), await other.data(LIST)]
        states.append(await ready(one))
        await redis.start()
        async with asyncio.timeout(5):
            while (await ready(one))["status"] != "ok":
                during.append(await one.data(LIST))
        after = await one.data(LIST)

    assert all(answer == before for answer in [*during, after])
    assert [state["redis"] for state in states] == ["ok", "away"]
    assert states[1]["status"] == "degraded"


async def test_redis_hangs(redis: RedisServer) -> None:
    """A Redis that takes questions and answers none costs fifty milliseconds, once a second, and one line."""
    loop = asyncio.get_running_loop()
    client = RedisClient(redis.url, 0.05)
    answers = RedisCacheBackend(client)
    assert await answers.generation("ann")
    redis.freeze()

    began = loop.time()
    with capture_logs() as logs:
        unknown = [await answers.generation("ann") for _ in range(100)]
    took = loop.time() - began
    redis.thaw()
    await client.close()

    assert unknown == [None] * 100
    assert [line["event"] for line in logs] == ["redis is unavailable, carrying on without it"]
    assert 0.04 < took < 1


async def test_change_while_redis_is_away(redis: RedisServer) -> None:
    """A change that could not be told is told before anything else is asked of Redis."""
    here, there = RedisClient(redis.url, 0.05), RedisClient(redis.url, 0.05)
    changed, asked = RedisCacheBackend(here), RedisCacheBackend(there)
    before = await asked.generation("ann")
    redis.freeze()
    await changed.bump(("ann",))
    redis.thaw()
    async with asyncio.timeout(5):
        while await changed.generation("bob") is None:  # noqa: ASYNC110  # no event tells
            await asyncio.sleep(0.02)

    assert await asked.generation("ann") not in {None, before}
    await here.close()
    await there.close()


async def test_memory_lost(redis: RedisServer) -> None:
    """A Redis that has forgotten everything begins new generations: none is ever used twice."""
    client = RedisClient(redis.url, 1)
    answers = RedisCacheBackend(client)
    before = await answers.generation("ann")
    await client.execute(lambda asked: asked.flushall())

    assert await answers.generation("ann") != before
    await client.close()


async def test_lock(redis: RedisServer) -> None:
    """One replica at a time holds an order; another order is held beside it."""
    clients = [RedisClient(redis.url, 1), RedisClient(redis.url, 1)]
    locks = [ReplicaLocks(client, ProcessLocks()) for client in clients]
    inside: list[int] = []

    async def use(lock: ReplicaLocks, number: int) -> None:
        async with lock.hold("order"):
            inside.append(number)
            await asyncio.sleep(0.01)
            inside.append(number)

    async with locks[0].hold("other"):
        await asyncio.gather(*(use(locks[number % 2], number) for number in range(6)))
    for client in clients:
        await client.close()

    pairs = list(zip(inside[::2], inside[1::2], strict=True))
    assert sorted(pairs) == [(number, number) for number in range(6)]


async def test_two_processes(redis: RedisServer) -> None:
    """Two processes of their own: what is cancelled on one is seen on the other at once."""
    url = {"GATEWAY_REDIS_URL": redis.url, "GATEWAY_CACHE_FRESH_SECONDS": "60"}
    async with serving(**url) as one:
        base = await sandbox_url(one)
        async with (
            serving(**url, GATEWAY_IMIN_BASE_URL=f"{base}/api/v2") as other,
            aiohttp.ClientSession(headers=one.headers) as http,
        ):
            async with http.post(f"{base}/sandbox/orders", json={"customer": "1234"}) as response:
                assert response.status == 201
            first, second = Gateway(one.url, http), Gateway(other.url, http)
            (order,) = (await second.data(FIRST))["viewer"]["orders"]["nodes"]
            items = [item["id"] for item in order["items"]]
            await first.data(CANCEL, order=order["id"], items=items)
            (seen,) = (await second.data(FIRST))["viewer"]["orders"]["nodes"]

    assert {item["status"] for item in order["items"]} == {"ORDER_ITEM_CONFIRMED"}
    assert {item["status"] for item in seen["items"]} == {"CUSTOMER_CANCELLATION_PENDING"}


async def test_rates_are_shared(redis: RedisServer) -> None:
    """What a customer has spent at one replica is missing at the other, and fills up once for both."""
    rules = RateRules(cost_per_second=0.001, burst=100)
    clients = [RedisClient(redis.url, 1), RedisClient(redis.url, 1)]
    rates = [Rates(rules, are_shared=True), Rates(rules, are_shared=True)]
    shared = [SharedRates(client, one) for client, one in zip(clients, rates, strict=True)]
    first, second = (one.bucket_of(Caller("ann")) for one in rates)
    assert first
    assert second

    assert first.spend(60)
    await shared[0].exchange()
    assert second.spend(30)
    await shared[1].exchange()
    may_spend = (second.spend(20), second.spend(5))
    for client in clients:
        await client.close()

    assert may_spend == (False, True)


async def test_gateways_share_a_bucket(settings: Settings, gateway: Gateway, redis: RedisServer) -> None:
    """A customer who has spent most of the bucket at one gateway is refused by the other."""

    async def ann(_request: object) -> Caller:
        return Caller("1234")

    rules: dict[str, Any] = {"rate_burst_cost": 100, "rate_cost_per_second": 0.001}
    async with replicas(settings, gateway, redis, ann, **rules) as (one, other):
        for _ in range(60):
            await one.data("{ viewer { identifier } }")
        await until_left(redis, 40)
        small = await other.data("{ viewer { identifier } }")
        await until_left(redis, 39)
        large = await other.answer(OF_COST_50)
        still = await other.data("{ viewer { identifier } }")

    assert small == still == {"viewer": {"identifier": "1234"}}
    assert [error["extensions"] for error in large["errors"]] == [{"code": "RATE_LIMITED"}]


async def until_left(redis: RedisServer, level: int) -> None:
    """Until the customer's bucket in Redis holds no more than that."""
    client = RedisClient(redis.url, 1)

    async def left(asked: Any) -> float:
        return float(await asked.hget("gateway:rate:1234", "level") or "inf")

    async with asyncio.timeout(5):
        while await client.execute(left) >= level + 1:  # noqa: ASYNC110  # no event tells
            await asyncio.sleep(0.01)
    await client.close()
