"""Two gateways over one sandbox and one Redis."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from pydantic import SecretStr

from gateway.auth import Authenticate, demo_caller
from gateway.clock import Clock, system_clock
from gateway.commands import gateway_listening
from gateway.replicas.redis_client import RedisClient
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.redis_server import RedisServer
from tests.support.waiting import HANGS_AFTER, PLENTY

FIRST = "{ viewer { orders(first: 1) { nodes { id identifier items { id status } } } } }"
LIST = "{ viewer { orders(first: 10) { totalCount nodes { id identifier } } } }"
CANCEL = """mutation ($order: ID!, $items: [ID!]!, $key: String) {
  cancelOrderItems(input: {orderId: $order, orderItemIds: $items, idempotencyKey: $key}) {
    result { __typename } } }"""


@asynccontextmanager
async def two_replicas(
    settings: Settings,
    gateway: Gateway,
    redis: RedisServer,
    authenticate: Authenticate = demo_caller,
    now: Clock = system_clock,
    **changes: Any,
) -> AsyncIterator[list[Gateway]]:
    """Two gateways, each with its own cache, journal and locks. gateway: lends its HTTP session."""
    shared = {"cache_enabled": True, "cache_fresh_seconds": 60, "redis_url": SecretStr(redis.url)}
    changed = settings.but(**shared | changes)
    async with AsyncExitStack() as stack:
        urls = [
            await stack.enter_async_context(gateway_listening(changed, authenticate, now)) for _ in range(2)
        ]
        yield [Gateway(url, gateway.http) for url in urls]


@asynccontextmanager
async def client_of(redis: RedisServer, timeout_seconds: float = PLENTY) -> AsyncIterator[RedisClient]:
    """A client of the class that the gateway uses."""
    client = RedisClient(redis.url, timeout_seconds)
    try:
        yield client
    finally:
        await client.close()


async def until(redis: RedisServer, command: Callable[[Any], Any], is_reached: Callable[[Any], bool]) -> None:
    """Repeat a Redis command until its result is as expected."""
    async with asyncio.timeout(HANGS_AFTER), client_of(redis) as client:
        while not is_reached(await client.execute(command)):  # noqa: ASYNC110  # Redis sends no event
            await asyncio.sleep(0.01)


async def until_stored(redis: RedisServer) -> None:
    """Wait until a response is in Redis: the gateway stores it after it has answered."""
    await until(redis, lambda commands: commands.keys("gateway:answer:*"), bool)
