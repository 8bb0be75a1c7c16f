"""Replicas agree on which devices are registered for which wallet passes."""

from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.http.test_wallet_updates import START, Device
from tests.support.calendars import book
from tests.support.redis_server import RedisServer, needs_redis
from tests.support.replicas import two_replicas
from tests.support.wallets import apple_settings

pytestmark = needs_redis


async def test_shared(settings: Settings, gateway: Gateway, sandbox: Sandbox, redis: RedisServer) -> None:
    """What is registered or removed at one replica is so at the other, within the same bounds."""
    order, _ = book(sandbox, START)
    async with two_replicas(apple_settings(settings), gateway, redis) as (one, other):
        ticket = await Device(one).add(order)
        statuses = [await Device(each).register(ticket) for each in (one, other)]
        listed = [(await Device(each).changed())[0] for each in (one, other)]
        statuses += [await Device(one, f"device-{at}").register(ticket) for at in range(20)]
        await Device(other).unregister(ticket)
        left = [(await Device(each).changed())[0] for each in (one, other)]

    assert statuses == [201, 200] + [201] * 19 + [403]
    assert (listed, left) == ([[ticket.serial]] * 2, [[], []])


async def test_redis_away(settings: Settings, gateway: Gateway, sandbox: Sandbox, redis: RedisServer) -> None:
    """Without Redis a device is asked to come back, and does not hear that nothing has changed."""
    order, _ = book(sandbox, START)
    async with two_replicas(apple_settings(settings), gateway, redis) as (one, _other):
        ticket = await Device(one).add(order)
        await Device(one).register(ticket)
        await redis.kill()
        status, _, headers = await Device(one).send(
            "GET", f"devices/{Device(one).name}/registrations/pass.com.example.tickets"
        )

    assert (status, headers["Retry-After"]) == (503, "60")
