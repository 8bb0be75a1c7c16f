"""WebSockets: their protocol, who may open one, and how many there may be."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import aiohttp
import pytest

from gateway.auth import AuthenticationError, Caller, demo_caller
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

# The protocol


async def test_queries_and_mutations(gateway: Gateway) -> None:
    """A socket also answers what is no subscription, once."""
    async with socket_of(gateway) as socket:
        await socket.connect()
        await socket.send(id="q", type="subscribe", payload={"query": "{ viewer { identifier } }"})

        assert await socket.receive() == {
            "id": "q",
            "type": "next",
            "payload": {"data": {"viewer": {"identifier": "1234"}}},
        }
        assert await socket.receive() == {"id": "q", "type": "complete"}


async def test_invalid_operation(gateway: Gateway) -> None:
    """A document that is no GraphQL, or does not fit the schema, is an `error` message."""
    async with socket_of(gateway) as socket:
        await socket.connect()
        await socket.send(id="q", type="subscribe", payload={"query": "subscription { nothing }"})
        message = await socket.receive()

    assert (message["id"], message["type"]) == ("q", "error")
    assert message["payload"][0]["extensions"] == {"code": "GRAPHQL_VALIDATION_FAILED"}


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (["not json"], 4400),
        (['"text"'], 4400),
        (['{"type": "subscribe", "id": "1", "payload": {"query": "{ viewer { id } }"}}'], 4401),
        (['{"type": "connection_init", "payload": 5}'], 4400),
        (['{"type": "connection_init"}', '{"type": "connection_init"}'], 4429),
        (['{"type": "connection_init"}', '{"type": "start"}'], 4400),
        (['{"type": "connection_init"}', '{"type": "subscribe", "id": "1", "payload": {}}'], 4400),
    ],
)
async def test_broken_protocol(gateway: Gateway, said: list[str], code: int) -> None:
    """Whoever breaks the protocol is told how, by the code with which the socket closes."""
    async with socket_of(gateway) as socket:
        for text in said:
            await socket.ws.send_str(text)
        while isinstance(message := await socket.receive(), dict):
            assert message == {"type": "connection_ack"}

    assert socket.ws.close_code == code


async def test_same_id_twice(gateway: Gateway) -> None:
    """Two operations of one id close the socket."""
    order, _ = await booked(gateway)
    async with socket_of(gateway) as socket:
        await socket.connect()
        await socket.subscribe(order)
        await socket.next_state()
        await socket.subscribe(order)
        await socket.receive()

    assert socket.ws.close_code == 4409


@pytest.mark.parametrize("protocols", [[], ["graphql-ws"]])
async def test_other_protocols(gateway: Gateway, protocols: list[str]) -> None:
    """Only graphql-transport-ws is spoken; who offers only others is refused before the upgrade."""
    with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
        await gateway.http.ws_connect(f"{gateway.url}/graphql", protocols=protocols)

    assert refusal.value.status == 400


@pytest.mark.parametrize(
    ("origin", "welcome"),
    [("https://front.example", True), ("https://evil.example", False), ("null", False), (None, True)],
)
async def test_origin(settings: Settings, sandbox: Sandbox, origin: str | None, *, welcome: bool) -> None:
    """A page of another origin than those that are allowed cannot open a socket."""
    allowing = settings.but(cors_origins=("https://front.example",))
    running = gateway_listening(allowing, demo_caller, sandbox.clock.now)
    async with running as url, aiohttp.ClientSession() as http:
        try:
            async with http.ws_connect(f"{url}/graphql", protocols=[PROTOCOL], origin=origin) as ws:
                await ws.send_json({"type": "connection_init"})
                answered = (await ws.receive_json())["type"]
        except aiohttp.WSServerHandshakeError as refusal:
            answered = refusal.status

    assert answered == ("connection_ack" if welcome else 403)


async def test_own_origin(gateway: Gateway) -> None:
    """The gateway's own page, GraphiQL, can."""
    async with socket_of(gateway, origin=gateway.url) as socket:
        await socket.connect()


# Who is there


async def only_tom(request: Any) -> Caller | None:
    """A stand-in for tokens: Tom is customer 1234; a bad token is none."""
    token = request.headers.get("Authorization")
    if token == "Bearer bad":  # noqa: S105  # no secret
        raise AuthenticationError("The token is not valid.")
    return Caller("1234") if token == "Bearer tom" else None  # noqa: S105  # no secret


@pytest.mark.parametrize("payload", [None, {}, {"Authorization": "Bearer bad"}, {"authorization": 5}])
async def test_stranger(settings: Settings, payload: Any) -> None:
    """Whoever does not say who they are in connection_init is turned away."""
    async with gateway_listening(settings, only_tom) as url, aiohttp.ClientSession() as http:
        async with socket_of(Gateway(url, http)) as socket:
            await socket.send(type="connection_init", payload=payload)
            await socket.receive()

        assert socket.ws.close_code == 4403


@pytest.mark.parametrize("pings", [0, 3])
async def test_silence(settings: Settings, pings: int) -> None:
    """A socket that does not say in time who it is, is closed."""
    running = gateway_listening(settings.but(follow_init_seconds=0.2), demo_caller)
    async with running as url, aiohttp.ClientSession() as http, socket_of(Gateway(url, http)) as socket:
        for _ in range(pings):
            await socket.ws.ping()
        await socket.receive()

    assert socket.ws.close_code == 4408


async def test_known_by_payload(settings: Settings) -> None:
    """A token in connection_init says who asks."""
    async with (
        gateway_listening(settings, only_tom) as url,
        aiohttp.ClientSession() as http,
        socket_of(Gateway(url, http)) as socket,
    ):
        await socket.send(type="connection_init", payload={"Authorization": "Bearer tom"})
        assert await socket.receive() == {"type": "connection_ack"}
        await socket.send(id="q", type="subscribe", payload={"query": "{ viewer { identifier } }"})
        answer = await socket.receive()

    assert answer["payload"] == {"data": {"viewer": {"identifier": "1234"}}}


async def test_token_expires(settings: Settings, sandbox: Sandbox) -> None:
    """A socket outlives no token: the next answer after it has expired closes the socket instead."""
    known = [Caller("1234", may_name_any_customer=True)]

    async def while_known(_request: Any) -> Caller | None:
        return known[0] if known else None

    async with gateway_listening(settings, while_known) as url, aiohttp.ClientSession() as http:
        gateway = Gateway(url, http)
        order, _ = await booked(gateway)
        async with socket_of(gateway) as socket:
            await socket.connect()
            await socket.subscribe(order)
            await socket.next_state()
            known.clear()
            sandbox.seller_cancel(*number_and_item(sandbox))
            await socket.receive()

        assert socket.ws.close_code == 4403


# Bounds


@asynccontextmanager
async def followed(settings: Settings, sandbox: Sandbox) -> AsyncIterator[tuple[Gateway, Socket, str]]:
    """A gateway with those settings, a socket of it, and an order that is followed over that."""
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
    """A socket runs so many operations at a time; one more is refused, and the rest go on."""
    async with followed(settings.but(follow_operations=1), sandbox) as (_, socket, order):
        await socket.subscribe(order, "2")
        refused = await socket.receive()
        sandbox.seller_cancel(*number_and_item(sandbox))
        state = await socket.next_state()

    assert (refused["id"], refused["type"]) == ("2", "error")
    assert refused["payload"][0]["extensions"] == {"code": "RATE_LIMITED"}
    assert statuses(state) == ["SELLER_CANCELLED", CONFIRMED]


async def test_most_sockets(settings: Settings) -> None:
    """So many sockets are open at a time; one more is refused before the upgrade."""
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
    """Of those a customer holds so many at most, and another customer as many again."""

    async def named(request: Any) -> Caller | None:
        return Caller(request.headers.get("Authorization", ""))

    async with (
        gateway_listening(settings.but(follow_sockets_each=2), named) as url,
        AsyncExitStack() as open_,
    ):
        gateway = Gateway(url, await open_.enter_async_context(aiohttp.ClientSession()))

        async def first_words(customer: str) -> Any:
            socket = await open_.enter_async_context(socket_of(gateway))
            await socket.send(type="connection_init", payload={"Authorization": customer})
            return socket, await socket.receive()

        ack = {"type": "connection_ack"}
        heard = [await first_words(customer) for customer in ("ann", "ann", "ann", "bob")]
        assert [words for _, words in heard] == [ack, ack, (1013, "Too many WebSockets"), ack]
        await heard[0][0].ws.close()
        assert (await first_words("ann"))[1] == ack


async def test_most_followers_of_one(settings: Settings, sandbox: Sandbox) -> None:
    """Of a customer's orders so many are followed at most; one more is refused, over whatever it came."""
    async with followed(settings.but(follow_most_each=1), sandbox) as (gateway, _, order):
        refused = await (await stream(gateway, order)).content.read()

    assert b'"code":"SERVICE_UNAVAILABLE"' in refused
    assert refused.count(b"event: next") == 1
