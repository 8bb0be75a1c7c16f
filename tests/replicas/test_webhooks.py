"""imin's webhooks, with two replicas: imin calls one of them."""

import pytest
from pydantic import SecretStr

from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.redis_server import RedisServer, needs_redis
from tests.support.replicas import LIST, two_replicas, until_stored
from tests.support.subscriptions import number_and_item, socket_of, statuses
from tests.support.waiting import PLENTY, until

pytestmark = needs_redis

KEYS = dict.fromkeys(("imin_webhook_key", "imin_order_webhook_key"), SecretStr("key"))


@pytest.mark.parametrize(
    "call",
    [
        ("customer-accounts", {"identifier": "1234"}),
        ("orders", {"customerIdentifier": "1234"}),
        ("orders", {"orderIdentifier": "{order}"}),
    ],
)
async def test_shared(
    settings: Settings,
    gateway: Gateway,
    sandbox: Sandbox,
    redis: RedisServer,
    call: tuple[str, dict[str, str]],
) -> None:
    """What one replica learns, the other one's cache forgets and its watcher polls."""
    path, body = call
    number, item = number_and_item(sandbox)
    quiet = settings.but(**KEYS, follow_first_seconds=PLENTY, follow_longest_seconds=PLENTY)
    async with two_replicas(quiet, gateway, redis) as (one, other):
        await one.data(LIST)
        await until_stored(redis)
        await other.data(LIST)
        async with socket_of(other) as socket:
            await socket.connect()
            await socket.subscribe(number)
            await socket.next_state()
            await until(lambda: _are_listening(redis))
            sandbox.seller_cancel(number, item)
            named = {name: value.format(order=number) for name, value in body.items()}
            url = f"{one.url}/webhooks/{path}"
            async with one.http.post(url, json=named, headers={"X-Api-Key": "key"}) as response:
                assert response.status == 204
            state = await socket.next_state()
        sandbox.request_log.clear()
        await other.data(LIST)

    assert "SELLER_CANCELLED" in statuses(state)
    assert sandbox.request_log.counts() == {"GET /orders": 1}


async def _are_listening(redis: RedisServer) -> bool:
    return bool((await redis.command("PUBSUB NUMSUB", "gateway:changed"))[0][1] == 2)
