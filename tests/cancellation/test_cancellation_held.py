"""Items that were sent for cancellation while their order does not show it: nothing else is sent for them."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from gateway.auth import demo_caller
from gateway.commands import gateway_listening
from gateway.sandbox import Fault, Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.cancellations import UNCONFIRMED, booked, cancel
from tests.support.clocks import PinnedBootClock
from tests.support.redis_server import needs_redis, redis_running
from tests.support.replicas import two_replicas

PATCH = "PATCH /orders/:id"
ITEMS = """
query ($id: ID!) { node(id: $id) { ... on Order {
  items { id status isPresentlyCancellable cancellationBlockedBecause } cancellation { state }
} } }
"""
UPCOMING = """
{ viewer { upcomingOrderItems(first: 50) { nodes {
  id isPresentlyCancellable cancellationBlockedBecause } } } }
"""
ORDERS = "{ viewer { orders(first: 1) { nodes { items { cancellationBlockedBecause } } } } }"

FREE = (True, None)
PENDING = (False, "CANCELLATION_PENDING")
IN_DOUBT = (False, "CANCELLATION_UNCONFIRMED")


async def blocks(gateway: Gateway, order: str) -> list[tuple[bool, str | None]]:
    """Of each item of an order: whether it can be cancelled, and the reason why not."""
    items = (await gateway.data(ITEMS, id=order))["node"]["items"]
    return [(item["isPresentlyCancellable"], item["cancellationBlockedBecause"]) for item in items]


async def state(gateway: Gateway, order: str) -> Any:
    return (await gateway.data(ITEMS, id=order))["node"]["cancellation"]["state"]


pytestmark = pytest.mark.settings(cancel_deadline_seconds=2)  # reached while an order does not change


@pytest.fixture
def slow_to_show(sandbox: Sandbox) -> Sandbox:
    """Orders show an accepted cancellation after ten seconds of the sandbox's clock."""
    sandbox.cancellations.show_after_seconds = 10
    return sandbox


async def test_three_clicks(gateway: Gateway, slow_to_show: Sandbox) -> None:
    """What imin accepted is sent once, however often it is requested before the order shows it."""
    order, items = await booked(gateway)

    results = [
        await cancel(gateway, order, items),
        await cancel(gateway, order, items),
        await cancel(gateway, order, items[:1], idempotencyKey="another"),
    ]

    assert [result["__typename"] for result in results] == ["CancellationPending"] * 3
    assert slow_to_show.request_log.count(PATCH) == 1


@pytest.mark.usefixtures("slow_to_show")
async def test_shown_as_pending(gateway: Gateway) -> None:
    """An accepted item cannot be cancelled, by whichever query it is shown, until its order shows it."""
    order, items = await booked(gateway)
    await cancel(gateway, order, items[:1])

    upcoming = (await gateway.data(UPCOMING))["viewer"]["upcomingOrderItems"]["nodes"]
    listed = (await gateway.data(ORDERS))["viewer"]["orders"]["nodes"][0]["items"]

    assert (await blocks(gateway, order), await state(gateway, order)) == ([PENDING, FREE], "PENDING")
    assert [item["cancellationBlockedBecause"] for item in listed] == ["CANCELLATION_PENDING", None]
    assert [item for item in upcoming if item["id"] == items[0]] == [
        {"id": items[0], "isPresentlyCancellable": False, "cancellationBlockedBecause": PENDING[1]}
    ]


@pytest.mark.usefixtures("slow_to_show")
async def test_answer_shows_it(gateway: Gateway) -> None:
    """The answer of the cancellation itself shows that its items cannot be cancelled again."""
    order, items = await booked(gateway)
    document = """mutation ($input: CancelOrderItemsInput!) { cancelOrderItems(input: $input) { result {
      ... on CancellationPending { orderItems { isPresentlyCancellable cancellationBlockedBecause } } } } }"""

    data = await gateway.data(document, input={"orderId": order, "orderItemIds": items})

    assert data["cancelOrderItems"]["result"]["orderItems"] == [
        {"isPresentlyCancellable": False, "cancellationBlockedBecause": "CANCELLATION_PENDING"}
    ] * len(items)


async def test_rest_of_the_order(gateway: Gateway, slow_to_show: Sandbox) -> None:
    """An accepted item is not sent again when it is requested together with another one."""
    order, items = await booked(gateway)
    await cancel(gateway, order, items[:1])

    result = await cancel(gateway, order, items)

    assert result["__typename"] == "CancellationPending"
    sent = [len(one.body["orderedItem"]) for one in slow_to_show.request_log.entries if one.route == PATCH]
    assert sent == [1, 1]


async def test_order_tells(gateway: Gateway, slow_to_show: Sandbox) -> None:
    """Once the order has shown the cancellation, the order alone says whether the item can be cancelled."""
    order, items = await booked(gateway)
    number = slow_to_show.store.identifiers("1234")[0]
    await cancel(gateway, order, items)
    slow_to_show.clock.advance(10)
    pending, shown = await cancel(gateway, order, items), await blocks(gateway, order)
    slow_to_show.refuse_cancellations(number)
    slow_to_show.confirm_now(number)
    free = [await blocks(gateway, order), await state(gateway, order)]

    again = await cancel(gateway, order, items)

    assert (pending["__typename"], shown) == ("CancellationPending", [PENDING, PENDING])
    assert free == [[FREE, FREE], "REFUSED"]
    assert again["__typename"] == "CancellationPending"
    assert slow_to_show.request_log.count(PATCH) == 2


async def test_doubt_ends(gateway: Gateway, slow_to_show: Sandbox, boot_clock: PinnedBootClock) -> None:
    """An accepted cancellation that the order never shows holds its items until the doubt is over."""
    slow_to_show.cancellations.show_after_seconds = 3_600
    order, items = await booked(gateway)
    await cancel(gateway, order, items)
    boot_clock.advance(59)
    before = await blocks(gateway, order)
    boot_clock.advance(2)

    after = await blocks(gateway, order)
    await cancel(gateway, order, items)

    assert (before, after) == ([PENDING, PENDING], [FREE, FREE])
    assert slow_to_show.request_log.count(PATCH) == 2


async def test_in_doubt(gateway: Gateway, sandbox: Sandbox, boot_clock: PinnedBootClock) -> None:
    """An item whose PATCH was lost cannot be cancelled, with that reason, until the doubt is over."""
    order, items = await booked(gateway)
    sandbox.faults.add(Fault(PATCH, "reset"))
    result = await cancel(gateway, order, items[:1])
    before = await blocks(gateway, order)
    boot_clock.advance(61)

    assert result == UNCONFIRMED | {"orderItemIds": items[:1]}
    assert (before, await blocks(gateway, order)) == ([IN_DOUBT, FREE], [FREE, FREE])


@pytest.mark.parametrize("jump", [3_600, -3_600, 86_400 * 365], ids=["forward", "back", "a year"])
@pytest.mark.parametrize("answer", ["lost", "204"])
async def test_wall_clock_jumps(
    gateway: Gateway, slow_to_show: Sandbox, boot_clock: PinnedBootClock, jump: float, answer: str
) -> None:
    """Setting the wall clock neither ends the doubt nor prolongs it."""
    slow_to_show.cancellations.show_after_seconds = 10**9
    order, items = await booked(gateway)
    if answer == "lost":
        slow_to_show.faults.add(Fault(PATCH, "reset"))
    await cancel(gateway, order, items)
    slow_to_show.clock.advance(jump)
    during = await cancel(gateway, order, items)
    sent = slow_to_show.request_log.count(PATCH)
    boot_clock.advance(61)

    await cancel(gateway, order, items)

    assert during["__typename"] == (
        "CancellationUnconfirmedError" if answer == "lost" else "CancellationPending"
    )
    assert (sent, slow_to_show.request_log.count(PATCH)) == (1, 2)


@pytest.fixture
def on_disk(settings: Settings, tmp_path: Path) -> Settings:
    return settings.but(state_path=str(tmp_path / "state.sqlite3"))


@pytest.mark.parametrize("answer", ["lost", "204"])
async def test_restart(
    on_disk: Settings, slow_to_show: Sandbox, boot_clock: PinnedBootClock, answer: str
) -> None:
    """A gateway that was restarted holds the same items for the rest of the doubt."""
    if answer == "lost":
        slow_to_show.faults.add(Fault(PATCH, "reset"))
    async with aiohttp.ClientSession() as http:
        async with gateway_listening(
            on_disk, demo_caller, slow_to_show.clock.now, boot_clock=boot_clock
        ) as url:
            order, items = await booked(Gateway(url, http))
            await cancel(Gateway(url, http), order, items[:1])
        boot_clock.advance(40)
        async with gateway_listening(
            on_disk, demo_caller, slow_to_show.clock.now, boot_clock=boot_clock
        ) as url:
            restarted = Gateway(url, http)
            before = await blocks(restarted, order)
            boot_clock.advance(21)
            after = await blocks(restarted, order)

    assert (before, after) == ([IN_DOUBT if answer == "lost" else PENDING, FREE], [FREE, FREE])


async def test_reboot(on_disk: Settings, slow_to_show: Sandbox, boot_clock: PinnedBootClock) -> None:
    """After a restart of the machine, whose clock starts at zero, the whole doubt is waited for again."""
    async with aiohttp.ClientSession() as http:
        async with gateway_listening(
            on_disk, demo_caller, slow_to_show.clock.now, boot_clock=boot_clock
        ) as url:
            order, items = await booked(Gateway(url, http))
            await cancel(Gateway(url, http), order, items)
        boot_clock.reboot()
        async with gateway_listening(
            on_disk, demo_caller, slow_to_show.clock.now, boot_clock=boot_clock
        ) as url:
            rebooted = Gateway(url, http)
            boot_clock.advance(59)
            before = await blocks(rebooted, order)
            boot_clock.advance(2)
            after = await blocks(rebooted, order)

    assert (before, after) == ([PENDING, PENDING], [FREE, FREE])


async def test_workers(on_disk: Settings, slow_to_show: Sandbox, boot_clock: PinnedBootClock) -> None:
    """Another process that shares the state file holds the items at once, and frees them with the order."""
    running = [
        gateway_listening(on_disk, demo_caller, slow_to_show.clock.now, boot_clock=boot_clock)
        for _ in range(2)
    ]
    async with aiohttp.ClientSession() as http, running[0] as first, running[1] as second:
        one, other = Gateway(first, http), Gateway(second, http)
        order, items = await booked(other)
        before = await blocks(other, order)
        await cancel(one, order, items)
        held = await blocks(other, order)
        again = await cancel(other, order, items)
        slow_to_show.clock.advance(60)
        await cancel(one, order, items)
        cancelled = await blocks(other, order)

    assert before == [FREE, FREE]
    assert held == [PENDING, PENDING]
    assert again["__typename"] == "CancellationPending"
    assert cancelled == [(False, "ALREADY_CANCELLED")] * 2
    assert slow_to_show.request_log.count(PATCH) == 1


@needs_redis
@pytest.mark.parametrize("answer", ["lost", "204"])
async def test_replicas(settings: Settings, gateway: Gateway, slow_to_show: Sandbox, answer: str) -> None:
    """Another replica, which shares no file, holds the items at once."""
    if answer == "lost":
        slow_to_show.faults.add(Fault(PATCH, "reset"))
    async with redis_running() as redis, two_replicas(settings, gateway, redis) as (one, other):
        order, items = await booked(other)
        before = await blocks(other, order)
        await cancel(one, order, items[:1])
        held = await blocks(other, order)
        again = await cancel(other, order, items[:1])

    assert held == [IN_DOUBT if answer == "lost" else PENDING, before[1]]
    assert again["__typename"] == (
        "CancellationUnconfirmedError" if answer == "lost" else "CancellationPending"
    )
    assert slow_to_show.request_log.count(PATCH) == 1


TABLE_OF_0_1 = """
CREATE TABLE attempt (
    id TEXT PRIMARY KEY, customer TEXT NOT NULL, order_id TEXT NOT NULL, items TEXT NOT NULL,
    requested_at REAL NOT NULL, state TEXT NOT NULL, settled_at REAL)
"""


async def test_file_of_version_0_1(
    on_disk: Settings, gateway: Gateway, sandbox: Sandbox, boot_clock: PinnedBootClock
) -> None:
    """A file of version 0.1 is brought up to date, and a process of that version can still write to it."""
    order, _ = await booked(gateway)
    number = sandbox.store.identifiers("1234")[0]
    item = sandbox.order(number)["orderedItem"][0]["identifier"]
    with closing(sqlite3.connect(on_disk.state_path)) as file:
        file.execute(TABLE_OF_0_1)
        _insert_as_0_1(file, "first", number, item)
        running = gateway_listening(on_disk, demo_caller, sandbox.clock.now, boot_clock=boot_clock)
        async with running as url:
            updated = Gateway(url, gateway.http)
            before = await blocks(updated, order)
            _insert_as_0_1(file, "second", number, item)
            boot_clock.advance(61)
            during = await blocks(updated, order)
            boot_clock.advance(61)
            after = await blocks(updated, order)

    assert before == [IN_DOUBT, FREE]
    assert during == [IN_DOUBT, FREE]  # the second one, which was just seen
    assert after == [FREE, FREE]


def _insert_as_0_1(file: sqlite3.Connection, id_: str, order: str, item: str) -> None:
    row = (id_, "1234", order, f'["{item}"]', 0.0, "UNCONFIRMED", None)
    file.execute(
        "INSERT INTO attempt (id, customer, order_id, items, requested_at, state, settled_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        row,
    )
    file.commit()
