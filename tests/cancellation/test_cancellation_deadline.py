"""One deadline for a whole mutation, however many cancellations it has."""

import asyncio
import time
from typing import Any

import pytest

from gateway.sandbox import Fault, Sandbox
from tests.conftest import Gateway
from tests.support.cancellations import UNAVAILABLE, booked
from tests.support.waiting import HANGS_AFTER

PATCH = "PATCH /orders/:id"
COUNT = 20


async def cancel_many(gateway: Gateway, orders: list[tuple[str, list[str]]]) -> list[Any]:
    """The results of one mutation that cancels items of each order in turn."""
    inputs = {
        f"i{number}": {"orderId": order, "orderItemIds": items}
        for number, (order, items) in enumerate(orders)
    }
    variables = ", ".join(f"${name}: CancelOrderItemsInput!" for name in inputs)
    fields = " ".join(
        f"{name}: cancelOrderItems(input: ${name}) "
        "{ result { __typename ... on Error { code message } } }"
        for name in inputs
    )
    data = await gateway.data(f"mutation ({variables}) {{ {fields} }}", **inputs)
    return [data[name]["result"] for name in inputs]


async def orders_of(gateway: Gateway, sandbox: Sandbox, name: str) -> list[tuple[str, list[str]]]:
    """New orders that can be cancelled, by their global ids or by imin's identifiers."""
    for _ in range(COUNT):
        sandbox.add_order("1234")
    if name == "global id":
        return [await booked(gateway, index) for index in range(COUNT)]
    numbers = sandbox.store.identifiers("1234")[:COUNT]
    return [(one, [item["identifier"] for item in sandbox.order(one)["orderedItem"]]) for one in numbers]


@pytest.mark.settings(request_timeout_seconds=4, cancel_deadline_seconds=4, imin_cancel_timeout_seconds=2)
@pytest.mark.parametrize("name", ["global id", "identifier"])
async def test_patch_hangs(gateway: Gateway, sandbox: Sandbox, name: str) -> None:
    """While PATCH hangs, one is sent; what was not begun by the deadline was not sent, and says so."""
    orders = await orders_of(gateway, sandbox, name)
    sandbox.faults.add(Fault(PATCH, "black_hole", times=None))

    async with asyncio.timeout(HANGS_AFTER):  # with a deadline for each of them it would take 80 seconds
        first, *others = await cancel_many(gateway, orders)

    assert first["__typename"] == "CancellationUnconfirmedError"
    assert others == [UNAVAILABLE] * (COUNT - 1)
    assert sandbox.request_log.count(PATCH) == 1


@pytest.mark.settings(request_timeout_seconds=4, cancel_deadline_seconds=4, imin_timeout_seconds=2)
async def test_reads_hang(gateway: Gateway, sandbox: Sandbox) -> None:
    """While reads hang, nothing is sent, and the mutation ends with its deadline."""
    orders = await orders_of(gateway, sandbox, "global id")
    sandbox.faults.add(Fault("GET /orders/:id", "black_hole", times=None))

    async with asyncio.timeout(HANGS_AFTER):
        results = await cancel_many(gateway, orders)

    assert results == [UNAVAILABLE] * COUNT
    assert sandbox.request_log.count(PATCH) == 0


@pytest.mark.settings(request_timeout_seconds=4, cancel_deadline_seconds=4, imin_cancel_timeout_seconds=2)
async def test_same_order(gateway: Gateway, sandbox: Sandbox) -> None:
    """What was sent before the deadline is known after it: repeated in one mutation, it is unconfirmed."""
    order = await booked(gateway)
    sandbox.faults.add(Fault(PATCH, "black_hole", times=None))

    async with asyncio.timeout(HANGS_AFTER):
        results = await cancel_many(gateway, [order] * COUNT)

    assert {result["__typename"] for result in results} == {"CancellationUnconfirmedError"}
    assert sandbox.request_log.count(PATCH) == 1


async def test_enough_time(gateway: Gateway, sandbox: Sandbox) -> None:
    """With imin as it usually is, all of them are cancelled."""
    orders = await orders_of(gateway, sandbox, "global id")

    results = await cancel_many(gateway, orders)

    assert {result["__typename"] for result in results} == {"CancellationPending"}
    assert sandbox.request_log.count(PATCH) == COUNT


@pytest.mark.settings(request_timeout_seconds=2, cancel_deadline_seconds=200)
async def test_shorter_operation(gateway: Gateway, sandbox: Sandbox) -> None:
    """A deadline of operations that is shorter than that of cancellations leaves time to send one."""
    order = await booked(gateway)

    (result,) = await cancel_many(gateway, [order])

    assert result["__typename"] == "CancellationPending"
    assert sandbox.request_log.count(PATCH) == 1


@pytest.mark.settings(request_timeout_seconds=2, cancel_deadline_seconds=2, imin_cancel_timeout_seconds=1)
async def test_settled_afterwards(gateway: Gateway, sandbox: Sandbox) -> None:
    """The readings that settle a lost PATCH go on after the deadline of the operation that sent it."""
    order, items = await booked(gateway)
    sandbox.faults.add(Fault(PATCH, "black_hole", times=None))
    began = time.monotonic()
    await cancel_many(gateway, [(order, items)])
    sandbox.request_log.clear()

    while time.monotonic() < began + 3:  # past the deadline
        await sandbox.request_log.wait_for("GET /orders/:id")
        sandbox.request_log.clear()
