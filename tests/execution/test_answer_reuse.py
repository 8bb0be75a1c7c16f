"""When a finished answer is sent again: never where a gateway without reuse would answer anything else."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.auth import demo_caller
from gateway.commands import gateway_listening
from gateway.reuse import Dependencies, noted, undeclared
from gateway.sandbox import Fault, Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.cancellations import CANCEL
from tests.support.paired_gateways import LINK_SECONDS, World, paired_worlds

LIST = "{ viewer { orders(first: 2) { totalCount nodes { id identifier } } } }"
NAMES = """query ($n: Int = 2) { viewer { orders(first: $n) { nodes { identifier
  items { session { name } } } } } }"""
FLAGS = """{ viewer { orders(first: 1) { nodes { id items {
  id isPresentlyCancellable cancellationBlockedBecause cancellableUntil } } } } }"""
LINKS = "{ viewer { orders(first: 2) { nodes { receipts { url urlExpiresAt } } } } }"
PATCH = "PATCH /orders/:id"


@pytest.fixture
async def worlds() -> AsyncIterator[tuple[World, World]]:
    """A gateway that reuses answers, and the same without. Responses of imin are fresh for a minute."""
    async with paired_worlds(cache_fresh_seconds=60, cache_stale_seconds=0) as both:
        yield both


async def asked(
    worlds: tuple[World, World], query: str, caller: str = "ann", *, with_rate: bool = True, **body: Any
) -> tuple[str, int]:
    """The answer, equal in both worlds, and how many answers have been reused by then."""
    answers = [await world.ask(caller, {"query": query, **body}, with_rate=with_rate) for world in worlds]
    assert answers[0] == answers[1]
    assert worlds[0].requests() == worlds[1].requests()
    return answers[0][2], await worlds[0].reused()


async def test_reused(worlds: tuple[World, World]) -> None:
    """The same query is answered by the same bytes, and counted, charged and logged like any other."""
    answers = [await asked(worlds, LIST) for _ in range(3)]

    assert [reused for _, reused in answers] == [0, 1, 2]
    assert len({text for text, _ in answers}) == 1
    assert await worlds[0].counts() == await worlds[1].counts()


async def test_what_decides_about_an_answer(worlds: tuple[World, World]) -> None:
    """Callers, documents, operations, variables of equal value and `extensions.cost` share no answer."""
    operations = "query A { viewer { name } } query B { viewer { email } }"
    echo = """query ($on: Boolean = true, $n: Int = 1) {
      viewer { id @include(if: $on) orders(first: $n) { nodes { id } } } }"""
    requests: list[dict[str, Any]] = [
        {"query": query, "caller": caller}
        for caller in ("ann-service", "ann", "ben", "service")
        for query in (
            "{ viewer { identifier } }",
            '{ customer(identifier: "abc") { orders { totalCount } } }',
        )
    ]
    requests += [{"query": operations, "operationName": name} for name in ("A", "B")]
    requests += [
        {"query": echo, "variables": variables}
        for variables in ({}, {"on": False}, {"n": 1}, {"n": True}, {"n": 1.5}, {"on": True}, {"on": 1})
    ]
    requests += [{"query": echo, "extensions": {"cost": cost}} for cost in (True, False, None)]

    for _ in range(3):
        for request in requests:
            await asked(worlds, **request)
    assert await worlds[0].reused() > len(requests)


async def test_cost_of_the_first_request(worlds: tuple[World, World]) -> None:
    """`extensions.cost` never shows requests to imin that an earlier response has caused."""
    answers = [await asked(worlds, LIST, extensions={"cost": True}) for _ in range(4)]

    assert [text.count('"made":1') for text, _ in answers] == [1, 0, 0, 0]
    assert answers[-1][1] > 0


async def test_window_closes(worlds: tuple[World, World]) -> None:
    """An answer holds as long as an item can be cancelled, to the microsecond, unless the clock goes back."""
    for world in worlds:
        world.sandbox.add_order("1234")
    before, _ = await asked(worlds, FLAGS)
    until = datetime.fromisoformat(before.partition('cancellableUntil":"')[2].partition('"')[0])
    for world in worlds:
        world.advance((until - world.sandbox.clock.now()).total_seconds())
        world.sandbox.clock.set(until)
    await asked(worlds, LIST)  # the page, requested again
    last, reused = await asked(worlds, FLAGS)
    seen = [last]
    for microseconds in (0, 1, 0, -1):
        for world in worlds:
            world.sandbox.clock.set(until + timedelta(microseconds=microseconds))
        text, _ = await asked(worlds, FLAGS)
        seen.append(text)

    assert "WINDOW_PASSED" in seen[2]
    assert [text == last for text in seen] == [True, True, False, True, True]
    assert await worlds[0].reused() > reused


@pytest.mark.parametrize(
    ("seconds", "reused"), [(1, 1), (LINK_SECONDS / 2, 1), (LINK_SECONDS / 2 + 1, 0), (-1, 0)]
)
async def test_links(seconds: float, reused: int) -> None:
    """Links in a reused answer open for half of their time at least, and never longer than new ones."""
    async with paired_worlds(cache_fresh_seconds=600) as worlds:
        await asked(worlds, LINKS)
        for world in worlds:
            world.advance(seconds)
        _, count = await asked(worlds, LINKS)

    assert count == reused


@pytest.mark.parametrize("change", ["webhook", "age", "refreshed page", "pending item"])
async def test_cached_responses_end(worlds: tuple[World, World], change: str) -> None:
    """An answer ends with a response that it was made from, for whatever reason that is used no more."""
    order = worlds[0].sandbox.orders_page("1234", 1)["imin:item"][0]
    item = order["orderedItem"][0]["identifier"]
    await asked(worlds, NAMES)
    for world in worlds:
        world.sandbox.changes.rename_session(order["identifier"], None, "Another name")
        if change == "webhook":
            await world.call_webhook("customer", {"identifier": "1234"})
        elif change == "age":
            world.advance(60)
        elif change == "refreshed page":
            world.sandbox.add_order("1234")
        else:
            world.sandbox.changes.set_item_status(order["identifier"], item, "CustomerCancellationPending")
    # Page 1 no longer fits the other ones, and is requested again. The list of items shows what is pending.
    await asked(worlds, "{ viewer { orders(first: 25) { nodes { id } } } }")
    await asked(worlds, "{ viewer { upcomingOrderItems(first: 30) { nodes { id } } } }")
    text, _ = await asked(worlds, NAMES)

    assert "Another name" in text


async def test_imin_down(worlds: tuple[World, World]) -> None:
    """Stale answers and errors are not reused, even if the clock goes back to when they were fresh."""
    query = "{ viewer { name orders(first: 2) { totalCount } } }"
    await asked(worlds, LIST)
    for world in worlds:
        world.advance(61)
        world.sandbox.faults.add(Fault("*", "503", times=None))
    stale, _ = await asked(worlds, LIST)
    failed = [await world.ask("ben", {"query": query}) for world in worlds]
    for world in worlds:
        world.sandbox.faults.clear()
        world.advance(-30)
    again, _ = await asked(worlds, LIST)
    repaired, _ = await asked(worlds, query, "ben")

    assert ('"stale"' in stale, '"stale"' in again) == (True, False)
    assert ("errors" in failed[0][2], "errors" in repaired) == (True, False)


async def test_partial_failure(worlds: tuple[World, World]) -> None:
    """An answer with an error is not reused, although all that it shows is fresh."""
    query = "{ viewer { name orders(first: 2) { totalCount } } }"
    for world in worlds:
        world.sandbox.faults.add(Fault("GET /customer-accounts/:id", "html_200"))
    failed, _ = await asked(worlds, query)
    repaired, _ = await asked(worlds, query)

    assert ("errors" in failed, "errors" in repaired) == (True, False)


@pytest.mark.parametrize("fault", ["", "reset_after"])
async def test_open_cancellation(worlds: tuple[World, World], fault: str) -> None:
    """What a cancellation holds is shown at once, and no longer than it is so."""
    for world in worlds:
        world.sandbox.add_order("1234")
        world.sandbox.cancellations.show_after_seconds = 10
    before, _ = await asked(worlds, FLAGS)
    id_, item = (before.split('"id":"')[n].partition('"')[0] for n in (1, 2))
    seen = []
    for world in worlds:
        if fault:
            world.sandbox.faults.add(Fault(PATCH, fault))  # type: ignore[arg-type]  # one of its kinds
        input_ = {"orderId": id_, "orderItemIds": [item]}
        await world.ask("ann", {"query": CANCEL, "variables": {"input": input_}})
        world.requests()
    # How often the order was read until the deadline depends on the machine.
    for _ in range(3):
        text, _ = await asked(worlds, FLAGS, with_rate=False)
        seen.append(text)
    for world in worlds:
        world.boot_clock.advance(61)
    # Reading the journal releases what is in doubt no more; the cached order is as before.
    states = "{ viewer { orders(first: 1) { nodes { cancellations { state } } } } }"
    await asked(worlds, states, with_rate=False)
    seen.append((await asked(worlds, FLAGS, with_rate=False))[0])

    assert ["CANCELLATION_" in text for text in (before, *seen)] == [False, True, True, True, False]


async def test_journal_of_others(
    settings: Settings, gateway: Gateway, sandbox: Sandbox, tmp_path: Path
) -> None:
    """A cancellation that another process of this machine has begun ends answers about its order."""
    sandbox.add_order("1234")
    sandbox.cancellations.show_after_seconds = 10
    shared = settings.but(
        cache_enabled=True,
        cache_fresh_seconds=60,
        cancel_deadline_seconds=0.3,
        state_path=str(tmp_path / "state.sqlite3"),
    )
    async with (
        gateway_listening(shared, demo_caller, sandbox.clock.now) as one,
        gateway_listening(shared, demo_caller, sandbox.clock.now) as other,
    ):
        first, second = Gateway(one, gateway.http), Gateway(other, gateway.http)
        before = [await second.data(FLAGS) for _ in range(2)][1]
        (order,) = before["viewer"]["orders"]["nodes"]
        await first.data(CANCEL, input={"orderId": order["id"], "orderItemIds": [order["items"][0]["id"]]})
        after = await second.data(FLAGS)

    assert [item["cancellationBlockedBecause"] for item in order["items"]][:1] == [None]
    items = after["viewer"]["orders"]["nodes"][0]["items"]
    assert items[0]["cancellationBlockedBecause"] == "CANCELLATION_PENDING"


async def test_calendar_feed(worlds: tuple[World, World]) -> None:
    """What is kept in the gateway's own state is never reused: an address that was reset is gone."""
    feed = "{ viewer { calendarFeed { url } } }"
    before, _ = await asked(worlds, feed)
    reset = [
        await world.ask(
            "ann", {"query": "mutation { resetCalendarFeed(input: {}) { result { __typename } } }"}
        )
        for world in worlds
    ]
    after, reused = await asked(worlds, feed)

    assert reset[0][0] == 200
    assert reused == 0
    assert before != after


async def test_rate_limit() -> None:
    """Reused answers are charged as all others are, and refused as all others are."""
    async with paired_worlds(cache_fresh_seconds=60, rate_burst_cost=12) as worlds:
        query = "{ viewer { orders(last: 2) { totalCount } } }"
        statuses = [[(await world.ask("ann", {"query": query}))[:2] for _ in range(6)] for world in worlds]
        reused = await worlds[0].reused()

    assert statuses[0] == statuses[1]
    assert (statuses[0][0][0], statuses[0][-1][0], reused > 0) == (200, 429, True)


async def test_persisted_query(settings: Settings, gateway: Gateway) -> None:
    """A hash whose document is no longer stored is refused, although an answer to it is."""

    def by_hash(text: str, *, send: bool = False) -> dict[str, Any]:
        digest = hashlib.sha256(text.encode()).hexdigest()
        persisted = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest}}}
        return persisted | ({"query": text} if send else {})

    async with gateway_listening(settings.but(cache_enabled=True, persisted_queries=1), demo_caller) as url:

        async def send(body: dict[str, Any]) -> Any:
            async with gateway.http.post(f"{url}/graphql", json=body) as response:
                return await response.json()

        answers = [await send(by_hash(LIST, send=True)), *[await send(by_hash(LIST)) for _ in range(2)]]
        await send(by_hash("{ __typename }", send=True))
        refused = await send(by_hash(LIST))

    assert answers[0] == answers[1] == answers[2]
    assert refused["errors"][0]["message"] == "PersistedQueryNotFound"


async def test_bounded(settings: Settings, gateway: Gateway) -> None:
    """Answers share the memory of the cache: the least recently used one makes room."""
    small = settings.but(cache_enabled=True, cache_fresh_seconds=60, cache_max_bytes=100_000)

    def query(number: int) -> str:
        return f"{{ viewer {{ n{number}: id {' '.join(f'a{index}: id' for index in range(28))} }} }}"

    async with gateway_listening(small, demo_caller) as url:
        limited = Gateway(url, gateway.http)
        for number in (*range(60), 59, 0, 0):
            await limited.data(query(number))
        async with gateway.http.get(f"{url}/metrics") as response:
            metrics = await response.text()

    (held,) = (float(line.split()[1]) for line in metrics.splitlines() if "gateway_cache_bytes{" in line)
    assert 90_000 < held <= 100_000
    assert 'gateway_executions_total{way="reused"} 2.0' in metrics


async def test_own_order(worlds: tuple[World, World]) -> None:
    """What was read past the cache, to prove whose an order is, is no part of a reused answer."""
    order = worlds[0].sandbox.orders_page("1234", 2)["imin:item"][3]["identifier"]
    query = "query ($id: ID!) { order(identifier: $id) { items { session { name } } } }"
    for name in ("One name", "Another name", "A third name"):
        for world in worlds:
            world.sandbox.changes.rename_session(order, None, name)
            world.advance(61)
        for _ in range(3):
            text, reused = await asked(worlds, query, variables={"id": order})
            assert name in text

    assert reused > 0


async def test_search(worlds: tuple[World, World]) -> None:
    """A search through several pages is reused with all of them, and charged in full each time."""
    order = worlds[0].sandbox.orders_page("abc", 2)["imin:item"][0]
    query = "query ($number: String!) { order(orderNumber: $number) { identifier } }"
    for change in (False, True):
        if change:
            for world in worlds:
                await world.call_webhook("customer", {"identifier": "abc"})
        for _ in range(3):
            found, reused = await asked(
                worlds,
                query,
                "ben",
                variables={"number": str(order["orderNumber"])},
                extensions={"cost": True},
            )

    assert order["identifier"] in found
    assert reused == 2


async def test_undeclared_readers() -> None:
    """What reads a clock or a service without saying until when that holds makes the answer its own only."""
    clock = undeclared(lambda: datetime(2026, 11, 1, tzinfo=UTC))
    answers = Dependencies(), Dependencies()
    for answer, read in zip(answers, (clock, lambda: None), strict=True):
        token = noted.set(answer)
        await asyncio.create_task(_call(read))
        noted.reset(token)

    assert [answer.is_reusable for answer in answers] == [False, True]


async def _call(read: Callable[[], Any]) -> None:
    read()
