"""Control requests that change a booked order, and that call the webhooks of a gateway."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from gateway.sandbox import SANDBOX, SandboxSettings, create_sandbox
from gateway.sandbox.api.control_changes import ORDER_CHANGES
from tests.sandbox.conftest import Imin

TAKES_ITEM = [request for request in ORDER_CHANGES if any(field.name == "item" for field in request.fields)]


@pytest.mark.parametrize("declared", list(ORDER_CHANGES), ids=lambda request: request.path)
async def test_unknown_order(imin: Imin, declared: Any) -> None:
    """A change of an unknown order is 404."""
    response = await imin.call("POST", declared.path.format(identifier="nothing"), declared.example)

    assert response == (404, {"error": "there is no order 'nothing'"})


@pytest.mark.parametrize("declared", TAKES_ITEM, ids=lambda request: request.path)
async def test_unknown_item(imin: Imin, declared: Any) -> None:
    """A change of an unknown item is 404 and changes nothing."""
    order = imin.sandbox.add_order("empty")
    path = declared.path.format(identifier=order["identifier"])

    response = await imin.call("POST", path, {**declared.example, "item": "x"})

    assert response == (404, {"error": f"order {order['identifier']} has no item 'x'"})
    assert (await imin.orders("empty"))["imin:item"] == [order]


@pytest.mark.parametrize(
    ("kind", "name", "body", "message"),
    [
        (
            "session",
            "move-session",
            {},
            "start must be an ISO 8601 date-time with an offset, got None.",
        ),
        (
            "session",
            "move-session",
            {"start": "2025-07-01T10:00:00Z", "end": "2025-07-01T09:00:00Z"},
            "end must not be before start, got 2025-07-01T09:00:00+00:00.",
        ),
        (
            "session",
            "event-status",
            {"status": "Closed"},
            (
                "status must be one of EventScheduled, EventRescheduled, EventPostponed, EventCancelled, "
                "got 'Closed'."
            ),
        ),
        ("session", "rename-venue", {"name": ""}, "name is missing; it must be a text."),
        ("virtual", "rename-venue", {"name": "Lido"}, "the session has no venue."),
        ("virtual", "change-venue", {}, "the session has no venue."),
        ("session", "total", {"amount": -1}, "amount must be pounds from 0, got -1."),
        ("session", "access-pass", {"text": 7}, "text must be a text, got 7."),
    ],
)
async def test_impossible(imin: Imin, kind: str, name: str, body: Any, message: str) -> None:
    """An impossible change is 400, its message names the field, and it changes nothing."""
    order = imin.sandbox.add_order("empty", kind=kind)

    response = await imin.call("POST", f"/sandbox/orders/{order['identifier']}/{name}", body)

    assert response == (400, {"error": message})
    assert (await imin.orders("empty"))["imin:item"] == [order]


@pytest.mark.parametrize("declared", list(ORDER_CHANGES), ids=lambda request: request.path)
async def test_series_named_only(imin: Imin, declared: Any) -> None:
    """A session whose series is only named by its IRI can be changed too, unless that is impossible."""
    booked = {
        "type": "ScheduledSession",
        "startDate": "2025-06-03T10:00:00Z",
        "superEvent": "https://a.example/1",
    }
    order = imin.sandbox.put_order("empty", {"orderedItem": [{"identifier": "1", "orderedItem": booked}]})

    status, _ = await imin.call("POST", declared.path.format(identifier=order), declared.example)

    assert status == (400 if declared.path.endswith("venue") else declared.status)


async def test_status_of_a_pending_item(imin: Imin) -> None:
    """A status that is set stays when the cancellation that was pending becomes due."""
    order = imin.sandbox.add_order("empty")["identifier"]
    item = (await imin.get(f"/orders/{order}"))["orderedItem"][0]["identifier"]
    await imin.cancel(order, item)

    imin.sandbox.changes.set_item_status(order, item, "AttendeeAttended")
    imin.sandbox.clock.advance(60)

    status = (await imin.get(f"/orders/{order}"))["orderedItem"][0]["orderItemStatus"]
    assert status == "https://openactive.io/AttendeeAttended"


async def test_cancelled_is_final(imin: Imin) -> None:
    """The status of a cancelled item cannot be set."""
    order = imin.sandbox.add_order("empty", status="CustomerCancelled")["identifier"]

    status, _ = await imin.call(
        "POST", f"/sandbox/orders/{order}/item-status", {"status": "OrderItemConfirmed"}
    )

    assert status == 400


class Receiver:
    """The requests that a gateway's webhooks received: path, X-Api-Key and body."""

    def __init__(self) -> None:
        self.received: list[tuple[str, str | None, Any]] = []

    async def receive(self, request: web.Request) -> web.Response:
        self.received.append((request.path, request.headers.get("X-Api-Key"), await request.json()))
        return web.Response(status=204)


@pytest.fixture
async def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
async def gateway_url(receiver: Receiver) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/{tail:.*}", receiver.receive)
    async with TestServer(app) as server:
        yield str(server.make_url("/")).rstrip("/")


async def test_success_webhook(imin: Imin, receiver: Receiver, gateway_url: str) -> None:
    """The success webhook is sent with the given key and names the order and its customer."""
    order = imin.sandbox.add_order("empty")["identifier"]
    path = f"/sandbox/orders/{order}/success-webhook"

    sent = await imin.call("POST", path, {"url": f"{gateway_url}/webhooks/orders", "key": "k"})

    body = {
        "@context": ["https://openactive.io/", "https://openactive.io/ns-beta"],
        "type": "Order",
        "id": f"https://book.imin.co/api/v2/orders/{order}",
        "identifier": order,
        "customerIdentifier": "empty",
    }
    assert sent == (200, {"status": 204})
    assert receiver.received == [("/webhooks/orders", "k", body)]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/sandbox/orders/{order}/success-webhook", ("/webhooks/orders", "order-key", [1])),
        ("/sandbox/customers/1234/webhook", ("/webhooks/customer-accounts", "customer-key", [1])),
    ],
)
async def test_webhooks_of_the_settings(
    receiver: Receiver, gateway_url: str, path: str, expected: tuple[str, str, Any]
) -> None:
    """The settings name the gateway and the keys; a request can send any body."""
    settings = SandboxSettings(
        gateway_url=gateway_url, order_webhook_key="order-key", customer_webhook_key="customer-key"
    )
    app = create_sandbox(settings)
    order = app[SANDBOX].add_order()["identifier"]
    async with (
        TestServer(app) as server,
        aiohttp.ClientSession() as http,
        http.post(server.make_url(path.format(order=order)), json={"body": [1]}) as response,
    ):
        result = await response.json()

    assert (result, receiver.received) == ({"status": 204}, [expected])


async def test_webhook_of_a_customer(imin: Imin, receiver: Receiver, gateway_url: str) -> None:
    """The webhook about a customer is sent as imin documents it."""
    url = f"{gateway_url}/webhooks/customer-accounts"

    await imin.call("POST", "/sandbox/customers/1234/webhook", {"url": url, "key": "k"})

    body = {
        "@context": "https://openactive.io/",
        "@type": "CustomerAccount",
        "@id": "https://book.imin.co/api/v2/customer-accounts/1234",
        "identifier": "1234",
    }
    assert receiver.received == [("/webhooks/customer-accounts", "k", body)]


async def test_unreachable_gateway(imin: Imin) -> None:
    """A gateway that does not respond is status 0; without any address the request is refused."""
    order = imin.sandbox.add_order("empty")["identifier"]
    path = f"/sandbox/orders/{order}/success-webhook"
    async with TestServer(web.Application()) as server:
        closed = str(server.make_url("/"))

    assert await imin.call("POST", path, {"url": closed}) == (200, {"status": 0})
    assert await imin.call("POST", path, {}) == (
        400,
        {"error": "url must be the address of a gateway's webhook, got None."},
    )
