"""The faults of the simulated imin."""

import asyncio
import json
from collections import Counter
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from gateway.sandbox import SANDBOX, Fault, FaultKind, create_sandbox
from gateway.server.listen import listening
from tests.sandbox.conftest import BOOK, DOCUMENTED, PENDING, Imin
from tests.support.waiting import held, until


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
async def test_replaced_response(imin: Imin, kind: FaultKind, status: int, body: Any) -> None:
    """A fault applies to one request; the next one gets its regular response."""
    imin.sandbox.faults.add(Fault("GET /orders", kind))

    response = await imin.call("GET", "/api/v2/orders?customerIdentifier=small", allow_redirects=False)

    assert response == (status, body)
    assert (await imin.orders("small"))["imin:totalItems"] == 3


@pytest.mark.parametrize(
    ("kind", "status", "error"),
    [("500", 500, "InternalApplicationError"), ("503", 503, "TemporarilyUnableToUpdateOrderError")],
)
async def test_openactive_faults(imin: Imin, kind: FaultKind, status: int, error: str) -> None:
    """500 and 503 have OpenActive errors as bodies."""
    imin.sandbox.faults.add(Fault("*", kind))

    response = await imin.call("GET", f"/api/v2/orders/{DOCUMENTED}")

    assert (response[0], response[1]["@type"]) == (status, error)


async def test_share(imin: Imin) -> None:
    """A fault with a share applies to that share of the requests, the others get what follows."""
    imin.sandbox.faults.add(Fault("*", "500", times=None, share=0.5))
    imin.sandbox.faults.add(Fault("*", "429", times=None, share=0.5))

    statuses = Counter([(await imin.call("GET", "/api/v2/entitlements"))[0] for _ in range(200)])

    assert set(statuses) == {200, 429, 500}
    assert 70 <= statuses[500] <= 130
    assert 25 <= statuses[429] <= 75


async def test_retry_after(imin: Imin) -> None:
    """A 429 has the Retry-After of the fault."""
    imin.sandbox.faults.add(Fault("*", "429", retry_after=3))
    url = imin.server.make_url("/api/v2/entitlements")

    async with imin.http.get(url) as response:
        assert response.headers["Retry-After"] == "3"


@pytest.mark.parametrize(("kind", "status"), [("502_html", 502), ("html_200", 200)])
async def test_html(imin: Imin, kind: FaultKind, status: int) -> None:
    """The responses of a proxy are HTML, with 502 and with 200."""
    imin.sandbox.faults.add(Fault("*", kind))

    response = await imin.call("GET", "/api/v2/entitlements")

    assert (response[0], response[1][:6]) == (status, b"<html>")


async def test_fault_times_and_match(imin: Imin) -> None:
    """A fault applies only to matching requests, and only to `times` of them."""
    imin.sandbox.faults.add(Fault("GET /orders", "500", times=2, match="page=2"))

    pages = [1, 2, 1, 2, 2]
    responses = [
        await imin.call("GET", f"/api/v2/orders?customerIdentifier=1234&page={page}") for page in pages
    ]

    assert [status for status, _ in responses] == [200, 500, 200, 500, 200]


async def test_permanent_fault(imin: Imin) -> None:
    """A fault with times=None applies until it is cleared."""
    imin.sandbox.faults.add(Fault("*", "500", times=None))

    broken = [(await imin.call("GET", "/api/v2/entitlements"))[0] for _ in range(3)]
    imin.sandbox.faults.clear()

    assert broken == [500, 500, 500]
    assert (await imin.call("GET", "/api/v2/entitlements"))[0] == 200


async def test_reset(imin: Imin) -> None:
    """A reset request has no response and no effect; its logged status is 0."""
    order = imin.sandbox.add_order("empty")
    imin.sandbox.faults.add(Fault("PATCH /orders/:id", "reset"))

    with pytest.raises(aiohttp.ClientOSError):
        await imin.cancel(order["identifier"], order["orderedItem"][0]["identifier"])

    assert (await imin.orders("empty"))["imin:item"][0] == order
    assert [entry.status for entry in imin.sandbox.request_log.entries] == [0, 200]


async def test_reset_after(imin: Imin) -> None:
    """reset_after applies the cancellation, then resets the connection."""
    order = imin.sandbox.add_order("empty")
    imin.sandbox.faults.add(Fault("PATCH /orders/:id", "reset_after"))

    with pytest.raises(aiohttp.ClientOSError):
        await imin.cancel(order["identifier"], order["orderedItem"][0]["identifier"])

    assert (await imin.orders("empty"))["imin:item"][0]["orderedItem"][0]["orderItemStatus"] == PENDING


async def test_status_after(imin: Imin) -> None:
    """status_after applies the cancellation, then responds with 500."""
    order = imin.sandbox.add_order("empty")
    imin.sandbox.faults.add(Fault("PATCH /orders/:id", "status_after"))

    status, _ = await imin.cancel(order["identifier"], order["orderedItem"][0]["identifier"])

    assert status == 500
    assert (await imin.orders("empty"))["imin:item"][0]["orderedItem"][0]["orderItemStatus"] == PENDING


async def test_half_open(imin: Imin) -> None:
    """half_open applies the cancellation and never responds."""
    order = imin.sandbox.add_order("empty")
    imin.sandbox.faults.add(Fault("PATCH /orders/:id", "half_open"))

    call = asyncio.ensure_future(imin.cancel(order["identifier"], order["orderedItem"][0]["identifier"]))
    await until(lambda: bool(imin.sandbox.cancellations.accepted))

    assert (await imin.orders("empty"))["imin:item"][0]["orderedItem"][0]["orderItemStatus"] == PENDING
    imin.sandbox.faults.clear()
    await imin.orders("empty")
    assert not call.done()
    call.cancel()


async def test_late(imin: Imin) -> None:
    """late responds with 504 at once and applies the cancellation afterwards."""
    order = imin.sandbox.add_order("empty")
    imin.sandbox.faults.add(Fault("PATCH /orders/:id", "late", delay_seconds=3_600))

    status, _ = await imin.cancel(order["identifier"], order["orderedItem"][0]["identifier"])
    at_once = list(imin.sandbox.cancellations.accepted)
    imin.sandbox.faults.clear()
    await until(lambda: bool(imin.sandbox.cancellations.accepted))

    assert (status, at_once) == (504, [])
    assert (await imin.orders("empty"))["imin:item"][0]["orderedItem"][0]["orderItemStatus"] == PENDING


async def test_late_by_itself(imin: Imin) -> None:
    """A late cancellation also takes effect if the faults are not cleared."""
    order = imin.sandbox.add_order("empty")
    imin.sandbox.faults.add(Fault("PATCH /orders/:id", "late", delay_seconds=0.01))

    await imin.cancel(order["identifier"], order["orderedItem"][0]["identifier"])

    await until(lambda: bool(imin.sandbox.cancellations.accepted))


async def test_truncate(imin: Imin) -> None:
    """A truncated body is shorter than its Content-Length."""
    imin.sandbox.faults.add(Fault("GET /orders", "truncate"))

    with pytest.raises(aiohttp.ClientPayloadError):
        await imin.orders()


@pytest.mark.parametrize("kind", ["cut_json", "nan"])
async def test_bad_json(imin: Imin, kind: FaultKind) -> None:
    """A cut body and a body with NaN are not valid JSON."""
    imin.sandbox.faults.add(Fault("GET /orders", kind))
    url = imin.server.make_url("/api/v2/orders?customerIdentifier=small")

    async with imin.http.get(url, headers={"X-API-KEY": "sandbox-key"}) as response:
        text = await response.text()

    with pytest.raises(ValueError, match=r"NaN|Expecting|Unterminated"):
        json.loads(text, parse_constant=_reject_constant)


def _reject_constant(name: str) -> None:
    raise ValueError(name)


@pytest.mark.parametrize("kind", ["huge", "gzip_bomb"])
async def test_huge_body(imin: Imin, kind: FaultKind) -> None:
    """A huge body is valid JSON of the requested size."""
    imin.sandbox.faults.add(Fault("GET /orders", kind, megabytes=1))

    page = await imin.orders()

    assert len(page["imin:filler"]) == 1024 * 1024


async def test_wrong_page(imin: Imin) -> None:
    """wrong_page labels the requested page as the page after it."""
    imin.sandbox.faults.add(Fault("GET /orders", "wrong_page"))

    page = await imin.orders(page=3)

    assert page["view"]["imin:currentPage"] == 4
    assert page["id"] == page["view"]["id"] == f"{BOOK}/orders?customerIdentifier=1234&page=4"


async def test_wrong_order(imin: Imin) -> None:
    """wrong_order returns an order of another customer."""
    imin.sandbox.faults.add(Fault("GET /orders/:id", "wrong_order"))

    order = await imin.get(f"/orders/{DOCUMENTED}")

    assert order["orderNumber"] == "20003"


async def test_slow_drip(imin: Imin) -> None:
    """A body sent by slow_drip arrives completely."""
    imin.sandbox.faults.add(Fault("GET /orders", "slow_drip", delay_seconds=0.0001))

    page = await imin.orders("empty")

    assert page["imin:totalItems"] == 0


async def test_delay(imin: Imin) -> None:
    """A delayed response is the regular response, later."""
    imin.sandbox.faults.add(Fault("GET /orders", "delay", delay_seconds=0.01))
    loop = asyncio.get_running_loop()
    before = loop.time()

    page = await imin.orders("small")

    assert page["imin:totalItems"] == 3
    assert loop.time() - before >= 0.01


async def test_delay_until_cleared(imin: Imin) -> None:
    """Requests that are being delayed are answered when the faults are cleared, and not before."""
    imin.sandbox.faults.add(held("GET /orders"))
    pages = [asyncio.ensure_future(imin.orders("small")) for _ in range(3)]
    await imin.sandbox.request_log.wait_for("GET /orders", 3)
    in_flight = imin.sandbox.request_log.in_flight

    imin.sandbox.faults.clear()

    assert in_flight == 3
    assert [page["imin:totalItems"] for page in await asyncio.gather(*pages)] == [3] * 3


async def test_black_hole_ends_with_the_client(imin: Imin) -> None:
    """A black hole ends when its client disconnects."""
    imin.sandbox.faults.add(Fault("*", "black_hole"))

    call = asyncio.ensure_future(imin.call("GET", "/api/v2/entitlements"))
    await imin.sandbox.request_log.wait_for("GET /entitlements")
    call.cancel()

    await until(lambda: imin.sandbox.request_log.in_flight == 0)


async def test_black_hole_ends_where_half_closed_connections_live() -> None:
    """It ends with its client on the gateway's server too, which answers clients that stopped sending."""
    app = create_sandbox()
    app[SANDBOX].faults.add(Fault("*", "black_hole"))
    async with listening(app, "127.0.0.1") as url, aiohttp.ClientSession() as http:
        call = asyncio.ensure_future(http.get(f"{url}/api/v2/entitlements"))
        await app[SANDBOX].request_log.wait_for("GET /entitlements")

        call.cancel()

        await until(lambda: app[SANDBOX].request_log.in_flight == 0)


async def test_black_hole_ends_with_the_sandbox() -> None:
    """A black hole ends when the sandbox stops."""
    app = create_sandbox()
    app[SANDBOX].faults.add(Fault("*", "black_hole"))
    async with aiohttp.ClientSession() as http, TestServer(app) as server:
        waiting = asyncio.create_task(http.get(server.make_url("/api/v2/entitlements")))
        await app[SANDBOX].request_log.wait_for("GET /entitlements")

        await server.close()

        with pytest.raises(aiohttp.ClientConnectionError):
            await waiting


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"route": "GET /nowhere", "kind": "500"}, "route must be"),
        ({"route": "*", "kind": "boom"}, "got 'boom'"),
        ({"route": "*", "kind": "500", "times": 0}, "times must be a number from 1, got 0"),
        ({"route": "*", "kind": "500", "share": -0.1}, "share must be a number from 0, got -0.1"),
        ({"route": "*", "kind": "500", "share": 50}, "share must be at most 1, got 50"),
    ],
)
def test_bad_fault(options: dict[str, Any], message: str) -> None:
    """A fault that no request could get is rejected when it is created."""
    with pytest.raises(ValueError, match=message):
        Fault(**options)
