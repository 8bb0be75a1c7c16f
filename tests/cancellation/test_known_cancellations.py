"""Order.cancellations and OrderItem.cancellation: which items were to be cancelled, and what became of it."""

from decimal import Decimal
from typing import Any

import pytest

from gateway.sandbox import Fault, Sandbox
from tests.conftest import Gateway
from tests.support.cancellations import booked, cancel

ORDER = """
query ($id: ID!) { node(id: $id) { ... on Order {
  cancellations { orderItems { id } state requestedAt settledAt expectedRefund { amount currency } }
  items { id cancellation { state orderItems { id } } } } } }
"""
NAMES = "query ($id: ID!) { node(id: $id) { ... on Order { cancellations { state orderItems { id } } } } }"
REFUNDS = """query ($id: ID!) { node(id: $id) { ... on Order { totalPaymentDue { amount }
  cancellations { expectedRefund { amount } } } } }"""
UPCOMING = "{ viewer { upcomingOrderItems(first: 50) { nodes { id cancellation { %s } } } } }"
NOON = "2026-11-01T09:00:00.000+00:00"


async def node(gateway: Gateway, query: str, order: str) -> Any:
    return (await gateway.data(query, id=order))["node"]


async def test_none(gateway: Gateway) -> None:
    """Without a cancellation through this gateway there is none to show."""
    order, items = await booked(gateway)

    shown = await node(gateway, ORDER, order)

    assert shown == {"cancellations": [], "items": [{"id": item, "cancellation": None} for item in items]}


async def test_names_its_items(gateway: Gateway, sandbox: Sandbox) -> None:
    """A cancellation names its items; one that was not cancelled has none. imin gets no further request."""
    order, items = await booked(gateway)
    await cancel(gateway, order, items[:1])
    sandbox.request_log.clear()

    pending = await node(gateway, ORDER, order)
    sandbox.clock.advance(30)
    cancelled = await node(gateway, ORDER, order)

    first, of_first = {"id": items[0]}, {"orderItems": [{"id": items[0]}]}
    known = of_first | {"requestedAt": NOON, "expectedRefund": {"amount": "3", "currency": "GBP"}}
    settled = "2026-11-01T09:00:30.000+00:00"
    assert pending == {
        "cancellations": [known | {"state": "PENDING", "settledAt": None}],
        "items": [
            first | {"cancellation": of_first | {"state": "PENDING"}},
            {"id": items[1], "cancellation": None},
        ],
    }
    assert cancelled == {
        "cancellations": [known | {"state": "CANCELLED", "settledAt": settled}],
        "items": [
            first | {"cancellation": of_first | {"state": "CANCELLED"}},
            {"id": items[1], "cancellation": None},
        ],
    }
    assert sandbox.request_log.counts() == {"GET /orders/:id": 2}


async def test_newest_first(gateway: Gateway, sandbox: Sandbox) -> None:
    """The newest cancellation comes first; an item has the newest one that names it."""
    order, items = await booked(gateway)
    sandbox.refuse_cancellations(None)
    await cancel(gateway, order, items)
    sandbox.clock.advance(60)
    await cancel(gateway, order, items[1:])

    shown = await node(gateway, ORDER, order)

    assert [
        (one["state"], len(one["orderItems"]), one["expectedRefund"]) for one in shown["cancellations"]
    ] == [
        ("PENDING", 1, {"amount": "5.3", "currency": "GBP"}),
        ("REFUSED", 2, None),
    ]
    assert [item["cancellation"]["state"] for item in shown["items"]] == ["REFUSED", "PENDING"]


async def test_refused_later(gateway: Gateway, sandbox: Sandbox) -> None:
    """If the order contradicts what was known, it is read once more, which settles the cancellation."""
    order, items = await booked(gateway)
    sandbox.refuse_cancellations(None)
    await cancel(gateway, order, items)
    sandbox.clock.advance(60)
    sandbox.request_log.clear()

    states = [(await node(gateway, NAMES, order))["cancellations"][0]["state"] for _ in range(2)]

    assert states == ["REFUSED"] * 2
    assert sandbox.request_log.counts() == {"GET /orders/:id": 3}


@pytest.mark.settings(cancel_deadline_seconds=2, follow_first_seconds=300, follow_longest_seconds=300)
async def test_unconfirmed(gateway: Gateway, sandbox: Sandbox) -> None:
    """While a cancellation is unconfirmed, showing it costs imin nothing further."""
    order, items = await booked(gateway)
    sandbox.faults.add(Fault("PATCH /orders/:id", "reset"))
    await cancel(gateway, order, items)
    sandbox.request_log.clear()

    shown = await node(gateway, NAMES, order)

    assert shown == {
        "cancellations": [{"state": "UNCONFIRMED", "orderItems": [{"id": one} for one in items]}]
    }
    assert sandbox.request_log.counts() == {"GET /orders/:id": 1}


async def test_upcoming(gateway: Gateway, sandbox: Sandbox) -> None:
    """An upcoming item shows its cancellation without its order, which is read only for all its items."""
    order, items = await booked(gateway)
    await cancel(gateway, order, items)
    sandbox.request_log.clear()

    states = (await gateway.data(UPCOMING % "state"))["viewer"]["upcomingOrderItems"]["nodes"]
    reads = sandbox.request_log.count("GET /orders/:id")
    named = (await gateway.data(UPCOMING % "orderItems { id }"))["viewer"]["upcomingOrderItems"]["nodes"]

    assert [item["cancellation"] for item in states if item["id"] in items] == [{"state": "PENDING"}] * 2
    assert {item["id"] for item in states if item["cancellation"]} == set(items)
    assert [item["cancellation"] for item in named if item["id"] in items] == [
        {"orderItems": [{"id": item} for item in items]}
    ] * 2
    assert (reads, sandbox.request_log.count("GET /orders/:id")) == (0, 1)


async def test_upcoming_cancelled(gateway: Gateway, sandbox: Sandbox) -> None:
    """An upcoming item that imin shows as cancelled settles the cancellation of that item alone."""
    order, items = await booked(gateway)
    await cancel(gateway, order, items[:1])
    sandbox.clock.advance(60)

    nodes = (await gateway.data(UPCOMING % "state"))["viewer"]["upcomingOrderItems"]["nodes"]

    assert [item["cancellation"] for item in nodes if item["id"] in items] == [{"state": "CANCELLED"}, None]


@pytest.mark.parametrize(
    ("booking", "refund"),
    [
        ({"tax": "exempt", "price": "12.50"}, "12.5"),
        ({"tax": "gross", "price": "10", "items": 2}, "10"),
        ({"tax": "net", "price": "11.80", "items": 3}, "14.16"),
        ({"tax": "net", "price": "0"}, "0"),
    ],
    ids=str,
)
async def test_expected_refund(
    gateway: Gateway, sandbox: Sandbox, booking: dict[str, Any], refund: str
) -> None:
    """The expected refund is what the total falls by: the price, with the tax if the total adds it."""
    sandbox.add_order("1234", **booking)
    order, ids = await booked(gateway)
    await cancel(gateway, order, ids[:1])

    before = await node(gateway, REFUNDS, order)
    sandbox.clock.advance(60)
    after = await node(gateway, REFUNDS, order)

    expected = [{"expectedRefund": {"amount": refund}}]
    assert [before["cancellations"], after["cancellations"]] == [expected, expected]
    totals = [Decimal(one["totalPaymentDue"]["amount"]) for one in (before, after)]
    assert totals[0] - totals[1] == Decimal(refund)


async def test_same_answer(gateway: Gateway) -> None:
    """The answer of the cancellation itself shows what was sent, and nothing older, for each of several."""
    document = """mutation ($order: ID!, $a: ID!, $b: ID!) {
      a: cancelOrderItems(input: {orderId: $order, orderItemIds: [$a]}) { ...of }
      b: cancelOrderItems(input: {orderId: $order, orderItemIds: [$b]}) { ...of } }
    fragment of on CancelOrderItemsPayload { result { ... on CancellationPending { order {
      cancellations { orderItems { id } } items { cancellation { state } } } } } }"""
    order, items = await booked(gateway)

    data = await gateway.data(document, order=order, a=items[0], b=items[1])

    a, b = (data[name]["result"]["order"] for name in ("a", "b"))
    named = [{"orderItems": [{"id": item}]} for item in items]
    assert [a["cancellations"], b["cancellations"]] == [named[:1], named[::-1]]
    assert a["items"] == [{"cancellation": {"state": "PENDING"}}, {"cancellation": None}]
    assert b["items"] == [{"cancellation": {"state": "PENDING"}}] * 2
