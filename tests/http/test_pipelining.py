"""Pipelined requests: each gets its response, in order, whatever the one before it asks for."""

import asyncio
import json
from typing import Any

import pytest

from tests.conftest import Gateway
from tests.support.raw_http import connection, loop_turns, read_response, read_to_end

H2C = (b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA")
WEBSOCKET = (b"Connection: Upgrade", b"Upgrade: websocket")


def numbered_post(number: int, *headers: bytes, is_chunked: bool = False) -> bytes:
    """A POST whose response contains the number."""
    body = b'{"query": "{ n%d: viewer { identifier } }"}' % number
    framing = b"Transfer-Encoding: chunked" if is_chunked else b"Content-Length: %d" % len(body)
    lines = (b"POST /graphql HTTP/1.1", b"Host: x", b"Content-Type: application/json", framing, *headers)
    chunks = b"9\r\n%s\r\n%x\r\n%s\r\n0\r\nX-Trailer: x\r\n\r\n" % (body[:9], len(body) - 9, body[9:])
    return b"\r\n".join(lines) + b"\r\n\r\n" + (chunks if is_chunked else body)


def get(*headers: bytes) -> bytes:
    return b"\r\n".join((b"GET /health/live HTTP/1.1", b"Host: x", *headers)) + b"\r\n\r\n"


def numbered(number: int) -> dict[str, object]:
    return {"data": {f"n{number}": {"identifier": "1234"}}}


FIRST = {
    "h2c": get(*H2C),
    "h2c in lower case": get(*(header.lower() for header in H2C)),
    "h2c alone": get(b"Connection: Upgrade", b"Upgrade: h2c"),
    "h2c and keep-alive": get(b"Connection: keep-alive, Upgrade", b"Upgrade: h2c"),
    "h2c without Connection": get(b"Upgrade: h2c"),
    "h2c by HTTP/1.0": get(b"Connection: keep-alive, Upgrade", b"Upgrade: h2c").replace(b"/1.1", b"/1.0"),
    "HTTP2-Settings alone": get(b"Connection: HTTP2-Settings", b"HTTP2-Settings: AAMAAABk"),
    "TLS": get(b"Connection: Upgrade", b"Upgrade: TLS/1.2"),
    "several": get(b"Connection: Upgrade", b"Upgrade: h2c, websocket"),
    "repeated": get(b"Connection: Upgrade", b"Upgrade: h2c", b"Upgrade: foo/2"),
    "Connection alone": get(b"Connection: Upgrade"),
    "websocket elsewhere": get(*WEBSOCKET),
    "h2c with a body": numbered_post(0, *H2C),
    "h2c with chunks": numbered_post(0, *H2C, is_chunked=True),
    "h2c with an empty body": get(*H2C, b"Content-Length: 0"),
    "websocket with a body": numbered_post(0, *WEBSOCKET),
    "h2c and Expect": numbered_post(0, *H2C, b"Expect: 100-continue"),
    "Expect": numbered_post(0, b"Expect: 100-continue"),
    "unknown Expect": get(b"Expect: 200-maybe"),
    "unknown Expect and h2c": get(*H2C, b"Expect: 200-maybe"),
    "body that is not read": get(b"Content-Length: 5") + b"hello",
    "TE": get(b"Connection: TE", b"TE: trailers"),
}


LIVE = {"status": "ok"}
NOT_HTTP = {"errors": [{"message": "The request is not valid HTTP.", "extensions": {"code": "BAD_REQUEST"}}]}
UNREADABLE = {"errors": [{"message": "The body cannot be read.", "extensions": {"code": "BAD_REQUEST"}}]}


async def content(reader: asyncio.StreamReader) -> Any:
    return json.loads((await read_response(reader))[2])


@pytest.mark.parametrize("size", [None, 1, 7], ids=["whole", "in bytes", "in pieces"])
@pytest.mark.parametrize("first", FIRST.values(), ids=FIRST)
async def test_behind(gateway: Gateway, first: bytes, size: int | None) -> None:
    """What is pipelined behind a request gets its responses, however all of it arrives."""
    sent = first + get() + numbered_post(1) + first + numbered_post(2, is_chunked=True) + get(*H2C) + get()
    async with connection(gateway.url) as (reader, writer):
        for start in range(0, len(sent), size or len(sent)):
            writer.write(sent[start : start + (size or len(sent))])
            if size:
                await loop_turns()
        contents = [await content(reader) for _ in range(7)]

    assert contents[0] == contents[3]
    assert contents[0] in [LIVE, numbered(0), NOT_HTTP]
    assert contents[1:3] + contents[4:] == [LIVE, numbered(1), numbered(2), LIVE, LIVE]


async def test_many(gateway: Gateway) -> None:
    """Hundreds of pipelined requests, upgrades among them, all get their responses in order."""
    numbers = range(300)
    kinds: tuple[tuple[bytes, ...], ...] = ((), H2C, WEBSOCKET, (b"TE: trailers",))
    async with connection(gateway.url) as (reader, writer):
        writer.write(b"".join(numbered_post(n, *kinds[n % 4], is_chunked=n % 3 == 2) for n in numbers))
        contents = [await content(reader) for _ in numbers]

    assert contents == [numbered(n) for n in numbers]


@pytest.mark.parametrize(
    "headers", [(b"Connection: close, Upgrade", b"Upgrade: h2c"), (b"Connection: close",)]
)
async def test_behind_the_last(gateway: Gateway, headers: tuple[bytes, ...]) -> None:
    """Nothing behind a request that asks to close the connection is answered."""
    async with connection(gateway.url) as (reader, writer):
        writer.write(get(*headers) + get())
        first = await content(reader)
        rest = await read_to_end(reader)

    assert (first, rest) == (LIVE, b"")


async def test_refused_expectation(gateway: Gateway) -> None:
    """After an expectation is refused, the connection stays open only if the body has arrived already."""
    request = numbered_post(0, b"Expect: 200-maybe")
    async with connection(gateway.url) as (reader, writer):
        writer.write(request + get())
        whole = [await content(reader) for _ in range(2)]
        writer.write(request[:-5])
        status, headers, _ = await read_response(reader)
        writer.write(request[-5:] + get())
        rest = await read_to_end(reader)

    assert whole == [NOT_HTTP, LIVE]
    assert (status, headers["Connection"], rest) == (417, "close", b"")


async def test_before_nonsense(gateway: Gateway) -> None:
    """Requests before bytes that are not HTTP are answered; these get an error, the last response."""
    async with connection(gateway.url) as (reader, writer):
        writer.write(get() + numbered_post(1, b"TE: trailers") + get(*H2C) + b"nonsense\r\n\r\n" + get())
        contents = [await content(reader) for _ in range(4)]
        rest = await read_to_end(reader)

    assert contents == [LIVE, numbered(1), LIVE, NOT_HTTP]
    assert rest == b""


@pytest.mark.parametrize("first_piece", [b"", b"5\r\nhello\r\n"])
async def test_broken_chunks(gateway: Gateway, first_piece: bytes) -> None:
    """A body that turns out to be malformed is refused at once, once, and closes the connection."""
    head = numbered_post(0, is_chunked=True).partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    async with connection(gateway.url) as (reader, writer):
        writer.write(head + first_piece)
        await loop_turns()
        writer.write(b"no chunk\r\n" + get())
        status, headers, body = await read_response(reader)
        rest = await read_to_end(reader)

    assert (status, headers["Connection"], json.loads(body), rest) == (400, "close", UNREADABLE, b"")


@pytest.mark.settings(header_timeout_seconds=0.2)
async def test_slow_second_head(gateway: Gateway) -> None:
    """The head of a pipelined request must arrive in time too, counted from the response before it."""
    async with connection(gateway.url) as (reader, writer):
        writer.write(numbered_post(1, b"TE: trailers") + b"GET /health")
        contents = await content(reader)
        rest = await read_to_end(reader)

    assert (contents, rest) == (numbered(1), b"")
