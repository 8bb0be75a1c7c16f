"""Metrics and readiness, without names, addresses or arguments."""

from prometheus_client.parser import text_string_to_metric_families

from gateway.auth import demo_caller
from gateway.commands import gateway_listening
from gateway.sandbox import Fault, Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.disclosure import disclosed

LIST = '{ customer(identifier: "1234") { orders(first: 1) { totalCount } } }'

CANCEL = """mutation ($order: ID!, $items: [ID!]!) {
  cancelOrderItems(input: {orderId: $order, orderItemIds: $items}) { result { __typename } } }"""


async def metrics(gateway: Gateway) -> dict[tuple[str, tuple[str, ...]], float]:
    """All samples by name and label values, without the hash of the operation."""
    async with gateway.http.get(f"{gateway.url}/metrics") as response:
        assert response.content_type == "text/plain"
        text = await response.text()
    assert disclosed(text, "1234", "sandbox-key", "127.0.0.1", "http:") == []
    return {
        (
            sample.name,
            tuple(value for name, value in sample.labels.items() if name != "operation"),
        ): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_metrics(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> None:
    """Requests, requests to imin, retries and cache reads are counted."""
    async with gateway_listening(settings.but(cache_enabled=True), demo_caller) as url:
        cached = Gateway(url, gateway.http)
        sandbox.faults.add(Fault("GET /orders", "503", times=1))
        await cached.data(LIST)
        await cached.data(LIST)
        sandbox.faults.add(Fault("GET /order-items", "html_200"))
        await cached.answer("{ viewer { upcomingOrderItems { totalCount } } }")
        samples = await metrics(cached)

    expected = {
        ("gateway_requests_total", ("ok",)): 2,
        ("gateway_requests_total", ("UPSTREAM_INVALID",)): 1,
        ("gateway_request_seconds_count", ()): 3,
        ("gateway_imin_calls_total", ("GET /orders", "503")): 1,
        ("gateway_imin_calls_total", ("GET /orders", "200")): 1,
        ("gateway_imin_calls_total", ("GET /order-items", "200")): 1,
        ("gateway_imin_attempts_total", ("GET /orders",)): 2,
        ("gateway_imin_in_flight", ("GET /orders",)): 0,
        ("gateway_imin_waiting", ("GET /orders",)): 0,
        ("gateway_imin_limit", ("GET /orders",)): 16,
        ("gateway_imin_breaker", ("GET /orders",)): 0,
        ("gateway_imin_turned_away_total", ("GET /orders",)): 0,
        ("gateway_cache_reads_total", ("miss",)): 2,
        ("gateway_cache_reads_total", ("fresh",)): 1,
    }
    assert {name: samples.get(name) for name in expected} == expected
    assert samples["gateway_imin_bytes_total", ("GET /orders",)] > 10_000
    assert samples["gateway_cache_bytes", ("memory",)] > 30_000


async def test_failing_endpoint(gateway: Gateway, sandbox: Sandbox) -> None:
    """An open circuit breaker shows in the metrics and in readiness; the gateway stays ready."""
    sandbox.faults.add(Fault("GET /orders", "500", times=None))
    for _ in range(20):
        await gateway.answer(LIST)

    async with gateway.http.get(f"{gateway.url}/health/ready") as response:
        ready = (response.status, await response.json())
    samples = await metrics(gateway)

    assert ready == (200, {"status": "degraded", "failingEndpoints": ["GET /orders"], "redis": "off"})
    assert samples["gateway_imin_breaker", ("GET /orders",)] in {1, 2}
    assert samples["gateway_imin_attempts_total", ("GET /orders",)] == 20


async def test_cancellations(gateway: Gateway, sandbox: Sandbox) -> None:
    """Cancellations are counted by outcome, and operations by whether they ran compiled."""
    sandbox.add_order("1234")
    query = "{ viewer { orders(first: 1) { nodes { id items { id } } } } }"
    (order,) = (await gateway.data(query))["viewer"]["orders"]["nodes"]
    items = [item["id"] for item in order["items"]]
    await gateway.data(CANCEL, order=order["id"], items=items)
    samples = await metrics(gateway)

    cancellations = {
        name[1]: value for name, value in samples.items() if name[0] == "gateway_cancellations_total"
    }
    assert sum(cancellations.values()) == 1
    assert samples["gateway_executions_total", ("planned",)] == 1
    assert samples["gateway_executions_total", ("unplanned",)] == 1
