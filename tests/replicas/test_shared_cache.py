"""Replicas that share their caches through Redis."""

from functools import partial
from typing import Any

import aiohttp

from gateway.replicas.cache import RedisCacheBackend
from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.commands import serving
from tests.support.redis_server import RedisServer, needs_redis
from tests.support.replicas import CANCEL, FIRST, LIST, client_of, two_replicas, until_stored

pytestmark = needs_redis

ORDER_NUMBER = "query ($id: ID!) { node(id: $id) { ... on Order { orderNumber } } }"
WHOLE_ORDER = """query ($id: ID!) { node(id: $id) { ... on Order { orderNumber orderDate seller { name }
  totalPaymentDue { amount } items { id status price { amount } session { name startDate } } } } }"""


async def test_page(settings: Settings, gateway: Gateway, sandbox: Sandbox, redis: RedisServer) -> None:
    """A page that one replica has read is served by the other without a request to imin."""
    async with two_replicas(settings, gateway, redis) as (one, other):
        nodes = (await one.data(LIST))["viewer"]["orders"]["nodes"]
        await until_stored(redis)
        again = (await other.data(LIST))["viewer"]["orders"]["nodes"]
        for node in nodes[:3]:
            await other.data(ORDER_NUMBER, id=node["id"])
        await one.data(LIST)

    assert again == nodes
    assert sandbox.request_log.counts() == {"GET /orders": 1}


async def test_orders_of_a_page(
    settings: Settings, gateway: Gateway, sandbox: Sandbox, redis: RedisServer
) -> None:
    """An order on a page that one replica has read is served by the other without a request to imin."""
    async with two_replicas(settings, gateway, redis) as (one, other):
        nodes = (await one.data(LIST))["viewer"]["orders"]["nodes"]
        await until_stored(redis)
        opened = [await other.data(WHOLE_ORDER, id=node["id"]) for node in nodes]
        requests = sandbox.request_log.counts()

        assert opened == [await gateway.data(WHOLE_ORDER, id=node["id"]) for node in nodes]
    assert requests == {"GET /orders": 1}


async def test_unreadable_entry(
    settings: Settings, gateway: Gateway, sandbox: Sandbox, redis: RedisServer
) -> None:
    """An entry in Redis that cannot be read counts as absent."""

    async def spoil(name: bytes, commands: Any) -> None:
        await commands.set(name, b"\x00" * 9)

    async with two_replicas(settings, gateway, redis) as (one, other):
        first = await one.data(LIST)
        await until_stored(redis)
        async with client_of(redis) as client:
            for name in await client.execute(lambda commands: commands.keys("gateway:answer:*")):
                await client.execute(partial(spoil, name))
        second = await other.data(LIST)

    assert second == first
    assert sandbox.request_log.counts() == {"GET /orders": 2}


async def test_cancelled_elsewhere(
    settings: Settings, gateway: Gateway, sandbox: Sandbox, redis: RedisServer
) -> None:
    """A cancellation through one replica shows on the other at once."""
    sandbox.add_order("1234")
    async with two_replicas(settings, gateway, redis) as (one, other):
        (order,) = (await other.data(FIRST))["viewer"]["orders"]["nodes"]
        await one.data(FIRST)
        items = [item["id"] for item in order["items"]]
        result = await one.data(CANCEL, order=order["id"], items=items)
        (after,) = (await other.data(FIRST))["viewer"]["orders"]["nodes"]

    assert result["cancelOrderItems"]["result"]["__typename"] == "CancellationPending"
    assert {item["status"] for item in order["items"]} == {"ORDER_ITEM_CONFIRMED"}
    assert {item["status"] for item in after["items"]} == {"CUSTOMER_CANCELLATION_PENDING"}


async def test_cancelled_in_another_process(redis: RedisServer) -> None:
    """A cancellation through one process shows at once on another process."""
    shared = {"GATEWAY_REDIS_URL": redis.url, "GATEWAY_CACHE_FRESH_SECONDS": "60"}
    async with (
        serving(**shared) as one,
        serving(**shared, GATEWAY_IMIN_BASE_URL=f"{one.sandbox_url}/api/v2") as other,
        aiohttp.ClientSession(headers=one.headers) as http,
    ):
        async with http.post(f"{one.sandbox_url}/sandbox/orders", json={"customer": "1234"}) as response:
            assert response.status == 201
        first, second = Gateway(one.url, http), Gateway(other.url, http)
        (order,) = (await second.data(FIRST))["viewer"]["orders"]["nodes"]
        items = [item["id"] for item in order["items"]]
        await first.data(CANCEL, order=order["id"], items=items)
        (after,) = (await second.data(FIRST))["viewer"]["orders"]["nodes"]

    assert {item["status"] for item in order["items"]} == {"ORDER_ITEM_CONFIRMED"}
    assert {item["status"] for item in after["items"]} == {"CUSTOMER_CANCELLATION_PENDING"}


async def test_redis_loses_its_data(redis: RedisServer) -> None:
    """A Redis that has lost its data starts new generations; none is used twice."""
    async with client_of(redis) as client:
        cache = RedisCacheBackend(client)
        before = await cache.generation("ann")
        await client.execute(lambda commands: commands.flushall())

        assert await cache.generation("ann") != before


async def test_finished_answers(
    settings: Settings, gateway: Gateway, sandbox: Sandbox, redis: RedisServer
) -> None:
    """A cancellation on one replica ends the answers that another one would have sent again."""
    sandbox.add_order("1234")
    sandbox.cancellations.show_after_seconds = 10
    flags = """{ viewer { orders(first: 1) { nodes {
      id items { id isPresentlyCancellable cancellationBlockedBecause } } } } }"""
    replicas = two_replicas(settings, gateway, redis, now=sandbox.clock.now, cancel_deadline_seconds=0.3)
    async with replicas as (one, other):
        before = [await other.data(flags) for _ in range(3)][-1]
        async with gateway.http.get(f"{other.url}/metrics") as response:
            metrics = await response.text()
        (order,) = before["viewer"]["orders"]["nodes"]
        await one.data(CANCEL, order=order["id"], items=[order["items"][0]["id"]])
        after = await other.data(flags)

    assert 'gateway_executions_total{way="reused"} 2.0' in metrics
    item = after["viewer"]["orders"]["nodes"][0]["items"][0]
    assert item["cancellationBlockedBecause"] == "CANCELLATION_PENDING"
