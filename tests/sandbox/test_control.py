"""The hands of a developer, over HTTP."""

from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from gateway.sandbox import SandboxSettings, create_sandbox
from tests.sandbox.conftest import CANCELLED, CONFIRMED, Imin


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
    assert (cleared, imin.sandbox.request_log.entries) == ((204, b""), [])


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
    with pytest.raises(ValueError, match="now must have an offset"):
        SandboxSettings(now=datetime(2025, 1, 1))  # noqa: DTZ001  # the point of the test
