"""Replicas that share the idempotency keys of checkout sessions through Redis."""

import asyncio

from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.checkout import CREATE, create, for_sale
from tests.support.redis_server import RedisServer, needs_redis
from tests.support.replicas import two_replicas

pytestmark = needs_redis


async def test_same_key_on_both(
    settings: Settings, gateway: Gateway, imin: tuple[Sandbox, str], redis: RedisServer
) -> None:
    """Calls to two replicas under one key are one session. While Redis is down, no key is used.

    Another replica might have used it, and nothing shows which sessions there are.
    """
    sandbox, base = imin[0], imin[1].removesuffix("/api/v2")
    given = {"opportunityId": for_sale(sandbox)[0], "idempotencyKey": "a"}
    async with two_replicas(settings, gateway, redis, checkout_base_url=base) as both:
        results = await asyncio.gather(*(create(one, **given) for one in both * 3))
        requests = sandbox.request_log.count(CREATE)
        await redis.kill()
        again = await create(both[0], **given)
        new = await create(both[0], **given | {"idempotencyKey": "b"})
        without = await create(both[0], opportunityId=given["opportunityId"])

    assert requests == 1
    assert [result["__typename"] for result in results] == ["CheckoutSession"] * 6
    assert all(result == results[0] for result in [*results, again])
    assert (new["__typename"], without["__typename"]) == ("CheckoutUnavailableError", "CheckoutSession")
    assert sandbox.request_log.count(CREATE) == 2
