"""Limits on WebSockets, on their operations and on subscriptions."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import aiohttp
import pytest

from gateway.auth import Caller, demo_caller
from gateway.commands import gateway_listening
from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.cancellations import booked
from tests.support.subscriptions import (
    CONFIRMED,
    PROTOCOL,
    Socket,
    number_and_item,
    socket_of,
    statuses,
    stream,
)


@asynccontextmanager
async def subscribed(settings: Settings, sandbox: Sandbox) -> AsyncIterator[tuple[Gateway, Socket, str]]:
    """A gateway with those settings, and a WebSocket that is subscribed to an order."""
    running = gateway_listening(settings, demo_caller, sandbox.clock.now)
    async with running as url, aiohttp.ClientSession() as http:
        gateway = Gateway(url, http)
        order, _ = await booked(gateway)
        async with socket_of(gateway) as socket:
            await socket.connect()
            await socket.subscribe(order)
            await socket.next_state()
            yield gateway, socket, order


async def test_most_operations(settings: Settings, sandbox: Sandbox) -> None:
    """Beyond the limit of operations of one WebSocket, one more is refused and the others go on."""
    async with subscribed(settings.but(follow_operations=1), sandbox) as (_, socket, order):
        await socket.subscribe(order, "2")
        refused = await socket.receive()
        sandbox.seller_cancel(*number_and_item(sandbox))
        state = await socket.next_state()

    assert (refused["id"], refused["type"]) == ("2", "error")
    assert refused["payload"][0]["extensions"] == {"code": "RATE_LIMITED"}
    assert statuses(state) == ["SELLER_CANCELLED", CONFIRMED]


async def test_most_sockets(settings: Settings) -> None:
    """Beyond the limit of open WebSockets, one more is refused before the upgrade."""
    async with (
        gateway_listening(settings.but(follow_sockets=1), demo_caller) as url,
        aiohttp.ClientSession() as http,
        socket_of(Gateway(url, http)) as socket,
    ):
        await socket.connect()
        with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
            await http.ws_connect(f"{url}/graphql", protocols=[PROTOCOL])

    assert refusal.value.status == 503


async def test_most_sockets_of_one(settings: Settings) -> None:
    """Each customer has a limit of open WebSockets of their own; closing one makes room."""

    async def named(request: Any) -> Caller | None:
        return Caller(request.headers.get("Authorization", ""))

    async with (
        gateway_listening(settings.but(follow_sockets_each=2), named) as url,
        AsyncExitStack() as open_,
    ):
        gateway = Gateway(url, await open_.enter_async_context(aiohttp.ClientSession()))

        async def opened(customer: str) -> Any:
            socket = await open_.enter_async_context(socket_of(gateway))
            await socket.send(type="connection_init", payload={"Authorization": customer})
            return socket, await socket.receive()

        ack = {"type": "connection_ack"}
        replies = [await opened(customer) for customer in ("ann", "ann", "ann", "bob")]
        assert [reply for _, reply in replies] == [ack, ack, (1013, "Too many WebSockets"), ack]
        await replies[0][0].ws.close()
        assert (await opened("ann"))[1] == ack


async def test_most_subscriptions_of_one(settings: Settings, sandbox: Sandbox) -> None:
    """Beyond a customer's limit of watched orders, one more is refused, also as an event stream."""
    async with subscribed(settings.but(follow_most_each=1), sandbox) as (gateway, _, order):
        refused = await (await stream(gateway, order)).content.read()

    assert b'"code":"SERVICE_UNAVAILABLE"' in refused
    assert refused.count(b"event: next") == 1


async def test_subscription_ended_with_its_socket(settings: Settings, sandbox: Sandbox) -> None:
    """A client that ends a subscription and closes the WebSocket at once leaves no subscription behind."""
    async with subscribed(settings.but(follow_most_each=1), sandbox) as (gateway, socket, order):
        # Both arrive together.
        await socket.send(id="1", type="complete")
        await socket.ws.close()
        async with socket_of(gateway) as other:
            await other.connect()
            await other.subscribe(order)

            assert statuses(await other.next_state()) == [CONFIRMED, CONFIRMED]
