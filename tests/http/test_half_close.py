"""A client that shuts down its sending side still gets the responses to its requests, then the end."""

import asyncio
import json
from typing import Any

import pytest

from gateway.sandbox import Sandbox
from tests.conftest import Gateway
from tests.support.cancellations import CANCEL, booked
from tests.support.commands import ANSWER, QUERY, serving
from tests.support.raw_http import (
    UPGRADE,
    connection,
    loop_turns,
    post,
    read_response,
    read_to_end,
    websocket_frame,
)
from tests.support.subscriptions import ORDER_CHANGED
from tests.support.waiting import HANGS_AFTER, held

UNUSUAL = b"TE: trailers"
"""Changes nothing, but lets aiohttp answer the request instead of the fast path."""
PATHS = pytest.mark.parametrize("headers", [(), (UNUSUAL,)], ids=["fast path", "aiohttp"])
LIST = b'{"query": "{ viewer { orders { totalCount } } }"}'
LIST_DATA = {"data": {"viewer": {"orders": {"totalCount": 1917}}}}
LIVE = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"


def numbered(number: int, *headers: bytes) -> bytes:
    return post(b'{"query": "{ n%d: viewer { identifier } }"}' % number, *headers)


@PATHS
async def test_while_running(gateway: Gateway, sandbox: Sandbox, headers: tuple[bytes, ...]) -> None:
    """A request that is running gets its response, the last of its connection."""
    sandbox.faults.add(held("GET /orders"))
    async with connection(gateway.url) as (reader, writer):
        writer.write(post(LIST, *headers))
        await sandbox.request_log.wait_for("GET /orders")
        writer.write_eof()
        await loop_turns()
        sandbox.faults.clear()
        status, response_headers, body = await read_response(reader)
        rest = await read_to_end(reader)

    assert (status, response_headers["Connection"], json.loads(body), rest) == (200, "close", LIST_DATA, b"")


@PATHS
@pytest.mark.parametrize("turns", range(8))
async def test_at_any_moment(gateway: Gateway, headers: tuple[bytes, ...], turns: int) -> None:
    """However soon after the request the client shuts its side down, it gets one response, then the end."""
    async with connection(gateway.url) as (reader, writer):
        writer.write(numbered(1, *headers))
        for _ in range(turns):
            await asyncio.sleep(0)
        writer.write_eof()
        _, _, body = await read_response(reader)
        rest = await read_to_end(reader)

    assert (json.loads(body), rest) == ({"data": {"n1": {"identifier": "1234"}}}, b"")


@PATHS
async def test_cancellation(gateway: Gateway, sandbox: Sandbox, headers: tuple[bytes, ...]) -> None:
    """The outcome of a cancellation that was carried out is reported."""
    order, items = await booked(gateway)
    sandbox.request_log.clear()
    sandbox.faults.add(held("PATCH /orders/:id"))
    body = {"query": CANCEL, "variables": {"input": {"orderId": order, "orderItemIds": items}}}
    async with connection(gateway.url) as (reader, writer):
        writer.write(post(json.dumps(body).encode(), *headers))
        await sandbox.request_log.wait_for("PATCH /orders/:id")
        writer.write_eof()
        await loop_turns()
        sandbox.faults.clear()
        _, _, answer = await read_response(reader)

    assert json.loads(answer)["data"]["cancelOrderItems"]["result"]["__typename"] == "CancellationPending"
    assert sandbox.request_log.count("PATCH /orders/:id") == 1


@pytest.mark.parametrize(
    "kinds",
    ["fff", "uuu", "ffuuff", "uf", "fhuhf", "f" * 100, "fu" * 50, "fffw", "wuf"],
)
async def test_pipelined(gateway: Gateway, sandbox: Sandbox, kinds: str) -> None:
    """All requests that have arrived are answered, those of the fast path (f) and the unusual ones."""
    headers = {
        "f": (),
        "u": (UNUSUAL,),
        "h": (b"Connection: Upgrade", b"Upgrade: h2c"),
        "w": (b"Connection: Upgrade", b"Upgrade: websocket"),
    }
    sandbox.faults.add(held("GET /orders"))
    async with connection(gateway.url) as (reader, writer):
        writer.write(post(LIST) + b"".join(numbered(n, *headers[kind]) for n, kind in enumerate(kinds)))
        await sandbox.request_log.wait_for("GET /orders")
        writer.write_eof()
        await loop_turns()
        sandbox.faults.clear()
        contents = [json.loads((await read_response(reader))[2]) for _ in range(len(kinds) + 1)]
        rest = await read_to_end(reader)

    assert contents == [LIST_DATA, *({"data": {f"n{n}": {"identifier": "1234"}}} for n in range(len(kinds)))]
    assert rest == b""


@pytest.mark.parametrize("before", [b"", LIVE, numbered(1), numbered(1, UNUSUAL)])
@pytest.mark.parametrize("head", [b"", b"POST /gra", b"GET /health/live HTTP/1.1\r\nHost: x\r\n"])
async def test_incomplete_head(gateway: Gateway, before: bytes, head: bytes) -> None:
    """A head that will never be complete gets no response; the connection closes after those before it."""
    async with connection(gateway.url) as (reader, writer):
        writer.write(before + head)
        writer.write_eof()
        received = await read_to_end(reader)

    assert received.count(b"HTTP/1.1 ") == received.count(b"HTTP/1.1 200 OK") == (1 if before else 0)


@pytest.mark.parametrize("before", [b"", LIVE, numbered(1), numbered(1, UNUSUAL)])
@pytest.mark.parametrize(
    "request_",
    [
        numbered(2)[:-5],
        numbered(2, b"Expect: 100-continue")[:-5],
        numbered(2).replace(b"Content-Length: 42\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n99\r\n"),
    ],
)
async def test_incomplete_body(gateway: Gateway, before: bytes, request_: bytes) -> None:
    """A body that will never be complete is refused at once, and the connection closes."""
    async with connection(gateway.url) as (reader, writer):
        writer.write(before + request_)
        writer.write_eof()
        for _ in range(1 if before else 0):
            await read_response(reader)
        status, headers, body = await read_response(reader)
        rest = await read_to_end(reader)

    assert (status, headers["Connection"], rest) == (400, "close", b"")
    assert json.loads(body)["errors"][0]["message"] == "The body cannot be read."


@PATHS
async def test_idle(gateway: Gateway, headers: tuple[bytes, ...]) -> None:
    """An idle connection closes when its client shuts its side down."""
    async with connection(gateway.url) as (reader, writer):
        writer.write(numbered(1, *headers))
        await read_response(reader)
        writer.write_eof()

        assert await read_to_end(reader) == b""


@pytest.mark.parametrize("is_sent_at_once", [True, False])
async def test_websocket(gateway: Gateway, sandbox: Sandbox, *, is_sent_at_once: bool) -> None:
    """Over a WebSocket, queries and mutations get their results; subscriptions end, and it closes."""
    order, items = await booked(gateway)
    sandbox.request_log.clear()
    sandbox.faults.add(held("PATCH /orders/:id"))
    cancel = {"query": CANCEL, "variables": {"input": {"orderId": order, "orderItemIds": items}}}
    follow = {"query": ORDER_CHANGED, "variables": {"id": order}}
    messages: list[dict[str, Any]] = [
        {"type": "connection_init"},
        {"id": "follow", "type": "subscribe", "payload": follow},
        {"id": "cancel", "type": "subscribe", "payload": cancel},
    ]
    async with connection(gateway.url) as (reader, writer):
        writer.write(UPGRADE)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"".join(map(websocket_frame, messages)))
        if not is_sent_at_once:
            await sandbox.request_log.wait_for("PATCH /orders/:id")
        writer.write_eof()
        await sandbox.request_log.wait_for("PATCH /orders/:id")
        sandbox.faults.clear()
        received = await read_to_end(reader)

    assert b'"CancellationPending"' in received
    assert b'{"id":"cancel","type":"complete"}' in received
    assert received.endswith(b"\x88\x02\x03\xe8")
    assert sandbox.request_log.count("PATCH /orders/:id") == 1


async def test_websocket_before_its_first_message(gateway: Gateway) -> None:
    """A WebSocket whose client sends nothing but the upgrade closes at once."""
    async with connection(gateway.url) as (reader, writer):
        writer.write(UPGRADE)
        writer.write_eof()
        received = await read_to_end(reader)

    assert received.startswith(b"HTTP/1.1 101 ")
    assert received.endswith(b"\x88\x02\x03\xe8")


async def test_websocket_with_subscription(gateway: Gateway) -> None:
    """A WebSocket that has only subscriptions closes at once, since its client cannot answer pings."""
    order, _ = await booked(gateway)
    follow = {"query": ORDER_CHANGED, "variables": {"id": order}}
    async with connection(gateway.url) as (reader, writer):
        writer.write(UPGRADE)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(websocket_frame({"type": "connection_init"}))
        writer.write(websocket_frame({"id": "1", "type": "subscribe", "payload": follow}))
        await asyncio.wait_for(reader.readuntil(b"ORDER_ITEM_CONFIRMED"), HANGS_AFTER)
        writer.write_eof()
        received = await read_to_end(reader)

    assert received.endswith(b"\x88\x02\x03\xe8")


@PATHS
async def test_in_production(headers: tuple[bytes, ...]) -> None:
    """It holds for the event loop of `gateway serve`, which is another than that of the tests."""
    async with serving("--workers=1") as gateway:
        token = b"Authorization: " + gateway.headers["Authorization"].encode()
        request = post(json.dumps(QUERY).encode(), token, *headers)
        async with connection(gateway.url) as (reader, writer):
            writer.write(request * 3 + request[:-1])
            writer.write_eof()
            contents: list[Any] = [json.loads((await read_response(reader))[2]) for _ in range(4)]
            rest = await read_to_end(reader)

    assert contents[:3] == [ANSWER] * 3
    assert contents[3]["errors"][0]["message"] == "The body cannot be read."
    assert rest == b""
