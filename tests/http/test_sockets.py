"""WebSockets: the protocol, authentication, and limits on their number."""

import asyncio
from typing import Any

import aiohttp
import pytest

from gateway.auth import AuthenticationError, Caller, demo_caller
from gateway.commands import gateway_listening
from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.cancellations import booked
from tests.support.raw_http import UPGRADE, connection, read_response, read_to_end
from tests.support.subscriptions import (
    PROTOCOL,
    Socket,
    number_and_item,
    socket_of,
)
from tests.support.waiting import HANGS_AFTER

# The protocol


async def test_query(gateway: Gateway) -> None:
    """A query over a WebSocket gets one result, then `complete`."""
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
    """An invalid document gets an `error` message."""
    async with socket_of(gateway) as socket:
        await socket.connect()
        await socket.send(id="q", type="subscribe", payload={"query": "subscription { nothing }"})
        message = await socket.receive()

    assert (message["id"], message["type"]) == ("q", "error")
    assert message["payload"][0]["extensions"] == {"code": "GRAPHQL_VALIDATION_FAILED"}


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (["not json"], 4400),
        (['"text"'], 4400),
        (['{"type": "subscribe", "id": "1", "payload": {"query": "{ viewer { id } }"}}'], 4401),
        (
            [
                '{"type": "ping"}',
                '{"type": "subscribe", "id": "1", "payload": {"query": "{ viewer { id } }"}}',
            ],
            4401,
        ),
        (['{"type": "ping"}', "not json"], 4400),
        (['{"type": "connection_init", "payload": 5}'], 4400),
        (['{"type": "connection_init"}', '{"type": "connection_init"}'], 4429),
        (['{"type": "connection_init"}', '{"type": "start"}'], 4400),
        (['{"type": "connection_init"}', '{"type": "subscribe", "id": "1", "payload": {}}'], 4400),
    ],
)
async def test_broken_protocol(gateway: Gateway, sent: list[str], code: int) -> None:
    """A breach of the protocol closes the WebSocket with the code of its kind."""
    async with socket_of(gateway) as socket:
        for text in sent:
            await socket.ws.send_str(text)
        while isinstance(message := await socket.receive(), dict):
            assert message in [{"type": "connection_ack"}, {"type": "pong"}]

    assert socket.ws.close_code == code


async def test_same_id_twice(gateway: Gateway) -> None:
    """A second operation with the id of a running one closes the WebSocket."""
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
    """A client that does not offer graphql-transport-ws is refused before the upgrade."""
    with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
        await gateway.http.ws_connect(f"{gateway.url}/graphql", protocols=protocols)

    assert refusal.value.status == 400


@pytest.mark.parametrize(
    ("origin", "is_allowed"),
    [("https://front.example", True), ("https://evil.example", False), ("null", False), (None, True)],
)
async def test_origin(settings: Settings, sandbox: Sandbox, origin: str | None, *, is_allowed: bool) -> None:
    """Only pages of the allowed origins can open a WebSocket."""
    allowing = settings.but(cors_origins=("https://front.example",))
    running = gateway_listening(allowing, demo_caller, sandbox.clock.now)
    async with running as url, aiohttp.ClientSession() as http:
        try:
            async with http.ws_connect(f"{url}/graphql", protocols=[PROTOCOL], origin=origin) as ws:
                await ws.send_json({"type": "connection_init"})
                answered = (await ws.receive_json())["type"]
        except aiohttp.WSServerHandshakeError as refusal:
            answered = refusal.status

    assert answered == ("connection_ack" if is_allowed else 403)


async def test_own_origin(gateway: Gateway) -> None:
    """The gateway's own page, GraphiQL, can open a WebSocket."""
    async with socket_of(gateway, origin=gateway.url) as socket:
        await socket.connect()


# Authentication


async def only_tom(request: Any) -> Caller | None:
    """Authenticates the token `tom` as customer 1234, and refuses the token `bad`."""
    token = request.headers.get("Authorization")
    if token == "Bearer bad":  # noqa: S105  # no secret
        raise AuthenticationError("The token is not valid.")
    return Caller("1234") if token == "Bearer tom" else None  # noqa: S105  # no secret


@pytest.mark.parametrize("payload", [None, {}, {"Authorization": "Bearer bad"}, {"authorization": 5}])
async def test_unauthenticated(settings: Settings, payload: Any) -> None:
    """Without a valid token in connection_init the WebSocket is closed with 4403."""
    async with gateway_listening(settings, only_tom) as url, aiohttp.ClientSession() as http:
        async with socket_of(Gateway(url, http)) as socket:
            await socket.send(type="connection_init", payload=payload)
            await socket.receive()

        assert socket.ws.close_code == 4403


@pytest.mark.settings(follow_init_seconds=0.2)
@pytest.mark.parametrize("pings", [0, 3])
async def test_init_timeout(gateway: Gateway, pings: int) -> None:
    """A WebSocket without a connection_init in time is closed; pings do not help."""
    async with socket_of(gateway) as socket:
        for _ in range(pings):
            await socket.ws.ping()
            await socket.send(type="ping")
        while isinstance(message := await socket.receive(), dict):
            assert message == {"type": "pong"}

    assert socket.ws.close_code == 4408


@pytest.mark.settings(follow_init_seconds=0.2)
async def test_close_without_reply(gateway: Gateway) -> None:
    """A client that does not answer the close frame is disconnected long before aiohttp's ten seconds.

    Twenty others, one after the other, reach their timeouts of 0.2 s: it has to happen meanwhile.
    """
    async with connection(gateway.url) as (reader, writer):
        writer.write(UPGRADE)
        received = await asyncio.wait_for(reader.readuntil(b"Connection initialisation timeout"), HANGS_AFTER)
        rest = asyncio.ensure_future(read_to_end(reader))
        for _ in range(20):
            if not rest.done():
                async with socket_of(gateway) as socket:
                    await socket.receive()
        assert rest.done()

    assert (4408).to_bytes(2, "big") in received
    assert rest.result() == b""


async def test_pings_before_init(gateway: Gateway) -> None:
    """Pings get their pongs at any time, as frames and as messages, also before connection_init."""
    async with gateway.http.ws_connect(f"{gateway.url}/graphql", protocols=[PROTOCOL], autoping=False) as ws:
        await ws.ping(b"hello")
        frame = await ws.receive(timeout=HANGS_AFTER)
        socket = Socket(ws)
        await socket.send(type="ping")
        await socket.send(type="ping", payload={"sent": 1})
        await socket.send(type="pong")
        pongs = [await socket.receive() for _ in range(2)]
        await socket.connect()
        await socket.send(type="ping")
        pongs.append(await socket.receive())

    assert (frame.type, frame.data) == (aiohttp.WSMsgType.PONG, b"hello")
    assert pongs == [{"type": "pong"}] * 3


@pytest.mark.parametrize("piece", [1, 2, 7, 1_000])
async def test_pieces(gateway: Gateway, piece: int) -> None:
    """Upgrade, frames and messages may arrive in pieces, with pings between the frames of a message."""
    init = b'{"type": "connection_init"}'
    mask = bytes((1, 2, 3, 4))
    masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(init[10:]))
    sent = (
        UPGRADE
        + (b"\x01\x8a\x00\x00\x00\x00" + init[:10])
        + b"\x89\x81\x00\x00\x00\x00!"
        + (b"\x80" + bytes((0x80 | len(masked),)) + mask + masked)
    )
    async with connection(gateway.url) as (reader, writer):
        for start in range(0, len(sent), piece):
            writer.write(sent[start : start + piece])
            await writer.drain()
            await asyncio.sleep(0)
        head = await reader.readuntil(b"\r\n\r\n")
        received = await asyncio.wait_for(reader.readexactly(30), HANGS_AFTER)

    assert head.startswith(b"HTTP/1.1 101 ")
    assert received == b'\x8a\x01!\x81\x19{"type":"connection_ack"}'


async def test_no_handshake(gateway: Gateway) -> None:
    """A request for a WebSocket that is no valid handshake is refused, and the connection goes on."""
    async with connection(gateway.url) as (reader, writer):
        for _ in range(2):
            writer.write(UPGRADE.replace(b"Sec-WebSocket-Version: 13", b"Sec-WebSocket-Version: 99"))
            status, _, _ = await read_response(reader)
            assert status == 400


async def test_token_in_connection_init(settings: Settings) -> None:
    """The token in connection_init authenticates the caller."""
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


async def test_bug_in_authentication(settings: Settings) -> None:
    """A bug closes the WebSocket with 1011, at once."""

    async def broken(_request: Any) -> Caller | None:
        raise ZeroDivisionError

    async with gateway_listening(settings, broken) as url, aiohttp.ClientSession() as http:
        async with socket_of(Gateway(url, http)) as socket:
            await socket.send(type="connection_init")
            await socket.receive()

        assert socket.ws.close_code == 1011


async def test_token_expires(settings: Settings, sandbox: Sandbox) -> None:
    """After the token has expired, the next result closes the WebSocket instead of being sent."""
    known = [Caller("1234", may_name_any_customer=True)]

    async def until_expired(_request: Any) -> Caller | None:
        return known[0] if known else None

    async with gateway_listening(settings, until_expired) as url, aiohttp.ClientSession() as http:
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
