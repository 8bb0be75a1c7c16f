"""Replicas that share rate limits through Redis."""

from typing import Any

from gateway.auth import Caller
from gateway.http.limits.rate import RateLimits, RateRules
from gateway.http.limits.rate_redis import RateSynchroniser
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.redis_server import RedisServer, needs_redis
from tests.support.replicas import client_of, two_replicas, until

pytestmark = needs_redis

COST_50 = """{ viewer {
  a: orders(first: 100) { totalCount } b: orders(first: 100) { totalCount }
  c: orders(first: 100) { totalCount } d: orders(first: 100) { totalCount }
  e: orders(first: 100) { totalCount } } }"""


async def test_rates_are_shared(redis: RedisServer) -> None:
    """What a customer has spent at one replica is missing at the other; the bucket fills up once for both."""
    rules = RateRules(cost_per_second=0.001, burst=100)
    rates = [RateLimits(rules, are_shared=True), RateLimits(rules, are_shared=True)]
    first, second = (one.bucket_of(Caller("ann")) for one in rates)
    assert first
    assert second

    async with client_of(redis) as here, client_of(redis) as there:
        assert first.charge(60)
        await RateSynchroniser(here, rates[0]).synchronise()
        assert second.charge(30)
        await RateSynchroniser(there, rates[1]).synchronise()

    assert (second.charge(20), second.charge(5)) == (False, True)


async def test_gateways_share_a_bucket(settings: Settings, gateway: Gateway, redis: RedisServer) -> None:
    """A customer who has spent most of the bucket at one gateway is refused by the other."""

    async def customer(_request: object) -> Caller:
        return Caller("1234")

    rules: dict[str, Any] = {"rate_burst_cost": 100, "rate_cost_per_second": 0.001}
    async with two_replicas(settings, gateway, redis, customer, **rules) as (one, other):
        for _ in range(60):
            await one.data("{ viewer { identifier } }")
        await until(redis, _level, lambda level: level < 41)
        small = await other.data("{ viewer { identifier } }")
        await until(redis, _level, lambda level: level < 40)
        large = await other.answer(COST_50)
        small_again = await other.data("{ viewer { identifier } }")

    assert small == small_again == {"viewer": {"identifier": "1234"}}
    assert [error["extensions"] for error in large["errors"]] == [{"code": "RATE_LIMITED"}]


async def _level(commands: Any) -> float:
    return float(await commands.hget("gateway:rate:1234", "level") or "inf")
