"""How the lists that have subscribers are read: shared, paced, and hurried by what happens."""

from datetime import timedelta

import pytest
from pydantic import SecretStr

from gateway.sandbox import Fault, Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.cancellations import booked, cancel
from tests.support.live_feeds import (
    ORDERS_CHANGED,
    QUIET,
    UNCHANGED,
    UPCOMING_CHANGED,
    call_webhook,
    changes,
    event,
    names,
    start,
)
from tests.support.subscriptions import socket_of
from tests.support.waiting import held, until

ORDERS, ITEMS = "GET /orders", "GET /order-items"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.but(imin_webhook_key=SecretStr("key"), imin_order_webhook_key=SecretStr("key"))


@pytest.mark.settings(**QUIET)
async def test_shared(gateway: Gateway, sandbox: Sandbox) -> None:
    """All subscribers of a list share each reading, whatever their windows."""
    sandbox.faults.add(held(ORDERS))
    async with socket_of(gateway) as socket:
        await socket.connect()
        for number in range(20):
            await start(socket, ORDERS_CHANGED, str(number), first=1 + number % 2)
        await sandbox.request_log.wait_for(ORDERS)
        await socket.send(type="ping")
        assert await socket.receive() == {"type": "pong"}  # so the gateway has got all of them
        sandbox.faults.clear()
        firsts = [await event(socket) for _ in range(20)]
        at_first = sandbox.request_log.count(ORDERS)
        new = sandbox.add_order("1234")["identifier"]
        await call_webhook(gateway, "orders", customerIdentifier="1234")
        seconds = [await event(socket) for _ in range(20)]

    assert {len(names(one)) for one in firsts} == {1, 2}
    assert all(changes(one) == UNCHANGED | {"added": [(0, None, new)]} for one in seconds)
    assert at_first <= 2
    assert sandbox.request_log.count(ORDERS) == at_first + 1


@pytest.mark.settings(**QUIET)
async def test_late_subscribers(gateway: Gateway, sandbox: Sandbox) -> None:
    """Those who subscribe soon after a reading get what it showed, unless it showed too little."""
    async with socket_of(gateway) as socket:
        await socket.connect()
        reads = []
        for number, size in enumerate((3, 3, 5, 3, 5)):
            await start(socket, ORDERS_CHANGED, str(number), first=size)
            assert len(names(await event(socket))) == size
            reads.append(sandbox.request_log.count(ORDERS))

    assert reads == [1, 1, 2, 2, 2]


@pytest.mark.settings(**QUIET)
async def test_left_during_a_reading(gateway: Gateway, sandbox: Sandbox) -> None:
    """A window whose only subscriber leaves while it is read is read again for the next one."""
    async with socket_of(gateway) as socket:
        await socket.connect()
        for size in (1, 3):
            await start(socket, ORDERS_CHANGED, str(size), first=size)
            await event(socket)
        sandbox.faults.add(held(ORDERS, times=1))
        reads = sandbox.request_log.count(ORDERS)
        await call_webhook(gateway, "orders", customerIdentifier="1234")
        await sandbox.request_log.wait_for(ORDERS, reads + 1)
        await socket.send(id="3", type="complete")
        await socket.send(type="ping")
        assert await socket.receive() == {"type": "pong"}
        sandbox.faults.clear()
        await call_webhook(gateway, "orders", customerIdentifier="1234")
        await sandbox.request_log.wait_for(ORDERS, reads + 2)
        new = [sandbox.add_order("1234")["identifier"]]
        await call_webhook(gateway, "orders", customerIdentifier="1234")
        while names(await event(socket)) != new:
            pass
        await start(socket, ORDERS_CHANGED, "4", first=3)

        assert names(await event(socket)) == new + sandbox.store.identifiers("1234")[1:3]


@pytest.mark.settings(follow_first_seconds=0.02, follow_longest_seconds=0.02)
async def test_polling_stops(gateway: Gateway, sandbox: Sandbox) -> None:
    """After the last subscriber of a list has gone, it is polled no more."""
    async with socket_of(gateway) as socket:
        await socket.connect()
        await start(socket, ORDERS_CHANGED)
        await event(socket)
        await start(socket, UPCOMING_CHANGED, "2")
        await event(socket)
        await socket.send(id="1", type="complete")
        await socket.send(type="ping")
        assert await socket.receive() == {"type": "pong"}
        sandbox.request_log.clear()
        await until(lambda: sandbox.request_log.count(ITEMS) >= 10)

        # One request may have been on its way.
        assert sandbox.request_log.count(ORDERS) <= 1


@pytest.mark.settings(**QUIET)
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("customer-accounts", {"identifier": "1234"}),
        ("orders", {"customerIdentifier": "1234"}),
        ("orders", {"orderIdentifier": "{new}"}),
        ("orders", {"orderIdentifier": "{known}"}),
    ],
)
async def test_hurried_by_webhooks(
    gateway: Gateway, sandbox: Sandbox, path: str, body: dict[str, str]
) -> None:
    """Both webhooks hurry the reading, also if checkout names only the order, known or new."""
    known = sandbox.store.identifiers("1234")[0]
    async with socket_of(gateway) as socket:
        await socket.connect()
        await start(socket, ORDERS_CHANGED, first=1)
        await event(socket)
        new = sandbox.add_order("1234")["identifier"]
        await call_webhook(
            gateway, path, **{name: value.format(new=new, known=known) for name, value in body.items()}
        )

        assert names(await event(socket)) == [new]


@pytest.mark.settings(**QUIET)
async def test_hurried_during_a_reading(gateway: Gateway, sandbox: Sandbox) -> None:
    """A change that is reported while the list is being read is read too."""
    async with socket_of(gateway) as socket:
        await socket.connect()
        await start(socket, ORDERS_CHANGED, first=1)
        await event(socket)
        sandbox.faults.add(held(ORDERS, times=1))
        await call_webhook(gateway, "orders", customerIdentifier="1234")
        await sandbox.request_log.wait_for(ORDERS, 2)
        await call_webhook(gateway, "orders", customerIdentifier="1234")
        sandbox.faults.clear()
        await sandbox.request_log.wait_for(ORDERS, 3)
        new = sandbox.add_order("1234")["identifier"]
        await call_webhook(gateway, "orders", customerIdentifier="1234")

        assert names(await event(socket)) == [new]


@pytest.mark.settings(**QUIET)
@pytest.mark.parametrize("query", [ORDERS_CHANGED, UPCOMING_CHANGED])
async def test_hurried_by_a_cancellation(gateway: Gateway, query: str) -> None:
    """A cancellation through the gateway is seen at once in both lists."""
    order, items = await booked(gateway)
    async with socket_of(gateway) as socket:
        await socket.connect()
        await start(socket, query, first=100 if query is UPCOMING_CHANGED else 10)
        await event(socket)
        await cancel(gateway, order, items)
        states = [await event(socket)]
        while "CUSTOMER_CANCELLATION_PENDING" not in str(states[-1]["changed"]):
            states.append(await event(socket))

    changed = {order} if query is ORDERS_CHANGED else set(items)
    assert all(one["added"] == one["moved"] == one["removed"] == [] for one in states)
    assert {one["edge"]["node"]["id"] for one in states[-1]["changed"]} == changed


@pytest.mark.settings(**QUIET)
async def test_deadline(gateway: Gateway, sandbox: Sandbox) -> None:
    """A flag that flips at its deadline is an event at that moment, without a reading."""
    start_at = sandbox.clock.now() + timedelta(days=1, milliseconds=50)
    identifier = sandbox.add_order("empty", start=start_at, window="P1D")["identifier"]
    async with socket_of(gateway) as socket:
        await socket.connect()
        await start(socket, ORDERS_CHANGED, customer="empty")
        first = await event(socket)
        reads = sandbox.request_log.count(ORDERS)
        sandbox.clock.advance(0.1)
        second = await event(socket)

    flags = [
        one["connection"]["edges"][0]["node"]["items"][0]["isPresentlyCancellable"] for one in (first, second)
    ]
    assert flags == [True, False]
    assert changes(second) == UNCHANGED | {"changed": [(0, 0, identifier)]}
    assert sandbox.request_log.count(ORDERS) == reads


@pytest.mark.settings(follow_most_each=2)
async def test_limit(gateway: Gateway) -> None:
    """Subscriptions to lists, the account and orders count together."""
    order, _ = await booked(gateway)
    async with socket_of(gateway) as socket:
        await socket.connect()
        await start(socket, ORDERS_CHANGED, "1")
        await event(socket)
        await socket.subscribe(order, "2")
        await event(socket)
        await start(socket, "subscription { customerChanged { id } }", "3")
        message = await socket.receive()
        while message["type"] == "next":
            message = await socket.receive()

    assert (message["id"], message["payload"][0]["extensions"]) == ("3", {"code": "SERVICE_UNAVAILABLE"})


async def test_outages(gateway: Gateway, sandbox: Sandbox) -> None:
    """If the list cannot be read at first, the client gets a coded error; later, polling goes on."""
    async with socket_of(gateway) as socket:
        await socket.connect()
        sandbox.faults.add(Fault(ORDERS, "html_200", times=1))
        await start(socket, ORDERS_CHANGED)
        refused = await socket.receive()
        await start(socket, ORDERS_CHANGED, "2", first=1)
        await event(socket)
        sandbox.faults.add(Fault(ORDERS, "html_200", times=2))
        await until(lambda: not sandbox.faults.waiting)
        new = sandbox.add_order("1234")["identifier"]
        state = await event(socket)

    assert [error["extensions"]["code"] for error in refused["payload"]] == ["UPSTREAM_INVALID"]
    assert names(state) == [new]
