"""Cancelling while imin works for half of the calls."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from gateway.sandbox import Fault, FaultKind, Sandbox
from tests.conftest import Gateway
from tests.support.cancellations import cancel

ORDERS = "query ($first: Int!) { viewer { orders(first: $first) { nodes { id items { id } } } } }"
READ, PATCH = "GET /orders/:id", "PATCH /orders/:id"


async def causes(gateway: Gateway) -> dict[str, float]:
    """Why cancellations ended as unavailable."""
    async with gateway.http.get(f"{gateway.url}/metrics") as response:
        text = await response.text()
    name = "gateway_cancellations_unavailable_total"
    return {
        sample.labels["cause"]: sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name
    }


async def cancel_new_orders(gateway: Gateway, sandbox: Sandbox, count: int) -> list[dict[str, Any]]:
    """The results of cancelling that many new orders at once."""
    for _ in range(count):
        sandbox.add_order("1234")
    data = await gateway.data(ORDERS, first=count)
    return await asyncio.gather(
        *(
            cancel(gateway, order["id"], [item["id"] for item in order["items"]])
            for order in data["viewer"]["orders"]["nodes"]
        )
    )


@pytest.mark.settings(cancel_deadline_seconds=2.0)
@pytest.mark.parametrize(("read", "patch"), [("500", "503"), ("reset", "kong_401")])
async def test_half_of_the_calls(
    gateway: Gateway, sandbox: Sandbox, read: FaultKind, patch: FaultKind
) -> None:
    """Cancellations fail because of what imin answers, never because a breaker refuses them."""
    sandbox.faults.add(Fault(READ, read, times=None, share=0.5))
    sandbox.faults.add(Fault(PATCH, patch, times=None, share=0.5))

    results = await cancel_new_orders(gateway, sandbox, 30)

    outcomes = Counter(result["__typename"] for result in results)
    found = await causes(gateway)
    assert set(outcomes) == {"CancellationPending", "CancellationUnavailableError"}
    assert set(found) <= {"read failure", "PATCH failure"}
    assert sum(found.values()) == outcomes["CancellationUnavailableError"]
    assert sandbox.request_log.count(PATCH) == 30 - found.get("read failure", 0)


@pytest.mark.settings(cancel_deadline_seconds=2.0)
async def test_after_an_outage(gateway: Gateway, sandbox: Sandbox) -> None:
    """When imin works again, the first cancellation is not refused, although the breakers are open."""
    sandbox.faults.add(Fault(PATCH, "503", times=20))
    failed = await cancel_new_orders(gateway, sandbox, 20)

    (result,) = await cancel_new_orders(gateway, sandbox, 1)

    assert {one["__typename"] for one in failed} == {"CancellationUnavailableError"}
    assert result["__typename"] == "CancellationPending"
    assert await causes(gateway) == {"PATCH failure": 20}
    assert sandbox.request_log.count(PATCH) == 21


@pytest.mark.settings(cancel_deadline_seconds=2.0)
async def test_dead(gateway: Gateway, sandbox: Sandbox) -> None:
    """While every PATCH fails, those beyond the first twenty are probes, one a second."""
    sandbox.faults.add(Fault(PATCH, "503", times=None))
    failed = await cancel_new_orders(gateway, sandbox, 20)

    failed += await cancel_new_orders(gateway, sandbox, 10)

    counts = await causes(gateway)
    assert {one["__typename"] for one in failed} == {"CancellationUnavailableError"}
    assert set(counts) == {"PATCH failure", "PATCH breaker"}
    assert sum(counts.values()) == 30
    assert counts["PATCH failure"] == sandbox.request_log.count(PATCH)
