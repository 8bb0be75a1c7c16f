"""imin lies, or fails in part: what is wrong is refused or contained, and no gap looks like the end."""

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
from tests.server.test_command_line import started

DOWN, INVALID = "UPSTREAM_UNAVAILABLE", "UPSTREAM_INVALID"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """As the gateway has it where nothing else is set."""
    return settings.but(imin_timeout_seconds=1.5)


async def test_missing_page_is_an_error(gateway: Gateway, sandbox: Sandbox) -> None:
    """A window of which one page fails is an error of that connection, no gap that looks like the end."""
    sandbox.faults.add(Fault("GET /orders", "500", times=None, match="page=3"))

    answer = await gateway.answer(
        "{ viewer { orders(first: 50) { nodes { identifier } } upcomingOrderItems { totalCount } } }"
    )

    assert answer["data"] == {"viewer": {"orders": None, "upcomingOrderItems": {"totalCount": 19}}}
    assert [(error["path"], error["extensions"]["code"]) for error in answer["errors"]] == [
        (["viewer", "orders"], DOWN)
    ]


class Liar:
    """An imin that answers every request with what a test tells it."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.bodies: list[bytes] = []

    async def handle(self, request: web.Request) -> web.Response:
        self.asked.append(request.path_qs)
        body = self.bodies[min(len(self.asked), len(self.bodies)) - 1]
        return web.Response(body=body, content_type="application/json")


@asynccontextmanager
async def lying(settings: Settings, gateway: Gateway, *bodies: bytes) -> AsyncIterator[tuple[Gateway, Liar]]:
    liar = Liar()
    liar.bodies = list(bodies)
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", liar.handle)
    async with (
        listening(app, "127.0.0.1") as imin,
        gateway_listening(settings.but(imin_base_url=imin), demo_caller) as url,
    ):
        yield Gateway(url, gateway.http), liar


PAGE = "{ viewer { orders(first: 3) { totalCount nodes { identifier orderNumber } } } }"


def page(*orders: str, total: int = 3, **view: Any) -> bytes:
    items = ",".join(orders)
    return b'{"imin:totalItems": %d, "view": %b, "imin:item": [%b]}' % (
        total,
        json.dumps(view).encode(),
        items.encode(),
    )


async def test_duplicate_keys(settings: Settings, gateway: Gateway) -> None:
    """Of a key that comes twice the last counts everywhere, so nobody can check one and show the other."""
    twice = '{"type": "Order", "identifier": "a", "orderNumber": "1", "identifier": "b", "orderNumber": "2"}'
    async with lying(settings, gateway, page(twice, total=1), twice.encode()) as (lied_to, _):
        listed = await lied_to.data(PAGE)
        asked = await lied_to.answer('{ order(identifier: "a") { identifier } }')

    assert listed["viewer"]["orders"]["nodes"] == [{"identifier": "b", "orderNumber": "2"}]
    assert asked["data"] == {"order": None}
    assert asked["errors"][0]["extensions"]["code"] == INVALID


async def test_totals_that_jump(settings: Settings, gateway: Gateway) -> None:
    """A total that is another one each time is asked about a few times, then taken as it is."""
    orders = [json.dumps({"type": "Order", "identifier": f"o{number}"}) for number in range(10)]
    bodies = [page(*orders, total=30 + 7 * number) for number in range(200)]
    async with lying(settings, gateway, *bodies) as (lied_to, liar):
        answer = await lied_to.answer("{ viewer { orders(first: 25) { nodes { identifier } } } }")

    assert len(liar.asked) <= 30
    assert (
        answer["data"]["viewer"]["orders"] is None or len(answer["data"]["viewer"]["orders"]["nodes"]) <= 25
    )


async def test_next_elsewhere(settings: Settings, gateway: Gateway) -> None:
    """Links of a page to other places are not followed: pages are asked for by number, of imin alone."""
    elsewhere = "http://127.0.0.1:1/orders?page=2"
    first = page(
        *(json.dumps({"type": "Order", "identifier": f"o{number}"}) for number in range(10)),
        total=12,
        next=elsewhere,
        last=elsewhere,
    )
    rest = page(*(json.dumps({"type": "Order", "identifier": f"p{number}"}) for number in range(2)), total=12)
    async with lying(settings, gateway, first, rest) as (lied_to, liar):
        data = await lied_to.data("{ viewer { orders(first: 12) { nodes { identifier } } } }")

    assert [node["identifier"] for node in data["viewer"]["orders"]["nodes"]] == [
        *(f"o{number}" for number in range(10)),
        "p0",
        "p1",
    ]
    assert liar.asked == ["/orders?customerIdentifier=1234&page=1", "/orders?customerIdentifier=1234&page=2"]


@pytest.mark.parametrize(
    "body",
    [b"{}", b'{"type": "Order", "identifier": "a", "orderNumber": "1"}', b'{"error": "later"}'],
    ids=["nothing", "an order", "an error"],
)
async def test_no_page(settings: Settings, gateway: Gateway, body: bytes) -> None:
    """A document that is no page at all is no empty list."""
    async with lying(settings, gateway, body) as (lied_to, _):
        answer = await lied_to.answer(PAGE)

    assert answer["data"] == {"viewer": {"orders": None}}
    assert [error["extensions"]["code"] for error in answer["errors"]] == [INVALID]


async def test_hundred_lies(settings: Settings, gateway: Gateway) -> None:
    """A hundred answers of sixteen megabytes, plain and packed, leave the gateway's memory as it was."""
    async with started("sandbox", "--port", "0") as (_, lines):
        imin = lines[-1].removeprefix("ready ")
        async with gateway_listening(settings.but(imin_base_url=f"{imin}/api/v2"), demo_caller) as url:
            lied_to, before = Gateway(url, gateway.http), memory_mib()
            for kind in ("huge", "gzip_bomb"):
                fault = {"route": "GET /orders", "kind": kind, "times": 50, "megabytes": 16}
                async with gateway.http.post(f"{imin}/sandbox/faults", json=fault) as response:
                    assert response.status == 201
            codes = set()
            for _ in range(10):
                for answer in await asyncio.gather(*(lied_to.answer(PAGE) for _ in range(10))):
                    codes |= {error["extensions"]["code"] for error in answer["errors"]}
            after = memory_mib()

    assert codes == {INVALID}
    assert after - before < 50
