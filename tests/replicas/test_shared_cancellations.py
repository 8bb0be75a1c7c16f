"""Replicas that share locks, idempotency keys and changed orders through Redis."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from gateway.journal.locks import ProcessLocks
from gateway.replicas.locks import ReplicaLocks
from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.cancellations import booked
from tests.support.redis_server import RedisServer, needs_redis
from tests.support.replicas import CANCEL, FIRST, client_of, two_replicas, until
from tests.support.subscriptions import Socket, socket_of
from tests.support.waiting import HANGS_AFTER, PLENTY, held

pytestmark = needs_redis

RARE_POLLS: dict[str, Any] = {"follow_first_seconds": PLENTY, "follow_longest_seconds": PLENTY}


async def test_same_key_on_both(
    settings: Settings, gateway: Gateway, sandbox: Sandbox, redis: RedisServer
) -> None:
    """Calls to both replicas under one idempotency key are one cancellation."""
    sandbox.add_order("1234")
    async with two_replicas(settings, gateway, redis) as both:
        (order,) = (await both[0].data(FIRST))["viewer"]["orders"]["nodes"]
        items = [item["id"] for item in order["items"]]
        results = await asyncio.gather(
            *(one.data(CANCEL, order=order["id"], items=items, key="once") for one in both * 3)
        )

    kinds = {result["cancelOrderItems"]["result"]["__typename"] for result in results}
    assert kinds == {"CancellationPending"}
    assert sandbox.request_log.count("PATCH /orders/:id") == 1


async def test_lock(redis: RedisServer) -> None:
    """One replica at a time holds the lock of an order; locks of other orders are independent."""
    held: list[int] = []

    async def use(locks: ReplicaLocks, number: int) -> None:
        async with locks.hold("order"):
            held.append(number)
            await asyncio.sleep(0.01)
            held.append(number)

    async with client_of(redis) as first, client_of(redis) as second:
        both = [ReplicaLocks(client, ProcessLocks(), PLENTY) for client in (first, second)]
        async with both[0].hold("other"):
            await asyncio.gather(*(use(both[number % 2], number) for number in range(6)))

    pairs = list(zip(held[::2], held[1::2], strict=True))
    assert sorted(pairs) == [(number, number) for number in range(6)]


async def test_lock_of_a_long_cancellation(
    settings: Settings, gateway: Gateway, sandbox: Sandbox, redis: RedisServer
) -> None:
    """The lock outlasts the cancellation that it guards, with the longest times that settings allow."""
    async with two_replicas(settings, gateway, redis) as (one, _):
        order, items = await booked(one)
        sandbox.faults.add(held("PATCH /orders/:id"))
        cancellation = asyncio.ensure_future(one.data(CANCEL, order=order, items=items))
        await sandbox.request_log.wait_for("PATCH /orders/:id")
        [lock] = await redis.command("KEYS", "gateway:lock:*")
        expires = await redis.command("PTTL", lock)
        sandbox.faults.clear()
        await cancellation

    assert expires > (settings.cancel_deadline_seconds + settings.redis_timeout_seconds) * 1_000
    assert await redis.command("EXISTS", lock) == 0


@pytest.mark.parametrize("cache_enabled", [True, False], ids=["cache", "no cache"])
async def test_subscribed_elsewhere(
    settings: Settings,
    gateway: Gateway,
    redis: RedisServer,
    cache_enabled: bool,  # noqa: FBT001  # a parameter of the test
) -> None:
    """A subscriber of one replica learns of a cancellation through the other long before the next poll."""
    changes = RARE_POLLS | {"cache_enabled": cache_enabled}
    async with two_replicas(settings, gateway, redis, **changes) as (one, other):
        order, items = await booked(one)
        async with subscribed(other, order, redis) as (socket, before):
            await one.data(CANCEL, order=order, items=items)
            state = await socket.other_state(before)

    assert {item["status"] for item in state["items"]} == {"CUSTOMER_CANCELLATION_PENDING"}


async def test_subscribed_while_redis_is_down(
    settings: Settings, gateway: Gateway, redis: RedisServer
) -> None:
    """A cancellation while Redis is down is announced to the other replica's subscribers when it is back."""
    async with two_replicas(settings, gateway, redis, redis_timeout_seconds=0.5, **RARE_POLLS) as (
        one,
        other,
    ):
        order, items = await booked(one)
        async with subscribed(other, order, redis) as (socket, before):
            redis.freeze()
            await one.data(CANCEL, order=order, items=items)
            redis.thaw()
            state = await socket.other_state(before)

    assert {item["status"] for item in state["items"]} == {"CUSTOMER_CANCELLATION_PENDING"}


@asynccontextmanager
async def subscribed(gateway: Gateway, order: str, redis: RedisServer) -> AsyncIterator[tuple[Socket, Any]]:
    """A socket with a subscription to a confirmed order, and its first state."""
    async with asyncio.timeout(HANGS_AFTER), socket_of(gateway) as socket:
        await until(redis, _listening_replicas, lambda count: count == 2)
        await socket.connect()
        await socket.subscribe(order)
        state = await socket.next_state()
        assert {item["status"] for item in state["items"]} == {"ORDER_ITEM_CONFIRMED"}
        yield socket, state


async def _listening_replicas(commands: Any) -> int:
    ((_, number),) = await commands.pubsub_numsub("gateway:changed")
    return int(number)
