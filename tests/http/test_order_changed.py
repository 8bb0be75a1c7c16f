"""The subscription orderChanged, over a WebSocket and as an event stream."""

import asyncio
from datetime import timedelta

import aiohttp
import pytest

from gateway.auth import demo_caller
from gateway.commands import gateway_listening
from gateway.sandbox import Fault, Sandbox
from gateway.services import build_services
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.cancellations import booked, cancel
from tests.support.clocks import PinnedBootClock
from tests.support.subscriptions import (
    CANCELLED,
    CONFIRMED,
    PENDING,
    event,
    number_and_item,
    socket_of,
    statuses,
    stream,
)
from tests.support.waiting import HANGS_AFTER, PLENTY, held, until

READ = "GET /orders/:id"


async def test_to_the_end(gateway: Gateway, sandbox: Sandbox) -> None:
    """The current state comes first, then each change with its total and receipts, then `complete`."""
    order, items = await booked(gateway)

    async with socket_of(gateway) as socket:
        await socket.connect()
        await socket.subscribe(order)
        first = await socket.next_state()
        await cancel(gateway, order, items)
        pending = await socket.other_state(first)
        sandbox.clock.advance(30)
        last = await socket.other_state(pending)
        end = await socket.receive()

    assert [statuses(state) for state in (first, pending, last)] == [
        [CONFIRMED] * 2,
        [PENDING] * 2,
        [CANCELLED] * 2,
    ]
    assert (first["totalPaymentDue"], last["totalPaymentDue"]) == ({"amount": "8.3"}, {"amount": "0"})
    assert len(last["receipts"]) == len(first["receipts"]) + 2
    assert end == {"id": "1", "type": "complete"}


@pytest.mark.settings(follow_first_seconds=PLENTY, follow_longest_seconds=PLENTY)
async def test_subscribers_share_polling(gateway: Gateway, sandbox: Sandbox) -> None:
    """Twenty subscribers of one order share each request for it, and all get the change."""
    order, items = await booked(gateway)
    sandbox.request_log.clear()
    sandbox.faults.add(held(READ))

    async with socket_of(gateway) as socket:
        await socket.connect()
        for number in range(20):
            await socket.subscribe(order, str(number))
        await sandbox.request_log.wait_for(READ)
        await socket.send(type="ping")
        assert await socket.receive() == {"type": "pong"}  # so the gateway has got all of them
        sandbox.faults.clear()
        firsts = [await socket.next_state() for _ in range(20)]
        at_first = sandbox.request_log.count(READ)
        await cancel(gateway, order, items)
        seconds = [await socket.next_state() for _ in range(20)]

    assert all(state == firsts[0] for state in firsts)
    assert [statuses(state) for state in seconds] == [[PENDING] * 2] * 20
    assert at_first == 1
    # The cancellation needs two itself. It is announced before its PATCH and after it; each time the order
    # is read for all of them, and once more if a reading was under way.
    assert sandbox.request_log.count(READ) - at_first <= 6
    assert len(items) == 2


@pytest.mark.settings(follow_first_seconds=PLENTY, follow_longest_seconds=PLENTY)
async def test_late_subscribers(gateway: Gateway, sandbox: Sandbox) -> None:
    """Those who subscribe soon after a reading get what it showed, and later changes like the others."""
    order, items = await booked(gateway)
    sandbox.request_log.clear()

    async with socket_of(gateway) as socket:
        await socket.connect()
        states, reads = [], []
        for number in range(3):
            await socket.subscribe(order, str(number))
            states.append(await socket.next_state())
            reads.append(sandbox.request_log.count(READ))
        await cancel(gateway, order, items)
        pending = [await socket.next_state() for _ in range(3)]
        await socket.subscribe(order, "late")
        late = await socket.next_state()

    assert states == [states[0]] * 3
    assert reads == [1] * 3
    assert [*pending, late] == [late] * 4
    assert statuses(late) == [PENDING] * 2


@pytest.mark.settings(follow_first_seconds=0.02, follow_longest_seconds=0.02)
async def test_polling_stops(gateway: Gateway, sandbox: Sandbox) -> None:
    """After the last subscriber of an order has gone, it is polled no more, unlike other orders."""
    left, followed = sandbox.store.identifiers("1234")[:2]
    orders = [(await booked(gateway, index))[0] for index in range(2)]
    async with socket_of(gateway) as socket:
        await socket.connect()
        for order in orders:
            await socket.subscribe(order, order)
            await socket.next_state()
        await socket.send(id=orders[0], type="complete")
        await socket.send(type="ping")
        assert await socket.receive() == {"type": "pong"}
        sandbox.request_log.clear()

        def polls(order: str) -> int:
            return sum(entry.path.endswith(f"/{order}") for entry in sandbox.request_log.entries)

        await until(lambda: polls(followed) >= 10)

        # One request may have been on its way.
        assert polls(left) <= 1


@pytest.mark.parametrize("order", ["", "none", "../receipts/1", "SGVsbG8"])
async def test_unknown_order(gateway: Gateway, order: str) -> None:
    """For a missing or foreign order the only result is null."""
    async with socket_of(gateway) as socket:
        await socket.connect()
        await socket.subscribe(order)

        assert await socket.next_state() is None
        assert await socket.receive() == {"id": "1", "type": "complete"}


async def test_outage_at_the_start(gateway: Gateway, sandbox: Sandbox) -> None:
    """If the order cannot be read at first, the client gets a coded error."""
    order, _ = await booked(gateway)
    sandbox.faults.add(Fault("GET /orders/:id", "html_200"))

    async with socket_of(gateway) as socket:
        await socket.connect()
        await socket.subscribe(order)
        message = await socket.receive()

    assert message["type"] == "error"
    assert [error["extensions"] for error in message["payload"]] == [{"code": "UPSTREAM_INVALID"}]


async def test_outage_later(gateway: Gateway, sandbox: Sandbox) -> None:
    """A later outage of imin does not end the subscription."""
    order, items = await booked(gateway)

    async with socket_of(gateway) as socket:
        await socket.connect()
        await socket.subscribe(order)
        first = await socket.next_state()
        sandbox.faults.add(Fault("GET /orders/:id", "html_200", times=3))
        while sandbox.faults.waiting:
            sandbox.request_log.clear()
            await sandbox.request_log.wait_for("GET /orders/:id")
        await cancel(gateway, order, items)
        state = await socket.other_state(first)

    assert statuses(state) == [PENDING] * 2


async def test_drained_on_shutdown(settings: Settings) -> None:
    """A gateway that stops closes its WebSockets and ends its event streams."""
    running = gateway_listening(settings, demo_caller)
    url = await running.__aenter__()
    async with aiohttp.ClientSession() as http:
        gateway = Gateway(url, http)
        order, _ = await booked(gateway)
        async with socket_of(gateway) as socket:
            await socket.connect()
            await socket.subscribe(order)
            await socket.next_state()
            response = await stream(gateway, order)
            await event(response)
            stopping = asyncio.ensure_future(running.__aexit__(None, None, None))
            async with asyncio.timeout(HANGS_AFTER):
                while isinstance(await socket.receive(), dict):
                    pass
                rest = await response.content.read()
                await stopping

    assert socket.ws.close_code in {1001, 1012}
    assert rest == b""


# As an event stream


async def test_event_stream(gateway: Gateway, sandbox: Sandbox) -> None:
    """The same states come as server-sent events, whose lines end with LF alone, then `complete`."""
    order, items = await booked(gateway)
    response = await stream(gateway, order)
    first = await event(response)
    await cancel(gateway, order, items)
    while (pending := await event(response)) == first:
        pass
    sandbox.clock.advance(30)
    rest = await response.content.read()

    assert (response.status, response.content_type) == (200, "text/event-stream")
    assert first.startswith(b'event: next\ndata: {"data":{"orderChanged":{"id":')
    assert pending.count(b"CUSTOMER_CANCELLATION_PENDING") == 2
    assert rest.count(b'"CUSTOMER_CANCELLED"') == 2
    assert rest.endswith(b"\n\nevent: complete\ndata:\n\n")
    assert b"\r" not in first + pending + rest


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("application/json, text/event-stream", "application/json"),
        (
            "application/graphql-response+json, application/json, text/event-stream",
            "application/graphql-response+json",
        ),
        ("text/event-stream, application/json", "application/json"),
        ("text/event-stream", "text/event-stream"),
        ("text/event-stream, application/json;q=0", "text/event-stream"),
        ("application/json;q=0.5, text/event-stream", "text/event-stream"),
        ("application/json;q=0.5, text/event-stream;q=0.5", "application/json"),
        ("text/event-stream;q=0, */*;q=0.1", "application/json"),
    ],
)
async def test_query(gateway: Gateway, accept: str, content_type: str) -> None:
    """The result of a query is JSON, or one event if the client prefers an event stream."""
    async with gateway.http.post(
        f"{gateway.url}/graphql", json={"query": "{ viewer { identifier } }"}, headers={"Accept": accept}
    ) as response:
        text = await response.text()

    answer = '{"data":{"viewer":{"identifier":"1234"}}}'
    events = f"event: next\ndata: {answer}\n\nevent: complete\ndata:\n\n"
    assert response.content_type == content_type
    assert text == (events if content_type == "text/event-stream" else answer)


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream;q=0, application/json"])
async def test_subscription_as_json(gateway: Gateway, accept: str) -> None:
    """A client that does not accept event streams gets an error that says what a subscription needs."""
    response = await stream(gateway, "x", accept)
    answer = await response.json()

    assert [(error["message"], error["extensions"]) for error in answer["errors"]] == [
        ("A subscription needs a WebSocket or Accept: text/event-stream.", {"code": "BAD_REQUEST"})
    ]


async def test_client_accepts_both(gateway: Gateway) -> None:
    """A client that prefers JSON and also accepts event streams gets a subscription as events."""
    order, _ = await booked(gateway)
    response = await stream(gateway, order, "application/json, text/event-stream;q=0.1")

    assert response.content_type == "text/event-stream"
    assert (await event(response)).startswith(b"event: next\n")
    response.close()


@pytest.mark.settings(request_timeout_seconds=0.3)
@pytest.mark.parametrize(("route", "is_named_by_id"), [("GET /orders", False), (READ, False), (READ, True)])
async def test_deadline_of_the_first_result(
    production: Gateway,
    sandbox: Sandbox,
    route: str,
    is_named_by_id: bool,  # noqa: FBT001  # a parameter of the test
) -> None:
    """What precedes the first result has the deadline of a query, whichever of its requests hangs."""
    order = (await booked(production))[0] if is_named_by_id else number_and_item(sandbox)[0]
    sandbox.faults.add(held(route))

    async with asyncio.timeout(HANGS_AFTER), socket_of(production) as socket:
        await socket.connect()
        await socket.subscribe(order)
        answer = await socket.receive()

    # The latter if no time is left to send the request.
    codes = {error["extensions"]["code"] for error in answer["payload"]}
    assert codes <= {"UPSTREAM_TIMEOUT", "UPSTREAM_UNAVAILABLE"}


@pytest.mark.settings(request_timeout_seconds=0.3)
async def test_deadline_of_later_results(gateway: Gateway, sandbox: Sandbox) -> None:
    """A subscription goes on for longer than that deadline."""
    number, item = number_and_item(sandbox)

    async with socket_of(gateway) as socket:
        await socket.connect()
        await socket.subscribe(number)
        await socket.next_state()
        sandbox.faults.add(Fault(READ, "delay", delay_seconds=0.4))
        sandbox.seller_cancel(number, item)
        state = await socket.next_state()

    assert "SELLER_CANCELLED" in statuses(state)


@pytest.mark.settings(follow_first_seconds=0.01, follow_longest_seconds=0.01)
async def test_change_while_the_first_result_is_sent(settings: Settings, sandbox: Sandbox) -> None:
    """A change seen before the subscriber waits for the next one is not lost."""
    number, item = number_and_item(sandbox)
    services = build_services(settings, sandbox.clock.now, PinnedBootClock())
    async with services.client, services.journal.running(), services.cancellations.running():
        states = services.live.order_watcher.states("1234", number)
        first = (await anext(states)).order
        sandbox.seller_cancel(number, item)
        await sandbox.request_log.wait_for(READ, sandbox.request_log.count(READ) + 2)
        second = (await asyncio.wait_for(anext(states), HANGS_AFTER)).order
        await states.aclose()

    assert first
    assert second
    assert {one.status_text for one in first.items} == {"OrderItemConfirmed"}
    assert "SellerCancelled" in {one.status_text for one in second.items}
    before = second.owner.now()
    sandbox.clock.advance(60)
    assert second.owner.now() - before >= timedelta(seconds=60)
