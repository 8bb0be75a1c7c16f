"""Checkout's pages: paying, cancelling, and what is left of a session afterwards."""

import asyncio
import re
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from gateway.sandbox import SANDBOX, SandboxSettings, create_sandbox
from tests.sandbox.conftest import NOW, Imin
from tests.support.checkout_bodies import LINKS, PATH, body, booked, item
from tests.support.checkout_pages import (
    ANN,
    CANCEL,
    PAY,
    found,
    guest_page,
    open_session,
    show,
    submit,
)

BACK = LINKS[0]["url"]
PAGE = (
    "Hatha Yoga · Checkout Globex Sandbox checkout Hatha Yoga When Thursday 5 June 2025, 11:00–12:00 "  # noqa: RUF001
    "(London) Where Hebden Bridge Wellbeing Hub, Holme Street, Hebden Bridge, HX7 8EE With Calder Valley "
    "Leisure CIC Ticket Adult, £12.50 Your booking Customer Eheuheu Eheuheu eheuheu@ehuehue.com Total "
    "VAT at 20%: £2.50 £15.00 Pay with the test card Cancel Test card 4242 4242 4242 4242. No money moves."
)
BOOKED = (
    "You are booked · Checkout LukeTestOrg Sandbox checkout ✓ You are booked Your order number is 1918. Back "
    "to LukeTestOrg Your account"
)


async def test_page(imin: Imin) -> None:
    """The page shows what is sold, its price and the customer, and has two buttons of a plain form."""
    session, offer = booked(imin.sandbox, price="12.50", tax="net")
    page = await open_session(imin, item(session, offer), customer="1234", broker={"name": "Globex"})

    status, text = await show(imin, page)

    assert (status, text) == (200, PAGE)
    async with imin.http.get(page) as response:
        html = await response.text()
    assert re.findall(r"<(?:form|button) [^>]*>", html) == [
        '<form method="post">',
        '<button class="primary" name="action" value="pay">',
        '<button class="secondary" name="action" value="cancel" formnovalidate>',
    ]
    assert "<script" not in html


async def test_pay(imin: Imin) -> None:
    """Paying makes the newest order of the customer, as complete as any, and takes a place."""
    session, offer = booked(imin.sandbox)
    before = await imin.orders()
    page = await open_session(imin, item(session, offer), links=LINKS, customer="1234")

    sent = await submit(imin, page, PAY)

    after = await imin.orders()
    order, usual = after["imin:item"][0], before["imin:item"][0]
    assert sent == (303, BACK)
    assert after["imin:totalItems"] == before["imin:totalItems"] + 1
    assert set(order) == set(usual) | {"payment"}
    assert (order["orderDate"], order["orderNumber"], order["customer"]) == (
        "2025-06-02T09:30:00Z",
        "1918",
        usual["customer"],
    )
    (booked_item,) = order["orderedItem"]
    left = session["remainingAttendeeCapacity"] - 1
    assert booked_item["orderedItem"] == session | {"remainingAttendeeCapacity": left}
    assert (booked_item["acceptedOffer"]["id"], booked_item["imin:isPresentlyCancellable"]) == (offer, True)
    assert (await found(imin, session))["remainingAttendeeCapacity"] == left
    receipt = order["imin:receipt"][0]["url"].rpartition("/")[2]
    assert (await imin.get(f"/receipts/{receipt}")).startswith(b"%PDF")
    assert await imin.get(f"/orders/{order['identifier']}") == {
        name: value for name, value in order.items() if name != "orderStatus"
    }


async def test_cancelled_order(imin: Imin) -> None:
    """A customer who cancels what they bought gives the last place back, once that is confirmed."""
    session, offer = booked(imin.sandbox)
    imin.sandbox.search.set_places(session["identifier"], 1)
    await submit(imin, await open_session(imin, item(session, offer), customer="1234"), PAY)
    order = (await imin.orders())["imin:item"][0]
    await imin.cancel(order["identifier"], order["orderedItem"][0]["identifier"])

    pending = await imin.call("POST", PATH, body(item(session, offer)))
    imin.sandbox.clock.advance(20)
    confirmed = await imin.call("POST", PATH, body(item(session, offer)))

    assert (pending[0], confirmed[0]) == (400, 201)
    assert (await found(imin, session))["remainingAttendeeCapacity"] == 1


async def test_pay_twice(imin: Imin) -> None:
    """A double click, and paying again after the back button, book once and lead to the same page."""
    session, offer = booked(imin.sandbox)
    page = await open_session(imin, item(session, offer), links=LINKS, customer="1234")

    twice = await asyncio.gather(submit(imin, page, PAY), submit(imin, page, PAY))
    again = await submit(imin, page, PAY)
    cancelled = await submit(imin, page, CANCEL)

    assert {*twice, again, cancelled} == {(303, BACK)}
    assert (await imin.orders())["imin:totalItems"] == 1918
    assert await show(imin, page) == (200, BOOKED)


async def test_cancel(imin: Imin) -> None:
    """Cancelling the page books nothing and leads back; the session cannot be paid any more."""
    session, offer = booked(imin.sandbox)
    page = await open_session(imin, item(session, offer), links=LINKS, customer="1234")

    sent = [await submit(imin, page, form) for form in (CANCEL, PAY)]

    assert sent == [(303, BACK)] * 2
    assert (await imin.orders())["imin:totalItems"] == 1917
    assert (await found(imin, session))["remainingAttendeeCapacity"] == session["remainingAttendeeCapacity"]
    assert "Nothing was booked and nothing was paid." in (await show(imin, page))[1]


async def test_without_links(imin: Imin) -> None:
    """Without the broker's links, the browser stays on the page of the session."""
    session, offer = booked(imin.sandbox)
    pages = [await open_session(imin, item(session, offer), customer="1234") for _ in range(2)]

    sent = [await submit(imin, page, form) for page, form in zip(pages, (PAY, CANCEL), strict=True)]

    assert sent == [(303, page.path) for page in pages]


@pytest.mark.parametrize("form", [{}, {"action": "steal"}])
async def test_no_button(imin: Imin, form: dict[str, str]) -> None:
    """A form without one of the buttons does nothing."""
    session, offer = booked(imin.sandbox)
    page = await open_session(imin, item(session, offer), links=LINKS, customer="1234")

    assert await submit(imin, page, form) == (303, page.path)
    assert (await imin.orders())["imin:totalItems"] == 1917


async def test_expired(imin: Imin) -> None:
    """A session that was open for too long says so and cannot be paid."""
    session, offer = booked(imin.sandbox)
    await imin.call("PATCH", "/sandbox/settings", {"checkout_seconds": 60})
    page = await open_session(imin, item(session, offer), customer="1234")
    imin.sandbox.clock.advance(60)

    await submit(imin, page, PAY)
    status, text = await show(imin, page)

    assert (status, "Checkout expired" in text) == (410, True)
    assert (await imin.orders())["imin:totalItems"] == 1917


async def test_sold_out_since(imin: Imin) -> None:
    """Of two sessions for the last place, the one that pays first gets it; the other books nothing."""
    session, offer = booked(imin.sandbox)
    imin.sandbox.search.set_places(session["identifier"], 1)
    first, second = [await open_session(imin, item(session, offer), customer="1234") for _ in range(2)]
    await submit(imin, first, PAY)

    refused = await submit(imin, second, PAY)

    assert refused == (409, None)
    assert (await show(imin, second))[0] == 409
    assert (await imin.orders())["imin:totalItems"] == 1918
    assert (await imin.call("POST", PATH, body(item(session))))[1]["type"] == "UnavailableOpportunityError"


async def test_group(imin: Imin) -> None:
    """A group takes a place for each attendee, and its order has an item for each."""
    session, offer = booked(imin.sandbox)
    items = [item(session, offer, attendee) for attendee in ("abc", "group")]
    page = await open_session(imin, *items, customer="1234")

    text = (await show(imin, page))[1]
    await submit(imin, page, PAY)

    bought = (await imin.orders())["imin:item"][0]["orderedItem"]
    assert "Ticket 2 × Adult, £10.00 each Attendees Geoff Capes, Ruth Evans" in text  # noqa: RUF001
    assert [one["attendee"]["givenName"] for one in bought] == ["Geoff", "Ruth"]
    left = (await found(imin, session))["remainingAttendeeCapacity"]
    assert left == session["remainingAttendeeCapacity"] - 2


@pytest.mark.parametrize("price", ["0", "4.75"])
async def test_free(imin: Imin, price: str) -> None:
    """What costs nothing is booked without a card."""
    session, offer = booked(imin.sandbox, price=price)
    page = await open_session(imin, item(session, offer), customer="1234")

    text = (await show(imin, page))[1]
    await submit(imin, page, PAY)

    is_free = price == "0"
    assert ("Book free of charge" in text, "card" in text) == (is_free, not is_free)
    assert ("payment" in (await imin.orders())["imin:item"][0]) != is_free


async def test_webhook() -> None:
    """Paying calls the success webhook once, with the order and its customer; a guest's has no customer."""
    received: list[tuple[str | None, Any]] = []

    async def receive(request: web.Request) -> web.Response:
        received.append((request.headers.get("X-Api-Key"), await request.json()))
        return web.Response(status=204)

    gateway = web.Application()
    gateway.router.add_post("/webhooks/orders", receive)
    async with TestServer(gateway) as called:
        settings = SandboxSettings(
            now=NOW, gateway_url=str(called.make_url("")).rstrip("/"), order_webhook_key="k"
        )
        app = create_sandbox(settings)
        async with TestServer(app) as server, aiohttp.ClientSession() as http:
            selling = Imin(app[SANDBOX], server, http)
            session, offer = booked(selling.sandbox)
            page = await open_session(selling, item(session, offer), customer="1234")
            await asyncio.gather(submit(selling, page, PAY), submit(selling, page, PAY))
            await submit(selling, await guest_page(selling, session), PAY | ANN)
            _, listed = await selling.call("GET", "/sandbox/checkout-sessions")

    guest, paid = listed["sessions"]
    assert [key for key, _ in received] == ["k", "k"]
    assert received[0][1]["customerIdentifier"] == "1234"
    assert [one["identifier"] for _, one in received] == [paid["order"], guest["order"]]
    assert "customerIdentifier" not in received[1][1]
    assert (paid["state"], paid["webhook_status"], guest["webhook_status"]) == ("paid", 204, 204)


async def test_no_gateway(imin: Imin) -> None:
    """Paying works without a gateway."""
    session, offer = booked(imin.sandbox)
    await submit(imin, await open_session(imin, item(session, offer), customer="1234"), PAY)

    _, listed = await imin.call("GET", "/sandbox/checkout-sessions")

    assert [(one["state"], one["webhook_status"]) for one in listed["sessions"]] == [("paid", None)]
