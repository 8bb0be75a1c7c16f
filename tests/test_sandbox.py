import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import BaseTestServer, TestServer

from gateway.sandbox import SANDBOX, Fault, Sandbox, SandboxSettings, create_sandbox, documented
from gateway.sandbox.faults import FaultKind

NOW = datetime(2025, 6, 2, 9, 30, tzinfo=UTC)
BOOK = "https://book.imin.co/api/v2"
DOCUMENTED = "0bac05e5-b207-4794-80b8-6c94211643c5"
PENDING = "https://openactive.io/CustomerCancellationPending"
CANCELLED = "https://openactive.io/CustomerCancelled"
CONFIRMED = "https://openactive.io/OrderItemConfirmed"


@dataclass
class Imin:
    """The sandbox as seen by a client, and the hands to change it."""

    sandbox: Sandbox
    server: BaseTestServer
    http: aiohttp.ClientSession

    async def call(self, method: str, path: str, body: Any = None, **options: Any) -> tuple[int, Any]:
        """(status, JSON, text or bytes) of one request."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        options.setdefault("headers", {"X-API-KEY": "sandbox-key"})
        async with self.http.request(method, self.server.make_url(path), data=data, **options) as response:
            raw = await response.read()
            if response.content_type == "application/json" and raw:
                return response.status, json.loads(raw)
            return response.status, raw

    async def get(self, path: str) -> Any:
        """The document at a path of imin's API, which must be there."""
        status, document = await self.call("GET", f"/api/v2{path}")
        assert status == 200
        return document

    async def orders(self, customer: str = "1234", page: int = 1) -> Any:
        """A page of orders."""
        return await self.get(f"/orders?customerIdentifier={customer}&page={page}")

    async def cancel(self, order: str, *items: Any, **extra: Any) -> tuple[int, Any]:
        """The answer to a cancellation."""
        body = {"@context": "https://openactive.io/", "type": "Order", "orderedItem": [*map(_wanted, items)]}
        return await self.call("PATCH", f"/api/v2/orders/{order}", body | extra)


def _wanted(item: Any) -> Any:
    if isinstance(item, dict):
        return item
    return {"type": "OrderItem", "id": item, "orderItemStatus": CANCELLED}


@pytest.fixture
async def imin() -> AsyncIterator[Imin]:
    """A sandbox of its own, its clock standing still."""
    app = create_sandbox(SandboxSettings(now=NOW))
    async with TestServer(app) as server, aiohttp.ClientSession() as http:
        yield Imin(app[SANDBOX], server, http)


# Paging


async def test_first_page(imin: Imin) -> None:
    """The envelope of customer 1234's first page is imin's documented one."""
    page = await imin.orders()

    url = f"{BOOK}/orders?customerIdentifier=1234&page="
    assert len(page.pop("imin:item")) == 10
    assert page == {
        "@context": ["https://openactive.io/", "https://schema.imin.co/", "https://openactive.io/ns-beta"],
        "id": f"{url}1",
        "type": "imin:RestrictedCollection",
        "imin:totalItems": 1917,
        "view": {
            "id": f"{url}1",
            "type": "PartialCollectionView",
            "first": f"{url}1",
            "last": f"{url}192",
            "imin:currentPage": 1,
            "imin:itemsPerPage": 10,
            "imin:totalPages": 192,
            "urlTemplate": f"{url}{{page}}",
            "next": f"{url}2",
        },
    }


async def test_last_page(imin: Imin) -> None:
    """The last page holds the rest and has a previous page only."""
    page = await imin.orders(page=192)

    assert [order["orderNumber"] for order in page["imin:item"]] == ["7", "6", "5", "4", "3", "2", "1"]
    assert "next" not in page["view"]
    assert page["view"]["previous"] == f"{BOOK}/orders?customerIdentifier=1234&page=191"


async def test_page_after_the_last(imin: Imin) -> None:
    """A page after the last has no imin:item."""
    page = await imin.orders("small", page=2)

    assert "imin:item" not in page
    assert page["imin:totalItems"] == 3


@pytest.mark.parametrize("customer", ["empty", "nobody"])
async def test_nothing_booked(imin: Imin, customer: str) -> None:
    """Without orders imin:item is absent and the total is 0."""
    page = await imin.orders(customer)

    assert "imin:item" not in page
    assert (page["imin:totalItems"], page["view"]["imin:totalPages"]) == (0, 0)


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("", "customerIdentifier is required"),
        ("?customerIdentifier=1234&page=0", "page must be an integer of at least 1, got '0'"),
        ("?customerIdentifier=1234&page=-1", "page must be an integer of at least 1, got '-1'"),
        ("?customerIdentifier=1234&page=two", "page must be an integer of at least 1, got 'two'"),
    ],
)
@pytest.mark.parametrize("path", ["orders", "order-items"])
async def test_bad_query(imin: Imin, path: str, query: str, detail: str) -> None:
    """A bad parameter is refused in Express's shape."""
    answer = await imin.call("GET", f"/api/v2/{path}{query}")

    assert answer == (400, {"error": {"type": "InvalidQuery", "details": [detail]}})


async def test_missing_page(imin: Imin) -> None:
    """Without a page parameter the first page is meant."""
    assert await imin.get("/orders?customerIdentifier=small") == await imin.orders("small")


# The world


async def test_whole_history(imin: Imin) -> None:
    """The history is ordered strictly by orderDate, numbered, and has no identifier twice."""
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
    """No null: imin removes null members and empty arrays, so none is ever written."""
    store = imin.sandbox.store

    def bare(value: Any) -> bool:
        if isinstance(value, dict):
            return any(inner is None or inner == [] or bare(inner) for inner in value.values())
        return isinstance(value, list) and any(map(bare, value))

    assert [one for one in store.identifiers("1234")[::5] if bare(store.document(one))] == []


async def test_documented_order_by_id(imin: Imin) -> None:
    """Order 29 by its id is imin's documented example, cancellability computed for today."""
    expected = documented.order()
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


async def test_documented_order_in_its_place(imin: Imin) -> None:
    """Order 29 stands on page 189 and carries orderStatus there."""
    page = await imin.orders(page=189)

    order = page["imin:item"][8]
    assert (order["identifier"], order["orderStatus"]) == (DOCUMENTED, "OrderDelivered")


async def test_same_seed_same_world(imin: Imin) -> None:
    """Two sandboxes of one seed and clock give the same bytes, another seed gives others."""
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
    """Customer 1234 has 19 upcoming items on two pages, earliest first, each with its order."""
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
    """An item stays upcoming until its end, a cancelled one until its start."""
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
    """A group books one session with an item and an attendee each."""
    order = (await imin.orders("group"))["imin:item"][0]

    assert [item["attendee"]["givenName"] for item in order["orderedItem"]] == [
        "Maya",
        "Jack",
        "Zofia",
        "Daniel",
    ]
    assert len({item["orderedItem"]["id"] for item in order["orderedItem"]}) == 1


async def test_virtual(imin: Imin) -> None:
    """An online session has no location; its mode stands on the EventSeries, its link on the item."""
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
    """A net price of 14.16 comes to exactly 16.992 with its tax of 2.832."""
    order = imin.sandbox.add_order("empty", tax="net", price="14.16")

    _, raw = await imin.call("GET", f"/api/v2/orders/{order['identifier']}")

    assert json.dumps(raw["totalPaymentDue"]["price"]) == "16.992"
    assert json.dumps(raw["totalPaymentTax"][0]["price"]) == "2.832"


# Orders, receipts, accounts


async def test_unknown_order(imin: Imin) -> None:
    """An unknown order is OpenActive's 404."""
    answer = await imin.call("GET", "/api/v2/orders/00000000-0000-4000-8000-000000000000")

    assert answer == (
        404,
        {
            "@context": "https://openactive.io/",
            "@type": "UnknownOrderError",
            "name": "The Booking System has no 'Order' matching the one requested.",
            "statusCode": 404,
        },
    )


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_unknown_path(imin: Imin, method: str) -> None:
    """A path or method imin does not have is OpenActive's 404."""
    status, body = await imin.call(method, "/api/v2/nothing/here")

    assert (status, body["@type"]) == (404, "UnknownOrIncorrectEndpointError")
    assert imin.sandbox.ledger.counts() == {f"{method} (unknown)": 1}


@pytest.mark.parametrize(
    ("headers", "message"),
    [({}, "No API key found in request"), ({"X-Api-Key": "wrong"}, "Invalid authentication credentials")],
)
async def test_key(imin: Imin, headers: dict[str, str], message: str) -> None:
    """Without the right key Kong answers, not imin."""
    answer = await imin.call("GET", "/api/v2/orders?customerIdentifier=1234", headers=headers)

    assert answer == (401, {"message": message})


async def test_receipt_is_a_valid_pdf(imin: Imin) -> None:
    """A receipt is a PDF whose cross-reference table points at its objects."""
    url = imin.server.make_url("/api/v2/receipts/1")

    async with imin.http.get(url, headers={"X-API-KEY": "sandbox-key"}) as response:
        pdf = await response.read()
        content_type = response.headers["Content-Type"]

    assert content_type == "application/pdf"
    start = int(pdf.split(b"startxref\n")[1].split(b"\n")[0])
    entries = pdf[start:].split(b"\n")[3:8]
    offsets = [int(entry[:10]) for entry in entries]
    assert pdf[start:].startswith(b"xref\n0 6\n")
    assert [pdf[at : at + 7] for at in offsets] == [b"%d 0 obj" % number for number in range(1, 6)]
    assert b"(Order 29) Tj" in pdf
    assert b"(Ordered 2022-11-15T15:24:26Z) Tj" in pdf
    assert b"(Total 10.00 GBP) Tj" in pdf


@pytest.mark.parametrize("identifier", ["2", "999999999", "abc", "-1"])
async def test_unknown_receipt(imin: Imin, identifier: str) -> None:
    """A receipt no order has is 404."""
    status, body = await imin.call("GET", f"/api/v2/receipts/{identifier}")

    assert (status, body["@type"]) == (404, "NotFoundError")


async def test_every_receipt_opens(imin: Imin) -> None:
    """Whatever receipt an order names can be fetched."""
    added = imin.sandbox.add_order("receipts")
    entry = imin.sandbox.add_receipt(added["identifier"])
    orders = (await imin.orders("receipts"))["imin:item"]

    urls = [one["url"] for order in orders for one in order.get("imin:receipt", [])]
    pages = [await imin.get(url.removeprefix(BOOK)) for url in urls]

    assert urls[0] == entry["url"]
    assert len(urls) == 8
    assert {page[:8] for page in pages} == {b"%PDF-1.4"}


async def test_documented_account(imin: Imin) -> None:
    """Account abc is imin's documented example."""
    account = await imin.get("/customer-accounts/abc")

    assert account == documented.customer_account()
    assert account["@id"] == f"{BOOK}/customer-accounts/abc"


async def test_account_life(imin: Imin) -> None:
    """An account can be created, read, changed and deleted; afterwards it is 404."""
    person = {"@type": "Person", "email": "a@example.com", "givenName": "Ann", "familyName": "Lee"}
    status, created = await imin.call(
        "POST", "/api/v2/customer-accounts", {"@type": "CustomerAccount", "customer": person}
    )
    path = f"/api/v2/customer-accounts/{created['identifier']}"
    action = {"@type": "CustomerUpdateAction", "object": {"@type": "Person", "givenName": "Anna"}}

    changed = await imin.call("POST", f"{path}/actions", action)

    assert (status, created["customer"]) == (201, person)
    assert (changed[0], changed[1]["object"]) == (200, {"@type": "Person", "givenName": "Anna"})
    assert (await imin.call("GET", path))[1]["customer"] == person | {"givenName": "Anna"}
    assert await imin.call("DELETE", path) == (202, b"")
    assert (await imin.call("GET", path))[0] == 404


async def test_erased_customer(imin: Imin) -> None:
    """After erasure the orders remain, with placeholders for the person."""
    imin.sandbox.erase_customer("group")

    orders = (await imin.orders("group"))["imin:item"]

    deleted = {
        "type": "Person",
        "email": "deleted@deleted.invalid",
        "givenName": "Deleted",
        "familyName": "Deleted",
    }
    assert len(orders) == 5
    assert [order["customer"] for order in orders] == [deleted] * 5
    assert orders[0]["orderedItem"][0]["attendee"] == deleted


async def test_entitlements(imin: Imin) -> None:
    """The entitlements are a ConceptScheme."""
    scheme = await imin.get("/entitlements")

    assert (scheme["type"], scheme["concept"][0]["prefLabel"]) == ("ConceptScheme", "Adult Resident")


# Cancellation


async def test_cancellation_life(imin: Imin) -> None:
    """204, pending at once everywhere, then cancelled with lower totals and a new receipt first."""
    order = imin.sandbox.add_order("empty", items=2, tax="gross", price="12.50")
    identifier = order["identifier"]
    item = order["orderedItem"][0]["identifier"]

    answer = await imin.cancel(identifier, item)

    assert answer == (204, b"")
    pending = await imin.get(f"/orders/{identifier}")
    assert [one["orderItemStatus"] for one in pending["orderedItem"]] == [PENDING, CONFIRMED]
    assert pending["totalPaymentDue"]["price"] == 25
    upcoming = (await imin.get("/order-items?customerIdentifier=empty"))["imin:item"]
    assert [(one["orderItemStatus"], one["imin:isPresentlyCancellable"]) for one in upcoming] == [
        (PENDING, False),
        (CONFIRMED, True),
    ]
    imin.sandbox.clock.advance(19)
    assert (await imin.get(f"/orders/{identifier}"))["orderedItem"][0]["orderItemStatus"] == PENDING
    imin.sandbox.clock.advance(1)
    done = (await imin.orders("empty"))["imin:item"][0]
    assert [one["orderItemStatus"] for one in done["orderedItem"]] == [CANCELLED, CONFIRMED]
    assert done["totalPaymentDue"]["price"] == 12.5
    assert [(tax["price"], tax["rate"]) for tax in done["totalPaymentTax"]] == [(2.5, 0.2)]
    assert done["imin:receipt"][0] == {
        "type": "Invoice",
        "url": f"{BOOK}/receipts/500001",
        "dateCreated": "2025-06-02T10:30:20.000000+01:00",
    }
    assert done["imin:receipt"][1:] == order["imin:receipt"]


async def test_net_refund(imin: Imin) -> None:
    """Net prices give their tax back too."""
    order = imin.sandbox.add_order("empty", items=2, tax="net", price="14.16")
    await imin.cancel(order["identifier"], order["orderedItem"][1]["identifier"])

    imin.sandbox.confirm_now(order["identifier"])

    settled = await imin.get(f"/orders/{order['identifier']}")
    assert (order["totalPaymentDue"]["price"], settled["totalPaymentDue"]["price"]) == (33.984, 16.992)
    assert settled["totalPaymentTax"][0]["price"] == 2.832


@pytest.mark.parametrize(
    "form",
    ["{item}", BOOK + "/orders/{order}/order-items/{item}", BOOK + "/orders/{order}#/orderedItems/{item}"],
)
@pytest.mark.parametrize("key", ["id", "@id"])
async def test_item_id_forms(imin: Imin, form: str, key: str) -> None:
    """An item may be named by identifier, imin's URL or OpenActive's URL."""
    order = imin.sandbox.add_order("empty")
    name = form.format(order=order["identifier"], item=order["orderedItem"][0]["identifier"])

    status, _ = await imin.cancel(order["identifier"], {key: name, "orderItemStatus": CANCELLED})

    assert status == 204
    assert (await imin.get(f"/orders/{order['identifier']}"))["orderedItem"][0]["orderItemStatus"] == PENDING


async def test_cancelling_again(imin: Imin) -> None:
    """Cancelling what is pending or cancelled is 204 again and changes nothing."""
    order = imin.sandbox.add_order("empty")
    item = order["orderedItem"][0]["identifier"]
    await imin.cancel(order["identifier"], item)
    imin.sandbox.clock.advance(10)

    again = await imin.cancel(order["identifier"], item)

    imin.sandbox.clock.advance(10)
    done = await imin.get(f"/orders/{order['identifier']}")
    assert await imin.cancel(order["identifier"], item) == again == (204, b"")
    assert done["orderedItem"][0]["orderItemStatus"] == CANCELLED
    assert await imin.get(f"/orders/{order['identifier']}") == done


@pytest.mark.parametrize(
    ("options", "description"),
    [
        (
            {"days_ahead": 0.5, "window": "P2D"},
            "Customer cancellation not permitted as outside the refund window for the session",
        ),
        (
            {"days_ahead": 0.5, "window": "P2D", "kind": "slot"},
            "Customer cancellation not permitted as outside the refund window for the slot",
        ),
        ({"refundable": False}, "Customer cancellation not permitted as the offer does not include a refund"),
        ({"refundable": None}, "Customer cancellation not permitted as the offer does not include a refund"),
        ({"status": "AttendeeAttended"}, "This booking can no longer be cancelled."),
        ({"status": "SellerCancelled"}, "This booking can no longer be cancelled."),
    ],
)
async def test_not_permitted(imin: Imin, options: dict[str, Any], description: str) -> None:
    """A refusal says why in the customer's words and changes nothing."""
    order = imin.sandbox.add_order("empty", **options)
    before = await imin.get(f"/orders/{order['identifier']}")

    answer = await imin.cancel(order["identifier"], order["orderedItem"][0]["identifier"])

    assert answer == (
        400,
        {
            "@context": "https://openactive.io/",
            "@type": "CancellationNotPermittedError",
            "description": description,
        },
    )
    assert await imin.get(f"/orders/{order['identifier']}") == before


async def test_all_or_none(imin: Imin) -> None:
    """One unknown item among several leaves every item as it was."""
    order = imin.sandbox.add_order("empty", items=2)

    status, _ = await imin.cancel(order["identifier"], order["orderedItem"][0]["identifier"], "zzzz")

    after = await imin.get(f"/orders/{order['identifier']}")
    assert status == 500
    assert [item["orderItemStatus"] for item in after["orderedItem"]] == [CONFIRMED, CONFIRMED]


async def test_unknown_items(imin: Imin) -> None:
    """An unknown item and an item of another order are imin's own kind of 500."""
    order = imin.sandbox.add_order("empty")["identifier"]
    elsewhere = (await imin.orders("small"))["imin:item"][0]["orderedItem"][0]

    answers = [
        await imin.cancel(order, item) for item in ("zzzz", elsewhere["identifier"], elsewhere["id"], "abcd")
    ]

    assert [(status, body["@type"]) for status, body in answers] == [
        (500, "OrderItemIdInvalidError"),
        (500, "OrderItemNotWithinOrderError"),
        (500, "OrderItemNotWithinOrderError"),
        (500, "OrderItemNotWithinOrderError"),
    ]


async def test_bad_patches(imin: Imin) -> None:
    """A PATCH may say nothing but CustomerCancelled about items."""
    order = imin.sandbox.add_order("empty")
    identifier, item = order["identifier"], order["orderedItem"][0]["identifier"]
    confirm = {"type": "OrderItem", "id": item, "orderItemStatus": CONFIRMED}

    answers = [
        await imin.cancel(identifier, item, **{"@id": "excessive"}),
        await imin.cancel(identifier, _wanted(item) | {"position": 1}),
        await imin.cancel(identifier, confirm),
        await imin.cancel(identifier),
        await imin.cancel(identifier, item, **{"ext:note": "ignored"}),
    ]

    assert [(status, body["@type"] if body else None) for status, body in answers] == [
        (400, "PatchContainsExcessivePropertiesError"),
        (400, "PatchContainsExcessivePropertiesError"),
        (400, "PatchNotAllowedOnPropertyError"),
        (400, "PatchNotAllowedOnPropertyError"),
        (204, None),
    ]


async def test_patch_that_is_not_json(imin: Imin) -> None:
    """Malformed JSON is 400, an unknown order 404."""
    order = imin.sandbox.add_order("empty")["identifier"]

    status, body = await imin.call("PATCH", f"/api/v2/orders/{order}", b'{"type": ')
    unknown, error = await imin.cancel("nobody's", "abcd")

    assert (status, body["error"]["type"]) == (400, "InvalidBody")
    assert (unknown, error["@type"]) == (404, "UnknownOrderError")


async def test_booking_system_refuses(imin: Imin) -> None:
    """A refused cancellation returns to confirmed when its time comes."""
    order = imin.sandbox.add_order("empty")
    imin.sandbox.refuse_cancellations(order["identifier"])
    await imin.cancel(order["identifier"], order["orderedItem"][0]["identifier"])

    imin.sandbox.clock.advance(20)

    assert (await imin.orders("empty"))["imin:item"][0] == order


async def test_seller_cancels(imin: Imin) -> None:
    """The seller's cancellation carries a message, refunds, and overtakes a pending one."""
    order = imin.sandbox.add_order("empty")
    identifier, item = order["identifier"], order["orderedItem"][0]["identifier"]
    await imin.cancel(identifier, item)

    imin.sandbox.seller_cancel(identifier, item, "The roof leaks.")

    imin.sandbox.clock.advance(60)
    after = await imin.get(f"/orders/{identifier}")
    assert after["orderedItem"][0]["orderItemStatus"] == "https://openactive.io/SellerCancelled"
    assert after["orderedItem"][0]["cancellationMessage"] == "The roof leaks."
    assert after["totalPaymentDue"]["price"] == 0
    assert len(after["imin:receipt"]) == 2


async def test_generated_order_can_be_cancelled(imin: Imin) -> None:
    """The newest order of customer 1234 has two items that can be cancelled."""
    order = (await imin.orders())["imin:item"][0]

    status, _ = await imin.cancel(order["identifier"], *[item["identifier"] for item in order["orderedItem"]])
    imin.sandbox.clock.advance(20)

    after = (await imin.orders())["imin:item"][0]
    assert status == 204
    assert [item["orderItemStatus"] for item in after["orderedItem"]] == [CANCELLED, CANCELLED]
    assert (order["totalPaymentDue"]["price"] > 0, after["totalPaymentDue"]["price"]) == (True, 0)


# Changes to the history


async def test_added_order(imin: Imin) -> None:
    """A new order goes to the head and moves everything after it down by one."""
    before = await imin.orders()

    added = imin.sandbox.add_order("1234", price=Decimal("4.75"))

    after = await imin.orders()
    assert after["imin:totalItems"] == 1918
    assert after["imin:item"][0] == added
    assert (added["orderNumber"], added["orderDate"]) == ("1918", "2025-06-02T09:30:00Z")
    assert after["imin:item"][1:] == before["imin:item"][:9]
    assert imin.sandbox.add_order()["orderDate"] == "2025-06-02T09:30:01Z"


async def test_removed_order(imin: Imin) -> None:
    """A removed order is in no list and 404 by id."""
    orders = (await imin.orders("small"))["imin:item"]

    imin.sandbox.remove_order(orders[1]["identifier"])

    assert (await imin.orders("small"))["imin:item"] == [orders[0], orders[2]]
    assert (await imin.call("GET", f"/api/v2/orders/{orders[1]['identifier']}"))[0] == 404


@pytest.mark.parametrize(
    "document", [None, 42, [], {"identifier": "odd", "orderedItem": 7}, {"price": 10**30}]
)
async def test_exact_document(imin: Imin, document: Any) -> None:
    """Any JSON value is served exactly as it was put, in the list and by id, in every style."""
    imin.sandbox.style.keys = "@type"

    identifier = imin.sandbox.put_order("small", document)

    page = await imin.orders("small")
    assert (page["imin:totalItems"], page["imin:item"][0]) == (4, document)
    assert await imin.get(f"/orders/{identifier}") == document
    assert (await imin.get("/order-items?customerIdentifier=small"))["imin:totalItems"] == 2


async def test_put_in_place(imin: Imin) -> None:
    """A known identifier keeps its place in the history."""
    order = (await imin.orders("small"))["imin:item"][1]

    imin.sandbox.put_order("small", {"identifier": order["identifier"], "odd": True})

    assert (await imin.orders("small"))["imin:item"][1] == {"identifier": order["identifier"], "odd": True}


# Faults


@pytest.mark.parametrize(
    ("kind", "status", "body"),
    [
        ("429", 429, {"message": "API rate limit exceeded"}),
        ("kong_401", 401, {"message": "Invalid authentication credentials"}),
        (
            "express_400",
            400,
            {"error": {"type": "InvalidQuery", "details": ["customerIdentifier is not valid"]}},
        ),
        ("empty_200", 200, b""),
        ("redirect", 302, b""),
    ],
)
async def test_answer_instead(imin: Imin, kind: FaultKind, status: int, body: Any) -> None:
    """A fault is met once, then imin is itself again."""
    imin.sandbox.faults.add(Fault("GET /orders", kind))

    answer = await imin.call("GET", "/api/v2/orders?customerIdentifier=small", allow_redirects=False)

    assert answer == (status, body)
    assert (await imin.orders("small"))["imin:totalItems"] == 3


@pytest.mark.parametrize(
    ("kind", "status", "error"),
    [("500", 500, "InternalApplicationError"), ("503", 503, "TemporarilyUnableToUpdateOrderError")],
)
async def test_openactive_faults(imin: Imin, kind: FaultKind, status: int, error: str) -> None:
    """The 5xx that come from imin itself are OpenActive errors."""
    imin.sandbox.faults.add(Fault("*", kind))

    answer = await imin.call("GET", f"/api/v2/orders/{DOCUMENTED}")

    assert (answer[0], answer[1]["@type"]) == (status, error)


async def test_retry_after(imin: Imin) -> None:
    """429 carries the Retry-After it was given."""
    imin.sandbox.faults.add(Fault("*", "429", retry_after=3))
    url = imin.server.make_url("/api/v2/entitlements")

    async with imin.http.get(url) as response:
        assert response.headers["Retry-After"] == "3"


@pytest.mark.parametrize(("kind", "status"), [("502_html", 502), ("html_200", 200)])
async def test_html(imin: Imin, kind: FaultKind, status: int) -> None:
    """A proxy's page is HTML, whatever its status."""
    imin.sandbox.faults.add(Fault("*", kind))

    answer = await imin.call("GET", "/api/v2/entitlements")

    assert (answer[0], answer[1][:6]) == (status, b"<html>")


async def test_fault_times_and_match(imin: Imin) -> None:
    """A fault meets only matching requests, as many as it says."""
    imin.sandbox.faults.add(Fault("GET /orders", "500", times=2, match="page=2"))

    pages = [1, 2, 1, 2, 2]
    answers = [
        await imin.call("GET", f"/api/v2/orders?customerIdentifier=1234&page={page}") for page in pages
    ]

    assert [status for status, _ in answers] == [200, 500, 200, 500, 200]


async def test_standing_fault(imin: Imin) -> None:
    """times=None lasts until it is cleared."""
    imin.sandbox.faults.add(Fault("*", "500", times=None))

    broken = [(await imin.call("GET", "/api/v2/entitlements"))[0] for _ in range(3)]
    imin.sandbox.faults.clear()

    assert broken == [500, 500, 500]
    assert (await imin.call("GET", "/api/v2/entitlements"))[0] == 200


async def test_reset(imin: Imin) -> None:
    """A reset connection has no answer and no effect; the ledger shows status 0."""
    order = imin.sandbox.add_order("empty")
    imin.sandbox.faults.add(Fault("PATCH /orders/:id", "reset"))

    with pytest.raises(aiohttp.ClientOSError):
        await imin.cancel(order["identifier"], order["orderedItem"][0]["identifier"])

    assert (await imin.orders("empty"))["imin:item"][0] == order
    assert [entry.status for entry in imin.sandbox.ledger.entries] == [0, 200]


async def test_reset_after(imin: Imin) -> None:
    """reset_after applies the cancellation before it cuts the connection."""
    order = imin.sandbox.add_order("empty")
    imin.sandbox.faults.add(Fault("PATCH /orders/:id", "reset_after"))

    with pytest.raises(aiohttp.ClientOSError):
        await imin.cancel(order["identifier"], order["orderedItem"][0]["identifier"])

    assert (await imin.orders("empty"))["imin:item"][0]["orderedItem"][0]["orderItemStatus"] == PENDING


async def test_status_after(imin: Imin) -> None:
    """status_after applies the cancellation and still answers 500."""
    order = imin.sandbox.add_order("empty")
    imin.sandbox.faults.add(Fault("PATCH /orders/:id", "status_after"))

    status, _ = await imin.cancel(order["identifier"], order["orderedItem"][0]["identifier"])

    assert status == 500
    assert (await imin.orders("empty"))["imin:item"][0]["orderedItem"][0]["orderItemStatus"] == PENDING


async def test_truncate(imin: Imin) -> None:
    """A truncated body is shorter than its Content-Length."""
    imin.sandbox.faults.add(Fault("GET /orders", "truncate"))

    with pytest.raises(aiohttp.ClientPayloadError):
        await imin.orders()


@pytest.mark.parametrize("kind", ["cut_json", "nan"])
async def test_bad_json(imin: Imin, kind: FaultKind) -> None:
    """Cut and NaN bodies are no strict JSON."""
    imin.sandbox.faults.add(Fault("GET /orders", kind))
    url = imin.server.make_url("/api/v2/orders?customerIdentifier=small")

    async with imin.http.get(url, headers={"X-API-KEY": "sandbox-key"}) as response:
        text = await response.text()

    with pytest.raises(ValueError, match=r"NaN|Expecting|Unterminated"):
        json.loads(text, parse_constant=_refuse_constant)


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


@pytest.mark.parametrize("kind", ["huge", "gzip_bomb"])
async def test_too_big(imin: Imin, kind: FaultKind) -> None:
    """Huge bodies are valid JSON of the size asked for."""
    imin.sandbox.faults.add(Fault("GET /orders", kind, megabytes=1))

    page = await imin.orders()

    assert len(page["imin:filler"]) == 1024 * 1024


async def test_wrong_page(imin: Imin) -> None:
    """wrong_page claims to be the page after the one asked for."""
    imin.sandbox.faults.add(Fault("GET /orders", "wrong_page"))

    page = await imin.orders(page=3)

    assert page["view"]["imin:currentPage"] == 4
    assert page["id"] == page["view"]["id"] == f"{BOOK}/orders?customerIdentifier=1234&page=4"


async def test_wrong_order(imin: Imin) -> None:
    """wrong_order gives someone else's order."""
    imin.sandbox.faults.add(Fault("GET /orders/:id", "wrong_order"))

    order = await imin.get(f"/orders/{DOCUMENTED}")

    assert order["orderNumber"] == "20003"


async def test_slow_drip(imin: Imin) -> None:
    """A dripping body arrives whole in the end."""
    imin.sandbox.faults.add(Fault("GET /orders", "slow_drip", delay_seconds=0.0001))

    page = await imin.orders("empty")

    assert page["imin:totalItems"] == 0


async def test_delay(imin: Imin) -> None:
    """A delayed answer is the right answer, later."""
    imin.sandbox.faults.add(Fault("GET /orders", "delay", delay_seconds=0.01))
    loop = asyncio.get_running_loop()
    before = loop.time()

    page = await imin.orders("small")

    assert page["imin:totalItems"] == 3
    assert loop.time() - before >= 0.01


async def test_black_hole_ends_with_the_client(imin: Imin) -> None:
    """A black hole lets go when its client gives up."""
    imin.sandbox.faults.add(Fault("*", "black_hole"))

    with pytest.raises(TimeoutError):
        await imin.call("GET", "/api/v2/entitlements", timeout=aiohttp.ClientTimeout(total=0.01))

    assert imin.sandbox.ledger.count("GET /entitlements") == 1


async def test_black_hole_ends_with_the_sandbox() -> None:
    """A black hole lets go when the sandbox stops."""
    app = create_sandbox()
    app[SANDBOX].faults.add(Fault("*", "black_hole"))
    async with aiohttp.ClientSession() as http, TestServer(app) as server:
        waiting = asyncio.create_task(http.get(server.make_url("/api/v2/entitlements")))
        for _ in range(1000):
            await asyncio.sleep(0)
            if app[SANDBOX].ledger.in_flight:
                break

        await server.close()

        with pytest.raises(aiohttp.ClientConnectionError):
            await waiting


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"route": "GET /nowhere", "kind": "500"}, "route must be"),
        ({"route": "*", "kind": "boom"}, "got 'boom'"),
        ({"route": "*", "kind": "500", "times": 0}, "times must be a number from 1, got 0"),
    ],
)
def test_bad_fault(options: dict[str, Any], message: str) -> None:
    """A fault that could never be met is refused at once."""
    with pytest.raises(ValueError, match=message):
        Fault(**options)


# Styles


async def _styled(imin: Imin, customer: str = "small", **knobs: Any) -> Any:
    imin.sandbox.style.update(knobs)
    return (await imin.orders(customer))["imin:item"][0]


async def test_at_keys(imin: Imin) -> None:
    """keys="@type" writes @type and @id throughout, the envelope too."""
    imin.sandbox.style.keys = "@type"

    page = await imin.orders("small")

    text = json.dumps(page)
    assert '"type":' not in text
    assert '"id":' not in text
    assert page["imin:item"][0]["@id"] == f"{BOOK}/orders/{page['imin:item'][0]['identifier']}"


async def test_mixed_keys(imin: Imin) -> None:
    """keys="mixed" writes both spellings within one document."""
    text = json.dumps(await _styled(imin, keys="mixed"))

    assert ('"type":' in text, '"@type":' in text, '"id":' in text, '"@id":' in text) == (True,) * 4


async def test_id_style(imin: Imin) -> None:
    """id_style="openactive" names items by a fragment."""
    order = await _styled(imin, id_style="openactive")

    item = order["orderedItem"][0]
    assert item["id"] == f"{BOOK}/orders/{order['identifier']}#/orderedItems/{item['identifier']}"


async def test_refund_flag_place(imin: Imin) -> None:
    """refund_flag_place="offer" moves the flag to the offer."""
    item = (await _styled(imin, refund_flag_place="offer"))["orderedItem"][0]

    assert "allowCustomerCancellationFullRefund" not in item
    assert item["acceptedOffer"]["allowCustomerCancellationFullRefund"] is True


async def test_numbers_and_strings(imin: Imin) -> None:
    """Numbers become texts and digits become numbers where asked for."""
    imin.sandbox.add_order("small", price="4.75")

    texts = await _styled(imin, numbers_as_strings=True)
    digits = await _styled(imin, numbers_as_strings=False, strings_as_numbers=True)

    assert texts["totalPaymentDue"]["price"] == "4.75"
    assert texts["totalPaymentTax"][0]["price"] == "0.00"
    assert texts["orderedItem"][0]["orderedItem"]["superEvent"]["location"]["geo"]["latitude"] == "51.4607"
    assert digits["orderNumber"] == 20004


async def test_float_noise(imin: Imin) -> None:
    """float_noise spoils prices as binary arithmetic does."""
    imin.sandbox.add_order("small", price="4.75")

    order = await _styled(imin, float_noise=True)

    assert order["totalPaymentDue"]["price"] == 4.750000000000001


@pytest.mark.parametrize(
    ("enum_style", "status", "event_status"),
    [
        ("url", CONFIRMED, "https://schema.org/EventScheduled"),
        ("compact", "oa:OrderItemConfirmed", "schema:EventScheduled"),
        ("bare", "OrderItemConfirmed", "EventScheduled"),
    ],
)
async def test_enum_style(imin: Imin, enum_style: str, status: str, event_status: str) -> None:
    """Enum values come as URL, compact or bare."""
    item = (await _styled(imin, enum_style=enum_style))["orderedItem"][0]

    assert (item["orderItemStatus"], item["orderedItem"]["eventStatus"]) == (status, event_status)


@pytest.mark.parametrize(
    ("date_style", "order_date"),
    [
        ("as_is", "2025-06-02T09:30:00Z"),
        ("z", "2025-06-02T09:30:00Z"),
        ("offset_fraction", "2025-06-02T10:30:00.000000+01:00"),
        ("local", "2025-06-02T10:30:00"),
    ],
)
async def test_date_style(imin: Imin, date_style: str, order_date: str) -> None:
    """Dates come with Z, with offset and fraction, or in London time without an offset."""
    imin.sandbox.add_order("small")

    assert (await _styled(imin, date_style=date_style))["orderDate"] == order_date


async def test_one_or_many(imin: Imin) -> None:
    """one_or_many writes an array of one as its element."""
    imin.sandbox.add_order("small")

    order = await _styled(imin, one_or_many=True)

    assert (order["orderedItem"]["type"], order["imin:receipt"]["type"]) == ("OrderItem", "Invoice")
    assert len(order["@context"]) == 2


async def test_drop_optional(imin: Imin) -> None:
    """drop_optional=1 leaves the bones, the same for the same seed."""
    imin.sandbox.add_order("small")

    bones = await _styled(imin, drop_optional=1.0)
    some = await _styled(imin, drop_optional=0.3)

    assert list(bones) == ["type", "id", "identifier", "orderDate", "orderedItem"]
    assert list(bones["orderedItem"][0]) == ["type", "id", "identifier", "orderedItem", "orderItemStatus"]
    assert some == await _styled(imin, drop_optional=0.3)
    assert some != bones


async def test_facility_parent(imin: Imin) -> None:
    """ifu_parent_key renames the parent of an IndividualFacilityUse."""
    order = await _styled(imin, "facility", ifu_parent_key="aggregateFacilityUse")

    use = order["orderedItem"][0]["orderedItem"]["facilityUse"]
    assert (use["type"], use["aggregateFacilityUse"]["type"]) == ("IndividualFacilityUse", "FacilityUse")
    assert "facilityUse" not in use


async def test_location_pointer(imin: Imin) -> None:
    """location_pointer moves the place to the EventSeries and points to it."""
    series = (await _styled(imin, location_pointer=True))["orderedItem"][0]["orderedItem"]["superEvent"]

    place = series["superEvent"]["imin:locationSummary"][0]
    assert series["location"] == {"type": "Place", "id": place["id"]}
    assert place["id"].startswith("#/imin:locationSummary/")
    assert place["type"] == "Place"


async def test_lying_view(imin: Imin) -> None:
    """view_lies promises a page after the last and miscounts the pages."""
    imin.sandbox.style.view_lies = True

    last = await imin.orders(page=192)

    assert last["view"]["next"] == f"{BOOK}/orders?customerIdentifier=1234&page=193"
    assert last["view"]["imin:totalPages"] == 1


def test_bad_style() -> None:
    """A knob or value that does not exist is refused and names itself."""
    style = create_sandbox()[SANDBOX].style

    with pytest.raises(ValueError, match="keys must be one of type, @type, mixed, got 'id'"):
        style.keys = "id"
    with pytest.raises(ValueError, match="kyes is no style knob"):
        style.update({"float_noise": True, "kyes": "type"})
    assert style.is_imins()


# Ledger


async def test_ledger(imin: Imin) -> None:
    """Every request to imin is noted with its route, query, status and body."""
    order = imin.sandbox.add_order("empty")["identifier"]
    await imin.orders("small")
    await imin.call("PATCH", f"/api/v2/orders/{order}", {"orderedItem": []})

    entries = imin.sandbox.ledger.entries
    assert imin.sandbox.ledger.counts() == {"GET /orders": 1, "PATCH /orders/:id": 1}
    assert entries[0].query == {"customerIdentifier": "small", "page": "1"}
    assert (entries[1].path, entries[1].status, entries[1].body) == (
        f"/api/v2/orders/{order}",
        400,
        {"orderedItem": []},
    )
    imin.sandbox.ledger.clear()
    assert imin.sandbox.ledger.count("GET /orders") == 0


# Control API


async def test_control_index(imin: Imin) -> None:
    """The index names the customers and the control endpoints, without a key."""
    status, index = await imin.call("GET", "/sandbox", headers={})

    assert status == 200
    assert index["customers"]["1234"] == 1917
    assert "POST /sandbox/orders/{identifier}/seller-cancel" in index["control"]
    assert await imin.call("GET", "/", headers={}) == (200, {"sandbox": "/sandbox"})


async def test_control_clock_and_orders(imin: Imin) -> None:
    """An order can be added, cancelled by its seller and removed over HTTP; the clock moves."""
    clock = await imin.call("POST", "/sandbox/clock", {"advanceSeconds": 60})
    status, order = await imin.call("POST", "/sandbox/orders", {"customer": "empty", "items": 2})
    path = f"/sandbox/orders/{order['identifier']}"

    cancelled = await imin.call("POST", f"{path}/seller-cancel", {"message": "Closed."})
    receipt = await imin.call("POST", f"{path}/receipts")
    removed = await imin.call("DELETE", path)

    assert clock == (200, {"now": "2025-06-02T09:31:00+00:00"})
    assert (status, order["orderDate"], len(order["orderedItem"])) == (201, "2025-06-02T09:31:00Z", 2)
    assert cancelled[1]["orderedItem"][0]["cancellationMessage"] == "Closed."
    assert (receipt[0], receipt[1]["type"]) == (201, "Invoice")
    assert (removed, (await imin.orders("empty"))["imin:totalItems"]) == ((204, b""), 0)


async def test_control_cancellations(imin: Imin) -> None:
    """Pending cancellations can be refused, confirmed and timed over HTTP."""
    first, second = (imin.sandbox.add_order("empty")["identifier"] for _ in range(2))
    for order in (first, second):
        item = (await imin.get(f"/orders/{order}"))["orderedItem"][0]["identifier"]
        await imin.cancel(order, item)

    await imin.call("POST", f"/sandbox/orders/{first}/refuse")
    refused = await imin.call("POST", f"/sandbox/orders/{first}/confirm")
    confirmed = await imin.call("POST", f"/sandbox/orders/{second}/confirm")
    settings = await imin.call("PATCH", "/sandbox/settings", {"confirmAfterSeconds": 0.5})

    assert refused[1]["orderedItem"][0]["orderItemStatus"] == CONFIRMED
    assert confirmed[1]["orderedItem"][0]["orderItemStatus"] == CANCELLED
    assert settings == (200, {"confirm_after_seconds": 0.5})


async def test_control_faults_style_ledger(imin: Imin) -> None:
    """Faults, style and ledger can be read and changed over HTTP."""
    added = await imin.call("POST", "/sandbox/faults", {"kind": "429", "retryAfter": 2, "times": None})
    failed = await imin.call("GET", "/api/v2/entitlements")
    await imin.call("DELETE", "/sandbox/faults")
    style = await imin.call("PATCH", "/sandbox/style", {"idStyle": "openactive"})
    ledger = await imin.call("GET", "/sandbox/ledger")
    cleared = await imin.call("DELETE", "/sandbox/ledger")

    assert (added[0], failed[0]) == (201, 429)
    assert imin.sandbox.faults.waiting == []
    assert (style[1]["id_style"], imin.sandbox.style.id_style) == ("openactive", "openactive")
    assert ledger[1] == {
        "counts": {"GET /entitlements": 1},
        "entries": [
            {
                "method": "GET",
                "path": "/api/v2/entitlements",
                "query": {},
                "status": 429,
                "body": None,
                "route": "GET /entitlements",
            }
        ],
    }
    assert (cleared, imin.sandbox.ledger.entries) == ((204, b""), [])


@pytest.mark.parametrize(
    ("method", "path", "body", "message"),
    [
        (
            "POST",
            "/sandbox/clock",
            {"now": "noon"},
            "now must be an ISO 8601 date-time with an offset, got 'noon'.",
        ),
        ("POST", "/sandbox/clock", {"advanceSeconds": "1"}, "advance_seconds must be a number, got '1'."),
        ("POST", "/sandbox/clock", b"now", "but it is not JSON"),
        ("POST", "/sandbox/orders", {"custommer": "x"}, "custommer is no field here; there are customer,"),
        ("POST", "/sandbox/orders", {"price": "much"}, "price must be pounds from 0, got 'much'."),
        ("POST", "/sandbox/faults", {"kind": "boom"}, "got 'boom'."),
        ("POST", "/sandbox/faults", {"kind": "500", "times": "x"}, "times must be a number from 1, got 'x'."),
        ("PATCH", "/sandbox/style", {"keys": 1}, "keys must be one of type, @type, mixed, got 1."),
        ("PATCH", "/sandbox/settings", {"confirmAfterSeconds": -1}, "must be 0 to 86400, got -1."),
    ],
)
async def test_bad_control_input(imin: Imin, method: str, path: str, body: Any, message: str) -> None:
    """Bad input is 400 and the message names field and value."""
    status, answer = await imin.call(method, path, body)

    assert status == 400
    assert message in answer["error"]


async def test_control_of_an_unknown_order(imin: Imin) -> None:
    """Control of an order that is not there is 404."""
    answer = await imin.call("DELETE", "/sandbox/orders/nothing")

    assert answer == (404, {"error": "there is no order 'nothing'"})


async def test_control_is_for_loopback() -> None:
    """A client from elsewhere gets no control."""

    @web.middleware
    async def from_elsewhere(request: web.Request, handler: Any) -> web.StreamResponse:
        answer: web.StreamResponse = await handler(request.clone(remote="203.0.113.7"))
        return answer

    app = create_sandbox()
    app.middlewares.insert(0, from_elsewhere)
    async with (
        TestServer(app) as server,
        aiohttp.ClientSession() as http,
        http.get(server.make_url("/sandbox")) as response,
    ):
        answer = (response.status, await response.json())

    assert answer == (403, {"error": "The control API answers to loopback clients only."})


def test_settings() -> None:
    """A clock that the world could not be built around is refused."""
    with pytest.raises(ValueError, match="now must be 2023-01-01T00:00:00\\+00:00 or later"):
        SandboxSettings(now=datetime(2022, 1, 1, tzinfo=UTC))
    with pytest.raises(ValueError, match="now must carry an offset"):
        SandboxSettings(now=datetime(2025, 1, 1))  # noqa: DTZ001  # the point of the test
