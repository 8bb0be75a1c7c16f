"""Known attacks by crafted WebSocket frames and messages."""

import asyncio
from typing import Any

import pytest
import yarl
from aiohttp import WSMsgType

from gateway.sandbox import Sandbox
from tests.conftest import Gateway
from tests.http.test_attacks import UPGRADE
from tests.support.crafted_documents import DOCUMENTS
from tests.support.subscriptions import PROTOCOL, Socket, socket_of
from tests.support.waiting import HANGS_AFTER


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"\xc3\x80\x00\x00\x00\x00", 1002),  # reserved bits
        (b"\x83\x80\x00\x00\x00\x00", 1002),  # unknown kind of frame
        (b"\x89\xfe\x00\xff" + b"\x00" * 4 + b"x" * 255, 1002),  # a ping too long
        (b"\x09\x80\x00\x00\x00\x00", 1002),  # a ping in pieces
        (b"\x81\xff\x7f" + b"\xff" * 7 + b"\x00" * 4 + b" " * 65_537, 1009),  # nine exabytes
        (b"\x81\xff\x00\x00\x00\x00\x00\x02\x00\x00" + b"\x00" * 4 + b" " * 65_537, 1009),  # 128 KB
        (b"\x81\x82\x00\x00\x00\x00\xff\xfe", 1007),  # no UTF-8
        (b"\x82\x82\x00\x00\x00\x00{}", 4400),  # bytes
        (b"\x81\x02{}", 1002),  # not masked
        (b"\x80\x82\x00\x00\x00\x00{}", 1002),  # the end of no message
        (b"\x01\x81\x00\x00\x00\x00{\x81\x81\x00\x00\x00\x00}", 1002),  # a message inside another
        (b"\x01\x82\x00\x00\x00\x00\xc3\x28\x80\x80\x00\x00\x00\x00", 1007),  # no UTF-8, in two pieces
        (b"\x88\x81\x00\x00\x00\x00\x03", 1002),  # half a code
        (b"\x88\x82\x00\x00\x00\x00\x03\xee", 1002),  # 1006, which is never sent
        (b"\x88\x84\x00\x00\x00\x00\x03\xe8\xff\xfe", 1007),  # a reason that is no UTF-8
        (b"\x88\x82\x00\x00\x00\x00\x0f\xa0", 4000),  # a code of the client's own
    ],
)
async def test_frames(gateway: Gateway, sent: bytes, code: int) -> None:
    """An invalid frame closes the WebSocket with the code of its kind."""
    url = yarl.URL(gateway.url)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    key = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    writer.write(b"GET /graphql HTTP/1.1\r\nHost: x\r\n" + UPGRADE + key)
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")

    writer.write(sent)
    received = await asyncio.wait_for(reader.readexactly(4), HANGS_AFTER)
    writer.close()

    assert received[:1] == b"\x88"
    assert int.from_bytes(received[2:4], "big") == code


@pytest.mark.parametrize(
    "text",
    [
        '{"type": "ping", "payload": ' + "[" * 20_000 + "]" * 20_000 + "}",
        '{"type": "subscribe", "id": "", "payload": {"query": "{ viewer { id } }"}}',
        '{"type": "subscribe", "id": 1, "payload": {"query": "{ viewer { id } }"}}',
        '{"type": "subscribe", "id": "1", "payload": [{"query": "{ viewer { id } }"}]}',
        '{"type": "subscribe", "id": "1", "payload": {"query": 1}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ viewer { id } }", "variables": []}}',
        '{"type": "\\ud800"}',
        "[]",
        "",
    ],
)
async def test_messages(gateway: Gateway, text: str) -> None:
    """An invalid message closes the WebSocket with 4400."""
    async with socket_of(gateway) as socket:
        await socket.connect()
        await socket.ws.send_str(text)
        await socket.receive()

    assert socket.ws.close_code == 4400


async def test_long_message(gateway: Gateway) -> None:
    """Compression is not agreed on, and a message is read no further than the limit of a request."""
    async with gateway.http.ws_connect(f"{gateway.url}/graphql", protocols=[PROTOCOL], compress=15) as ws:
        assert ws.compress == 0
        await Socket(ws).connect()
        await ws.send_str(" " * 50_000_000)
        message = await ws.receive(timeout=HANGS_AFTER)

    assert message.type in {WSMsgType.CLOSE, WSMsgType.CLOSED}
    assert ws.close_code == 1009


async def test_crafted_documents(gateway: Gateway, sandbox: Sandbox) -> None:
    """Documents made to exhaust the server are refused over a WebSocket as they are over HTTP."""
    async with socket_of(gateway) as socket:
        await socket.connect()
        for kind, text in DOCUMENTS.items():
            await socket.send(id=kind, type="subscribe", payload={"query": text})
            message: Any = await socket.receive()
            assert (message["type"], message["id"]) == ("error", kind)
            assert message["payload"][0]["extensions"]["code"] != "INTERNAL_SERVER_ERROR"

    assert sandbox.request_log.entries == []
