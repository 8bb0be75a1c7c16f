"""The subscriptions to a customer's lists: the first window, then each change of it."""

from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
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
from tests.support.subscriptions import number_and_item, socket_of


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.but(imin_webhook_key=SecretStr("key"), imin_order_webhook_key=SecretStr("key"))


async def test_orders(gateway: Gateway, sandbox: Sandbox) -> None:
    """A booking, a change and a removal each are an event with the window as a query shows it then."""
    before = sandbox.store.identifiers("1234")[:3]
    async with socket_of(gateway) as socket:
        await socket.connect()
        await start(socket, ORDERS_CHANGED, first=3)
        events = [await event(socket)]
        new = sandbox.add_order("1234")["identifier"]
        events.append(await event(socket))
        sandbox.seller_cancel(before[0], sandbox.order(before[0])["orderedItem"][0]["identifier"])
        events.append(await event(socket))
        sandbox.remove_order(new)
        events.append(await event(socket))

    removed = events[1]["added"][0]["edge"]["node"]["id"]
    assert [one["isSnapshot"] for one in events] == [True, False, False, False]
    assert [changes(one) for one in events] == [
        UNCHANGED,
        UNCHANGED | {"added": [(0, None, new)]},
        UNCHANGED | {"changed": [(1, 1, before[0])]},
        UNCHANGED | {"removed": [removed]},
    ]
    assert [names(one) for one in events] == [before, [new, *before[:2]], [new, *before[:2]], before]
    assert [one["connection"]["totalCount"] for one in events] == [1917, 1918, 1918, 1917]


async def test_upcoming_items(gateway: Gateway, sandbox: Sandbox) -> None:
    """A session that is moved past others moves its edge, and nothing else."""
    orders = [sandbox.add_order("empty", start=datetime(2026, 11, day, 10, tzinfo=UTC)) for day in (3, 4, 5)]
    items = [order["orderedItem"][0]["identifier"] for order in orders]
    async with socket_of(gateway) as socket:
        await socket.connect()
        await start(socket, UPCOMING_CHANGED, customer="empty")
        first = await event(socket)
        sandbox.changes.move_session(orders[0]["identifier"], None, datetime(2026, 11, 9, tzinfo=UTC), None)
        moved = await event(socket)
        sandbox.remove_order(orders[1]["identifier"])
        removed = await event(socket)

    assert names(first) == items
    assert changes(moved) == UNCHANGED | {"moved": [(2, 0, items[0])], "changed": [(2, 0, items[0])]}
    assert changes(removed) == UNCHANGED | {"removed": [first["connection"]["edges"][1]["node"]["id"]]}
    assert names(removed) == [items[2], items[0]]


async def test_window_of_any_size(gateway: Gateway, sandbox: Sandbox) -> None:
    """A window of several pages is read like a query's, page by page."""
    async with socket_of(gateway) as socket:
        await socket.connect()
        await start(socket, ORDERS_CHANGED, first=25)
        first = await event(socket)
        new = sandbox.add_order("1234")["identifier"]
        second = await event(socket)

    assert len(names(first)) == 25
    assert names(second) == [new, *names(first)[:24]]
    assert changes(second) == UNCHANGED | {"added": [(0, None, new)]}


@pytest.mark.settings(**QUIET)
async def test_total_alone(gateway: Gateway, sandbox: Sandbox) -> None:
    """A change below the window that shows only in its total is an event without changes."""
    async with socket_of(gateway) as socket:
        await socket.connect()
        await start(socket, ORDERS_CHANGED, first=3)
        first = await event(socket)
        sandbox.remove_order(sandbox.store.identifiers("1234")[30])
        await call_webhook(gateway, "customer-accounts", identifier="1234")
        second = await event(socket)

    assert changes(second) == UNCHANGED
    assert (first["connection"]["totalCount"], second["connection"]["totalCount"]) == (1917, 1916)


@pytest.mark.parametrize("first", [0, -1, 101])
async def test_bad_window(gateway: Gateway, sandbox: Sandbox, first: int) -> None:
    """A window that a query would refuse is refused in the same way."""
    async with socket_of(gateway) as socket:
        await socket.connect()
        await start(socket, UPCOMING_CHANGED, first=first)
        refused = await socket.receive()

    assert [(one["message"], one["extensions"]) for one in refused["payload"]] == [
        (f"first must be 1 to 100, got {first}.", {"code": "BAD_USER_INPUT"})
    ]
    assert sandbox.request_log.entries == []


async def test_partly_unreadable(gateway: Gateway, sandbox: Sandbox) -> None:
    """An order that can be read only in part is reported at each place where the event shows it."""
    async with socket_of(gateway) as socket:
        await socket.connect()
        await start(socket, ORDERS_CHANGED, first=1, customer="crafted")
        await event(socket)
        sandbox.put_order("crafted", {"type": "Order", "identifier": "odd", "orderedItem": [7, {}]})
        message = await socket.receive()

    errors = message["payload"]["errors"]
    assert {tuple(error["path"]) for error in errors} == {
        ("ordersChanged", "connection", "edges", 0, "node"),
        ("ordersChanged", "added", 0, "edge", "node"),
    }
    assert {error["extensions"]["code"] for error in errors} == {"UPSTREAM_INVALID"}


async def test_event_stream(gateway: Gateway, sandbox: Sandbox) -> None:
    """A list comes as server-sent events too."""
    body = {"query": ORDERS_CHANGED, "variables": {"first": 1}}
    url, headers = f"{gateway.url}/graphql", {"Accept": "text/event-stream"}
    async with gateway.http.post(url, json=body, headers=headers) as response:
        first = await response.content.readuntil(b"\n\n")
        new, _ = number_and_item(sandbox)
        added = sandbox.add_order("1234")["identifier"]
        second = await response.content.readuntil(b"\n\n")

    assert new.encode() in first
    assert added.encode() in second
