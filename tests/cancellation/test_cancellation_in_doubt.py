"""cancelOrderItems when the answer to the PATCH or a reading is lost: every answer is true."""

import asyncio
from typing import Any

import pytest

from gateway.sandbox import Fault, Sandbox
from tests.conftest import Gateway
from tests.support.cancellations import (
    READ_PATCH_READ,
    UNAVAILABLE,
    UNCONFIRMED,
    booked,
    cancel,
    statuses,
)
from tests.support.clocks import PinnedBootClock
from tests.support.waiting import held


@pytest.mark.parametrize("kind", ["reset_after", "status_after"])
async def test_answer_lost(gateway: Gateway, sandbox: Sandbox, kind: Any) -> None:
    """A PATCH that took effect although its answer was lost is found by reading, and is not repeated."""
    order, items = await booked(gateway)
    sandbox.faults.add(Fault("PATCH /orders/:id", kind, times=None))
    sandbox.request_log.clear()

    result = await cancel(gateway, order, items)

    assert result["__typename"] == "CancellationPending"
    assert [item["status"] for item in result["orderItems"]] == ["CUSTOMER_CANCELLATION_PENDING"] * 2
    assert sandbox.request_log.counts() == READ_PATCH_READ


@pytest.mark.settings(cancel_deadline_seconds=2)  # the test waits for it
@pytest.mark.parametrize("kind", ["500", "503", "502_html", "429", "kong_401", "express_400", "redirect"])
async def test_failed(gateway: Gateway, sandbox: Sandbox, kind: Any) -> None:
    """If imin answers the PATCH with a failure and the order is unchanged, nothing was cancelled."""
    order, items = await booked(gateway)
    sandbox.faults.add(Fault("PATCH /orders/:id", kind))
    sandbox.request_log.clear()

    result = await cancel(gateway, order, items)

    assert result == UNAVAILABLE
    assert sandbox.request_log.count("PATCH /orders/:id") == 1
    assert await statuses(gateway, order) == ["ORDER_ITEM_CONFIRMED", "ORDER_ITEM_CONFIRMED"]


async def test_counted(gateway: Gateway, sandbox: Sandbox) -> None:
    """A cancellation that failed is counted under the outcome's stable name."""
    order, items = await booked(gateway)
    sandbox.faults.add(Fault("PATCH /orders/:id", "503"))
    await cancel(gateway, order, items)

    async with gateway.http.get(f"{gateway.url}/metrics") as response:
        lines = (await response.text()).splitlines()

    assert [line for line in lines if line.startswith("gateway_cancellations_total")] == [
        'gateway_cancellations_total{outcome="Unavailable"} 1.0'
    ]


async def test_try_again(gateway: Gateway, sandbox: Sandbox) -> None:
    """A cancellation that certainly failed can be tried again at once, even under the same key."""
    order, items = await booked(gateway)
    sandbox.faults.add(Fault("PATCH /orders/:id", "503"))
    failed = await cancel(gateway, order, items, idempotencyKey="k")

    result = await cancel(gateway, order, items, idempotencyKey="k")

    assert (failed["__typename"], result["__typename"]) == (
        "CancellationUnavailableError",
        "CancellationPending",
    )
    assert sandbox.request_log.count("PATCH /orders/:id") == 2


@pytest.mark.settings(cancel_deadline_seconds=2)  # the test waits for it
@pytest.mark.parametrize("kind", ["reset", "black_hole"])
async def test_unconfirmed(gateway: Gateway, sandbox: Sandbox, kind: Any) -> None:
    """If nothing shows whether a PATCH arrived, it is unconfirmed, and nothing else is sent for its items."""
    order, items = await booked(gateway)
    sandbox.faults.add(Fault("PATCH /orders/:id", kind))
    sandbox.request_log.clear()

    first = await cancel(gateway, order, items, idempotencyKey="k1")
    second = await cancel(gateway, order, items[:1], idempotencyKey="k2")

    assert first == UNCONFIRMED | {"orderItemIds": items}
    assert second == UNCONFIRMED | {"orderItemIds": items[:1]}
    assert sandbox.request_log.count("PATCH /orders/:id") == 1


@pytest.mark.settings(cancel_deadline_seconds=2)  # the test waits for it
async def test_other_items(gateway: Gateway, sandbox: Sandbox) -> None:
    """Other items of the order can be cancelled while one is unconfirmed."""
    order, items = await booked(gateway)
    sandbox.faults.add(Fault("PATCH /orders/:id", "reset"))
    await cancel(gateway, order, items[:1])

    result = await cancel(gateway, order, items[1:])

    assert result["__typename"] == "CancellationPending"
    assert await statuses(gateway, order) == ["ORDER_ITEM_CONFIRMED", "CUSTOMER_CANCELLATION_PENDING"]


@pytest.mark.settings(cancel_deadline_seconds=2)  # the test waits for it
async def test_unconfirmed_resolves(gateway: Gateway, sandbox: Sandbox, boot_clock: PinnedBootClock) -> None:
    """Once imin can no longer act on a lost PATCH, the next call reads the order and may send another."""
    order, items = await booked(gateway)
    sandbox.faults.add(Fault("PATCH /orders/:id", "reset"))
    await cancel(gateway, order, items, idempotencyKey="k")
    boot_clock.advance(61)

    result = await cancel(gateway, order, items, idempotencyKey="k")

    assert result["__typename"] == "CancellationPending"
    assert sandbox.request_log.count("PATCH /orders/:id") == 2


@pytest.mark.parametrize("kind", ["500", "reset", "html_200", "cut_json"])
async def test_unreadable_before(gateway: Gateway, sandbox: Sandbox, kind: Any) -> None:
    """If the order cannot be read, nothing is sent."""
    order, items = await booked(gateway)
    sandbox.faults.add(Fault("GET /orders/:id", kind, times=None))
    sandbox.request_log.clear()

    result = await cancel(gateway, order, items)

    assert result == UNAVAILABLE
    assert sandbox.request_log.count("PATCH /orders/:id") == 0


@pytest.mark.settings(cancel_deadline_seconds=2)  # the test waits for it
async def test_unreadable_after(gateway: Gateway, sandbox: Sandbox) -> None:
    """If imin accepted the PATCH and the order cannot be read afterwards, its items are shown as pending."""
    order, items = await booked(gateway)
    sandbox.faults.add(held("PATCH /orders/:id"))
    call = asyncio.ensure_future(cancel(gateway, order, items))
    await sandbox.request_log.wait_for("PATCH /orders/:id")
    sandbox.faults.clear()
    sandbox.faults.add(Fault("GET /orders/:id", "500", times=None))

    result = await call

    assert result["__typename"] == "CancellationPending"
    assert [item["status"] for item in result["orderItems"]] == ["CUSTOMER_CANCELLATION_PENDING"] * 2


async def test_unreadable_again(gateway: Gateway, sandbox: Sandbox) -> None:
    """If the order cannot be read, items of an earlier cancellation are unconfirmed, not unavailable."""
    order, items = await booked(gateway)
    await cancel(gateway, order, items[:1])
    sandbox.faults.add(Fault("GET /orders/:id", "html_200", times=2))

    assert await cancel(gateway, order, items) == UNCONFIRMED | {"orderItemIds": items}
    assert await cancel(gateway, order, items[1:]) == UNAVAILABLE
    assert sandbox.request_log.count("PATCH /orders/:id") == 1
