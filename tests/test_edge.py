"""The HTTP edge: what cannot be understood, comes too slowly or inflates, and what answers say of us."""

import asyncio
import gzip
import json
import select
import socket
import time
import zlib
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
import yarl
from graphql import get_introspection_query

from gateway.__main__ import gateway_listening
from gateway.auth import demo_caller
from gateway.sandbox import Fault, Sandbox
from gateway.settings import Settings
from tests.conftest import Gateway

QUERY = b'{"query": "{ viewer { identifier } }"}'
JSON = {"Content-Type": "application/json"}
UPGRADE = (
    b"GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Protocol: graphql-transport-ws\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
SECURITY = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


async def raw(gateway: Gateway, *pieces: bytes) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of what a socket gets for these bytes."""
    url = yarl.URL(gateway.url)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
        lines = head.decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines[1:] if line)
        content = await asyncio.wait_for(reader.readexactly(int(headers["Content-Length"])), 5)
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


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        (b"GET /graphql HTTP/9.9\r\nHost: x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\n folded: y\r\n\r\n", 400),
        (b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 20_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 300 + b"\r\n", 400),
        (b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{", 400),
        (
            b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0",
            400,
        ),
        (post(QUERY, b"Transfer-Encoding: gzip"), 400),
        (b"POST /graphql HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
    ],
)
async def test_not_http(
    gateway: Gateway, capfd: pytest.CaptureFixture[str], request_: bytes, status: int
) -> None:
    """What is no HTTP gets a 4xx in JSON that does not say what runs here, and a line in the log."""
    answered, headers, content = await raw(gateway, request_)

    assert (answered, headers["Content-Type"]) == (status, "application/json; charset=utf-8")
    assert json.loads(content)["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}
    assert "Server" not in headers
    assert len("".join(capfd.readouterr())) < 2_048


def _raw_deflate(text: bytes) -> bytes:
    """Without the frame that HTTP asks for."""
    compress = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compress.compress(text) + compress.flush()


def _with_dictionary(text: bytes) -> bytes:
    """What nobody can read who has not the dictionary."""
    compress = zlib.compressobj(zdict=b'{"query": "{ viewer')
    return compress.compress(text) + compress.flush()


@pytest.mark.parametrize(
    ("encoding", "body", "status"),
    [
        ("gzip", gzip.compress(QUERY), 200),
        ("deflate", zlib.compress(QUERY), 200),
        ("GZIP", gzip.compress(QUERY), 200),
        ("identity", QUERY, 200),
        ("gzip", QUERY, 400),
        ("gzip", gzip.compress(QUERY)[:-9], 400),
        ("deflate", b"\xff" * 50, 400),
        ("gzip", b"", 400),
        ("gzip", gzip.compress(QUERY) + gzip.compress(b" "), 400),
        ("gzip", gzip.compress(QUERY[:9]) + gzip.compress(QUERY[9:]), 400),
        ("gzip", gzip.compress(QUERY) + b"\0", 400),
        ("gzip", gzip.compress(b"") * 1_000 + gzip.compress(QUERY), 400),
        ("gzip", gzip.compress(QUERY)[:-8] + b"\0" * 8, 400),
        ("gzip", zlib.compress(QUERY), 400),
        ("deflate", gzip.compress(QUERY), 400),
        ("deflate", zlib.compress(QUERY) + zlib.compress(b" "), 400),
        ("deflate", _raw_deflate(QUERY), 400),
        ("deflate", _raw_deflate(b" " * 50_000_000), 400),
        ("deflate", _with_dictionary(QUERY), 400),
        ("", QUERY, 415),
        ("zstd", QUERY, 415),
        ("identity, gzip", gzip.compress(QUERY), 415),
        ("br", QUERY, 415),
        ("gzip, gzip", gzip.compress(gzip.compress(QUERY)), 415),
        ("gzip", gzip.compress(b" " * 50_000_000), 413),
        ("deflate", zlib.compress(b"[" * 50_000_000), 413),
    ],
)
async def test_compressed_bodies(gateway: Gateway, encoding: str, body: bytes, status: int) -> None:
    """A body may be compressed, not corrupt, and inflates to no more than a plain one may hold."""
    headers = JSON | {"Content-Encoding": encoding}
    async with gateway.http.post(f"{gateway.url}/graphql", data=body, headers=headers) as response:
        answer = await response.json()

    assert response.status == status
    assert list(answer) == (["data"] if status == 200 else ["errors"])


async def test_two_encodings(gateway: Gateway) -> None:
    """Two readers of a header that stands there twice would read two bodies."""
    for first, second in ((b"identity", b"gzip"), (b"gzip", b"identity"), (b"gzip", b"gzip")):
        headers = (b"Content-Encoding: " + first, b"Content-Encoding: " + second)
        for body in (QUERY, gzip.compress(QUERY)):
            assert (await raw(gateway, post(body, *headers)))[0] in {400, 415}


async def test_surrogates(gateway: Gateway) -> None:
    """Text that is no Unicode is refused wherever it stands."""
    for body in (
        b'{"query": "{ node(id: \\"\\ud800\\") { id } }"}',
        b'{"query": "query($i: ID!) { node(id: $i) { id } }", "variables": {"i": "\\ud800"}}',
        b'{"query": "{ viewer { id } }", "operationName": "\\udfff"}',
    ):
        async with gateway.http.post(f"{gateway.url}/graphql", data=body, headers=JSON) as response:
            assert response.status in {200, 400}
            assert "INTERNAL" not in await response.text()


async def test_headers_of_every_answer(gateway: Gateway) -> None:
    """Answers say how they may be used and not by what they were made, whatever they are."""
    for method, path in (
        ("POST", "/graphql"),
        ("GET", "/nowhere"),
        ("DELETE", "/graphql"),
        ("GET", "/receipts/x"),
        ("GET", "/health/live"),
        ("OPTIONS", "/graphql"),
    ):
        async with gateway.http.request(method, gateway.url + path) as response:
            assert "Server" not in response.headers
            told = {name: response.headers.get(name) for name in SECURITY}
            assert told == SECURITY, (method, path)


async def test_page_policy(gateway: Gateway) -> None:
    """GraphiQL runs our scripts only, and in nobody's frame."""
    async with gateway.http.get(f"{gateway.url}/graphql", headers={"Accept": "text/html"}) as response:
        policy = response.headers["Content-Security-Policy"]

    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "Server" not in response.headers


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Origin": "https://app.example.com", "Sec-Fetch-Site": "cross-site"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example.com"}, 403),
        ({"Origin": "null", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Apollo-Require-Preflight": "1"}, 200),
        ({"Sec-Fetch-Site": "cross-site", "GraphQL-Require-Preflight": "1"}, 200),
    ],
)
async def test_get_from_other_sites(
    settings: Settings, gateway: Gateway, headers: dict[str, str], status: int
) -> None:
    """A page of another site cannot make a browser ask by GET, unless CORS lets it send a header."""
    async with gateway_listening(settings.but(cors_origins="https://app.example.com"), demo_caller) as url:
        params = {"query": "{ viewer { identifier } }"}
        async with gateway.http.get(f"{url}/graphql", params=params, headers=headers) as response:
            assert response.status == status


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
async def test_forms(gateway: Gateway, sandbox: Sandbox, content_type: str) -> None:
    """What a form of another site can post is refused, whatever it holds."""
    mutation = (
        b'{"query": "mutation { cancelOrderItems(input: {orderId: 1, orderItemIds: [1]}) { __typename } }"}'
    )
    headers = {"Content-Type": content_type}
    async with gateway.http.post(f"{gateway.url}/graphql", data=mutation, headers=headers) as response:
        assert response.status == 415
    assert sandbox.ledger.entries == []


async def test_repeated_parameters(gateway: Gateway) -> None:
    """A parameter that stands there twice is refused: two readers would read two things."""
    params = [("query", "{ viewer { id } }"), ("query", "{ viewer { identifier } }")]
    async with gateway.http.get(f"{gateway.url}/graphql", params=params) as response:
        assert (response.status, (await response.json())["errors"][0]["message"]) == (
            400,
            "query must be given once.",
        )


@pytest.fixture
async def impatient(settings: Settings, gateway: Gateway) -> AsyncIterator[Gateway]:
    """A gateway that waits for slow clients no longer than a test may take."""
    short = settings.but(header_timeout_seconds=0.2, body_timeout_seconds=0.2, write_timeout_seconds=0.2)
    async with gateway_listening(short, demo_caller) as url:
        yield Gateway(url, gateway.http)


@pytest.mark.parametrize("head", [b"", b"POST /gra", b"POST /graphql HTTP/1.1\r\nHost: x\r\nX: "])
async def test_slow_headers(impatient: Gateway, head: bytes) -> None:
    """Who sends no request, or one that never ends, is cut off; a drop now and then does not help."""
    url = yarl.URL(impatient.url)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(head)

    async def drip() -> None:
        while head:
            writer.write(b"y")
            await asyncio.sleep(0.05)

    dripping = asyncio.create_task(drip())
    try:
        assert await asyncio.wait_for(reader.read(), 3) == b""
    except ConnectionResetError:
        pass
    finally:
        dripping.cancel()
        writer.close()


async def test_second_request_may_wait(impatient: Gateway) -> None:
    """A connection that had an answer may rest longer than a request may take to begin."""
    url = yarl.URL(impatient.url)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    for _ in range(2):
        writer.write(post(QUERY))
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        assert await reader.readexactly(length) == b'{"data":{"viewer":{"identifier":"1234"}}}'
        await asyncio.sleep(0.3)
    writer.close()


async def test_slow_body(impatient: Gateway) -> None:
    """A body that does not arrive in time is given up, in JSON."""
    status, headers, content = await raw(impatient, post(QUERY)[:-5])

    assert (status, headers["Content-Type"]) == (408, "application/json; charset=utf-8")
    assert json.loads(content)["errors"][0]["message"] == "The body must arrive within 0.2 s."


def _dribbling(url: yarl.URL, request_: bytes) -> socket.socket:
    """A connection that has sent the request, and takes 4 KB at a time of what comes."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    connection.settimeout(10)
    connection.connect((url.host, url.port))
    connection.sendall(request_)
    return connection


def _is_cut_off(connection: socket.socket, seconds: float) -> bool:
    """Whether the connection breaks in time; it is watched, and nothing is read."""
    watch = select.poll()
    watch.register(connection, 0)
    return any(event & select.POLLERR for _, event in watch.poll(seconds * 1_000))


@pytest.mark.parametrize("last", [b"", b"Connection: close\r\n"])
async def test_stalled_reader(impatient: Gateway, last: bytes) -> None:
    """A client that asks for something large and reads nothing is cut off, wherever the answer stands."""
    get = b"GET /graphiql/static/graphiql.js HTTP/1.1\r\nHost: x\r\n%s\r\n" % last
    connection = _dribbling(yarl.URL(impatient.url), get)
    with connection:
        began = time.monotonic()

        assert await asyncio.to_thread(_is_cut_off, connection, 5)

        assert time.monotonic() - began >= 0.15
    assert await impatient.answer("{ viewer { identifier } }") == {"data": {"viewer": {"identifier": "1234"}}}


async def test_stalled_reader_of_little(impatient: Gateway) -> None:
    """So is one whose answers are small, once what nobody reads fills the network."""
    connection = _dribbling(yarl.URL(impatient.url), b"")
    with connection:
        connection.setblocking(False)  # noqa: FBT003  # as the library has it
        began = time.monotonic()
        with suppress(BlockingIOError, ConnectionError):
            while time.monotonic() - began < 5:
                connection.send(b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n" * 50)
                await asyncio.sleep(0)

        assert await asyncio.to_thread(_is_cut_off, connection, 5)


def _frame(message: dict[str, Any]) -> bytes:
    """A WebSocket frame, masked with zeros."""
    text = json.dumps(message).encode()
    return b"\x81\xfe" + len(text).to_bytes(2, "big") + bytes(4) + text


async def test_stalled_socket(impatient: Gateway) -> None:
    """So is a WebSocket whose client asks on and on, and reads nothing."""
    payload = {"query": get_introspection_query()}
    said = [_frame({"type": "connection_init"})]
    said += [_frame({"id": str(n), "type": "subscribe", "payload": payload}) for n in range(20)]
    connection = _dribbling(yarl.URL(impatient.url), UPGRADE)
    with connection:
        assert await asyncio.to_thread(connection.recv, 12) == b"HTTP/1.1 101"
        connection.sendall(b"".join(said))

        assert await asyncio.to_thread(_is_cut_off, connection, 5)


async def test_slow_reader(impatient: Gateway) -> None:
    """A client that reads slowly, and goes on reading, gets all of it, however long that takes."""
    get = b"GET /graphiql/static/graphiql.js HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    connection = _dribbling(yarl.URL(impatient.url), get)

    def read() -> tuple[int, float]:
        size, began = 0, time.monotonic()
        while piece := connection.recv(65_536):
            size += len(piece)
            time.sleep(0.0005)  # a slow network
        return size, time.monotonic() - began

    with connection:
        size, seconds = await asyncio.to_thread(read)

    assert size > 4_000_000
    assert seconds > 0.4


async def test_slow_clients_do_not_hold_others_up(gateway: Gateway) -> None:
    """While 200 clients send nothing more, another is answered at once."""
    url = yarl.URL(gateway.url)
    slow = [await asyncio.open_connection(url.host, url.port) for _ in range(200)]
    for _, writer in slow:
        writer.write(post(QUERY)[:-5])

    answer = await asyncio.wait_for(gateway.answer("{ viewer { identifier } }"), 1)

    assert answer == {"data": {"viewer": {"identifier": "1234"}}}
    for _, writer in slow:
        writer.close()


async def test_production_asked_for(settings: Settings, gateway: Gateway) -> None:
    """In production GraphiQL and introspection are there if they are asked for."""
    asked = settings.but(profile="production", graphiql_enabled=True, introspection_enabled=True)
    async with gateway_listening(asked, demo_caller) as url:
        async with gateway.http.get(f"{url}/graphql", headers={"Accept": "text/html"}) as response:
            assert response.content_type == "text/html"
        answer: dict[str, Any] = await Gateway(url, gateway.http).answer(
            "{ __schema { queryType { name } } }"
        )
    assert answer == {"data": {"__schema": {"queryType": {"name": "Query"}}}}


async def test_redirects_are_not_followed(gateway: Gateway, sandbox: Sandbox) -> None:
    """imin's key travels nowhere: a redirect is an answer that cannot be read."""
    sandbox.faults.add(Fault("GET /orders", "redirect", times=None))

    answer = await gateway.answer("{ viewer { orders { totalCount } } }")

    assert answer["errors"][0]["extensions"] == {"code": "UPSTREAM_INVALID"}
    assert set(sandbox.ledger.counts()) == {"GET /orders"}


async def test_legacy_websocket(gateway: Gateway) -> None:
    """The legacy subprotocol graphql-ws, whose handshake let strangers in elsewhere, is not spoken."""
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Protocol": "graphql-ws",
    }
    async with gateway.http.get(f"{gateway.url}/graphql", headers=headers) as response:
        assert response.headers.get("Sec-WebSocket-Protocol") is None
        assert response.status != 101
