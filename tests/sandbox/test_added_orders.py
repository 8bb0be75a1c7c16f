"""Adding, replacing and removing orders."""

from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.conftest import Imin


async def test_added_order(imin: Imin) -> None:
    """An added order is the first of the history and moves the others down by one."""
    before = await imin.orders()

    added = imin.sandbox.add_order("1234", price=Decimal("4.75"))

    after = await imin.orders()
    assert after["imin:totalItems"] == 1918
    assert after["imin:item"][0] == added
    assert (added["orderNumber"], added["orderDate"]) == ("1918", "2025-06-02T09:30:00Z")
    assert after["imin:item"][1:] == before["imin:item"][:9]
    assert imin.sandbox.add_order()["orderDate"] == "2025-06-02T09:30:01Z"


async def test_removed_order(imin: Imin) -> None:
    """A removed order is missing from the lists and 404 by its id."""
    orders = (await imin.orders("small"))["imin:item"]

    imin.sandbox.remove_order(orders[1]["identifier"])

    assert (await imin.orders("small"))["imin:item"] == [orders[0], orders[2]]
    assert (await imin.call("GET", f"/api/v2/orders/{orders[1]['identifier']}"))[0] == 404


@pytest.mark.parametrize(
    "document", [None, 42, [], {"identifier": "odd", "orderedItem": 7}, {"price": 10**30}]
)
async def test_exact_document(imin: Imin, document: Any) -> None:
    """Any JSON value is served exactly as it was put, in the list and by its id, in every style."""
    imin.sandbox.style.keys = "@type"

    identifier = imin.sandbox.put_order("small", document)

    page = await imin.orders("small")
    assert (page["imin:totalItems"], page["imin:item"][0]) == (4, document)
    assert await imin.get(f"/orders/{identifier}") == document
    assert (await imin.get("/order-items?customerIdentifier=small"))["imin:totalItems"] == 2


async def test_put_in_place(imin: Imin) -> None:
    """An order put under a known identifier replaces that order at its position in the history."""
    order = (await imin.orders("small"))["imin:item"][1]

    imin.sandbox.put_order("small", {"identifier": order["identifier"], "odd": True})

    assert (await imin.orders("small"))["imin:item"][1] == {"identifier": order["identifier"], "odd": True}
