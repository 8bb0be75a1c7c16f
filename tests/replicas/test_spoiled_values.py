"""Every value in Redis is replaced by one that cannot be read, while replicas run."""

import math
import struct
import time
from collections.abc import Awaitable, Callable

import msgspec
import pytest

from gateway.auth import Caller
from gateway.journal.keys import KeyEntry
from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.cancellations import booked, cancel, statuses
from tests.support.redis_server import RedisServer, needs_redis
from tests.support.replicas import LIST, two_replicas, until_stored
from tests.support.waiting import until

pytestmark = needs_redis

NEWER_ATTEMPT = msgspec.msgpack.encode({"version": 9, "patches": [{"items": {"1": "sent"}}]})
VALUES = {
    "empty": b"",
    "bytes": b"\xff\x00\xfe" * 30,
    "text": "völlig anders".encode(),
    "json": b'{"payload": "p", "outcome": null, "state": "PENDING"}',
    "cut": msgspec.msgpack.encode(KeyEntry("payload", b"outcome"))[:-3],
    "newer": NEWER_ATTEMPT,
    "nested": b"\x91" * 5_000,
}
CANCELLATION = "query ($id: ID!) { node(id: $id) { ... on Order { cancellation { state } } } }"

Spoil = Callable[[RedisServer, bytes, bytes], Awaitable[None]]


async def replace_value(redis: RedisServer, name: bytes, value: bytes) -> None:
    """Put a value in the place of another one; of a hash, into all fields."""
    if await redis.command("TYPE", name) == b"hash":
        for field in await redis.command("HKEYS", name):
            await redis.command("HSET", name, field, value)
    else:
        await redis.command("SET", name, value, "KEEPTTL")


async def change_type(redis: RedisServer, name: bytes, value: bytes) -> None:
    """Put a value of another type there."""
    await redis.command("DEL", name)
    await redis.command("RPUSH", name, value or b"x")


async def spoil_all(redis: RedisServer, spoil: Spoil, value: bytes) -> set[bytes]:
    """Spoil every value in Redis; returns the kinds that there were."""
    names: list[bytes] = await redis.command("KEYS", "gateway:*")
    for name in names:
        await spoil(redis, name, value)
    return {name.split(b":")[1] for name in names}


@pytest.mark.parametrize(
    "spoiled",
    [(replace_value, value) for value in VALUES.values()] + [(change_type, b"x")],
    ids=[*VALUES, "another type"],
)
async def test_everything_is_spoiled(
    settings: Settings, gateway: Gateway, sandbox: Sandbox, redis: RedisServer, spoiled: tuple[Spoil, bytes]
) -> None:
    """With every value in Redis spoiled, all answers are right, and imin gets one PATCH."""

    async def customer(_request: object) -> Caller:
        return Caller("1234")

    sandbox.add_order("1234")
    async with two_replicas(settings, gateway, redis, customer) as (one, other):
        before = [await one.data(LIST), await other.data(LIST)]
        order, items = await booked(one)
        results = [await cancel(one, order, items, idempotencyKey="key")]
        await until_stored(redis)
        await until(lambda: _has_rates(redis))
        kinds = await spoil_all(redis, *spoiled)
        after = [await other.data(LIST), await one.data(LIST)]
        results += [await cancel(each, order, items, idempotencyKey="key") for each in (other, one)]
        results += [await cancel(other, order, items)]
        states = [await each.data(CANCELLATION, id=order) for each in (one, other)]
        shown = [await statuses(each, order) for each in (one, other)]

    assert kinds >= {b"answer", b"generation", b"attempts", b"key", b"rate"}
    assert before[0] == before[1] == after[0] == after[1]
    assert [result["__typename"] for result in results] == ["CancellationPending"] * 4
    assert sandbox.request_log.count("PATCH /orders/:id") == 1
    assert states[0] == {"node": {"cancellation": {"state": "PENDING"}}}
    assert states[1]["node"]["cancellation"] in (None, {"state": "PENDING"})
    assert shown == [["CUSTOMER_CANCELLATION_PENDING"] * len(items)] * 2


async def _has_rates(redis: RedisServer) -> bool:
    """The rates are shared four times a second."""
    return bool(await redis.command("KEYS", "gateway:rate:*"))


async def test_outcome(settings: Settings, gateway: Gateway, sandbox: Sandbox, redis: RedisServer) -> None:
    """An outcome that cannot be read, as of a later release, is found out again by reading the order."""
    async with two_replicas(settings, gateway, redis) as (one, other):
        order, items = await booked(one)
        results = [await cancel(one, order, items, idempotencyKey="key")]
        (name,) = await redis.command("KEYS", "gateway:key:*")
        entry = msgspec.msgpack.decode(await redis.command("GET", name), type=KeyEntry)
        newer = msgspec.structs.replace(entry, outcome=b'{"type": "Postponed"}')
        await redis.command("SET", name, msgspec.msgpack.encode(newer))
        results += [await cancel(other, order, items, idempotencyKey="key")]

    assert [result["__typename"] for result in results] == ["CancellationPending"] * 2
    assert sandbox.request_log.count("PATCH /orders/:id") == 1


@pytest.mark.parametrize(
    "requested_at", [pytest.param(time.time() + 3_600, id="in an hour"), math.inf, math.nan, -math.inf]
)
async def test_time_of_a_response(
    settings: Settings, gateway: Gateway, sandbox: Sandbox, redis: RedisServer, requested_at: float
) -> None:
    """A stored response from the future, or from no time at all, is not used."""
    async with two_replicas(settings, gateway, redis) as (one, other):
        before = await one.data(LIST)
        await until_stored(redis)
        for name in await redis.command("KEYS", "gateway:answer:*"):
            await redis.command("SETRANGE", name, 0, struct.pack("!d", requested_at))
        after = await other.data(LIST)

    assert after == before
    assert sandbox.request_log.counts() == {"GET /orders": 2}
