"""Limits on a caller's rate and on concurrent requests."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from gateway.auth import Caller, demo_caller
from gateway.commands import gateway_listening
from gateway.sandbox import Fault, Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway


@pytest.fixture
async def customers_gateway(settings: Settings, gateway: Gateway) -> AsyncIterator[Gateway]:
    """A gateway for customers, identified by a header, with a bucket of 10 that refills 1 per second."""

    async def by_header(request: Any) -> Caller:
        return Caller(request.headers["X-Customer"])

    limited = settings.but(rate_cost_per_second=1, rate_burst_cost=10)
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

    assert (first[0], first[1]) == (
        200,
        {"RateLimit-Policy": '"cost";q=10;w=10', "RateLimit": '"cost";r=1;t=9', "Retry-After": ""},
    )
    assert second[0] == 429
    assert second[1]["RateLimit"] == '"cost";r=0;t=10'
    assert 8 <= int(second[1]["Retry-After"]) <= 10
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
    sandbox.faults.add(Fault("GET /orders", "black_hole", times=None))
    body = {"query": "{ viewer { orders { totalCount } } }"}
    async with gateway_listening(settings.but(limit_requests=2), demo_caller) as url:

        async def status() -> tuple[int, str | None]:
            async with gateway.http.post(f"{url}/graphql", json=body) as response:
                return response.status, response.headers.get("Retry-After")

        answers = await asyncio.gather(*(status() for _ in range(6)))
        async with gateway.http.get(f"{url}/health/live") as response:
            assert response.status == 200

    assert sorted(answers, key=str) == [(200, None)] * 2 + [(503, "1")] * 4
