"""Requests as bytes, sent over a plain connection."""

import asyncio
from contextlib import suppress

import yarl

from tests.conftest import Gateway
from tests.support.waiting import HANGS_AFTER

QUERY = b'{"query": "{ viewer { identifier } }"}'
UPGRADE = (
    b"GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Protocol: graphql-transport-ws\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


async def raw(gateway: Gateway, *pieces: bytes) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of the response to these bytes."""
    url = yarl.URL(gateway.url)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), HANGS_AFTER)
        lines = head.decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines[1:] if line)
        content = await asyncio.wait_for(reader.readexactly(int(headers["Content-Length"])), HANGS_AFTER)
        return int(lines[0].split()[1]), headers, content
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


def post(body: bytes, *headers: bytes) -> bytes:
    lines = [
        b"POST /graphql HTTP/1.1",
        b"Host: x",
        b"Content-Type: application/json",
        b"Content-Length: %d" % len(body),
        *headers,
    ]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body
