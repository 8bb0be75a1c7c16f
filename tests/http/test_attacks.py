"""Known attacks by crafted HTTP.

The requests are graphql-cop's, those of request smuggling, and what attacks on this gateway have found.
"""

import asyncio
import json
import re
from contextlib import suppress

import aiohttp
import pytest
import yarl

from gateway.commands import gateway_listening
from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.raw_http import QUERY
from tests.support.subscriptions import socket_of
from tests.support.waiting import HANGS_AFTER

HEAD = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
SIZE = b"%x" % len(QUERY)
CHUNKS = b"%s\r\n%s\r\n0\r\n\r\n" % (SIZE, QUERY)
SMUGGLED = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"
UPGRADE = (
    b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n"
    b"Sec-WebSocket-Version: 13\r\n"
)


async def send(gateway: Gateway, sent: bytes, *, to_the_end: bool = False) -> bytes:
    """The first response to these bytes, or everything until the connection is closed."""
    url = yarl.URL(gateway.url)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(sent)
    received = b""
    with suppress(ConnectionError):
        async with asyncio.timeout(HANGS_AFTER):
            while piece := await reader.read(65_536):
                received += piece
                if _is_complete(received) and not to_the_end:
                    break
    writer.close()
    return received


def _is_complete(received: bytes) -> bool:
    head, _, body = received.partition(b"\r\n\r\n")
    length = re.search(rb"Content-Length: (\d+)", head)
    return length is not None and len(body) >= int(length[1])


def statuses(received: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/\d\.\d (\d\d\d) ", received)]


# HTTP


def with_body(*headers: bytes) -> bytes:
    lines = b"".join(header + b"\r\n" for header in headers)
    return HEAD + lines + b"Content-Length: %d\r\n\r\n" % len(QUERY) + QUERY


SMUGGLING = [
    HEAD + b"Content-Length: 5\r\n" + CHUNKED + CHUNKS + SMUGGLED,
    HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n" + CHUNKS + SMUGGLED,
    *(
        HEAD + b"Transfer-Encoding" + coding + b"\r\n\r\n" + CHUNKS + SMUGGLED
        for coding in (
            b": chunked\r\nTransfer-Encoding: chunked",
            b": identity\r\nTransfer-Encoding: chunked",
            b": chunked, chunked",
            b": chunked, identity",
            b": xchunked",
            b": \x0bchunked",
            b": chunked\x00",
            b': "chunked"',
            b" : chunked",
        )
    ),
    *(
        HEAD + b"Content-Length" + length + b"\r\n\r\n" + QUERY + SMUGGLED
        for length in (
            *(
                b": +37",
                b": 0x25",
                b": 3_7",
                b": 3 7",
                b":",
                b": 37, 37",
                b": 99999999999999999999",
                b" : 37",
            ),
            *(b": 38\r\nContent-Length: 38", b": 38\r\nContent-Length: 0", ": ٣٨".encode()),
        )
    ),
    *(
        HEAD + CHUNKED + chunk + SMUGGLED
        for chunk in (
            *(
                b"-1\r\n\r\n",
                b"+" + CHUNKS,
                b"0x" + CHUNKS,
                b" " + CHUNKS,
                b"2_6" + CHUNKS[2:],
                b"\r\n\r\n",
            ),
            *(
                b"FFFFFFFFFFFFFFFF1" + CHUNKS[2:],
                b"5" + CHUNKS[2:],
                b"27" + CHUNKS[2:],
                b"26;a\nb" + CHUNKS[2:],
            ),
            *(CHUNKS.replace(b"\r\n", b"\n"), CHUNKS[:-2] + b"Content-Length: 5\r\nX\x00: y\r\n\r\n"),
            CHUNKS[:-2] + b"X: y\r\n" * 1_000 + b"\r\n",
        )
    ),
    *(
        HEAD + line + b"\r\nContent-Length: %d\r\n\r\n" % len(QUERY) + QUERY + SMUGGLED
        for line in (
            *(
                b"X: y\nTransfer-Encoding: chunked",
                b"X: y\rTransfer-Encoding: chunked",
                b"X: y\r\n Z: folded",
            ),
            *(b": x", b"a b: x", b"a\x00b: x", b"no colon", b"X: a\x00b", b"Host: y"),
            *(b"X-Request-Id: abcdefgh\r\n X-Evil: 1", b"X-Request-Id: abcdefgh\nX-Evil: 1"),
        )
    ),
    *(
        with_body().replace(b"POST /graphql HTTP/1.1", line) + SMUGGLED
        for line in (
            *(b"POST\t/graphql HTTP/1.1", b"PO ST /graphql HTTP/1.1", b"POST /graph\x00ql HTTP/1.1"),
            *(b"POST /graphql HTTP/1.2", b"POST /graphql http/1.1", b"POST http://[/graphql HTTP/1.1"),
            *(b"POST http://x:99999999/graphql HTTP/1.1", b"POST x:80 HTTP/1.1", b"POST /gr\xffql HTTP/1.1"),
        )
    ),
    with_body().replace(b"Host: x\r\n", b"") + SMUGGLED,
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"CONNECT : HTTP/1.1\r\nHost: x\r\n\r\n",
]


@pytest.mark.parametrize("sent", SMUGGLING)
async def test_smuggling(production: Gateway, sandbox: Sandbox, sent: bytes) -> None:
    """A request that two programs could read differently is refused, and nothing after it is read."""
    received = await send(production, sent, to_the_end=True)

    assert statuses(received) == [400]
    assert json.loads(received.partition(b"\r\n\r\n")[2])["errors"][0]["extensions"] == {
        "code": "BAD_REQUEST"
    }
    assert b"X-Evil" not in received
    assert sandbox.request_log.entries == []


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (with_body(b"Expect: 200-ok"), 417),
        (b"GET /nowhere HTTP/1.1\r\nHost: x\r\nExpect: x\r\n\r\n", 417),
        (b"CONNECT evil.example:443 HTTP/1.1\r\nHost: x\r\n\r\n", 404),
        (b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 404),
        (b"TRACE /graphql HTTP/1.1\r\nHost: x\r\nCookie: secret\r\n\r\n", 405),
        (b"GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", 405),
        (b"GET /graphql HTTP/1.1\r\nHost: x\r\n" + UPGRADE + b"\r\n", 400),
        (b"GET /graphql HTTP/1.1\r\nHost: x\r\n" + UPGRADE + b"Sec-WebSocket-Key: AAAA\r\n\r\n", 400),
        (HEAD + UPGRADE + b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nContent-Length: 2\r\n\r\n{}", 400),
        (with_body(b"Accept: \xff/;;,,q=;=").replace(b"HTTP/1.1", b"HTTP/1.0"), 406),
        (with_body().replace(b"application/json", b";;;"), 415),
        (with_body().replace(b"application/json", b"application/json; charset=utf-7"), 415),
        (with_body().replace(b"application/json", b"text/plain; application/json"), 415),
        *(
            (b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n" % path, 404)
            for path in (
                *(b"//graphql", b"/graphql/", b"/x/../graphql", b"/x/%2e%2e/graphql", b"/graphql;x=y"),
                *(b"/graphql%0d%0aX-Evil:y", b"/receipts/%zz", b"/receipts/%ff%fe", b"/receipts/..%2f1"),
                *(b"/receipts/..%2f..%2fgraphql", b"/graphiql/static/..%2f..%2fedge.py", b"/.git/config"),
            )
        ),
    ],
)
async def test_meaningless_requests(production: Gateway, sandbox: Sandbox, sent: bytes, status: int) -> None:
    """Valid HTTP that makes no sense here gets the 4xx of its kind, in JSON, with a code."""
    received = await send(production, sent)
    head, _, body = received.partition(b"\r\n\r\n")

    assert statuses(received) == [status]
    assert b"Content-Type: application/json" in head
    assert json.loads(body)["errors"][0]["extensions"]["code"] in {"BAD_REQUEST", "NOT_FOUND"}
    assert b"X-Evil" not in received
    assert b"Server:" not in head
    assert sandbox.request_log.entries == []


@pytest.mark.parametrize(
    "host",
    [
        b"evil.example",
        b"evil.example\r\nX-Forwarded-Host: evil.example",
        b"[",
        b"a b",
        b"\xff",
        b"x:99999999",
    ],
)
async def test_host_header(production: Gateway, host: bytes) -> None:
    """Whatever `Host` holds, links lead to the gateway's own URL, and responses contain nothing of it."""
    body = b'{"query": "{ viewer { orders(first: 1) { nodes { receipts { url } } } } }"}'
    head = HEAD.replace(b"Host: x", b"Host: " + host)

    received = await send(production, head + b"Content-Length: %d\r\n\r\n" % len(body) + body)

    assert statuses(received) == [200]
    assert b'"url":"http://127.0.0.1:' in received
    assert b"evil" not in received


@pytest.mark.parametrize("given", [b"abcdefgh%0d%0aX-Evil:1", "abcdefgh\u560a\u560d".encode(), b"a" * 5_000])
async def test_request_ids(production: Gateway, given: bytes) -> None:
    """A request id that is not a plain one is replaced."""
    received = await send(production, with_body(b"X-Request-Id: " + given))

    assert statuses(received) == [200]
    assert re.search(rb"X-Request-Id: [0-9a-f]{32}\r\n", received)


async def test_nothing_for_scanners(production: Gateway) -> None:
    """In production there is no explorer, schema, suggestion, GET, trace or batch for a scanner to find."""
    for path in (
        "/graphiql",
        "/playground",
        "/console",
        "/graphql",
        "/altair",
        "/",
        "/graphiql/static/graphiql.js",
    ):
        async with production.http.get(production.url + path, headers={"Accept": "text/html"}) as response:
            assert (response.status, response.content_type) in {
                (404, "application/json"),
                (406, "application/json"),
            }
    for query in ("{ __typename }", "mutation { __typename }"):
        async with production.http.get(f"{production.url}/graphql", params={"query": query}) as response:
            assert response.status == 405
    form = {"query": "{ __typename }"}
    async with production.http.post(f"{production.url}/graphql", data=form) as response:
        assert response.status == 415
    async with production.http.post(f"{production.url}/graphql", params=form) as response:
        assert response.status == 415
    schema = await production.answer('{ __schema { types { name } } __type(name: "Order") { name } }')
    hint = await production.answer("{ viewer { nam } }")

    assert "data" not in schema
    assert hint["errors"][0]["message"] == "Cannot query field 'nam' on type 'Customer'."
    assert list(await production.answer("{ __typename }")) == ["data"]


async def test_huge_tokens(settings: Settings) -> None:
    """A token longer than any real one is refused, in a header and in connection_init."""

    async def no_caller(_request: object) -> None:
        return None

    async with gateway_listening(settings, no_caller) as url, aiohttp.ClientSession() as http:
        headers = {"Authorization": "Bearer " + "a" * 9_000}
        async with http.post(f"{url}/graphql", data=QUERY, headers=headers) as response:
            assert response.status == 431
        async with socket_of(Gateway(url, http)) as socket:
            await socket.send(type="connection_init", payload={"Authorization": "Bearer " + "a" * 60_000})
            await socket.receive()
        assert socket.ws.close_code == 4403
