"""cancelOrderItems: what is answered, and what imin was asked. Never more than one PATCH."""

import asyncio
from typing import Any

import pytest

from gateway.sandbox import Fault, Sandbox
from tests.conftest import Gateway

CANCEL = """
mutation ($input: CancelOrderItemsInput!) {
  cancelOrderItems(input: $input) {
    result {
      __typename
      ... on CancellationPending { order { id } orderItems { id status } }
      ... on Error { code message }
      ... on OrderItemNotFoundError { orderItemIds }
    }
  }
}
"""

READ_PATCH_READ = {"GET /orders/:id": 2, "PATCH /orders/:id": 1}


async def booked(gateway: Gateway, index: int = 0) -> tuple[str, list[str]]:
    """Id of an order of 1234 and of its items; the newest has two that can be cancelled."""
    data = await gateway.data("{ viewer { orders(first: 100) { nodes { id items { id } } } } }")
    order = data["viewer"]["orders"]["nodes"][index]
    return order["id"], [item["id"] for item in order["items"]]


async def cancel(gateway: Gateway, order: str, items: list[str], **more: Any) -> dict[str, Any]:
    data = await gateway.data(CANCEL, input={"orderId": order, "orderItemIds": items, **more})
    result: dict[str, Any] = data["cancelOrderItems"]["result"]
    return result


async def statuses(gateway: Gateway, order: str) -> list[str]:
    data = await gateway.data(
        "query ($id: ID!) { node(id: $id) { ... on Order { items { status } } } }", id=order
    )
    return [item["status"] for item in data["node"]["items"]]


async def test_pending(gateway: Gateway, sandbox: Sandbox) -> None:
    """An accepted cancellation answers the items as pending, after one PATCH that names them all."""
    order, items = await booked(gateway)
    sandbox.ledger.clear()

    result = await cancel(gateway, order, items)

    pending = [{"id": item, "status": "CUSTOMER_CANCELLATION_PENDING"} for item in items]
    assert result == {"__typename": "CancellationPending", "order": {"id": order}, "orderItems": pending}
    assert sandbox.ledger.counts() == READ_PATCH_READ


async def test_one_item(gateway: Gateway) -> None:
    """Only the named item is cancelled."""
    order, items = await booked(gateway)

    result = await cancel(gateway, order, items[1:])

    assert result["orderItems"] == [{"id": items[1], "status": "CUSTOMER_CANCELLATION_PENDING"}]
    assert await statuses(gateway, order) == ["ORDER_ITEM_CONFIRMED", "CUSTOMER_CANCELLATION_PENDING"]


async def test_confirmed(gateway: Gateway, sandbox: Sandbox) -> None:
    """Once the booking system confirms, the order shows the item cancelled, a lower total, a new receipt."""
    query = (
        "query ($id: ID!) { node(id: $id) { ... on Order { totalPaymentDue { amount } receipts { id } } } }"
    )
    order, items = await booked(gateway)
    before = (await gateway.data(query, id=order))["node"]
    await cancel(gateway, order, items[:1])
    sandbox.clock.advance(60)

    after = (await gateway.data(query, id=order))["node"]

    assert await statuses(gateway, order) == ["CUSTOMER_CANCELLED", "ORDER_ITEM_CONFIRMED"]
    assert (before["totalPaymentDue"], after["totalPaymentDue"]) == ({"amount": "8.3"}, {"amount": "5.3"})
    assert after["receipts"][1:] == before["receipts"]


async def test_refused_by_booking_system(gateway: Gateway, sandbox: Sandbox) -> None:
    """A cancellation the booking system refuses later reads as confirmed again."""
    order, items = await booked(gateway)
    sandbox.refuse_cancellations(None)
    await cancel(gateway, order, items)
    sandbox.clock.advance(60)

    assert await statuses(gateway, order) == ["ORDER_ITEM_CONFIRMED", "ORDER_ITEM_CONFIRMED"]


async def test_not_permitted(gateway: Gateway, sandbox: Sandbox) -> None:
    """A refusal passes on imin's sentence, and nothing changes."""
    order, items = await booked(gateway, index=60)
    before = await statuses(gateway, order)
    sandbox.ledger.clear()

    result = await cancel(gateway, order, items)

    patch = sandbox.ledger.entries[-1]
    assert (patch.route, patch.status) == ("PATCH /orders/:id", 400)
    assert result == {
        "__typename": "CancellationNotPermittedError",
        "code": "CANCELLATION_NOT_PERMITTED",
        "message": "Customer cancellation not permitted as the offer does not include a refund",
    }
    assert sandbox.ledger.counts() == {"GET /orders/:id": 1, "PATCH /orders/:id": 1}
    assert await statuses(gateway, order) == before


@pytest.mark.parametrize("order", ["", "none", "../receipts/1", "1?x=2", "SGVsbG8"])
async def test_unknown_order(gateway: Gateway, sandbox: Sandbox, order: str) -> None:
    """An order that is not there is a typed error, without a PATCH."""
    _, items = await booked(gateway)
    sandbox.ledger.clear()

    result = await cancel(gateway, order, items)

    assert result == {
        "__typename": "OrderNotFoundError",
        "code": "ORDER_NOT_FOUND",
        "message": "There is no such order.",
    }
    assert sandbox.ledger.count("PATCH /orders/:id") == 0


async def test_unknown_item(gateway: Gateway, sandbox: Sandbox) -> None:
    """Items that are not the order's are named, and none is cancelled."""
    order, items = await booked(gateway)
    other, others = await booked(gateway, index=1)
    sandbox.ledger.clear()

    result = await cancel(gateway, order, [items[0], others[0], other, "none"])

    assert result == {
        "__typename": "OrderItemNotFoundError",
        "code": "ORDER_ITEM_NOT_FOUND",
        "message": "The order has no such item.",
        "orderItemIds": [others[0], other, "none"],
    }
    assert sandbox.ledger.counts() == {"GET /orders/:id": 1}
    assert await statuses(gateway, order) == ["ORDER_ITEM_CONFIRMED", "ORDER_ITEM_CONFIRMED"]


@pytest.mark.parametrize("kind", ["reset_after", "status_after"])
async def test_answer_lost(gateway: Gateway, sandbox: Sandbox, kind: Any) -> None:
    """A PATCH that took effect although its answer was lost is found by reading, and not sent again."""
    order, items = await booked(gateway)
    sandbox.faults.add(Fault("PATCH /orders/:id", kind, times=None))
    sandbox.ledger.clear()

    result = await cancel(gateway, order, items)

    assert result["__typename"] == "CancellationPending"
    assert [item["status"] for item in result["orderItems"]] == ["CUSTOMER_CANCELLATION_PENDING"] * 2
    assert sandbox.ledger.counts() == READ_PATCH_READ


@pytest.mark.parametrize("kind", ["reset", "500", "503", "502_html", "429", "truncate", "redirect"])
async def test_unconfirmed(gateway: Gateway, sandbox: Sandbox, kind: Any) -> None:
    """A PATCH of which nothing tells whether it took effect is said to be unconfirmed, and not sent again."""
    order, items = await booked(gateway)
    sandbox.faults.add(Fault("PATCH /orders/:id", kind, times=None))
    sandbox.ledger.clear()

    result = await cancel(gateway, order, items)

    assert result["__typename"] in {"CancellationUnconfirmedError", "CancellationPending"}
    assert sandbox.ledger.count("PATCH /orders/:id") == 1
    if result["__typename"] == "CancellationPending":
        assert kind == "truncate"


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

    assert failed["data"] == {"cancelOrderItems": None}
    assert failed["errors"][0]["extensions"] == {"code": "UPSTREAM_INVALID"}
    assert result["__typename"] == "CancellationPending"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"orderItemIds": []}, "orderItemIds must be 1 to 100, got 0."),
        ({"orderItemIds": ["x"] * 101}, "orderItemIds must be 1 to 100, got 101."),
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
