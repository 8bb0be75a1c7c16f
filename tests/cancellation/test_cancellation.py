"""cancelOrderItems: each outcome, and the requests that imin receives for it."""

import pytest

from gateway.sandbox import Sandbox
from tests.conftest import Gateway
from tests.support.cancellations import READ_PATCH_READ, booked, cancel, statuses

DEADLINE = "2026-11-04T12:30:00+00:00"


async def test_pending(gateway: Gateway, sandbox: Sandbox) -> None:
    """An accepted cancellation shows the items as pending, after one PATCH for all of them."""
    order, items = await booked(gateway)
    sandbox.request_log.clear()

    result = await cancel(gateway, order, items)

    assert result == {
        "__typename": "CancellationPending",
        "code": "CANCELLATION_PENDING",
        "message": "We have asked the venue to cancel. You will get an e-mail once they have confirmed it.",
        "order": {"id": order},
        "orderItems": [{"id": item, "status": "CUSTOMER_CANCELLATION_PENDING"} for item in items],
    }
    assert sandbox.request_log.counts() == READ_PATCH_READ


async def test_one_item(gateway: Gateway) -> None:
    """Only the requested item is cancelled."""
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
    """When the booking system refuses a cancellation later, the items are confirmed again."""
    order, items = await booked(gateway)
    sandbox.refuse_cancellations(None)
    await cancel(gateway, order, items)
    sandbox.clock.advance(60)

    assert await statuses(gateway, order) == ["ORDER_ITEM_CONFIRMED", "ORDER_ITEM_CONFIRMED"]


async def test_not_permitted(gateway: Gateway, sandbox: Sandbox) -> None:
    """A refusal has imin's message, and nothing changes."""
    order, items = await booked(gateway, index=1)
    before = await statuses(gateway, order)
    sandbox.request_log.clear()

    result = await cancel(gateway, order, items)

    patch = sandbox.request_log.entries[1]
    assert (patch.route, patch.status) == ("PATCH /orders/:id", 400)
    assert result == {
        "__typename": "CancellationNotPermittedError",
        "code": "CANCELLATION_NOT_PERMITTED",
        "message": "Customer cancellation not permitted as the offer does not include a refund",
        "refusals": [
            {"orderItem": {"id": items[0]}, "reason": "NOT_REFUNDABLE", "cancellableUntil": DEADLINE}
        ],
    }
    assert sandbox.request_log.counts() == READ_PATCH_READ
    assert await statuses(gateway, order) == before


@pytest.mark.parametrize("order", ["", "none", "../receipts/1", "1?x=2", "SGVsbG8"])
async def test_unknown_order(gateway: Gateway, sandbox: Sandbox, order: str) -> None:
    """An order that does not exist is a typed error, and no PATCH is sent."""
    _, items = await booked(gateway)
    sandbox.request_log.clear()

    result = await cancel(gateway, order, items)

    assert result == {
        "__typename": "OrderNotFoundError",
        "code": "ORDER_NOT_FOUND",
        "message": "There is no such order.",
    }
    assert sandbox.request_log.count("PATCH /orders/:id") == 0


async def test_unknown_item(gateway: Gateway, sandbox: Sandbox) -> None:
    """Ids that the order does not have are listed, and no item is cancelled."""
    order, items = await booked(gateway)
    other, others = await booked(gateway, index=1)
    sandbox.request_log.clear()

    result = await cancel(gateway, order, [items[0], others[0], other, "none"])

    assert result == {
        "__typename": "OrderItemNotFoundError",
        "code": "ORDER_ITEM_NOT_FOUND",
        "message": "The order has no such item.",
        "orderItemIds": [others[0], other, "none"],
    }
    assert sandbox.request_log.counts() == {"GET /orders/:id": 1}
    assert await statuses(gateway, order) == ["ORDER_ITEM_CONFIRMED", "ORDER_ITEM_CONFIRMED"]


async def test_again(gateway: Gateway, sandbox: Sandbox) -> None:
    """Cancelling pending items again is a success, without another PATCH."""
    order, items = await booked(gateway)
    first = await cancel(gateway, order, items)
    sandbox.request_log.clear()

    assert await cancel(gateway, order, items) == first
    assert sandbox.request_log.counts() == {"GET /orders/:id": 1}


async def test_already_cancelled(gateway: Gateway, sandbox: Sandbox) -> None:
    """Cancelling cancelled items again is a success even after the window closed, without another PATCH."""
    order, items = await booked(gateway)
    await cancel(gateway, order, items)
    sandbox.clock.advance(400 * 86_400)
    sandbox.request_log.clear()

    assert await cancel(gateway, order, items) == {
        "__typename": "AlreadyCancelled",
        "code": "ALREADY_CANCELLED",
        "message": "This booking is cancelled already.",
        "order": {"id": order},
        "orderItems": [{"id": item, "status": "CUSTOMER_CANCELLED"} for item in items],
    }
    assert sandbox.request_log.counts() == {"GET /orders/:id": 1}


async def test_partly_cancelled(gateway: Gateway, sandbox: Sandbox) -> None:
    """If some of the items are pending already, the PATCH is for the others only."""
    order, items = await booked(gateway)
    await cancel(gateway, order, items[:1])

    result = await cancel(gateway, order, items)

    patched = [
        len(entry.body["orderedItem"])
        for entry in sandbox.request_log.entries
        if entry.route == "PATCH /orders/:id"
    ]
    assert patched == [1, 1]
    assert [item["status"] for item in result["orderItems"]] == ["CUSTOMER_CANCELLATION_PENDING"] * 2


async def test_window_passed(gateway: Gateway, sandbox: Sandbox) -> None:
    """A refusal because the window has closed has imin's message, the item and the reason."""
    order, items = await booked(gateway)
    sandbox.clock.advance(400 * 86_400)

    result = await cancel(gateway, order, items[:1])

    assert result["message"].startswith("Customer cancellation not permitted as outside the refund window")
    assert [(one["orderItem"]["id"], one["reason"]) for one in result["refusals"]] == [
        (items[0], "WINDOW_PASSED")
    ]


async def test_cancelled_by_seller(gateway: Gateway, sandbox: Sandbox) -> None:
    """An item that the seller has cancelled is refused with that reason, without a PATCH."""
    order, items = await booked(gateway)
    number = sandbox.store.identifiers("1234")[0]
    sandbox.seller_cancel(number, sandbox.order(number)["orderedItem"][0]["identifier"])
    sandbox.request_log.clear()

    result = await cancel(gateway, order, items)

    assert result["message"] == "The seller has cancelled this booking already."
    assert [(one["orderItem"]["id"], one["reason"]) for one in result["refusals"]] == [
        (items[0], "SELLER_CANCELLED")
    ]
    assert sandbox.request_log.counts() == {"GET /orders/:id": 1}


async def test_item_of_another_order(gateway: Gateway, sandbox: Sandbox) -> None:
    """Items of another order are listed, and nothing is sent."""
    order, items = await booked(gateway)
    _, others = await booked(gateway, index=1)
    sandbox.request_log.clear()

    assert await cancel(gateway, order, [items[0], others[0]]) == {
        "__typename": "OrderItemNotInOrderError",
        "code": "ORDER_ITEM_NOT_IN_ORDER",
        "message": "The item belongs to another order.",
        "orderItemIds": [others[0]],
    }
    assert sandbox.request_log.counts() == {"GET /orders/:id": 1}
