"""Requests that come in one piece are answered without aiohttp, and nobody can tell by the answer."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import web
from aiohttp.base_protocol import BaseProtocol
from aiohttp.http_parser import HttpRequestParser
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from gateway.app import create_app
from gateway.auth import Caller, HasHeaders, InvalidToken, demo_caller
from gateway.http.connections.aiohttp_connection import GatewayRunner
from gateway.http.connections.fast_request import FastRequestReader
from gateway.http.connections.timeouts import ClientTimeouts
from gateway.http.lifecycle import LIFECYCLE
from gateway.sandbox import Fault, Sandbox
from gateway.settings.model import Settings
from tests.http.test_edge import QUERY, post

TO_AIOHTTP = b"TE: trailers"
"""A header that changes nothing here, and that the front does not care to know."""
ORIGIN = "https://app.example.org"
OWN_TIME = {"Date", "X-Request-Id"}
LIST = b'{"query": "{ viewer { orders(first: 2) { nodes { id } } } }"}'


async def caller_by_token(request: HasHeaders) -> Caller | None:
    """Whoever the token names; nobody without one."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if given == "forged":
        raise InvalidToken("The token is not valid.")
    return Caller(given) if given else None


@dataclass
class Running:
    """A gateway, and how many requests aiohttp has seen of it."""

    runner: GatewayRunner
    app: web.Application
    port: int

    @property
    def seen_by_aiohttp(self) -> int:
        assert self.runner.server
        return self.runner.server.requests_count

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            yield reader, writer
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def told(self, *pieces: bytes) -> tuple[int, dict[str, str], bytes]:
        """The answer to what is sent in these pieces, the loop turning in between."""
        async with self.connection() as (reader, writer):
            for piece in pieces:
                writer.write(piece)
                await turns()
            return await answer(reader)


async def turns() -> None:
    """Let the loop turn, so that what was sent is read before more is."""
    for _ in range(5):
        await asyncio.sleep(0)


async def answer(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of the next answer."""
    head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)).decode()
    first, *lines = head.split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines if line)
    return int(first.split()[1]), headers, await reader.readexactly(int(headers["Content-Length"]))


@asynccontextmanager
async def running(settings: Settings, authenticate: Any = demo_caller) -> AsyncIterator[Running]:
    app = create_app(settings, authenticate)
    runner = GatewayRunner(app, ClientTimeouts(), shutdown_timeout=5)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield Running(runner, app, runner.addresses[0][1])
    finally:
        await runner.cleanup()


def same(told: tuple[int, dict[str, str], bytes]) -> tuple[int, dict[str, str], Any]:
    """What may be compared: the time and the request's id are an answer's own."""
    status, headers, body = told
    content = json.loads(body)
    for error in content.get("errors", []):
        error["extensions"].pop("requestId", None)
    return status, {name: value for name, value in headers.items() if name not in OWN_TIME}, content


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (QUERY, []),
        (QUERY, [b"Accept: application/graphql-response+json"]),
        (QUERY, [b"Accept: text/html"]),
        (QUERY, [b"Accept: */*;q=0"]),
        (QUERY, [b"Authorization: Bearer 1234"]),
        (QUERY, [b"Authorization: Bearer forged"]),
        (
            QUERY,
            [b"authorization: Bearer 1234", b"Accept-Encoding: gzip", b"Cookie: a=b", b"X-Odd: \xc3\xa4\xff"],
        ),
        (QUERY, [b"Authorization: Bearer 1234", f"Origin: {ORIGIN}".encode()]),
        (QUERY, [b"Authorization: Bearer 1234", b"Origin: https://elsewhere.example.org"]),
        (QUERY, [b"Authorization: Bearer 1234", b"X-Request-Id: mine-0123456789"]),
        (QUERY, [b"Authorization: Bearer 1234", b"X-Request-Id: no"]),
        (LIST, [b"Authorization: Bearer 1234"]),
        (b'{"query": "{ nobody }"}', [b"Authorization: Bearer 1234"]),
        (
            b'{"query": "{ nobody }"}',
            [b"Authorization: Bearer 1234", b"Accept: application/graphql-response+json"],
        ),
        (b'{"query": "{"}', [b"Authorization: Bearer 1234"]),
        (b'{"query": "subscription { orderChanged(id: \\"1\\") { id } }"}', [b"Authorization: Bearer 1234"]),
        (b'{"query": 1}', [b"Authorization: Bearer 1234"]),
        (b"[]", [b"Authorization: Bearer 1234"]),
        (b"{", [b"Authorization: Bearer 1234"]),
        (b"\xff", [b"Authorization: Bearer 1234"]),
        (b"", [b"Authorization: Bearer 1234"]),
    ],
)
async def test_same_answers(settings: Settings, body: bytes, headers: list[bytes]) -> None:
    """The answer is aiohttp's, header by header."""
    async with running(settings.but(cors_origins=(ORIGIN,), rate_limited=False), caller_by_token) as gateway:
        by_front = await gateway.told(post(body, *headers))
        assert gateway.seen_by_aiohttp == 0
        by_aiohttp = await gateway.told(post(body, *headers, TO_AIOHTTP))
        assert gateway.seen_by_aiohttp == 1

    assert same(by_front) == same(by_aiohttp)
    assert set(by_front[1]) == set(by_aiohttp[1])
    assert len(by_front[1]["X-Request-Id"]) in {15, 32}


async def test_rates(settings: Settings) -> None:
    """A caller's bucket is one, by whichever way they come."""
    small = settings.but(rate_cost_per_second=0.001, rate_burst_cost=3)
    async with running(small, caller_by_token) as gateway:
        request = post(QUERY, b"Authorization: Bearer 1234")
        told = [await gateway.told(request) for _ in range(2)]
        told += [await gateway.told(post(QUERY, b"Authorization: Bearer 1234", TO_AIOHTTP)) for _ in range(2)]
        told.append(await gateway.told(request))

    assert [status for status, _, _ in told] == [200, 200, 200, 429, 429]
    assert same(told[3]) == same(told[4])


@pytest.mark.parametrize(
    "unusual",
    [
        post(QUERY, b"Connection: close"),
        post(QUERY, b"Expect: 100-continue"),
        post(QUERY, b"Content-Encoding: identity"),
        post(QUERY, b"X-Twice: 1", b"x-twice: 2"),
        post(QUERY, b"Accept: text/event-stream"),
        post(QUERY).replace(b"application/json", b"text/plain"),
        post(QUERY).replace(b"Host: x\r\n", b""),
        post(QUERY).replace(b"HTTP/1.1", b"HTTP/1.0"),
        post(QUERY).replace(b"/graphql", b"/graphql?a=b"),
        post(QUERY).replace(b"Content-Length: ", b"Content-Length: 0"),
        post(QUERY).replace(b"Host: x", b"Host : x"),
        post(QUERY).replace(b"Host: x\r\n", b"Host: x\r\n folded: y\r\n"),
        post(QUERY).replace(b"\r\n", b"\n"),
        post(QUERY)[:-1],
        post(QUERY) + post(QUERY),
        post(QUERY) + b"x",
        post(QUERY).replace(b"Content-Length: %d\r\n" % len(QUERY), b"Transfer-Encoding: chunked\r\n"),
        post(QUERY, b"Transfer-Encoding: chunked"),
        post(QUERY, *(b"X-%d: y" % number for number in range(80))),
        post(QUERY, b"X: " + b"y" * 9_000),
        post(b'{"query": "' + b" " * 3_000 + b'"}'),
        b"GET /graphql HTTP/1.1\r\nHost: x\r\n\r\n",
        b"",
        b"\r\n\r\n",
    ],
)
def test_unusual(unusual: bytes) -> None:
    """What is not quite as usual is not read here."""
    assert FastRequestReader(longest_body=3_000).read(unusual) is None


def test_usual() -> None:
    """What is usual is, one after the other."""
    reader = FastRequestReader(longest_body=3_000)

    read = [reader.read(post(body, b"Accept: a/b")) for body in (QUERY, LIST)]

    assert [posted and (posted.body, posted.headers["accept"]) for posted in read] == [
        (QUERY, "a/b"),
        (LIST, "a/b"),
    ]


@hypothesis_settings(max_examples=1_000, deadline=None)
@given(
    at=st.integers(0, 10_000),
    removed=st.integers(0, 3),
    inserted=st.binary(max_size=3)
    | st.sampled_from(
        [b"\r\n", b"\n", b"\r", b" ", b"\t", b"\0", b":", b"\r\nContent-Length: 1", b"\r\nX: y"]
    ),
)
async def test_takes_no_more_than_aiohttp(at: int, removed: int, inserted: bytes) -> None:
    """However a request is spoilt: what is read here, aiohttp would have read the same."""
    request = post(QUERY, b"Accept: */*", b"X-Odd: \xc3\xa4")
    at %= len(request)
    request = request[:at] + inserted + request[at + removed :]

    posted = FastRequestReader(longest_body=3_000).read(request)

    if posted is not None:
        loop = asyncio.get_running_loop()
        ((message, body),), upgraded, tail = HttpRequestParser(
            BaseProtocol(loop, None), loop, 65_536
        ).feed_data(request)
        assert (message.method, message.path, upgraded, tail) == ("POST", "/graphql", False, b"")
        assert list(posted.headers.items()) == list(message.headers.items())
        assert posted.body == body.read_nowait()
        assert body.is_eof()


async def test_cut_anywhere(settings: Settings) -> None:
    """Wherever a request is cut in two on its way, its answer is the same."""
    request = post(QUERY)
    async with running(settings) as gateway:
        told = [await gateway.told(request[:at], request[at:]) for at in range(1, len(request), 7)]

    assert {(status, body) for status, _, body in told} == {
        (200, b'{"data":{"viewer":{"identifier":"1234"}}}')
    }


@hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
async def test_many_on_one_connection(settings: Settings, data: st.DataObject) -> None:
    """However requests of both kinds share a connection and its segments, each has its answer, in turn."""
    bodies = [
        json.dumps({"query": f"{{ n{number}: viewer {{ identifier }} }}"}).encode() for number in range(6)
    ]
    odd = data.draw(st.lists(st.booleans(), min_size=6, max_size=6))
    stream = b"".join(
        post(body, *([TO_AIOHTTP] if is_odd else [])) for body, is_odd in zip(bodies, odd, strict=True)
    )
    cuts = sorted(data.draw(st.sets(st.integers(1, len(stream) - 1), max_size=5)))
    async with running(settings) as gateway, gateway.connection() as (reader, writer):
        for low, high in zip([0, *cuts], [*cuts, len(stream)], strict=True):
            writer.write(stream[low:high])
            await turns()
        told = [json.loads((await answer(reader))[2]) for _ in bodies]

    assert told == [{"data": {f"n{number}": {"identifier": "1234"}}} for number in range(6)]


async def test_stops(settings: Settings, sandbox: Sandbox) -> None:
    """What is being answered when the server stops is answered, and is the connection's last."""
    sandbox.faults.add(Fault("GET /orders", "delay", delay_seconds=0.3))
    async with running(settings) as gateway, gateway.connection() as (reader, writer):
        writer.write(post(LIST))
        await sandbox.request_log.wait_for("GET /orders")
        await gateway.app[LIFECYCLE].stop()
        status, headers, _ = await answer(reader)
        end = await asyncio.wait_for(reader.read(), 5)

    assert (status, headers["Connection"], end) == (200, "close", b"")


async def test_idle_ones_are_closed(settings: Settings) -> None:
    """A connection that rests when the server ends is closed, and nobody waits for it."""
    async with running(settings) as gateway, gateway.connection() as (reader, writer):
        writer.write(post(QUERY))
        await answer(reader)
        await gateway.runner.cleanup()

        assert await asyncio.wait_for(reader.read(), 5) == b""


async def test_client_that_leaves(settings: Settings, sandbox: Sandbox) -> None:
    """What a client has asked for is done though it hangs up, and a stop waits for it: it may be a change."""
    query = '{ order(identifier: "%s") { id } }' % sandbox.store.identifiers("1234")[0]  # noqa: UP031  # braces
    sandbox.faults.add(Fault("GET /orders/:id", "delay", delay_seconds=0.3))
    async with running(settings, caller_by_token) as gateway:
        async with gateway.connection() as (_, writer):
            writer.write(post(json.dumps({"query": query}).encode(), b"Authorization: Bearer 1234"))
            await sandbox.request_log.wait_for("GET /orders/:id")
        await gateway.runner.cleanup()

    # The order has come, and has been looked for in the customer's history.
    assert sandbox.request_log.counts() == {"GET /orders/:id": 1, "GET /orders": 1}
