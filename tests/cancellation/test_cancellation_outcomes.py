"""The interface CancellationOutcome: a client shows every outcome in one way."""

from typing import Any

import pytest

from gateway.sandbox import Fault, Sandbox
from tests.conftest import Gateway
from tests.support.cancellations import booked

CANCEL = """
mutation ($input: CancelOrderItemsInput!) {
  cancelOrderItems(input: $input) {
    result {
      __typename
      ... on CancellationOutcome { code message order { id } orderItems { id status } }
      ... on Error { code message }
    }
  }
}
"""
PATCH = "PATCH /orders/:id"
CONFIRMED = "ORDER_ITEM_CONFIRMED"


async def cancel(gateway: Gateway, order: str, items: list[str], **more: Any) -> Any:
    data = await gateway.data(CANCEL, input={"orderId": order, "orderItemIds": items, **more})
    return data["cancelOrderItems"]["result"]


def shown(items: list[str], status: str) -> list[dict[str, str]]:
    return [{"id": item, "status": status} for item in items]


async def test_successes(gateway: Gateway, sandbox: Sandbox) -> None:
    """Both successes show the order and the requested items."""
    order, items = await booked(gateway)

    pending = await cancel(gateway, order, items[:1])
    sandbox.clock.advance(60)
    cancelled = await cancel(gateway, order, items[:1])

    assert [pending, cancelled] == [
        {
            "__typename": "CancellationPending",
            "code": "CANCELLATION_PENDING",
            "message": "We have asked the venue to cancel. "
            "You will get an e-mail once they have confirmed it.",
            "order": {"id": order},
            "orderItems": shown(items[:1], "CUSTOMER_CANCELLATION_PENDING"),
        },
        {
            "__typename": "AlreadyCancelled",
            "code": "ALREADY_CANCELLED",
            "message": "This booking is cancelled already.",
            "order": {"id": order},
            "orderItems": shown(items[:1], "CUSTOMER_CANCELLED"),
        },
    ]


async def test_not_permitted(gateway: Gateway) -> None:
    """A refusal shows the order and the items that were not cancelled."""
    order, items = await booked(gateway, index=1)

    assert await cancel(gateway, order, items) == {
        "__typename": "CancellationNotPermittedError",
        "code": "CANCELLATION_NOT_PERMITTED",
        "message": "Customer cancellation not permitted as the offer does not include a refund",
        "order": {"id": order},
        "orderItems": shown(items, CONFIRMED),
    }


async def test_missing(gateway: Gateway, sandbox: Sandbox) -> None:
    """If items are missing, the order and those items that it has are shown, also under a key again."""
    order, items = await booked(gateway)
    _, others = await booked(gateway, index=1)

    unknown = await cancel(gateway, order, [items[1], "none"], idempotencyKey="a")
    elsewhere = await cancel(gateway, order, [*others, items[0]], idempotencyKey="b")
    again = await cancel(gateway, order, [items[1], "none"], idempotencyKey="a")

    assert unknown == {
        "__typename": "OrderItemNotFoundError",
        "code": "ORDER_ITEM_NOT_FOUND",
        "message": "The order has no such item.",
        "order": {"id": order},
        "orderItems": shown(items[1:], CONFIRMED),
    }
    assert elsewhere["__typename"] == "OrderItemNotInOrderError"
    assert [elsewhere["order"], elsewhere["orderItems"]] == [{"id": order}, shown(items[:1], CONFIRMED)]
    assert again == unknown
    assert sandbox.request_log.count(PATCH) == 0


async def test_order_not_found(gateway: Gateway) -> None:
    """An order that is not the caller's is not shown."""
    result = await cancel(gateway, "none", ["a"])

    assert result == {
        "__typename": "OrderNotFoundError",
        "code": "ORDER_NOT_FOUND",
        "message": "There is no such order.",
        "order": None,
        "orderItems": [],
    }


@pytest.mark.settings(cancel_deadline_seconds=2)  # the test waits for it
@pytest.mark.parametrize(
    ("fault", "outcome"),
    [("reset", "CancellationUnconfirmedError"), ("express_400", "CancellationUnavailableError")],
)
async def test_not_known_to_be_cancelled(
    gateway: Gateway, sandbox: Sandbox, fault: Any, outcome: str
) -> None:
    """After a PATCH that was lost or failed, the order is shown as it was read since."""
    order, items = await booked(gateway)
    sandbox.faults.add(Fault(PATCH, fault))

    result = await cancel(gateway, order, items)

    assert result["__typename"] == outcome
    assert [result["order"], result["orderItems"]] == [{"id": order}, shown(items, CONFIRMED)]


@pytest.mark.settings(cancel_deadline_seconds=1)  # the test waits for it
async def test_order_unread(gateway: Gateway, sandbox: Sandbox) -> None:
    """If the order cannot be read, the outcome shows none."""
    order, items = await booked(gateway)
    sandbox.faults.add(Fault("GET /orders/:id", "503", times=1_000))

    result = await cancel(gateway, order, items)

    assert result["__typename"] == "CancellationUnavailableError"
    assert [result["order"], result["orderItems"]] == [None, []]


async def test_key_reused(gateway: Gateway) -> None:
    """A key that was used for another cancellation shows no order: nothing was read."""
    order, items = await booked(gateway)
    await cancel(gateway, order, items[:1], idempotencyKey="a")

    result = await cancel(gateway, order, items, idempotencyKey="a")

    assert result == {
        "__typename": "IdempotencyKeyReusedError",
        "code": "IDEMPOTENCY_KEY_REUSED",
        "message": "This idempotency key was used for another cancellation before.",
        "order": None,
        "orderItems": [],
    }


async def test_every_outcome_implements_it(gateway: Gateway) -> None:
    """Every member of the union implements the interface."""
    query = """{ union: __type(name: "CancelOrderItemsResult") { possibleTypes { name } }
      interface: __type(name: "CancellationOutcome") { possibleTypes { name } } }"""

    data = await gateway.data(query)

    assert sorted(data["union"]["possibleTypes"], key=str) == sorted(
        data["interface"]["possibleTypes"], key=str
    )
