"""Requests as bytes, sent over a plain connection."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import yarl

from tests.conftest import Gateway
from tests.support.waiting import HANGS_AFTER

QUERY = b'{"query": "{ viewer { identifier } }"}'
UPGRADE = (
    b"GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Protocol: graphql-transport-ws\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Response = tuple[int, dict[str, str], bytes]
"""Status, headers and body."""


@asynccontextmanager
async def connection(url: str) -> AsyncIterator[Streams]:
    """A plain connection to the server at this URL."""
    address = yarl.URL(url)
    reader, writer = await asyncio.open_connection(address.host, address.port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def raw(gateway: Gateway, *pieces: bytes) -> Response:
    """The response to these bytes."""
    async with connection(gateway.url) as (reader, writer):
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        return await read_response(reader)


async def read_response(reader: asyncio.StreamReader) -> Response:
    """The next response that is not `100 Continue`. It must have a length."""
    first = "HTTP/1.1 100 Continue"
    while first == "HTTP/1.1 100 Continue":
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), HANGS_AFTER)
        first, *lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines if line)
    content = await asyncio.wait_for(reader.readexactly(int(headers["Content-Length"])), HANGS_AFTER)
    return int(first.split()[1]), headers, content


async def read_to_end(reader: asyncio.StreamReader) -> bytes:
    """Everything until the server closes the connection."""
    return await asyncio.wait_for(reader.read(), HANGS_AFTER)


async def loop_turns() -> None:
    """Let the gateway, which runs in the same loop, read what was sent before more is."""
    for _ in range(5):
        await asyncio.sleep(0)


def post(body: bytes, *headers: bytes) -> bytes:
    lines = [
        b"POST /graphql HTTP/1.1",
        b"Host: x",
        b"Content-Type: application/json",
        b"Content-Length: %d" % len(body),
        *headers,
    ]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def websocket_frame(message: dict[str, Any]) -> bytes:
    """A message in a WebSocket frame, masked with zeros; its text takes at least 126 bytes."""
    text = json.dumps(message).encode().ljust(126)
    return b"\x81\xfe" + len(text).to_bytes(2, "big") + bytes(4) + text
