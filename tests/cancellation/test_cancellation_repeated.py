"""cancelOrderItems sent twice: double clicks, idempotency keys, clients that disconnect."""

import asyncio
from typing import Any

import pytest

from gateway.auth import demo_caller
from gateway.commands import gateway_listening
from gateway.sandbox import Fault, Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.cancellations import CANCEL, READ_PATCH_READ, UNAVAILABLE, booked, cancel, statuses
from tests.support.subscriptions import socket_of
from tests.support.waiting import HANGS_AFTER, PLENTY, held


async def test_double_click(gateway: Gateway, sandbox: Sandbox) -> None:
    """Two calls at the same time, without a key, are one cancellation, and both get its outcome."""
    order, items = await booked(gateway)
    sandbox.request_log.clear()

    first, second = await asyncio.gather(*(cancel(gateway, order, items) for _ in range(2)))

    assert first == second
    assert first["__typename"] == "CancellationPending"
    assert sandbox.request_log.counts() == READ_PATCH_READ


async def test_client_disconnects(gateway: Gateway, sandbox: Sandbox) -> None:
    """A cancellation runs to its end although its client has disconnected."""
    order, items = await booked(gateway)
    sandbox.faults.add(held("PATCH /orders/:id"))
    sandbox.request_log.clear()
    call = asyncio.ensure_future(cancel(gateway, order, items))
    await sandbox.request_log.wait_for("PATCH /orders/:id")

    call.cancel()
    assert await statuses(gateway, order) == ["ORDER_ITEM_CONFIRMED"] * 2
    sandbox.faults.clear()
    await sandbox.request_log.wait_for("GET /orders/:id", 3)

    assert sandbox.request_log.counts() == {"GET /orders/:id": 3, "PATCH /orders/:id": 1}
    assert await statuses(gateway, order) == ["CUSTOMER_CANCELLATION_PENDING"] * 2


async def test_subscriber_of_a_client_that_disconnects(
    settings: Settings, gateway: Gateway, sandbox: Sandbox
) -> None:
    """A cancellation whose client has disconnected reaches subscribers at once, not with the next poll."""
    rare_polls = settings.but(follow_first_seconds=PLENTY, follow_longest_seconds=PLENTY)
    async with gateway_listening(rare_polls, demo_caller, sandbox.clock.now) as url:
        rarely = Gateway(url, gateway.http)
        order, items = await booked(rarely)
        async with asyncio.timeout(HANGS_AFTER), socket_of(rarely) as socket:
            await socket.connect()
            await socket.subscribe(order)
            await socket.next_state()
            sandbox.faults.add(held("PATCH /orders/:id"))
            call = asyncio.ensure_future(cancel(rarely, order, items))
            await sandbox.request_log.wait_for("PATCH /orders/:id")
            call.cancel()
            await rarely.data("{ viewer { identifier } }")  # by now the gateway has noticed
            sandbox.faults.clear()
            state = await socket.next_state()

    assert {item["status"] for item in state["items"]} == {"CUSTOMER_CANCELLATION_PENDING"}


async def test_same_key(gateway: Gateway, sandbox: Sandbox) -> None:
    """Calls with the same idempotency key and input get the same outcome, for one PATCH."""
    order, items = await booked(gateway)
    sandbox.request_log.clear()

    results = await asyncio.gather(*(cancel(gateway, order, items, idempotencyKey="k1") for _ in range(5)))

    assert all(result == results[0] for result in results)
    assert results[0]["__typename"] == "CancellationPending"
    assert sandbox.request_log.counts() == READ_PATCH_READ


async def test_key_reused(gateway: Gateway, sandbox: Sandbox) -> None:
    """An idempotency key with a different input is refused, and nothing is sent."""
    order, items = await booked(gateway)
    await cancel(gateway, order, items[:1], idempotencyKey="k1")
    sandbox.request_log.clear()

    result = await cancel(gateway, order, items[1:], idempotencyKey="k1")

    assert result == {
        "__typename": "IdempotencyKeyReusedError",
        "code": "IDEMPOTENCY_KEY_REUSED",
        "message": "This idempotency key was used for another cancellation before.",
    }
    assert sandbox.request_log.entries == []


async def test_key_of_an_unknown_order(gateway: Gateway, sandbox: Sandbox) -> None:
    """A key that was used for an order that is not the caller's is still free: nothing is stored for it."""
    order, items = await booked(gateway)
    missing = await cancel(gateway, "none", items, idempotencyKey="k")

    result = await cancel(gateway, order, items, idempotencyKey="k")

    assert missing["__typename"] == "OrderNotFoundError"
    assert result["__typename"] == "CancellationPending"
    assert sandbox.request_log.count("PATCH /orders/:id") == 1


async def test_failure_frees_the_key(gateway: Gateway, sandbox: Sandbox) -> None:
    """A call that failed before anything was sent leaves its key free."""
    order, items = await booked(gateway)
    sandbox.faults.add(Fault("GET /orders/:id", "html_200", times=1))
    failed = await gateway.answer(
        CANCEL, input={"orderId": order, "orderItemIds": items, "idempotencyKey": "k"}
    )

    result = await cancel(gateway, order, items, idempotencyKey="k")

    assert failed["data"]["cancelOrderItems"]["result"] == UNAVAILABLE
    assert result["__typename"] == "CancellationPending"


@pytest.mark.parametrize(
    ("input_", "message"),
    [
        ({"orderItemIds": []}, "orderItemIds must be 1 to 100, got 0."),
        ({"idempotencyKey": ""}, "idempotencyKey must be 1 to 255 characters, got 0."),
        ({"idempotencyKey": "k" * 256}, "idempotencyKey must be 1 to 255 characters, got 256."),
    ],
)
async def test_bad_input(gateway: Gateway, sandbox: Sandbox, input_: dict[str, Any], message: str) -> None:
    """Invalid input is a coded error, and nothing is sent to imin."""
    answer = await gateway.answer(CANCEL, input={"orderId": "x", "orderItemIds": ["x"], **input_})

    assert answer["data"] == {"cancelOrderItems": None}
    assert [(error["message"], error["extensions"]) for error in answer["errors"]] == [
        (message, {"code": "BAD_USER_INPUT"})
    ]
    assert sandbox.request_log.entries == []
