"""Values in Redis that cannot be read count as absent, whatever they hold and wherever they are."""

import asyncio
from typing import Any

import msgspec
import pytest

from gateway.auth import Caller
from gateway.cancellation.attempts import Attempt, AttemptState
from gateway.http.limits.rate import RateLimits, RateRules
from gateway.http.limits.rate_redis import RateSynchroniser
from gateway.imin.cache_backend import CachedBody
from gateway.imin.changes import Change
from gateway.journal.keys import KeyEntry, KeyName
from gateway.journal.locks import ProcessLocks
from gateway.replicas.announcements import Announcements
from gateway.replicas.cache import RedisCacheBackend
from gateway.replicas.locks import ReplicaLocks
from gateway.replicas.stored_journal import StoredJournal
from gateway.replicas.subscription import Subscription
from tests.support.redis_server import RedisServer, needs_redis
from tests.support.replicas import client_of
from tests.support.waiting import HANGS_AFTER, PLENTY, until

pytestmark = needs_redis

HUGE = 32 * 1024 * 1024
KEY = KeyName("caller", "key", most=10)


async def test_unknown_state(redis: RedisServer) -> None:
    """An attempt in a state of a later release counts as unconfirmed: something may have been sent."""
    attempt = Attempt("id", "1234", "order", ("1",), 1.0, AttemptState.CANCELLED)
    newer = msgspec.msgpack.encode(msgspec.structs.asdict(attempt) | {"state": "POSTPONED", "until": 5.0})
    async with client_of(redis) as client:
        stored = StoredJournal(client)
        await redis.command("HSET", "gateway:attempts:order", "id", newer)

        (found,) = await stored.attempts("order")

    assert found == msgspec.structs.replace(attempt, state=AttemptState.UNCONFIRMED)


async def test_attempt_of_another_order(redis: RedisServer) -> None:
    """An attempt that is stored with an order but is about another one is not taken for one of the first."""
    async with client_of(redis) as client:
        stored = StoredJournal(client)
        await stored.put(Attempt("id", "1234", "order", ("1",), 1.0))
        await redis.command("RENAME", "gateway:attempts:order", "gateway:attempts:other")

        assert await stored.attempts("other") == []


async def test_huge_values(redis: RedisServer) -> None:
    """Of a value that is longer than any that the gateway stores, at most a megabyte is transferred."""
    async with client_of(redis) as client:
        cache, stored = RedisCacheBackend(client), StoredJournal(client)
        key = ("1234", "orders", "1")
        attempt = Attempt("id", "1234", "order", ("1",), 1.0)
        generation = await cache.generation("1234")
        assert generation
        await cache.write({key: _body()}, generation, 60)
        await stored.claim(KEY, KeyEntry("payload", None))
        await stored.put(attempt)
        for name in await redis.command("KEYS", "gateway:*"):
            match await redis.command("TYPE", name):
                case b"hash":
                    await redis.command("HSET", name, "other", b"x" * HUGE)
                case b"string":
                    await redis.command("SETRANGE", name, HUGE, b"x")
        before = await _bytes_sent(redis)

        assert await cache.read(key, generation) is None
        assert await cache.generation("1234") not in {None, generation}
        assert await stored.entry(KEY) is None
        assert await stored.attempts("order") == await stored.attempts() == [attempt]
        assert await _bytes_sent(redis) - before < 5_000_000


def _body() -> CachedBody:
    return CachedBody(b"{}", 1.0)


async def _bytes_sent(redis: RedisServer) -> int:
    return int((await redis.command("INFO", "stats"))["total_net_output_bytes"])


@pytest.mark.parametrize(
    "command",
    [("SET", "x"), ("SET", "x", "PX", 3_600_000), ("RPUSH", "x"), ("SET", b"\xff" * 1_000)],
    ids=["for ever", "for an hour", "another type", "bytes"],
)
async def test_value_that_is_no_lock(redis: RedisServer, command: tuple[Any, ...]) -> None:
    """What does not expire soon is no lock, so it does not lock the order for ever."""
    verb, *arguments = command
    await redis.command(verb, "gateway:lock:order", *arguments)

    async with client_of(redis) as client, asyncio.timeout(HANGS_AFTER):
        async with ReplicaLocks(client, ProcessLocks(), PLENTY).hold("order"):
            assert 0 < await redis.command("PTTL", "gateway:lock:order") < 3_600_000
        assert await redis.command("EXISTS", "gateway:lock:order") == 0


async def test_lock_of_another_release(redis: RedisServer) -> None:
    """What expires soon is a lock, whatever its value; it is neither ignored nor released."""
    await redis.command("RPUSH", "gateway:lock:order", "held by a replica of another release")
    await redis.command("PEXPIRE", "gateway:lock:order", 10_000)

    async with client_of(redis) as client:
        locks = ReplicaLocks(client, ProcessLocks(), PLENTY)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1), locks.hold("order"):
                pass
    assert await redis.command("TYPE", "gateway:lock:order") == b"list"


@pytest.mark.parametrize(
    "fields",
    [
        ("level", "x", "time", "y"),
        ("level", "nan", "time", "nan"),
        ("level", "5"),
        ("time", "5"),
        ("level", "", "time", ""),
        ("tokens", "7", "updated", "2030-01-01T00:00:00Z"),
        None,
    ],
)
async def test_rates(redis: RedisServer, fields: tuple[str, ...] | None) -> None:
    """A bucket that cannot be read is full, and shared again from then on."""
    name = "gateway:rate:ann"
    await (redis.command("HSET", name, *fields) if fields else redis.command("SET", name, "x"))
    limits = RateLimits(RateRules(cost_per_second=0.001, burst=100), are_shared=True)
    bucket = limits.bucket_of(Caller("ann"))
    assert bucket

    async with client_of(redis) as client:
        assert bucket.charge(60)
        await RateSynchroniser(client, limits).synchronise()

    assert 40 <= float(await redis.command("HGET", name, "level")) < 41
    assert (bucket.charge(41), bucket.charge(40)) == (False, True)


@pytest.mark.parametrize("level", ["-inf", "-1e300"])
async def test_rate_without_bottom(redis: RedisServer, level: str) -> None:
    """However low a stored level is, the caller waits no longer than for the emptiest bucket."""
    await redis.command("HSET", "gateway:rate:ann", "level", level, "time", "1e300")
    limits = RateLimits(RateRules(cost_per_second=0.001, burst=100), are_shared=True)
    bucket = limits.bucket_of(Caller("ann"))
    assert bucket

    async with client_of(redis) as client:
        assert bucket.charge(1)
        await RateSynchroniser(client, limits).synchronise()

    assert float(await redis.command("HGET", "gateway:rate:ann", "level")) == -100


async def test_announcements(redis: RedisServer) -> None:
    """Messages that cannot be read are skipped; elements that a later release adds are ignored."""
    heard: list[Change] = []

    async def listener(change: Change) -> None:
        heard.append(change)

    async with client_of(redis) as client:
        announcements = Announcements(client)
        announcements.on_announcement(listener)
        announcements.start()
        await until(lambda: _are_listening(redis))
        for message in (
            b"",
            b"\xff\x00",
            b"text",
            b"[]",
            b'["a"]',
            b'{"order": "1"}',
            b'["a", 1]',
            b'["a", "1", 2]',
            b'["a", "1", {"customer": 2}]',
            b"[" * 100_000,
        ):
            await redis.command("PUBLISH", "gateway:changed", message)
        await redis.command("PUBLISH", "gateway:changed", b'["other", "1", {"since": 5}, 6]')
        await redis.command("PUBLISH", "gateway:changed", b'["other", "", {"customer": "ann"}]')
        await redis.command("PUBLISH", "gateway:changed", b'["other", "2"]')
        await until(lambda: Change("2") in heard)
        await announcements.stop()

    assert heard == [Change("1"), Change(customer="ann"), Change("2")]


async def _are_listening(redis: RedisServer) -> bool:
    return bool((await redis.command("PUBSUB NUMSUB", "gateway:changed"))[0][1] == 1)


async def test_listener_that_fails(redis: RedisServer) -> None:
    """An error while a message is handled does not end the subscription."""
    received: list[bytes] = []

    async def receive(message: bytes) -> None:
        received.append(message)
        raise LookupError(message)

    async with client_of(redis) as client:
        listening = asyncio.ensure_future(Subscription(client, "gateway:changed", receive).run())
        await until(lambda: _are_listening(redis))
        for message in ("1", "2"):
            await redis.command("PUBLISH", "gateway:changed", message)
        await until(lambda: received == [b"1", b"2"])
        listening.cancel()
        await asyncio.wait([listening])
