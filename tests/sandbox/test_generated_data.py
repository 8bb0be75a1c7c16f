"""The generated customers, orders and items."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from gateway.sandbox import SANDBOX, SandboxSettings, create_sandbox
from gateway.sandbox.data.documented import documented_order
from tests.sandbox.conftest import BOOK, DOCUMENTED, NOW, Imin


async def test_whole_history(imin: Imin) -> None:
    """The history is strictly sorted by orderDate and numbered; every identifier is unique."""
    orders = [imin.sandbox.store.document(one) for one in imin.sandbox.store.identifiers("1234")]

    dates = [order["orderDate"] for order in orders]
    items = [item["identifier"] for order in orders for item in order["orderedItem"]]
    receipts = [one["url"] for order in orders for one in order.get("imin:receipt", [])]
    assert [order["orderNumber"] for order in orders] == [str(number) for number in range(1917, 0, -1)]
    assert dates == sorted(set(dates), reverse=True)
    assert (dates[0], dates[-29]) == ("2025-06-02T08:52:59Z", "2022-11-15T15:24:26Z")
    assert len(items) == len(set(items)) == 3618
    assert len(receipts) == len(set(receipts)) == 2132


async def test_nothing_null_or_empty(imin: Imin) -> None:
    """No document has null members or empty arrays, as imin removes both."""
    store = imin.sandbox.store

    def has_empty_member(value: Any) -> bool:
        if isinstance(value, dict):
            return any(inner is None or inner == [] or has_empty_member(inner) for inner in value.values())
        return isinstance(value, list) and any(map(has_empty_member, value))

    assert [one for one in store.identifiers("1234")[::5] if has_empty_member(store.document(one))] == []


async def test_documented_order_by_id(imin: Imin) -> None:
    """Order 29 by its id is imin's documented example, with imin:isPresentlyCancellable for the present."""
    expected = documented_order()
    expected["orderedItem"][0]["imin:isPresentlyCancellable"] = False
    del expected["orderStatus"]

    order = await imin.get(f"/orders/{DOCUMENTED}")

    assert json.dumps(order) == json.dumps(expected)
    assert order["identifier"] == DOCUMENTED
    assert (order["orderNumber"], order["orderDate"]) == ("29", "2022-11-15T15:24:26Z")
    assert order["orderedItem"][0]["identifier"] == "abcd"
    assert order["orderedItem"][0]["accessPass"] == [{"@type": "Barcode", "text": "EXT12345678901234567"}]
    assert order["imin:receipt"][0]["dateCreated"] == "2021-04-30T11:42:47.813766+01:00"
    assert order["totalPaymentDue"] == {"type": "PriceSpecification", "price": 10, "priceCurrency": "GBP"}


async def test_documented_order_in_the_list(imin: Imin) -> None:
    """Order 29 is on page 189 and has an orderStatus there."""
    page = await imin.orders(page=189)

    order = page["imin:item"][8]
    assert (order["identifier"], order["orderStatus"]) == (DOCUMENTED, "OrderDelivered")


async def test_same_seed_same_data(imin: Imin) -> None:
    """Sandboxes with the same seed and clock have the same data; another seed gives other data."""
    same, other = (
        create_sandbox(SandboxSettings(now=NOW, seed=seed))[SANDBOX].orders_page("1234", 7)
        for seed in (1917, 7)
    )

    page = await imin.orders(page=7)

    assert page == same
    assert [one["identifier"] for one in page["imin:item"]] != [
        one["identifier"] for one in other["imin:item"]
    ]


async def test_upcoming_items(imin: Imin) -> None:
    """Customer 1234 has 19 upcoming items on two pages, earliest first, each with its imin:order."""
    first = await imin.get("/order-items?customerIdentifier=1234&page=1")
    second = await imin.get("/order-items?customerIdentifier=1234&page=2")

    items = first["imin:item"] + second["imin:item"]
    starts = [item["orderedItem"]["startDate"] for item in items]
    assert (first["imin:totalItems"], first["view"]["imin:totalPages"], len(items)) == (19, 2, 19)
    assert starts == sorted(starts)
    assert starts[0] > NOW.isoformat()
    order = items[0]["imin:order"]["identifier"]
    assert items[0]["imin:order"] == {"type": "Order", "id": f"{BOOK}/orders/{order}", "identifier": order}
    assert items[0]["id"] == f"{BOOK}/orders/{order}/order-items/{items[0]['identifier']}"


async def test_upcoming_until_the_end(imin: Imin) -> None:
    """An item is upcoming until its end, a cancelled item until its start."""
    start = NOW + timedelta(hours=2)
    imin.sandbox.add_order("empty", start=start)
    imin.sandbox.add_order("empty", start=start, status="SellerCancelled")

    async def listed() -> Any:
        return (await imin.get("/order-items?customerIdentifier=empty"))["imin:totalItems"]

    imin.sandbox.clock.set(start)
    assert await listed() == 2
    imin.sandbox.clock.advance(1)
    assert await listed() == 1
    imin.sandbox.clock.advance(7200)
    assert await listed() == 0


async def test_cancellable_changes_with_time(imin: Imin) -> None:
    """imin:isPresentlyCancellable turns false when the window closes."""
    order = imin.sandbox.add_order("empty", start=NOW + timedelta(days=2), window="P1D")

    async def cancellable() -> Any:
        document = await imin.get(f"/orders/{order['identifier']}")
        return document["orderedItem"][0]["imin:isPresentlyCancellable"]

    imin.sandbox.clock.advance(86_400)
    assert await cancellable() is True
    imin.sandbox.clock.advance(1)
    assert await cancellable() is False


@pytest.mark.parametrize(
    ("start", "window", "days_open"),
    [
        ("2025-08-31T10:00:00+01:00", "P1M", 58),
        ("2025-07-31T10:00:00+01:00", "P1M15D", 12),
        ("2026-07-02T10:30:00+01:00", "P1Y", 30),
        ("2025-06-16T10:30:00+01:00", "P2W", 0),
    ],
)
async def test_long_windows(imin: Imin, start: str, window: str, days_open: int) -> None:
    """Months and years of a window are counted by the calendar, and weeks are of seven days."""
    order = imin.sandbox.add_order("empty", start=datetime.fromisoformat(start), window=window)

    async def cancellable() -> Any:
        document = await imin.get(f"/orders/{order['identifier']}")
        return document["orderedItem"][0]["imin:isPresentlyCancellable"]

    imin.sandbox.clock.advance(days_open * 86_400)
    assert await cancellable() is True
    imin.sandbox.clock.advance(86_400)
    assert await cancellable() is False


async def test_statuses(imin: Imin) -> None:
    """Customer `statuses` has an order for each order item status."""
    page = await imin.orders("statuses")

    assert [order["orderedItem"][0]["orderItemStatus"].rsplit("/")[-1] for order in page["imin:item"]] == [
        "OrderProposed",
        "CustomerAttended",
        "OrderConfirmed",
        "OrderItemProposed",
        "AttendeeAbsent",
        "AttendeeAttended",
        "SellerCancelled",
        "CustomerCancelled",
        "CustomerCancellationPending",
        "OrderItemConfirmed",
    ]


async def test_receipts_of_an_order(imin: Imin) -> None:
    """Customer `receipts` has orders with 3, 2, 1 and no receipts, newest receipt first."""
    page = await imin.orders("receipts")

    receipts = [order.get("imin:receipt", []) for order in page["imin:item"]]
    assert [len(entries) for entries in receipts] == [3, 2, 1, 0]
    created = [entry["dateCreated"] for entry in receipts[0]]
    assert created == sorted(created, reverse=True)


async def test_group(imin: Imin) -> None:
    """A group booking has one session, and an item for each attendee."""
    order = (await imin.orders("group"))["imin:item"][0]

    assert [item["attendee"]["givenName"] for item in order["orderedItem"]] == [
        "Maya",
        "Jack",
        "Zofia",
        "Daniel",
    ]
    assert len({item["orderedItem"]["id"] for item in order["orderedItem"]}) == 1


async def test_virtual(imin: Imin) -> None:
    """An online session has no location; its mode is in the EventSeries, its link in the item."""
    item = (await imin.orders("virtual"))["imin:item"][0]["orderedItem"][0]

    series = item["orderedItem"]["superEvent"]
    assert "location" not in series
    assert series["superEvent"]["eventAttendanceMode"] == "schema:OnlineEventAttendanceMode"
    assert item["accessChannel"]["type"] == "VirtualLocation"


async def test_facilities(imin: Imin) -> None:
    """Slots have a FacilityUse, or an IndividualFacilityUse within one."""
    orders = (await imin.orders("facility"))["imin:item"]

    uses = [order["orderedItem"][0]["orderedItem"]["facilityUse"] for order in orders[:2]]
    assert [use["type"] for use in uses] == ["IndividualFacilityUse", "FacilityUse"]
    assert uses[0]["facilityUse"]["type"] == "FacilityUse"
    assert {item["orderedItem"]["type"] for order in orders for item in order["orderedItem"]} == {"Slot"}


async def test_net_prices(imin: Imin) -> None:
    """A net price of 14.16 and its tax of 2.832 are exactly 16.992."""
    order = imin.sandbox.add_order("empty", tax="net", price="14.16")

    _, raw = await imin.call("GET", f"/api/v2/orders/{order['identifier']}")

    assert json.dumps(raw["totalPaymentDue"]["price"]) == "16.992"
    assert json.dumps(raw["totalPaymentTax"][0]["price"]) == "2.832"
