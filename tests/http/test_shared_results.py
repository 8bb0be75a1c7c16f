"""Many subscribers of one order: the result of a change is made once for all that get the same."""

from contextlib import AsyncExitStack

import aiohttp
import pytest

from gateway.auth import demo_caller
from gateway.commands import gateway_listening
from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.cancellations import booked
from tests.support.subscriptions import CONFIRMED, Socket, number_and_item, socket_of, statuses
from tests.support.waiting import held

READING = """
subscription ($id: ID!, $withTotal: Boolean = false) {
  orderChanged(id: $id) {
    items { status order { orderNumber } }
    totalPaymentDue @include(if: $withTotal) { amount }
  }
}
"""
"""The order of an item takes another request to imin."""


async def subscribe(stack: AsyncExitStack, gateway: Gateway, **variables: object) -> Socket:
    """A WebSocket whose subscription has had its first event."""
    socket = await stack.enter_async_context(socket_of(gateway))
    await socket.connect()
    await socket.send(id="1", type="subscribe", payload={"query": READING, "variables": variables})
    assert statuses(await socket.next_state()) == [CONFIRMED] * 2
    return socket


async def test_concurrency_limit(settings: Settings, sandbox: Sandbox) -> None:
    """All get a change although one operation may run at a time: waiting for a shared result is none."""
    running = gateway_listening(settings.but(limit_requests=1), demo_caller, sandbox.clock.now)
    async with running as url, aiohttp.ClientSession() as http, AsyncExitStack() as stack:
        gateway = Gateway(url, http)
        order, _ = await booked(gateway)
        sockets = [await subscribe(stack, gateway, id=order) for _ in range(5)]
        sandbox.seller_cancel(*number_and_item(sandbox))
        states = [await socket.next_state() for socket in sockets]

    assert [statuses(state) for state in states] == [["SELLER_CANCELLED", CONFIRMED]] * 5
    assert all(state == states[0] for state in states)


async def test_first_reading(settings: Settings, sandbox: Sandbox) -> None:
    """All that subscribe during the first reading get it, although one operation may run at a time."""
    running = gateway_listening(settings.but(limit_requests=1), demo_caller, sandbox.clock.now)
    async with running as url, aiohttp.ClientSession() as http, AsyncExitStack() as stack:
        gateway = Gateway(url, http)
        order, _ = await booked(gateway)
        sandbox.faults.add(held("GET /orders/:id"))
        sockets = [await stack.enter_async_context(socket_of(gateway)) for _ in range(5)]
        for socket in sockets:
            await socket.connect()
            await socket.subscribe(order)
            await socket.send(type="ping")
            assert await socket.receive() == {"type": "pong"}
        sandbox.faults.clear()
        states = [await socket.next_state() for socket in sockets]

    assert [statuses(state) for state in states] == [[CONFIRMED] * 2] * 5


async def test_variables(gateway: Gateway, sandbox: Sandbox) -> None:
    """Subscribers of one document with other variables get their own results."""
    order, _ = await booked(gateway)
    async with AsyncExitStack() as stack:
        lean = await subscribe(stack, gateway, id=order)
        full = await subscribe(stack, gateway, id=order, withTotal=True)
        sandbox.seller_cancel(*number_and_item(sandbox))
        states = [await lean.next_state(), await full.next_state()]

    assert [set(state) for state in states] == [{"items"}, {"items", "totalPaymentDue"}]


@pytest.mark.parametrize("leaver", [0, 1])
async def test_leaving(gateway: Gateway, sandbox: Sandbox, leaver: int) -> None:
    """A subscriber that leaves while a result is made for all keeps no other from getting it."""
    order, _ = await booked(gateway)
    async with AsyncExitStack() as stack:
        sockets = [await subscribe(stack, gateway, id=order) for _ in range(3)]
        sandbox.request_log.clear()
        sandbox.seller_cancel(*number_and_item(sandbox))
        await sandbox.request_log.wait_for("GET /orders/:id")
        await sockets.pop(leaver).ws.close()
        states = [await socket.next_state() for socket in sockets]

    assert [statuses(state) for state in states] == [["SELLER_CANCELLED", CONFIRMED]] * 2
