"""Identifiers in capitals, where imin ignores case and where it does not."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from gateway.auth import Caller
from gateway.commands import gateway_listening
from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.subscriptions import socket_of

ORDER = "query ($i: ID!) { order(identifier: $i) { id identifier items { identifier status order { id } } } }"
CANCEL = """mutation ($order: ID!, $items: [ID!]!) { cancelOrderItems(input: {orderId: $order,
  orderItemIds: $items}) { result { __typename ... on CancellationPending { order { identifier } } } } }"""


@pytest.fixture
async def own(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> AsyncIterator[Gateway]:
    """A gateway with a cache, whose caller is customer `abc`."""

    async def abc(_request: object) -> Caller:
        return Caller("abc")

    cached = settings.but(cache_enabled=True, cache_fresh_seconds=3_600)
    async with gateway_listening(cached, abc, sandbox.clock.now) as url:
        yield Gateway(url, gateway.http)


@pytest.fixture
def number(sandbox: Sandbox) -> str:
    """A cancellable order of customer `abc`."""
    identifier: str = sandbox.add_order("abc")["identifier"]
    return identifier


async def test_own_order(own: Gateway, sandbox: Sandbox, number: str) -> None:
    """The order is found under imin's own spelling, with the ids that it always has."""
    sandbox.style.ignores_case = True

    as_written = await own.data(ORDER, i=number)
    in_capitals = await own.data(ORDER, i=number.upper())

    assert as_written["order"]["identifier"] == number
    assert in_capitals == as_written


async def test_other_orders(own: Gateway, sandbox: Sandbox, number: str) -> None:
    """Another customer's order is not found in capitals, nor is any order where imin distinguishes case."""
    foreign = sandbox.store.identifiers("small")[0]

    distinguished = await own.answer(ORDER, i=number.upper())
    sandbox.style.ignores_case = True
    found = [await own.answer(ORDER, i=one) for one in (foreign.upper(), foreign, "NONE")]

    assert [distinguished, *found] == [{"data": {"order": None}}] * 4


async def test_cancelled(own: Gateway, sandbox: Sandbox, number: str) -> None:
    """A cancellation by a number in capitals is sent under imin's spelling, once, and seen in both."""
    sandbox.style.ignores_case = True
    item = sandbox.order(number)["orderedItem"][0]["identifier"]
    await own.data(ORDER, i=number)

    payloads = [await own.data(CANCEL, order=one, items=[item]) for one in (number.upper(), number)]
    statuses = [(await own.data(ORDER, i=one))["order"]["items"][0] for one in (number.upper(), number)]

    shown = {"__typename": "CancellationPending", "order": {"identifier": number}}
    assert payloads == [{"cancelOrderItems": {"result": shown}}] * 2
    assert {one["status"] for one in statuses} == {"CUSTOMER_CANCELLATION_PENDING"}
    patched = [entry.path for entry in sandbox.request_log.entries if entry.method == "PATCH"]
    assert patched == [f"/api/v2/orders/{number}"]


async def test_watched(own: Gateway, sandbox: Sandbox, number: str) -> None:
    """A subscription by a number in capitals follows the order."""
    sandbox.style.ignores_case = True

    async with socket_of(own) as socket:
        await socket.connect()
        await socket.subscribe(number.upper())
        first = await socket.next_state()
        sandbox.seller_cancel(number, sandbox.order(number)["orderedItem"][0]["identifier"])
        second = await socket.next_state()

    assert [state["items"][0]["status"] for state in (first, second)] == [
        "ORDER_ITEM_CONFIRMED",
        "SELLER_CANCELLED",
    ]
    assert first["id"] == second["id"]


async def test_service(settings: Settings, gateway: Gateway, sandbox: Sandbox, number: str) -> None:
    """A service gets the order as imin spells it; it is cached under that spelling only."""
    sandbox.style.ignores_case = True
    spellings = [number, number.upper(), number.upper()]

    async def service(_request: object) -> Caller:
        return Caller(None, may_name_any_customer=True, name="desk")

    async with gateway_listening(settings.but(cache_enabled=True, cache_fresh_seconds=3_600), service) as url:
        desk = Gateway(url, gateway.http)
        found = [(await desk.data(ORDER, i=one))["order"]["identifier"] for one in spellings]
        requests = sandbox.request_log.count("GET /orders/:id")
        again = (await desk.data(ORDER, i=number.lower()))["order"]["identifier"]

    assert [*found, again] == [number] * 4
    assert requests == 3
    assert sandbox.request_log.count("GET /orders/:id") <= 4


@pytest.mark.parametrize("name", ["abc", "ABC", "Abc"])
async def test_account(settings: Settings, gateway: Gateway, sandbox: Sandbox, name: str) -> None:
    """A customer whose token spells the identifier in capitals has an account and orders."""
    sandbox.style.ignores_case = True

    async def customer(_request: object) -> Caller:
        return Caller(name)

    async with gateway_listening(settings, customer) as url:
        own = Gateway(url, gateway.http)
        query = "{ viewer { identifier givenName orders { totalCount } } }"
        viewer: Any = (await own.data(query))["viewer"]

    assert viewer == {"identifier": name, "givenName": "Geoff", "orders": {"totalCount": 12}}
