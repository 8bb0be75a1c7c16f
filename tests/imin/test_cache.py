"""A gateway with a cache: what is requested again, what is not, and whose it is."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from gateway.auth import Caller, demo_caller
from gateway.commands import gateway_listening
from gateway.sandbox import Fault, Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.waiting import held, until

DOCUMENTED = "0bac05e5-b207-4794-80b8-6c94211643c5"

LIST = "{ viewer { orders(first: 10) { totalCount nodes { id identifier orderNumber } } } }"
ONE = "query ($id: ID!) { node(id: $id) { ... on Order { orderNumber items { id status } } } }"
CANCEL = """mutation ($order: ID!, $items: [ID!]!) {
  cancelOrderItems(input: {orderId: $order, orderItemIds: $items}) { result { __typename } } }"""


@asynccontextmanager
async def caching(settings: Settings, gateway: Gateway, **changes: Any) -> AsyncIterator[Gateway]:
    """A gateway over the same sandbox, with its cache on."""
    values = {"cache_enabled": True, "cache_fresh_seconds": 60, "cache_stale_seconds": 60} | changes
    async with gateway_listening(settings.but(**values), demo_caller) as url:
        yield Gateway(url, gateway.http)


async def test_browsing(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> None:
    """A list, three of its orders, the list twice more: one request, as orders come with their page."""
    async with caching(settings, gateway) as cached:
        nodes = (await cached.data(LIST))["viewer"]["orders"]["nodes"]
        for node in nodes[:3]:
            await cached.data(ONE, id=node["id"])
        again = (await cached.data(LIST))["viewer"]["orders"]["nodes"]
        await cached.data(LIST)

    assert again == nodes
    assert sandbox.request_log.counts() == {"GET /orders": 1}


async def test_off(gateway: Gateway, sandbox: Sandbox) -> None:
    """With the cache off every query sends its requests."""
    await gateway.data(LIST)
    await gateway.data(LIST)

    assert sandbox.request_log.counts() == {"GET /orders": 2}


@pytest.mark.parametrize("fresh", [60, 0])
async def test_hundred_at_once(settings: Settings, gateway: Gateway, sandbox: Sandbox, fresh: float) -> None:
    """A hundred concurrent reads of the same page share one request, even if nothing is stored."""
    sandbox.faults.add(held("GET /orders"))
    ages = {"cache_fresh_seconds": fresh, "cache_stale_seconds": 0, "cache_error_seconds": 0}

    async with caching(settings, gateway, **ages) as cached:
        queries = asyncio.gather(*(cached.data(LIST) for _ in range(100)))

        async def all_wait() -> bool:
            # The session has a connection for each of the hundred, and no more.
            async with aiohttp.request("GET", f"{cached.url}/metrics") as response:
                return 'gateway_cache_reads_total{result="joined"} 99.0' in await response.text()

        await until(all_wait)
        sandbox.faults.clear()
        answers = await queries

    assert all(answer == answers[0] for answer in answers)
    assert sandbox.request_log.counts() == {"GET /orders": 1}


async def test_cancellation_shows_at_once(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> None:
    """After a cancellation no older response is used, and a pending one is requested each time."""
    new = sandbox.add_order("1234")
    query = "{ viewer { orders(first: 1) { nodes { id identifier items { id status } } } } }"

    async with caching(settings, gateway) as cached:
        (order,) = (await cached.data(query))["viewer"]["orders"]["nodes"]
        result = await cached.data(CANCEL, order=order["id"], items=[item["id"] for item in order["items"]])
        sandbox.request_log.clear()
        seen = [(await cached.data(query))["viewer"]["orders"]["nodes"][0] for _ in range(2)]

    assert order["identifier"] == new["identifier"]
    assert result["cancelOrderItems"]["result"]["__typename"] == "CancellationPending"
    assert {item["status"] for one in seen for item in one["items"]} == {"CUSTOMER_CANCELLATION_PENDING"}
    assert sandbox.request_log.counts() == {"GET /orders": 2}


async def test_time_passes(settings: Settings, sandbox: Sandbox, gateway: Gateway) -> None:
    """Cached orders are shown as of now: a cancellation window may have closed since they were read."""
    sandbox.add_order("1234")
    query = """{ viewer { orders(first: 1) { nodes { receipts { url }
      items { isPresentlyCancellable cancellationBlockedBecause } } } } }"""
    with_cache = settings.but(cache_enabled=True, cache_fresh_seconds=60)
    async with gateway_listening(with_cache, demo_caller, sandbox.clock.now) as url:
        cached = Gateway(url, gateway.http)
        (before,) = (await cached.data(query))["viewer"]["orders"]["nodes"]
        sandbox.clock.advance(30 * 86_400)
        (after,) = (await cached.data(query))["viewer"]["orders"]["nodes"]

    ends = [int(one["receipts"][0]["url"].partition("ends=")[2].partition("&")[0]) for one in (before, after)]
    assert {item["isPresentlyCancellable"] for item in before["items"]} == {True}
    assert {item["cancellationBlockedBecause"] for item in after["items"]} == {"WINDOW_PASSED"}
    assert ends[1] - ends[0] == 30 * 86_400
    assert sandbox.request_log.counts() == {"GET /orders": 1}


async def test_imin_down(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> None:
    """While imin is down the last response is used, marked with its age; without one the field fails."""
    async with caching(settings, gateway, cache_fresh_seconds=0, cache_stale_seconds=0) as cached:
        began = time.monotonic()
        before = await cached.answer(LIST)
        sandbox.faults.add(Fault("*", "503", times=None))
        after = await cached.answer(LIST)
        other = await cached.answer("{ viewer { upcomingOrderItems { totalCount } } }")
        sandbox.faults.clear()
        repaired = await cached.answer(LIST)

    age = after["extensions"]["stale"]["ageSeconds"]
    assert 0 <= age <= time.monotonic() - began + 1
    assert after == before | {"extensions": {"stale": {"ageSeconds": age}}}
    assert "extensions" not in before
    assert other["data"] == {"viewer": {"upcomingOrderItems": None}}
    assert repaired == before


async def test_errors_not_cached(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> None:
    """An error is not cached: the next query sends another request."""
    sandbox.faults.add(Fault("GET /orders", "html_200", times=1))

    async with caching(settings, gateway) as cached:
        first = await cached.answer(LIST)
        second = await cached.answer(LIST)

    assert [error["extensions"]["code"] for error in first["errors"]] == ["UPSTREAM_INVALID"]
    assert second["data"]["viewer"]["orders"]["totalCount"] == 1917
    assert sandbox.request_log.counts() == {"GET /orders": 2}


async def test_walk_meets_a_new_booking(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> None:
    """A cached page that no longer fits the newest one is requested again, so a window has no gap."""
    query = "{ viewer { orders(first: 20) { nodes { identifier } } } }"
    async with caching(settings, gateway) as cached:
        await cached.data(LIST)
        new = sandbox.add_order("1234")["identifier"]
        nodes = (await cached.data(query))["viewer"]["orders"]["nodes"]

    identifiers = [node["identifier"] for node in nodes]
    assert identifiers[0] == new
    assert len(set(identifiers)) == 20


async def test_customers_apart(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> None:
    """One customer's cached data is not given to another, not even by its id."""
    callers = iter([Caller("1234"), Caller("small"), Caller("small"), Caller("1234")])

    async def in_turn(_request: Any) -> Caller:
        return next(callers)

    on = settings.but(cache_enabled=True, cache_fresh_seconds=60)
    async with gateway_listening(on, in_turn) as url:
        cached = Gateway(url, gateway.http)
        mine = (await cached.data(LIST))["viewer"]["orders"]
        theirs = (await cached.data(LIST))["viewer"]["orders"]
        stolen = await cached.data(ONE, id=mine["nodes"][0]["id"])
        again = (await cached.data(LIST))["viewer"]["orders"]

    assert (mine["totalCount"], again) == (1917, mine)
    assert theirs["totalCount"] != 1917
    assert stolen == {"node": None}
    assert sandbox.request_log.counts() == {"GET /orders": 2}
