"""Slow and stalled clients are cut off in time, and delay no other client."""

import asyncio
import json
import select
import socket
import time
from contextlib import suppress

import pytest
import yarl
from graphql import get_introspection_query

from tests.conftest import Gateway
from tests.support.raw_http import (
    QUERY,
    UPGRADE,
    connection,
    post,
    read_response,
    read_to_end,
    websocket_frame,
)
from tests.support.waiting import HANGS_AFTER


@pytest.mark.settings(header_timeout_seconds=0.2)
@pytest.mark.parametrize("head", [b"", b"POST /gra", b"POST /graphql HTTP/1.1\r\nHost: x\r\nX: "])
async def test_slow_headers(gateway: Gateway, head: bytes) -> None:
    """A client that sends no complete request is cut off, even if it sends a byte now and then."""
    url = yarl.URL(gateway.url)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(head)

    async def trickle() -> None:
        while head:
            writer.write(b"y")
            await asyncio.sleep(0.05)

    trickling = asyncio.create_task(trickle())
    try:
        assert await asyncio.wait_for(reader.read(), HANGS_AFTER) == b""
    except ConnectionResetError:
        pass
    finally:
        trickling.cancel()
        writer.close()


@pytest.mark.settings(keep_alive_seconds=1.5)
@pytest.mark.parametrize("headers", [(), (b"TE: trailers",)], ids=["fast path", "aiohttp"])
async def test_keep_alive(gateway: Gateway, headers: tuple[bytes, ...]) -> None:
    """An idle connection is closed after the configured time, counted from the latest response."""
    async with connection(gateway.url) as (reader, writer):
        for _ in range(2):
            writer.write(post(QUERY, *headers))
            await read_response(reader)
        answered = time.monotonic()
        rest = await read_to_end(reader)

    assert rest == b""
    assert time.monotonic() - answered >= 1.4


@pytest.mark.settings(header_timeout_seconds=1)
async def test_idle_after_a_response(gateway: Gateway) -> None:
    """After a response, a connection may stay idle for longer than the first request may take."""
    url = yarl.URL(gateway.url)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    for pause in (1.3, 0):
        writer.write(post(QUERY))
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), HANGS_AFTER)
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        assert await reader.readexactly(length) == b'{"data":{"viewer":{"identifier":"1234"}}}'
        await asyncio.sleep(pause)
    writer.close()


@pytest.mark.settings(body_timeout_seconds=2)
@pytest.mark.parametrize("headers", [(), (b"Expect: 100-continue",), (b"TE: trailers",)])
async def test_slow_body(gateway: Gateway, headers: tuple[bytes, ...]) -> None:
    """A body that does not arrive in time is refused in JSON, and the connection is closed at once."""
    async with connection(gateway.url) as (reader, writer):
        began = time.monotonic()
        writer.write(post(QUERY, *headers)[:-5])
        status, response_headers, content = await read_response(reader)
        refused = time.monotonic()
        rest = await read_to_end(reader)
        closed = time.monotonic()

    assert (status, rest) == (408, b"")
    assert response_headers["Content-Type"] == "application/json; charset=utf-8"
    assert response_headers["Connection"] == "close"
    assert json.loads(content)["errors"][0]["message"] == "The body must arrive within 2 s."
    assert closed - refused < (refused - began) * 0.75


@pytest.mark.settings(body_timeout_seconds=0.2)
async def test_body_that_is_not_needed(gateway: Gateway) -> None:
    """A client that was refused before its body has arrived has no more time for it than others."""
    async with connection(gateway.url) as (reader, writer):
        writer.write(post(QUERY).replace(b"/graphql", b"/nowhere")[:-5])
        status, _, _ = await read_response(reader)
        refused = time.monotonic()
        rest = await read_to_end(reader)
        closed = time.monotonic()

    assert (status, rest) == (404, b"")
    assert closed - refused < 9  # aiohttp would wait for ten seconds


def _small_buffered(url: yarl.URL, request_: bytes) -> socket.socket:
    """A connection with a receive buffer of 4 KB that has sent the request."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    connection.settimeout(HANGS_AFTER)
    connection.connect((url.host, url.port))
    connection.sendall(request_)
    return connection


def _is_cut_off(connection: socket.socket) -> bool:
    """Whether the connection is reset while nothing is read from it."""
    watch = select.poll()
    watch.register(connection, 0)
    return any(event & select.POLLERR for _, event in watch.poll(HANGS_AFTER * 1_000))


@pytest.mark.settings(write_timeout_seconds=0.2)
@pytest.mark.parametrize("last", [b"", b"Connection: close\r\n"])
async def test_stalled_reader(gateway: Gateway, last: bytes) -> None:
    """A client that requests something large and reads nothing is cut off."""
    get = b"GET /graphiql/static/graphiql.js HTTP/1.1\r\nHost: x\r\n%s\r\n" % last
    connection = _small_buffered(yarl.URL(gateway.url), get)
    with connection:
        began = time.monotonic()

        assert await asyncio.to_thread(_is_cut_off, connection)

        assert time.monotonic() - began >= 0.15
    assert await gateway.answer("{ viewer { identifier } }") == {"data": {"viewer": {"identifier": "1234"}}}


@pytest.mark.settings(write_timeout_seconds=0.2)
async def test_stalled_reader_of_small_responses(gateway: Gateway) -> None:
    """A client that reads none of many small responses is cut off once the buffers are full."""
    connection = _small_buffered(yarl.URL(gateway.url), b"")
    with connection:
        connection.setblocking(False)  # noqa: FBT003  # as the library has it
        with suppress(BlockingIOError, ConnectionError):
            while True:
                connection.send(b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n" * 50)
                await asyncio.sleep(0)

        assert await asyncio.to_thread(_is_cut_off, connection)


@pytest.mark.settings(write_timeout_seconds=0.2)
async def test_stalled_websocket(gateway: Gateway) -> None:
    """A WebSocket client that sends many operations and reads nothing is cut off."""
    payload = {"query": get_introspection_query()}
    frames = [websocket_frame({"type": "connection_init"})]
    frames += [websocket_frame({"id": str(n), "type": "subscribe", "payload": payload}) for n in range(20)]
    connection = _small_buffered(yarl.URL(gateway.url), UPGRADE)
    with connection:
        assert await asyncio.to_thread(connection.recv, 12) == b"HTTP/1.1 101"
        connection.sendall(b"".join(frames))

        assert await asyncio.to_thread(_is_cut_off, connection)


@pytest.mark.settings(write_timeout_seconds=1)
async def test_slow_reader(gateway: Gateway) -> None:
    """A client that keeps reading slowly gets the whole response."""
    get = b"GET /graphiql/static/graphiql.js HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    connection = _small_buffered(yarl.URL(gateway.url), get)

    def read() -> tuple[int, float]:
        size, began = 0, time.monotonic()
        while piece := connection.recv(65_536):
            size += len(piece)
            # A slow network: two megabytes a second.
            time.sleep(max(0.0, began + size / 2_000_000 - time.monotonic()))
        return size, time.monotonic() - began

    with connection:
        size, seconds = await asyncio.to_thread(read)

    assert size > 4_000_000
    assert seconds > 2


async def test_other_clients_are_served(gateway: Gateway) -> None:
    """While 200 clients stall in the middle of a request, another one gets its response."""
    url = yarl.URL(gateway.url)
    slow = [await asyncio.open_connection(url.host, url.port) for _ in range(200)]
    for _, writer in slow:
        writer.write(post(QUERY)[:-5])

    answer = await asyncio.wait_for(gateway.answer("{ viewer { identifier } }"), HANGS_AFTER)

    assert answer == {"data": {"viewer": {"identifier": "1234"}}}
    for _, writer in slow:
        writer.close()
