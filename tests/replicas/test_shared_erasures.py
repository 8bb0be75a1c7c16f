"""Replicas that share the deletion of an account through Redis."""

from typing import Any

from pydantic import SecretStr

from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.accounts.test_erasure import ACCEPTED, ACCOUNT_CHANGED, all_with, links_of, opened
from tests.conftest import Gateway
from tests.support.accounts import CREATE, DELETE, outcome
from tests.support.live_feeds import QUIET, event, start
from tests.support.redis_server import RedisServer, needs_redis
from tests.support.replicas import two_replicas
from tests.support.subscriptions import socket_of

pytestmark = needs_redis

SHARED: dict[str, Any] = {**QUIET, "id_secret": (SecretStr("secret"),)}


async def test_deleted_through_another(
    settings: Settings, gateway: Gateway, sandbox: Sandbox, redis: RedisServer
) -> None:
    """What a customer has at one replica ends when another deletes their account; a key counts at both."""
    async with two_replicas(settings, gateway, redis, **SHARED) as (one, other):
        links = await links_of(one)
        async with socket_of(one) as socket:
            await socket.connect()
            await start(socket, ACCOUNT_CHANGED, "account")
            await event(socket)

            first = await outcome(other, "deleteCustomerAccount", idempotencyKey="k")
            ended = await socket.receive()
        again = await outcome(one, "deleteCustomerAccount", idempotencyKey="k")

        assert (first, again) == (ACCEPTED, ACCEPTED)
        assert ended == {"id": "account", "type": "complete"}
        assert await opened(one, links) == all_with(404)
    assert sandbox.request_log.count(DELETE) == 1


async def test_created_once(
    settings: Settings, gateway: Gateway, sandbox: Sandbox, redis: RedisServer
) -> None:
    """One key makes one account, whichever replica is called."""
    async with two_replicas(settings, gateway, redis, **SHARED) as both:
        results = [await outcome(one, "createCustomerAccount", idempotencyKey="k") for one in both * 2]

    assert results == ["CustomerAccountCreated"] * 4
    assert sandbox.request_log.count(CREATE) == 1
