"""cancelOrderItems sent twice: double clicks, idempotency keys, clients that disconnect."""

import asyncio
from typing import Any

import pytest

from gateway.sandbox import Fault, Sandbox
from tests.conftest import Gateway
from tests.support.cancellations import CANCEL, READ_PATCH_READ, UNAVAILABLE, booked, cancel, statuses


async def test_double_click(gateway: Gateway, sandbox: Sandbox) -> None:
    """Two calls at the same time, without a key, are one cancellation, and both get its outcome."""
    order, items = await booked(gateway)
    sandbox.ledger.clear()

    first, second = await asyncio.gather(*(cancel(gateway, order, items) for _ in range(2)))

    assert first == second
    assert first["__typename"] == "CancellationPending"
    assert sandbox.ledger.counts() == READ_PATCH_READ


async def test_client_hangs_up(gateway: Gateway, sandbox: Sandbox) -> None:
    """A cancellation that was sent is seen through although the client has gone."""
    order, items = await booked(gateway)
    sandbox.faults.add(Fault("PATCH /orders/:id", "delay", delay_seconds=0.1))
    sandbox.ledger.clear()
    call = asyncio.ensure_future(cancel(gateway, order, items))
    await sandbox.ledger.reached("PATCH /orders/:id")

    call.cancel()
    await sandbox.ledger.reached("GET /orders/:id", 2)

    assert sandbox.ledger.counts() == READ_PATCH_READ
    assert await statuses(gateway, order) == ["CUSTOMER_CANCELLATION_PENDING"] * 2


async def test_same_key(gateway: Gateway, sandbox: Sandbox) -> None:
    """The same idempotency key and input give the first outcome again, for one PATCH."""
    order, items = await booked(gateway)
    sandbox.ledger.clear()

    results = await asyncio.gather(*(cancel(gateway, order, items, idempotencyKey="k1") for _ in range(5)))

    assert all(result == results[0] for result in results)
    assert results[0]["__typename"] == "CancellationPending"
    assert sandbox.ledger.counts() == READ_PATCH_READ


async def test_key_reused(gateway: Gateway, sandbox: Sandbox) -> None:
    """An idempotency key for another input is refused, and nothing is sent."""
    order, items = await booked(gateway)
    await cancel(gateway, order, items[:1], idempotencyKey="k1")
    sandbox.ledger.clear()

    result = await cancel(gateway, order, items[1:], idempotencyKey="k1")

    assert result == {
        "__typename": "IdempotencyKeyReusedError",
        "code": "IDEMPOTENCY_KEY_REUSED",
        "message": "This idempotency key was used for another cancellation before.",
    }
    assert sandbox.ledger.entries == []


async def test_failure_is_not_kept(gateway: Gateway, sandbox: Sandbox) -> None:
    """An attempt that failed before anything was sent does not use up its key."""
    order, items = await booked(gateway)
    sandbox.faults.add(Fault("GET /orders/:id", "html_200", times=1))
    failed = await gateway.answer(
        CANCEL, input={"orderId": order, "orderItemIds": items, "idempotencyKey": "k"}
    )

    result = await cancel(gateway, order, items, idempotencyKey="k")

    assert failed["data"]["cancelOrderItems"]["result"] == UNAVAILABLE
    assert result["__typename"] == "CancellationPending"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"orderItemIds": []}, "orderItemIds must be 1 to 100, got 0."),
        ({"idempotencyKey": ""}, "idempotencyKey must be 1 to 255 characters, got 0."),
        ({"idempotencyKey": "k" * 256}, "idempotencyKey must be 1 to 255 characters, got 256."),
    ],
)
async def test_bad_input(gateway: Gateway, sandbox: Sandbox, given: dict[str, Any], message: str) -> None:
    """Input that makes no sense is a coded error, and imin is asked nothing."""
    answer = await gateway.answer(CANCEL, input={"orderId": "x", "orderItemIds": ["x"], **given})

    assert answer["data"] == {"cancelOrderItems": None}
    assert [(error["message"], error["extensions"]) for error in answer["errors"]] == [
        (message, {"code": "BAD_USER_INPUT"})
    ]
    assert sandbox.ledger.entries == []
