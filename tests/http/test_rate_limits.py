"""Limits on a caller's rate and on concurrent requests."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from gateway.auth import Caller, demo_caller
from gateway.commands import gateway_listening
from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.waiting import HANGS_AFTER, held

SLOWNESS = 500
"""Seconds that a slow machine may need for a few requests, while the bucket refills."""


@pytest.fixture
async def customers_gateway(settings: Settings, gateway: Gateway) -> AsyncIterator[Gateway]:
    """A gateway for customers, identified by a header, with a bucket of 10 that refills in 10,000 s."""

    async def by_header(request: Any) -> Caller:
        return Caller(request.headers["X-Customer"])

    limited = settings.but(rate_cost_per_second=0.001, rate_burst_cost=10)
    async with gateway_listening(limited, by_header) as url:
        yield Gateway(url, gateway.http)


async def ask(gateway: Gateway, customer: str, query: str) -> tuple[int, dict[str, str], Any]:
    headers = {"X-Customer": customer}
    async with gateway.http.post(
        f"{gateway.url}/graphql", json={"query": query}, headers=headers
    ) as response:
        names = ("RateLimit-Policy", "RateLimit", "Retry-After")
        rate = {name: response.headers.get(name, "") for name in names}
        return response.status, rate, await response.json()


async def test_rate(customers_gateway: Gateway, sandbox: Sandbox) -> None:
    """A customer whose bucket is empty has to wait; other customers are not affected."""
    query = "{ viewer { orders(first: 90) { nodes { id } } } }"

    first = await ask(customers_gateway, "abc", query)
    sandbox.request_log.clear()
    second = await ask(customers_gateway, "abc", query)
    other = await ask(customers_gateway, "small", query)
    calls = sandbox.request_log.counts()

    assert (first[0], second[0]) == (200, 429)
    assert first[1]["RateLimit-Policy"] == '"cost";q=10;w=10000'
    assert first[1]["Retry-After"] == ""
    for answer, left, until_full in ((first, 1, 9_000), (second, 0, 10_000)):
        (values,) = re.findall(r'^"cost";r=(\d+);t=(\d+)$', answer[1]["RateLimit"])
        assert int(values[0]) == left
        assert until_full - SLOWNESS <= int(values[1]) <= until_full
    assert 8_000 - SLOWNESS <= int(second[1]["Retry-After"]) <= 10_000
    assert second[2]["errors"][0]["extensions"] == {"code": "RATE_LIMITED"}
    assert other[0] == 200
    assert calls == {"GET /orders": 1}


async def test_unreadable_documents_are_not_free(customers_gateway: Gateway) -> None:
    """Documents that cannot be parsed use up the bucket too."""
    statuses = [(await ask(customers_gateway, "abc", "{ nope"))[0] for _ in range(12)]

    assert statuses.count(429) == 2


async def test_services_are_not_rated(settings: Settings, gateway: Gateway) -> None:
    """A trusted service, which acts for many customers, has no bucket."""

    async def service(_request: object) -> Caller:
        return Caller(None, may_name_any_customer=True)

    async with gateway_listening(settings.but(rate_burst_cost=1), service) as url:
        for _ in range(5):
            assert "errors" not in await Gateway(url, gateway.http).answer("{ viewer { id } }")


async def test_overload(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> None:
    """Requests beyond the concurrency limit get a 503 at once, with Retry-After."""
    sandbox.faults.add(held("GET /orders"))
    body = {"query": "{ viewer { orders { totalCount } } }"}
    async with gateway_listening(settings.but(limit_requests=2), demo_caller) as url:

        async def status() -> tuple[int, str | None]:
            async with gateway.http.post(f"{url}/graphql", json=body) as response:
                return response.status, response.headers.get("Retry-After")

        running = {asyncio.ensure_future(status()) for _ in range(6)}
        refused: list[tuple[int, str | None]] = []
        async with asyncio.timeout(HANGS_AFTER):
            while len(refused) < 4:
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                refused += [one.result() for one in done]
        async with gateway.http.get(f"{url}/health/live") as response:
            assert response.status == 200
        sandbox.faults.clear()
        served = await asyncio.gather(*running)

    assert refused == [(503, "1")] * 4
    assert served == [(200, None)] * 2
