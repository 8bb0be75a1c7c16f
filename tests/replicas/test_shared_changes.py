"""Replicas that change accounts, with their idempotency keys in Redis."""

import asyncio

from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.accounts import ACTIONS, outcome
from tests.support.redis_server import RedisServer, needs_redis
from tests.support.replicas import two_replicas

pytestmark = needs_redis

UPDATE = "updateCustomerAccount"


async def test_same_key_on_both(
    settings: Settings, gateway: Gateway, sandbox: Sandbox, redis: RedisServer
) -> None:
    """Calls to both replicas under one idempotency key are one request, and have one outcome."""
    async with two_replicas(settings, gateway, redis) as both:
        outcomes = await asyncio.gather(*(outcome(one, UPDATE, idempotencyKey="once") for one in both * 3))

    assert set(outcomes) == {"CustomerAccountUpdated"}
    assert sandbox.request_log.count(ACTIONS) == 1


async def test_redis_down(settings: Settings, gateway: Gateway, sandbox: Sandbox, redis: RedisServer) -> None:
    """While Redis is down, only changes without a key are sent: another replica may have used the key."""
    async with two_replicas(settings, gateway, redis, redis_timeout_seconds=0.5) as (one, _):
        redis.freeze()
        with_key = await outcome(one, UPDATE, idempotencyKey="once")
        sent = sandbox.request_log.count(ACTIONS)
        without_key = await outcome(one, UPDATE)
        redis.thaw()

    assert (with_key, sent) == ("AccountChangeUnavailableError", 0)
    assert without_key == "CustomerAccountUpdated"
    assert sandbox.request_log.count(ACTIONS) == 1
