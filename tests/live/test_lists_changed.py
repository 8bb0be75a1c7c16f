"""The subscriptions to a customer's lists: the first window, then each change of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from gateway.sandbox import Fault, Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.cancellations import booked, cancel
from tests.support.live_feeds import ORDERS_CHANGED, UPCOMING_CHANGED, apply, event, names, start
from tests.support.subscriptions import number_and_item, socket_of
from tests.support.waiting import PLENTY, held, until

ORDERS, ITEMS = "GET /orders", "GET /order-items"
QUIET = {"follow_first_seconds": PLENTY, "follow_longest_seconds": PLENTY}
UNCHANGED: dict[str, list[Any]] = {"added": [], "moved": [], "changed": [], "removed": []}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.but(imin_webhook_key=SecretStr("key"), imin_order_webhook_key=SecretStr("key"))


async def call(gateway: Gateway, path: str, **body: str) -> None:
    """Call a webhook of the gateway."""
    url, headers = f"{gateway.url}/webhooks/{path}", {"X-Api-Key": "key"}
    async with gateway.http.post(url, json=body, headers=headers) as response:
        assert response.status == 204


def changes(change: Any) -> dict[str, list[Any]]:
    """The changes alone, each edge as (index, previous index, identifier)."""
    edges = {
        name: [
            (one["index"], one["previousIndex"], one["edge"]["node"]["identifier"]) for one in change[name]
        ]
        for name in ("added", "moved", "changed")
    }
    return {**edges, "removed": change["removed"]}


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
async def test_more_than_the_window_shows(gateway: Gateway, sandbox: Sandbox) -> None:
    """If so much has changed that a client could miss something in between, it begins again."""
    async with socket_of(gateway) as socket:
        await socket.connect()
        await start(socket, ORDERS_CHANGED, first=2)
        await event(socket)
        new = [sandbox.add_order("1234")["identifier"] for _ in range(3)]
        await call(gateway, "customer-accounts", identifier="1234")
        change = await event(socket)

    assert change["isSnapshot"]
    assert changes(change) == UNCHANGED
    assert names(change) == new[:0:-1]


@pytest.mark.settings(**QUIET)
async def test_total_alone(gateway: Gateway, sandbox: Sandbox) -> None:
    """A change below the window that shows only in its total is an event without changes."""
    async with socket_of(gateway) as socket:
        await socket.connect()
        await start(socket, ORDERS_CHANGED, first=3)
        first = await event(socket)
        sandbox.remove_order(sandbox.store.identifiers("1234")[30])
        await call(gateway, "customer-accounts", identifier="1234")
        second = await event(socket)

    assert changes(second) == UNCHANGED
    assert (first["connection"]["totalCount"], second["connection"]["totalCount"]) == (1917, 1916)


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
        await call(gateway, "orders", customerIdentifier="1234")
        seconds = [await event(socket) for _ in range(20)]

    assert {len(names(one)) for one in firsts} == {1, 2}
    assert all(changes(one) == UNCHANGED | {"added": [(0, None, new)]} for one in seconds)
    assert at_first <= 2
    assert sandbox.request_log.count(ORDERS) == at_first + 1


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
        await call(
            gateway, path, **{name: value.format(new=new, known=known) for name, value in body.items()}
        )

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


async def test_cursors(gateway: Gateway, sandbox: Sandbox) -> None:
    """The cursors of every event work as `after` of the query, also after later changes."""
    query = (
        """query ($after: String) { viewer { orders(first: 2, after: $after) { nodes { identifier } } } }"""
    )
    own = sandbox.store.identifiers("1234")
    async with socket_of(gateway) as socket:
        await socket.connect()
        await start(socket, ORDERS_CHANGED, first=3)
        events = [await event(socket)]
        for _ in range(2):
            sandbox.add_order("1234")
            events.append(await event(socket))

    for change, at in zip(events, (3, 2, 1), strict=True):
        data = await gateway.data(query, after=change["connection"]["pageInfo"]["endCursor"])
        assert [node["identifier"] for node in data["viewer"]["orders"]["nodes"]] == own[at : at + 2]


async def test_applied(gateway: Gateway, sandbox: Sandbox) -> None:
    """A client that applies the changes to a list of its own has what a query shows, without gaps."""
    async with socket_of(gateway) as socket:
        await socket.connect()
        await start(socket, ORDERS_CHANGED, first=4, customer="empty")
        window = await event(socket)
        shown = window["connection"]["edges"]
        made: list[str] = []
        for step in ("add", "add", "add", "cancel", "remove", "add", "add", "remove"):
            if step == "add":
                made.insert(0, sandbox.add_order("empty")["identifier"])
            elif step == "remove":
                sandbox.remove_order(made.pop(1))
            else:
                sandbox.seller_cancel(made[1], sandbox.order(made[1])["orderedItem"][0]["identifier"])
            shown = apply(shown, window := await event(socket))
            nodes = [edge["node"] for edge in window["connection"]["edges"]]
            common = min(len(shown), len(nodes))
            assert [edge["node"] for edge in shown[:common]] == nodes[:common]

    assert [edge["node"]["identifier"] for edge in shown] == made


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


async def test_stopped(gateway: Gateway, sandbox: Sandbox) -> None:
    """Lists are read like a query's: a server-sent event stream works too."""
    body = {"query": ORDERS_CHANGED, "variables": {"first": 1}}
    url, headers = f"{gateway.url}/graphql", {"Accept": "text/event-stream"}
    async with gateway.http.post(url, json=body, headers=headers) as response:
        first = await response.content.readuntil(b"\n\n")
        new, _ = number_and_item(sandbox)
        added = sandbox.add_order("1234")["identifier"]
        second = await response.content.readuntil(b"\n\n")

    assert new.encode() in first
    assert added.encode() in second
