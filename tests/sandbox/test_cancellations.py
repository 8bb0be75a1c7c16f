"""Cancelling order items in the simulated imin."""

from typing import Any

import pytest

from tests.sandbox.conftest import BOOK, CANCELLED, CONFIRMED, PENDING, Imin, cancelled_item


async def test_cancellation_life(imin: Imin) -> None:
    """A cancellation is 204 and pending in all lists, then cancelled with lower totals and a new receipt."""
    order = imin.sandbox.add_order("empty", items=2, tax="gross", price="12.50")
    identifier = order["identifier"]
    item = order["orderedItem"][0]["identifier"]

    response = await imin.cancel(identifier, item)

    assert response == (204, b"")
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
    """With net prices, the tax is refunded too."""
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
    """An item's id can be its identifier, imin's URL or OpenActive's URL."""
    order = imin.sandbox.add_order("empty")
    name = form.format(order=order["identifier"], item=order["orderedItem"][0]["identifier"])

    status, _ = await imin.cancel(order["identifier"], {key: name, "orderItemStatus": CANCELLED})

    assert status == 204
    assert (await imin.get(f"/orders/{order['identifier']}"))["orderedItem"][0]["orderItemStatus"] == PENDING


async def test_cancelling_again(imin: Imin) -> None:
    """Cancelling a pending or cancelled item is 204 again and changes nothing."""
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
    """A refusal explains the reason to the customer and changes nothing."""
    order = imin.sandbox.add_order("empty", **options)
    before = await imin.get(f"/orders/{order['identifier']}")

    response = await imin.cancel(order["identifier"], order["orderedItem"][0]["identifier"])

    assert response == (
        400,
        {
            "@context": "https://openactive.io/",
            "@type": "CancellationNotPermittedError",
            "description": description,
        },
    )
    assert await imin.get(f"/orders/{order['identifier']}") == before


async def test_all_or_none(imin: Imin) -> None:
    """A request with one unknown item changes no item."""
    order = imin.sandbox.add_order("empty", items=2)

    status, _ = await imin.cancel(order["identifier"], order["orderedItem"][0]["identifier"], "zzzz")

    after = await imin.get(f"/orders/{order['identifier']}")
    assert status == 500
    assert [item["orderItemStatus"] for item in after["orderedItem"]] == [CONFIRMED, CONFIRMED]


async def test_unknown_items(imin: Imin) -> None:
    """An unknown item and an item of another order are 500, each with its own OpenActive error."""
    order = imin.sandbox.add_order("empty")["identifier"]
    other_item = (await imin.orders("small"))["imin:item"][0]["orderedItem"][0]

    responses = [
        await imin.cancel(order, item)
        for item in ("zzzz", other_item["identifier"], other_item["id"], "abcd")
    ]

    assert [(status, body["@type"]) for status, body in responses] == [
        (500, "OrderItemIdInvalidError"),
        (500, "OrderItemNotWithinOrderError"),
        (500, "OrderItemNotWithinOrderError"),
        (500, "OrderItemNotWithinOrderError"),
    ]


async def test_bad_patches(imin: Imin) -> None:
    """A PATCH can only set the status CustomerCancelled; members of custom namespaces are ignored."""
    order = imin.sandbox.add_order("empty")
    identifier, item = order["identifier"], order["orderedItem"][0]["identifier"]
    confirm = {"type": "OrderItem", "id": item, "orderItemStatus": CONFIRMED}

    responses = [
        await imin.cancel(identifier, item, **{"@id": "excessive"}),
        await imin.cancel(identifier, cancelled_item(item) | {"position": 1}),
        await imin.cancel(identifier, confirm),
        await imin.cancel(identifier),
        await imin.cancel(identifier, item, **{"ext:note": "ignored"}),
    ]

    assert [(status, body["@type"] if body else None) for status, body in responses] == [
        (400, "PatchContainsExcessivePropertiesError"),
        (400, "PatchContainsExcessivePropertiesError"),
        (400, "PatchNotAllowedOnPropertyError"),
        (400, "PatchNotAllowedOnPropertyError"),
        (204, None),
    ]


async def test_patch_that_is_not_json(imin: Imin) -> None:
    """Malformed JSON is 400, an unknown order is 404."""
    order = imin.sandbox.add_order("empty")["identifier"]

    status, body = await imin.call("PATCH", f"/api/v2/orders/{order}", b'{"type": ')
    unknown, error = await imin.cancel("unknown", "abcd")

    assert (status, body["error"]["type"]) == (400, "InvalidBody")
    assert (unknown, error["@type"]) == (404, "UnknownOrderError")


async def test_booking_system_refuses(imin: Imin) -> None:
    """A cancellation that the booking system refuses returns to confirmed when it is due."""
    order = imin.sandbox.add_order("empty")
    imin.sandbox.refuse_cancellations(order["identifier"])
    await imin.cancel(order["identifier"], order["orderedItem"][0]["identifier"])

    imin.sandbox.clock.advance(20)

    assert (await imin.orders("empty"))["imin:item"][0] == order


async def test_seller_cancels(imin: Imin) -> None:
    """A seller's cancellation has a message, is refunded and replaces a pending cancellation."""
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
    """The two items of customer 1234's newest order can be cancelled."""
    order = (await imin.orders())["imin:item"][0]

    status, _ = await imin.cancel(order["identifier"], *[item["identifier"] for item in order["orderedItem"]])
    imin.sandbox.clock.advance(20)

    after = (await imin.orders())["imin:item"][0]
    assert status == 204
    assert [item["orderItemStatus"] for item in after["orderedItem"]] == [CANCELLED, CANCELLED]
    assert (order["totalPaymentDue"]["price"] > 0, after["totalPaymentDue"]["price"]) == (True, 0)
