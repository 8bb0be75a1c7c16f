"""Histories whose dates are not as documented, served by the sandbox."""

from collections.abc import Iterable
from typing import Any

from gateway.sandbox import Sandbox

CUSTOMER = "crafted"


def put_history(
    sandbox: Sandbox, dates: Iterable[Any], customer: str = CUSTOMER, *, email: str | None = None
) -> list[str]:
    """Give a customer one order for each orderDate, in that order; returns their identifiers.

    None leaves the date out. email: that all of them state.
    """
    listed = list(enumerate(dates))
    documents = [order_document(f"{customer}-{number}", date, email) for number, date in listed]
    # Each order that is put becomes the newest.
    return [sandbox.put_order(customer, document) for document in reversed(documents)][::-1]


def order_document(identifier: str, date: Any = None, email: str | None = None) -> dict[str, Any]:
    """A small order with one item. email: of the person who has booked it."""
    status = "https://openactive.io/OrderItemConfirmed"
    item = {"type": "OrderItem", "identifier": f"{identifier}-item", "orderItemStatus": status}
    document: dict[str, Any] = {"type": "Order", "identifier": identifier, "orderedItem": [item]}
    if email is not None:
        document["customer"] = {"type": "Person", "email": email}
    return document if date is None else document | {"orderDate": date}


def day(number: int) -> str:
    """An orderDate; a larger number is later."""
    return f"{2000 + number // 336}-{number // 28 % 12 + 1:02}-{number % 28 + 1:02}T10:00:00Z"


def sorted_dates(count: int) -> list[str]:
    """As many orderDates, newest first."""
    return [day(number) for number in range(count, 0, -1)]
