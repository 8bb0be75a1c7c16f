"""The cache: what is asked of imin once, how old an answer may be, and that it never crosses customers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from gateway.__main__ import gateway_listening
from gateway.auth import Caller, demo_caller
from gateway.imin.cache import Cache, CacheOptions, Found, Question
from gateway.imin.errors import TimedOut, Unavailable
from gateway.imin.traffic import answered_within
from gateway.sandbox import Fault, Sandbox
from gateway.settings import Settings
from tests.conftest import Gateway

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
    """A list, three details, back and refreshed: one question to imin, since orders came with their page."""
    async with caching(settings, gateway) as cached:
        nodes = (await cached.data(LIST))["viewer"]["orders"]["nodes"]
        for node in nodes[:3]:
            await cached.data(ONE, id=node["id"])
        again = (await cached.data(LIST))["viewer"]["orders"]["nodes"]
        await cached.data(LIST)

    assert again == nodes
    assert sandbox.ledger.counts() == {"GET /orders": 1}


async def test_off(gateway: Gateway, sandbox: Sandbox) -> None:
    """With the cache off every query asks imin."""
    await gateway.data(LIST)
    await gateway.data(LIST)

    assert sandbox.ledger.counts() == {"GET /orders": 2}


@pytest.mark.parametrize("fresh", [60, 0])
async def test_hundred_at_once(settings: Settings, gateway: Gateway, sandbox: Sandbox, fresh: float) -> None:
    """A hundred requests for the same at the same time are one question, even where nothing is kept."""
    sandbox.faults.add(Fault("GET /orders", "delay", times=None, delay_seconds=0.3))
    ages = {"cache_fresh_seconds": fresh, "cache_stale_seconds": 0, "cache_error_seconds": 0}

    async with caching(settings, gateway, **ages) as cached:
        answers = await asyncio.gather(*(cached.data(LIST) for _ in range(100)))

    assert all(answer == answers[0] for answer in answers)
    assert sandbox.ledger.counts() == {"GET /orders": 1}


async def test_cancellation_shows_at_once(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> None:
    """What was read before a cancellation is never given after it; what is pending is asked for each time."""
    new = sandbox.add_order("1234")
    query = "{ viewer { orders(first: 1) { nodes { id identifier items { id status } } } } }"

    async with caching(settings, gateway) as cached:
        (order,) = (await cached.data(query))["viewer"]["orders"]["nodes"]
        result = await cached.data(CANCEL, order=order["id"], items=[item["id"] for item in order["items"]])
        sandbox.ledger.clear()
        seen = [(await cached.data(query))["viewer"]["orders"]["nodes"][0] for _ in range(2)]

    assert order["identifier"] == new["identifier"]
    assert result["cancelOrderItems"]["result"]["__typename"] == "CancellationPending"
    assert {item["status"] for one in seen for item in one["items"]} == {"CUSTOMER_CANCELLATION_PENDING"}
    assert sandbox.ledger.counts() == {"GET /orders": 2}


async def test_imin_down(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> None:
    """While imin is down the last answer is given, marked with its age; what was never asked for fails."""
    async with caching(settings, gateway, cache_fresh_seconds=0, cache_stale_seconds=0) as cached:
        before = await cached.answer(LIST)
        sandbox.faults.add(Fault("*", "503", times=None))
        after = await cached.answer(LIST)
        other = await cached.answer("{ viewer { upcomingOrderItems { totalCount } } }")
        sandbox.faults.clear()
        repaired = await cached.answer(LIST)

    age = after["extensions"]["stale"]["ageSeconds"]
    assert 0 <= age < 10
    assert after == before | {"extensions": {"stale": {"ageSeconds": age}}}
    assert "extensions" not in before
    assert other["data"] == {"viewer": {"upcomingOrderItems": None}}
    assert repaired == before


async def test_errors_not_kept(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> None:
    """An error is not kept: the next request asks again."""
    sandbox.faults.add(Fault("GET /orders", "html_200", times=1))

    async with caching(settings, gateway) as cached:
        first = await cached.answer(LIST)
        second = await cached.answer(LIST)

    assert [error["extensions"]["code"] for error in first["errors"]] == ["UPSTREAM_INVALID"]
    assert second["data"]["viewer"]["orders"]["totalCount"] == 1917
    assert sandbox.ledger.counts() == {"GET /orders": 2}


async def test_walk_meets_a_new_booking(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> None:
    """A kept page that no longer fits the newest one is asked for anew, so a window has no gap."""
    query = "{ viewer { orders(first: 20) { nodes { identifier } } } }"
    async with caching(settings, gateway) as cached:
        await cached.data(LIST)
        new = sandbox.add_order("1234")["identifier"]
        nodes = (await cached.data(query))["viewer"]["orders"]["nodes"]

    identifiers = [node["identifier"] for node in nodes]
    assert identifiers[0] == new
    assert len(set(identifiers)) == 20


class Clock:
    """A clock that is told the time."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Upstream:
    """Something to ask, whose answers tell who asked and how often it has been asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.is_down = False
        self.gate: asyncio.Event | None = None

    def question(self, customer: str, name: str = "1", *, is_lasting: bool = True) -> Question[str]:
        async def ask() -> bytes:
            self.asked += 1
            mine = self.asked
            if self.gate is not None:
                await self.gate.wait()
            if self.is_down:
                raise Unavailable("down")
            return f"{customer} {name} {mine}".encode()

        def read(json: bytes | None) -> Found[str]:
            return Found((json or b"").decode(), frozenset({f"order-{name}"}), is_lasting)

        return Question((customer, "orders", name), ask, read)


OPTIONS = CacheOptions(fresh_seconds=3, stale_seconds=2, error_seconds=600, max_bytes=10_000)


def ignore(_age: float) -> None:
    """Nobody to tell."""


async def test_ages() -> None:
    """Fresh, then given while asked for anew, then asked for first, then only if imin is down, then never."""
    clock, upstream = Clock(), Upstream()
    ages: list[float] = []
    cache = Cache(OPTIONS, clock=clock)
    question = upstream.question("ann")

    async def at(seconds: float) -> str:
        clock.now = 1_000 + seconds
        value = await cache.get(question, ages.append)
        await asyncio.gather(*cache._tasks)  # noqa: SLF001  # what goes on behind an answer's back
        return value

    given = [await at(0), await at(2.9), await at(4.9), await at(5), await at(11)]
    upstream.is_down = True
    given += [await at(17), await at(615)]
    with pytest.raises(Unavailable):
        await at(617)

    assert given == ["ann 1 1", "ann 1 1", "ann 1 1", "ann 1 2", "ann 1 3", "ann 1 3", "ann 1 3"]
    assert ages == [6, 604]
    assert cache.counts == {"fresh": 2, "stale": 1, "error": 2, "joined": 0, "replica": 0, "miss": 6}
    await cache.close()


async def test_leader_gives_up() -> None:
    """The first of those who share a question may give up; the others get their answer."""
    upstream = Upstream()
    upstream.gate = asyncio.Event()
    cache = Cache(OPTIONS)
    question = upstream.question("ann")

    waiting = [asyncio.ensure_future(cache.get(question, ignore)) for _ in range(3)]
    while not upstream.asked:  # noqa: ASYNC110  # its being asked is the event
        await asyncio.sleep(0)
    waiting[0].cancel()
    with answered_within(0.01), pytest.raises(TimedOut):
        await cache.get(question, ignore)
    upstream.gate.set()
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)

    assert isinstance(outcomes[0], asyncio.CancelledError)
    assert outcomes[1:] == ["ann 1 1", "ann 1 1"]
    assert upstream.asked == 1


@pytest.mark.parametrize("change", ["order", "customer"])
async def test_change_while_asking(change: str) -> None:
    """An answer that was on its way when something changed is not kept, nor given to who asks later."""
    upstream = Upstream()
    upstream.gate = asyncio.Event()
    cache = Cache(OPTIONS)
    question = upstream.question("ann")

    before = asyncio.ensure_future(cache.get(question, ignore))
    while upstream.asked < 1:  # noqa: ASYNC110  # its being asked is the event
        await asyncio.sleep(0)
    await (cache.order_changed("order-1") if change == "order" else cache.customer_changed("ann"))
    after = asyncio.ensure_future(cache.get(question, ignore))
    while upstream.asked < 2:  # noqa: ASYNC110  # as above
        await asyncio.sleep(0)
    upstream.gate.set()

    assert list(await asyncio.gather(before, after)) == ["ann 1 1", "ann 1 2"]
    assert await cache.get(question, ignore) == "ann 1 2"


async def test_change_spares_others() -> None:
    """A change makes those forgotten who have the order, and nobody else."""
    upstream, cache = Upstream(), Cache(OPTIONS)
    for customer, name in (("ann", "1"), ("bob", "1"), ("cat", "2")):
        await cache.get(upstream.question(customer, name), ignore)

    await cache.order_changed("order-1")
    given = [
        await cache.get(upstream.question(customer, name), ignore)
        for customer, name in (("ann", "1"), ("bob", "1"), ("cat", "2"))
    ]

    assert given == ["ann 1 4", "bob 1 5", "cat 2 3"]


async def test_pending_is_not_kept() -> None:
    """What must not last is not kept, and takes older answers that tell of the same order with it."""
    upstream, cache = Upstream(), Cache(OPTIONS)

    await cache.get(upstream.question("ann"), ignore)
    await cache.get(upstream.question("ann", is_lasting=False), ignore, anew=True)
    given = await cache.get(upstream.question("ann"), ignore)

    assert given == "ann 1 3"


async def test_bounded() -> None:
    """What is kept stays within its bytes, and the least used goes first."""
    upstream = Upstream()
    cache = Cache(OPTIONS)
    for number in range(1_000):
        await cache.get(upstream.question("ann", str(number)), ignore)
        await cache.get(upstream.question("ann", "0"), ignore)
        assert cache.bytes_held <= 10_000

    assert upstream.asked == 1_000


Action = tuple[str, str, str]
ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["get", "anew", "pending", "order", "customer", "wait", "down", "up", "land"]),
        st.sampled_from(["ann", "bob", "", "ann\x00", "an"]),
        st.sampled_from(["1", "2", "n1", ""]),
    ),
    min_size=1,
    max_size=60,
)


@given(actions=ACTIONS)
@hypothesis_settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_nothing_crosses_customers(actions: list[Action]) -> None:
    """Whatever is asked, changed, lost and joined in whatever order: an answer is its asker's, and
    was not asked for before the last change that its asker knows of.
    """
    asyncio.run(_play(actions))


async def _play(actions: list[Action]) -> None:
    clock, upstream = Clock(), Upstream()
    cache = Cache(CacheOptions(3, 2, 10, 400), clock=clock)
    gets: list[tuple[asyncio.Future[str], str, str, int]] = []
    changed_at: dict[str, int] = {}
    for action, customer, name in actions:
        match action:
            case "get" | "anew" | "pending":
                question = upstream.question(customer, name, is_lasting=action != "pending")
                asked = cache.get(question, ignore, anew=action == "anew")
                gets.append((asyncio.ensure_future(asked), customer, name, changed_at.get(customer, 0)))
                await asyncio.sleep(0)
            case "order":
                await cache.order_changed(f"order-{name}")
            case "customer":
                changed_at[customer] = upstream.asked
                await cache.customer_changed(customer)
            case "wait":
                clock.now += 2
            case "down" | "up":
                upstream.is_down = action == "down"
            case "land":
                await _settle(upstream)
                upstream.gate = asyncio.Event()
    await _settle(upstream)
    for get, customer, name, changed in gets:
        try:
            answer = await get
        except Unavailable:
            continue
        owner, asked_for, number = answer.rsplit(" ", 2)
        assert owner == customer
        assert asked_for == name
        assert int(number) > changed
    await cache.close()


async def _settle(upstream: Upstream) -> None:
    if upstream.gate is not None:
        upstream.gate.set()
    for _ in range(20):
        await asyncio.sleep(0)


async def test_customers_apart(settings: Settings, gateway: Gateway, sandbox: Sandbox) -> None:
    """What one customer's request has left in the cache is of no use to another, id and all."""
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
    assert sandbox.ledger.counts() == {"GET /orders": 2}
