"""A client that cancels bookings, and the results that several tests expect."""

from typing import Any

from tests.conftest import Gateway

CANCEL = """
mutation ($input: CancelOrderItemsInput!) {
  cancelOrderItems(input: $input) {
    result {
      __typename
      ... on CancellationPending { code message order { id } orderItems { id status } }
      ... on AlreadyCancelled { code message order { id } orderItems { id status } }
      ... on CancellationNotPermittedError { refusals { orderItem { id } reason cancellableUntil } }
      ... on CancellationUnconfirmedError { orderItemIds }
      ... on OrderItemNotInOrderError { orderItemIds }
      ... on Error { code message }
      ... on OrderItemNotFoundError { orderItemIds }
    }
  }
}
"""

UNAVAILABLE = {
    "__typename": "CancellationUnavailableError",
    "code": "UPSTREAM_UNAVAILABLE",
    "message": "The booking system cannot be reached at the moment. Nothing was cancelled. "
    "Please try again later.",
}
UNCONFIRMED = {
    "__typename": "CancellationUnconfirmedError",
    "code": "CANCELLATION_UNCONFIRMED",
    "message": "We asked for the cancellation but do not know yet whether it went through. "
    "Please look at the booking again in a moment.",
}
READ_PATCH_READ = {"GET /orders/:id": 2, "PATCH /orders/:id": 1}
"""Requests to imin for an ordinary cancellation."""


async def booked(gateway: Gateway, index: int = 0) -> tuple[str, list[str]]:
    """Ids of an order of customer 1234 and of its items. The newest has two that can be cancelled."""
    data = await gateway.data("{ viewer { orders(first: 100) { nodes { id items { id } } } } }")
    order = data["viewer"]["orders"]["nodes"][index]
    return order["id"], [item["id"] for item in order["items"]]


async def cancel(gateway: Gateway, order: str, items: list[str], **more: Any) -> dict[str, Any]:
    """The result of cancelOrderItems."""
    data = await gateway.data(CANCEL, input={"orderId": order, "orderItemIds": items, **more})
    result: dict[str, Any] = data["cancelOrderItems"]["result"]
    return result


async def statuses(gateway: Gateway, order: str) -> list[str]:
    """Statuses of the items of an order."""
    data = await gateway.data(
        "query ($id: ID!) { node(id: $id) { ... on Order { items { status } } } }", id=order
    )
    return [item["status"] for item in data["node"]["items"]]
