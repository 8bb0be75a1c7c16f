"""Replicas agree on the addresses of calendar feeds and on the versions of their entries."""

from datetime import datetime
from typing import Any

import pytest

from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.auth.test_calendar_addresses import reset
from tests.conftest import Gateway
from tests.support.calendars import book, feed_url, poll, read
from tests.support.redis_server import RedisServer, needs_redis
from tests.support.replicas import two_replicas, until_stored

pytestmark = needs_redis

START = "2026-11-08T10:00:00+00:00"


async def test_reset(settings: Settings, gateway: Gateway, redis: RedisServer) -> None:
    """An address that was reset on one replica opens on none, also after Redis has lost its data."""
    async with two_replicas(settings, gateway, redis) as (one, other):
        paths = [(await feed_url(one, "1234")).removeprefix(one.url)]
        statuses = [(await poll(other, other.url + paths[0]))[0]]
        paths.append((await reset(one))["calendarFeed"]["url"].removeprefix(one.url))
        statuses += [(await poll(other, other.url + path))[0] for path in paths]
        await redis.command("FLUSHALL")
        statuses += [(await poll(each, each.url + path))[0] for each in (other, one) for path in paths]

    assert statuses == [200, 404, 200, 404, 200, 404, 200]


async def test_one_reading(
    settings: Settings, gateway: Gateway, sandbox: Sandbox, redis: RedisServer
) -> None:
    """A feed that one replica has made is served by the other without a request to imin."""
    async with two_replicas(settings, gateway, redis) as (one, other):
        path = (await feed_url(one)).removeprefix(one.url)
        first = await poll(one, one.url + path)
        await until_stored(redis)
        second = await poll(other, other.url + path, first[2])
        third = await poll(other, other.url + path)

    assert (second, third) == ((304, b"", first[2]), first)
    assert sandbox.request_log.counts() == {"GET /order-items": 1}


async def test_versions(settings: Settings, gateway: Gateway, sandbox: Sandbox, redis: RedisServer) -> None:
    """Both replicas give an entry the version that the first of them has given it."""
    order, item = book(sandbox, START)
    bodies = []
    async with two_replicas(settings, gateway, redis, cache_enabled=False) as (one, other):
        path = (await feed_url(one)).removeprefix(one.url)
        for start in (START, "2026-11-09T10:00:00+00:00"):
            sandbox.changes.move_session(order, item, datetime.fromisoformat(start), None)
            for each in (other, one, other):
                _, body, _ = await poll(each, each.url + path)
                bodies.append(body)

    assert bodies == [bodies[0]] * 3 + [bodies[3]] * 3
    before, after = ({event.uid: event.sequence for event in read(body)} for body in (bodies[0], bodies[3]))
    assert sorted(after[uid] - before[uid] > 0 for uid in before) == [False, False, True]


async def test_redis_down(settings: Settings, gateway: Gateway, redis: RedisServer) -> None:
    """Without Redis no feed opens and none is reset, since another replica could have reset it."""
    async with two_replicas(settings, gateway, redis, redis_timeout_seconds=0.2) as (one, _):
        url = await feed_url(one, "1234")
        await redis.kill()
        polled = await poll(one, url)
        result = await reset(one)
        answer = await one.answer("{ viewer { identifier calendarFeed { url } } }")

    assert (polled[0], result["code"]) == (503, "CALENDAR_FEED_UNAVAILABLE")
    assert answer["data"] == {"viewer": {"identifier": "1234", "calendarFeed": None}}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["SERVICE_UNAVAILABLE"]


@pytest.mark.parametrize(
    "value", [b"", b"\xc1", b"\x92\xcf" + b"\xff" * 8 + b"\xa0", b"\x92\xd3" + b"\x80" * 8 + b"\xa0"]
)
async def test_damaged(settings: Settings, gateway: Gateway, redis: RedisServer, value: Any) -> None:
    """A value in Redis that cannot be read counts as absent, and is written again."""
    async with two_replicas(settings, gateway, redis, cache_enabled=False) as (one, _):
        url = (await reset(one))["calendarFeed"]["url"]
        _, body, _ = await poll(one, url)
        for name in await redis.command("KEYS", "gateway:calendar:*"):
            await redis.command("SET", name, value)

        assert (await poll(one, url))[:2] == (200, body)
        assert value not in [
            await redis.command("GET", n) for n in await redis.command("KEYS", "gateway:calendar:*")
        ]
