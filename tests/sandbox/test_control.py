"""Changing the sandbox through its control API."""

from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from gateway.sandbox import SandboxSettings, create_sandbox
from gateway.server.listen import listening
from tests.sandbox.conftest import CANCELLED, CONFIRMED, Imin


async def test_clock_and_orders(imin: Imin) -> None:
    """The clock can be moved, and an order added, cancelled by its seller and removed."""
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


async def test_stopped_clock(imin: Imin) -> None:
    """The clock can be stopped at a given time."""
    stopped = await imin.call("POST", "/sandbox/clock", {"now": "2025-07-01T10:00:00+01:00"})

    assert stopped == (200, {"now": "2025-07-01T09:00:00+00:00"})
    assert await imin.call("GET", "/sandbox/clock") == stopped


async def test_start_of_an_added_order(imin: Imin) -> None:
    """The start of an added order can be given, or be null for the default."""
    _, given = await imin.call("POST", "/sandbox/orders", {"start": "2025-06-20T18:00:00+01:00"})
    _, default = await imin.call("POST", "/sandbox/orders", {"start": None})

    starts = [order["orderedItem"][0]["orderedItem"]["startDate"] for order in (given, default)]
    assert starts == ["2025-06-20T17:00:00+00:00", "2025-06-09T10:00:00+00:00"]


async def test_cancellations(imin: Imin) -> None:
    """Pending cancellations can be refused and confirmed, and their duration set."""
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


@pytest.mark.parametrize("log_path", ["/sandbox/requests", "/sandbox/ledger"])
async def test_faults_style_and_requests(imin: Imin, log_path: str) -> None:
    """Faults, style and the request log can be read and changed; the log under its old path too."""
    added = await imin.call("POST", "/sandbox/faults", {"kind": "429", "retryAfter": 2, "times": None})
    failed = await imin.call("GET", "/api/v2/entitlements")
    await imin.call("DELETE", "/sandbox/faults")
    style = await imin.call("PATCH", "/sandbox/style", {"idStyle": "openactive"})
    log = await imin.call("GET", log_path)
    cleared = await imin.call("DELETE", log_path)

    assert (added[0], failed[0]) == (201, 429)
    assert imin.sandbox.faults.waiting == []
    assert (style[1]["id_style"], imin.sandbox.style.id_style) == ("openactive", "openactive")
    assert log[1] == {
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
        ("POST", "/sandbox/clock", {}, "advance_seconds is missing; it must be a number."),
        (
            "POST",
            "/sandbox/clock",
            {"advanceSeconds": 1e300},
            "advance_seconds must be at most 316224000, got 1e+300.",
        ),
        ("POST", "/sandbox/clock", None, "advance_seconds is missing; it must be a number."),
        ("POST", "/sandbox/clock", {"advanceSeconds": None}, "advance_seconds must be a number, got None."),
        ("POST", "/sandbox/faults", None, "kind is missing; it must be one of delay, "),
        ("POST", "/sandbox/clock", b"now", "but it is not JSON"),
        ("POST", "/sandbox/clock", b"[]", "The body must be a JSON object, got []."),
        (
            "POST",
            "/sandbox/orders",
            {"custommer": "x"},
            "custommer is not a field of this request; it has customer,",
        ),
        ("POST", "/sandbox/orders", {"price": "much"}, "price must be pounds from 0, got 'much'."),
        ("POST", "/sandbox/faults", {"kind": "boom"}, "got 'boom'."),
        ("POST", "/sandbox/faults", {"kind": []}, "got []."),
        ("POST", "/sandbox/faults", {"kind": "500", "times": "x"}, "times must be a number from 1, got 'x'."),
        ("PATCH", "/sandbox/style", {"keys": 1}, "keys must be one of type, @type, mixed, got 1."),
        ("PATCH", "/sandbox/settings", {"confirmAfterSeconds": -1}, "must be 0 to 86400, got -1."),
    ],
)
async def test_invalid_input(imin: Imin, method: str, path: str, body: Any, message: str) -> None:
    """Invalid input is 400; the message names the field and its value."""
    status, response = await imin.call(method, path, body)

    assert status == 400
    assert message in response["error"]


async def test_unknown_order(imin: Imin) -> None:
    """A control request for an unknown order is 404."""
    response = await imin.call("DELETE", "/sandbox/orders/nothing")

    assert response == (404, {"error": "there is no order 'nothing'"})


@pytest.mark.parametrize(
    ("method", "path", "status", "message"),
    [
        ("GET", "/nope", 404, "Not Found."),
        ("GET", "/sandbox/nope", 404, "Not Found."),
        ("GET", "/api/v2x", 404, "Not Found."),
        ("DELETE", "/sandbox/clock", 405, "Method Not Allowed."),
        ("POST", "/", 405, "Method Not Allowed."),
    ],
)
async def test_unknown_address(
    method: str, path: str, status: int, message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """An unknown path is 404 and a wrong method 405, in JSON, without a log line about malformed HTTP."""
    async with (
        listening(create_sandbox(), "127.0.0.1") as url,
        aiohttp.ClientSession() as http,
        http.request(method, url + path) as response,
    ):
        answer = (response.status, await response.json())
        allowed = response.headers.get("Allow")

    assert answer == (status, {"error": message})
    assert (allowed is not None) == (status == 405)
    assert "not understood" not in "".join(capfd.readouterr())


async def test_only_from_loopback() -> None:
    """A client that is not on loopback is refused."""

    @web.middleware
    async def from_another_host(request: web.Request, handler: Any) -> web.StreamResponse:
        response: web.StreamResponse = await handler(request.clone(remote="203.0.113.7"))
        return response

    app = create_sandbox()
    app.middlewares.insert(0, from_another_host)
    async with (
        TestServer(app) as server,
        aiohttp.ClientSession() as http,
        http.get(server.make_url("/sandbox")) as response,
    ):
        refusal = (response.status, await response.json())

    assert refusal == (403, {"error": "The control API accepts requests from loopback only."})


def test_settings() -> None:
    """A sandbox cannot be created with a time before its data or without an offset."""
    with pytest.raises(ValueError, match="now must be 2023-01-01T00:00:00\\+00:00 or later"):
        SandboxSettings(now=datetime(2022, 1, 1, tzinfo=UTC))
    with pytest.raises(ValueError, match="now must have an offset"):
        SandboxSettings(now=datetime(2025, 1, 1))  # noqa: DTZ001  # without an offset on purpose
