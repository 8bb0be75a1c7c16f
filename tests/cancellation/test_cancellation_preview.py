"""cancellationPreview: what a cancellation would do, exactly or not at all."""

from decimal import Decimal
from typing import Any

import pytest

from gateway.sandbox import Sandbox
from tests.conftest import Gateway
from tests.support.cancellations import booked, cancel
from tests.support.previews import READ, pounds, preview_of

IN_TEN_MINUTES = "2026-11-01T09:10:00+00:00"


def newest(sandbox: Sandbox) -> str:
    """Identifier of the newest order."""
    return sandbox.store.identifiers("1234")[0]


async def test_permitted(gateway: Gateway, sandbox: Sandbox) -> None:
    """The preview shows each item's deadline and refund, the total afterwards, and costs one request."""
    order, items = await booked(gateway)
    sandbox.request_log.clear()

    preview = await preview_of(gateway, order, items[1:])

    assert preview == {
        "token": preview["token"],
        "isPermitted": True,
        "refund": pounds("5.3"),
        "totalAfter": pounds("3"),
        "validUntil": IN_TEN_MINUTES,
        "items": [
            {
                "orderItem": {"id": items[1]},
                "isPermitted": True,
                "reason": None,
                "cancellableUntil": preview["items"][0]["cancellableUntil"],
                "refund": pounds("5.3"),
            }
        ],
    }
    assert len(preview["token"]) == 28
    assert sandbox.request_log.counts() == READ


async def test_whole_order(gateway: Gateway) -> None:
    """The refund of several items is their sum, whatever their order and however often they are named."""
    order, items = await booked(gateway)

    preview = await preview_of(gateway, order, [*reversed(items), *items])

    assert [preview["refund"], preview["totalAfter"]] == [pounds("8.3"), pounds("0")]
    assert [item["refund"] for item in preview["items"]] == [pounds("3"), pounds("5.3")]


async def test_by_number(gateway: Gateway, sandbox: Sandbox) -> None:
    """Order and items can be named by imin's identifiers, and the token is the same."""
    order, items = await booked(gateway)
    number = newest(sandbox)
    identifiers = [item["identifier"] for item in sandbox.order(number)["orderedItem"]]

    assert await preview_of(gateway, number, identifiers) == await preview_of(gateway, order, items)


BLOCKED: dict[str, tuple[dict[str, Any], str]] = {
    "not refundable": ({"refundable": False}, "NOT_REFUNDABLE"),
    "too late": ({"days_ahead": 0.5}, "WINDOW_PASSED"),
    "over": ({"status": "AttendeeAttended"}, "ATTENDANCE_RECORDED"),
    "seller": ({"status": "SellerCancelled"}, "SELLER_CANCELLED"),
    "cancelled": ({"status": "CustomerCancelled"}, "ALREADY_CANCELLED"),
    "pending": ({"status": "CustomerCancellationPending"}, "CANCELLATION_PENDING"),
}


@pytest.mark.parametrize(("booking", "reason"), BLOCKED.values(), ids=[*BLOCKED])
async def test_blocked(gateway: Gateway, sandbox: Sandbox, booking: dict[str, Any], reason: str) -> None:
    """If an item cannot be cancelled, the preview gives the reason, and no token and no amounts."""
    sandbox.add_order("1234", **booking)
    order, items = await booked(gateway)

    preview = await preview_of(gateway, order, items)

    [item] = preview.pop("items")
    assert (item["isPermitted"], item["reason"], item["refund"]) == (False, reason, None)
    nothing = dict.fromkeys(("token", "refund", "totalAfter", "validUntil"))
    assert preview == nothing | {"isPermitted": False}


async def test_one_blocked(gateway: Gateway, sandbox: Sandbox) -> None:
    """If one of several items is blocked, all are: they are cancelled together or not at all."""
    order, items = await booked(gateway)
    identifier = sandbox.order(newest(sandbox))["orderedItem"][0]["identifier"]
    sandbox.seller_cancel(newest(sandbox), identifier)

    preview = await preview_of(gateway, order, items)

    assert [preview["isPermitted"], preview["token"], preview["refund"]] == [False, None, None]
    assert [(item["isPermitted"], item["refund"]) for item in preview["items"]] == [
        (False, None),
        (True, pounds("5.3")),
    ]


@pytest.mark.settings(cancel_deadline_seconds=1)  # the test waits for it
async def test_after_a_cancellation(gateway: Gateway, sandbox: Sandbox) -> None:
    """An item that imin accepted for cancellation is blocked even while its order does not show it."""
    sandbox.cancellations.show_after_seconds = 100
    order, items = await booked(gateway)
    await cancel(gateway, order, items[:1])

    preview = await preview_of(gateway, order, items)

    assert [item["reason"] for item in preview["items"]] == ["CANCELLATION_PENDING", None]


async def test_earliest_deadline(gateway: Gateway, sandbox: Sandbox) -> None:
    """The preview is valid until the earliest deadline of its items, if that is within ten minutes."""
    start = "2026-11-02T09:05:30Z"  # a day later than five minutes from now
    sandbox.add_order("1234", items=2)
    for item, begins in zip(
        sandbox.store.for_update(newest(sandbox))["orderedItem"], (start, None), strict=True
    ):
        item["orderedItem"]["startDate"] = begins or item["orderedItem"]["startDate"]
    order, items = await booked(gateway)

    preview = await preview_of(gateway, order, items)

    assert [preview["isPermitted"], preview["validUntil"]] == [True, "2026-11-01T09:05:30+00:00"]


@pytest.mark.parametrize("missing", ["order", "item", "foreign"])
async def test_missing(gateway: Gateway, production: Gateway, sandbox: Sandbox, missing: str) -> None:
    """What does not exist and what is another customer's give the same answer: null."""
    order, items = await booked(gateway)
    [foreign] = sandbox.store.identifiers("5678")[:1] or ["none"]

    preview = await preview_of(
        production,
        {"order": "none", "item": order, "foreign": foreign}[missing],
        {"order": items, "item": [items[0], "none"], "foreign": items}[missing],
    )

    assert preview is None


@pytest.mark.parametrize("count", [0, 101])
async def test_number_of_items(gateway: Gateway, sandbox: Sandbox, count: int) -> None:
    """No item, and more than a hundred, are invalid input."""
    order, _ = await booked(gateway)
    sandbox.request_log.clear()
    query = "query ($o: ID!, $i: [ID!]!) { cancellationPreview(orderId: $o, orderItemIds: $i) { token } }"

    answer = await gateway.answer(query, o=order, i=[f"{place}" for place in range(count)])

    assert [error["extensions"]["code"] for error in answer["errors"]] in (
        ["BAD_USER_INPUT"],
        ["LIMIT_EXCEEDED"],
    )
    assert sandbox.request_log.entries == []


def put(sandbox: Sandbox, **changes: Any) -> None:
    """Change the newest order: totalPaymentDue and so on, and `items`, a list of changes of the items."""
    document = sandbox.store.for_update(newest(sandbox))
    for item, change in zip(document["orderedItem"], changes.pop("items", ()), strict=False):
        item.update(change)
    document.update(changes)


def price(amount: Any, currency: str | None = "GBP") -> dict[str, Any]:
    return {"price": amount} | ({"priceCurrency": currency} if currency else {})


def offer(amount: Any, currency: str | None = "GBP", **more: Any) -> dict[str, Any]:
    return {"acceptedOffer": {"id": "https://example.org/offer", **price(amount, currency), **more}}


def taxed(amount: Any, tax: Any) -> dict[str, Any]:
    return offer(amount) | {"unitTaxSpecification": [price(tax)]}


def sold_by(mode: str) -> dict[str, Any]:
    return {"seller": {"type": "Organization", "id": "https://s.example.org", "taxMode": mode}}


NET, GROSS = sold_by("https://openactive.io/TaxNet"), sold_by("https://openactive.io/TaxGross")
AMOUNTS: dict[str, tuple[dict[str, Any], str | None, str | None]] = {
    # The order has two items, of which the first is cancelled.
    "tax is shown as included": (
        {"items": [taxed(10, 2), taxed(5, 1)], "totalPaymentDue": price(15)}, "10", "5",
    ),
    "tax is shown as added": (
        {"items": [taxed(14.16, 2.832), taxed(5, 1)], "totalPaymentDue": price(22.992)}, "16.992", "6",
    ),
    "tax is said to be included": (
        GROSS | {"items": [taxed(10, 2), offer(None)], "totalPaymentDue": price(15)}, "10", "5",
    ),
    "tax is said to be added": (
        NET | {"items": [taxed(10, 2), offer(None)], "totalPaymentDue": price(18)}, "12", "6",
    ),
    "tax may be included or added": (
        {"items": [taxed(10, 2), offer(None)], "totalPaymentDue": price(18)}, None, None,
    ),
    "taxes of the order alone, added": (
        NET | {"items": [offer(10), offer(5)], "totalPaymentTax": [price(3)], "totalPaymentDue": price(18)},
        None, None,
    ),
    "taxes of the order alone, included": (
        {"items": [offer(10), offer(5)], "totalPaymentTax": [price(3)], "totalPaymentDue": price(15)},
        "10", "5",
    ),
    "no sum": ({"items": [offer(10), offer(5)], "totalPaymentDue": price(14)}, None, None),
    "said to be added, but is not": (
        NET | {"items": [taxed(10, 2), taxed(5, 1)], "totalPaymentDue": price(15)}, None, None,
    ),
    "no total": ({"items": [offer(10), offer(5)], "totalPaymentDue": None}, "10", None),
    "no price": ({"items": [offer(None), offer(5)]}, None, None),
    "another currency": ({"items": [offer(10, "EUR"), offer(5)], "totalPaymentDue": price(15)}, None, None),
    "one other currency": (
        {"items": [offer(10, "EUR"), offer(5, "EUR")], "totalPaymentDue": price(15, "EUR")},
        "10 EUR", "5 EUR",
    ),
    "free": (
        {"items": [offer(0, None), offer(5, "EUR")], "totalPaymentDue": price(5, "EUR")}, "0 EUR", "5 EUR",
    ),
    "as text": (
        {"items": [offer("10.10"), offer("5.20")], "totalPaymentDue": price("15.30")}, "10.10", "5.2",
    ),
    "beyond all digits": (
        {"items": [offer("1e60"), offer("0.01")], "totalPaymentDue": price("1e60")}, None, None,
    ),
    "no amount": ({"items": [offer(-10), offer(5)], "totalPaymentDue": price(-5)}, None, None),
    "paid at the venue": (
        {
            "items": [offer(10), offer(5)],
            "totalPaymentDue": price(15) | {"openBookingPrepayment": "https://openactive.io/Unavailable"},
        },
        None, None,
    ),
    "paid at the venue, by the offer": (
        {
            "items": [offer(10, openBookingPrepayment="https://openactive.io/Optional"), offer(5)],
            "totalPaymentDue": price(15),
        },
        None, None,
    ),
    "a cancelled item": (
        {
            "items": [offer(10), offer(5) | {"orderItemStatus": "https://openactive.io/SellerCancelled"}],
            "totalPaymentDue": price(10),
        },
        "10", "0",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "refund", "after"), AMOUNTS.values(), ids=[*AMOUNTS])
async def test_amounts(
    gateway: Gateway, sandbox: Sandbox, changes: dict[str, Any], refund: str | None, after: str | None
) -> None:
    """Amounts are exact and include the tax; an amount that the order does not show is null."""
    sandbox.add_order("1234", items=2)
    put(sandbox, **({"totalPaymentTax": []} | changes))
    order, items = await booked(gateway)

    preview = await preview_of(gateway, order, items[:1])

    shown = [
        money and f"{Decimal(money['amount'])} {money['currency']}"
        for money in (preview["refund"], preview["totalAfter"])
    ]
    assert shown == [text and (text if "EUR" in text else f"{text} GBP") for text in (refund, after)]
    assert preview["isPermitted"]
    assert preview["token"]
