"""imin sends false data, or fails in part: it is refused or contained, and no gap looks like the end."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from gateway.auth import demo_caller
from gateway.commands import gateway_listening
from gateway.sandbox import Fault, Sandbox
from gateway.server.listen import listening
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.imin.test_fault_matrix import memory_mib
from tests.support.commands import started

DOWN, INVALID = "UPSTREAM_UNAVAILABLE", "UPSTREAM_INVALID"


async def test_missing_page_is_an_error(gateway: Gateway, sandbox: Sandbox) -> None:
    """If one page of a window fails the connection is null with an error: no gap looks like the end."""
    sandbox.faults.add(Fault("GET /orders", "500", times=None, match="page=3"))

    answer = await gateway.answer(
        "{ viewer { orders(first: 50) { nodes { identifier } } upcomingOrderItems { totalCount } } }"
    )

    assert answer["data"] == {"viewer": {"orders": None, "upcomingOrderItems": {"totalCount": 19}}}
    assert [(error["path"], error["extensions"]["code"]) for error in answer["errors"]] == [
        (["viewer", "orders"], DOWN)
    ]


class FalseImin:
    """Answers each request with the next of a test's bodies, and from then on with the last."""

    def __init__(self, *bodies: bytes) -> None:
        self.requests: list[str] = []
        self._bodies = bodies

    async def handle(self, request: web.Request) -> web.Response:
        self.requests.append(request.path_qs)
        body = self._bodies[min(len(self.requests), len(self._bodies)) - 1]
        return web.Response(body=body, content_type="application/json")


@asynccontextmanager
async def gateway_over(
    settings: Settings, gateway: Gateway, *bodies: bytes
) -> AsyncIterator[tuple[Gateway, FalseImin]]:
    false_imin = FalseImin(*bodies)
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", false_imin.handle)
    async with (
        listening(app, "127.0.0.1") as imin,
        gateway_listening(settings.but(imin_base_url=imin), demo_caller) as url,
    ):
        yield Gateway(url, gateway.http), false_imin


PAGE = "{ viewer { orders(first: 3) { totalCount nodes { identifier orderNumber } } } }"


def page(*orders: str, total: int = 3, **view: Any) -> bytes:
    items = ",".join(orders)
    return b'{"imin:totalItems": %d, "view": %b, "imin:item": [%b]}' % (
        total,
        json.dumps(view).encode(),
        items.encode(),
    )


async def test_duplicate_keys(settings: Settings, gateway: Gateway) -> None:
    """Of a duplicate key the last counts everywhere, so that what is checked is what is shown."""
    twice = '{"type": "Order", "identifier": "a", "orderNumber": "1", "identifier": "b", "orderNumber": "2"}'
    async with gateway_over(settings, gateway, page(twice, total=1), twice.encode()) as (gateway_, _):
        listed = await gateway_.data(PAGE)
        opened = await gateway_.answer('{ order(identifier: "a") { identifier } }')

    assert listed["viewer"]["orders"]["nodes"] == [{"identifier": "b", "orderNumber": "2"}]
    assert opened["data"] == {"order": None}
    assert opened["errors"][0]["extensions"]["code"] == INVALID


async def test_totals_that_jump(settings: Settings, gateway: Gateway) -> None:
    """If the total changes with every page, pages are requested again a few times, then used as they are."""
    orders = [json.dumps({"type": "Order", "identifier": f"o{number}"}) for number in range(10)]
    bodies = [page(*orders, total=30 + 7 * number) for number in range(200)]
    async with gateway_over(settings, gateway, *bodies) as (gateway_, false_imin):
        answer = await gateway_.answer("{ viewer { orders(first: 25) { nodes { identifier } } } }")

    assert len(false_imin.requests) <= 30
    assert (
        answer["data"]["viewer"]["orders"] is None or len(answer["data"]["viewer"]["orders"]["nodes"]) <= 25
    )


async def test_next_elsewhere(settings: Settings, gateway: Gateway) -> None:
    """A page's links are not followed: pages are requested by number, from imin alone."""
    elsewhere = "http://127.0.0.1:1/orders?page=2"
    first = page(
        *(json.dumps({"type": "Order", "identifier": f"o{number}"}) for number in range(10)),
        total=12,
        next=elsewhere,
        last=elsewhere,
    )
    rest = page(*(json.dumps({"type": "Order", "identifier": f"p{number}"}) for number in range(2)), total=12)
    async with gateway_over(settings, gateway, first, rest) as (gateway_, false_imin):
        data = await gateway_.data("{ viewer { orders(first: 12) { nodes { identifier } } } }")

    assert [node["identifier"] for node in data["viewer"]["orders"]["nodes"]] == [
        *(f"o{number}" for number in range(10)),
        "p0",
        "p1",
    ]
    assert false_imin.requests == [
        "/orders?customerIdentifier=1234&page=1",
        "/orders?customerIdentifier=1234&page=2",
    ]


@pytest.mark.parametrize(
    "body",
    [b"{}", b'{"type": "Order", "identifier": "a", "orderNumber": "1"}', b'{"error": "later"}'],
    ids=["nothing", "an order", "an error"],
)
async def test_no_page(settings: Settings, gateway: Gateway, body: bytes) -> None:
    """A document that is no page is not taken for an empty list."""
    async with gateway_over(settings, gateway, body) as (gateway_, _):
        answer = await gateway_.answer(PAGE)

    assert answer["data"] == {"viewer": {"orders": None}}
    assert [error["extensions"]["code"] for error in answer["errors"]] == [INVALID]


async def test_huge_responses(settings: Settings, gateway: Gateway) -> None:
    """A hundred responses of 16 MB, plain and compressed, leave the gateway's memory as it was."""
    async with started("sandbox", "--port", "0") as (_, lines):
        imin = lines[-1].removeprefix("ready ")
        async with gateway_listening(settings.but(imin_base_url=f"{imin}/api/v2"), demo_caller) as url:
            gateway_, before = Gateway(url, gateway.http), memory_mib()
            for kind in ("huge", "gzip_bomb"):
                fault = {"route": "GET /orders", "kind": kind, "times": 50, "megabytes": 16}
                async with gateway.http.post(f"{imin}/sandbox/faults", json=fault) as response:
                    assert response.status == 201
            codes = set()
            for _ in range(10):
                for answer in await asyncio.gather(*(gateway_.answer(PAGE) for _ in range(10))):
                    codes |= {error["extensions"]["code"] for error in answer["errors"]}
            after = memory_mib()

    assert codes == {INVALID}
    assert after - before < 50
