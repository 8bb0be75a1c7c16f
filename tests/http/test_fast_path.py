"""The fast path gives the same responses as aiohttp, byte for byte except for time and request id."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import web
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from gateway.app import create_app
from gateway.auth import Caller, HasHeaders, InvalidToken, demo_caller
from gateway.http.connections.aiohttp_connection import GatewayRunner
from gateway.http.connections.timeouts import ClientTimeouts
from gateway.http.lifecycle import LIFECYCLE
from gateway.sandbox import Sandbox
from gateway.settings.model import Settings
from tests.support.raw_http import QUERY, Streams, connection, loop_turns, post, read_response
from tests.support.waiting import HANGS_AFTER, PLENTY, held

UNUSUAL = b"TE: trailers"
"""Changes nothing, but makes a request unusual, so that aiohttp answers it."""
ORIGIN = "https://app.example.org"
OWN_TIME = {"Date", "X-Request-Id"}
LIST = b'{"query": "{ viewer { orders(first: 2) { nodes { id } } } }"}'


async def caller_by_token(request: HasHeaders) -> Caller | None:
    """The customer that the token names."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if given == "forged":
        raise InvalidToken("The token is not valid.")
    return Caller(given) if given else None


@dataclass
class Running:
    """A gateway whose runner counts the requests that aiohttp answers."""

    runner: GatewayRunner
    app: web.Application
    port: int

    @property
    def answered_by_aiohttp(self) -> int:
        assert self.runner.server
        return self.runner.server.requests_count

    def connection(self) -> AbstractAsyncContextManager[Streams]:
        return connection(f"http://127.0.0.1:{self.port}")

    async def response(self, *pieces: bytes) -> tuple[int, dict[str, str], bytes]:
        """The response to a request that is sent in these pieces, each of which arrives by itself."""
        async with self.connection() as (reader, writer):
            for piece in pieces:
                writer.write(piece)
                await loop_turns()
            return await read_response(reader)


@asynccontextmanager
async def running(settings: Settings, authenticate: Any = demo_caller) -> AsyncIterator[Running]:
    app = create_app(settings, authenticate)
    runner = GatewayRunner(app, ClientTimeouts(PLENTY, PLENTY), shutdown_timeout=PLENTY)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield Running(runner, app, runner.addresses[0][1])
    finally:
        await runner.cleanup()


def comparable(response: tuple[int, dict[str, str], bytes]) -> tuple[int, dict[str, str], Any]:
    """The response without the time and the request's id, which differ."""
    status, headers, body = response
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
        (b'{"query": "{ unknown }"}', [b"Authorization: Bearer 1234"]),
        (
            b'{"query": "{ unknown }"}',
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
async def test_same_responses(settings: Settings, body: bytes, headers: list[bytes]) -> None:
    """Status, headers and body are those of aiohttp."""
    async with running(settings.but(cors_origins=(ORIGIN,), rate_limited=False), caller_by_token) as gateway:
        by_fast_path = await gateway.response(post(body, *headers))
        assert gateway.answered_by_aiohttp == 0
        by_aiohttp = await gateway.response(post(body, *headers, UNUSUAL))
        assert gateway.answered_by_aiohttp == 1

    assert comparable(by_fast_path) == comparable(by_aiohttp)
    assert set(by_fast_path[1]) == set(by_aiohttp[1])
    assert len(by_fast_path[1]["X-Request-Id"]) in {15, 32}


async def test_shared_rate_limit(settings: Settings) -> None:
    """Requests on both ways are charged to the same bucket."""
    small = settings.but(rate_cost_per_second=0.001, rate_burst_cost=3)
    async with running(small, caller_by_token) as gateway:
        request = post(QUERY, b"Authorization: Bearer 1234")
        responses = [await gateway.response(request) for _ in range(2)]
        responses += [
            await gateway.response(post(QUERY, b"Authorization: Bearer 1234", UNUSUAL)) for _ in range(2)
        ]
        responses.append(await gateway.response(request))

    assert [status for status, _, _ in responses] == [200, 200, 200, 429, 429]
    assert comparable(responses[3]) == comparable(responses[4])


async def test_cut_anywhere(settings: Settings) -> None:
    """The response does not depend on where a request is split on its way."""
    request = post(QUERY)
    async with running(settings) as gateway:
        responses = [await gateway.response(request[:at], request[at:]) for at in range(1, len(request), 7)]

    assert {(status, body) for status, _, body in responses} == {
        (200, b'{"data":{"viewer":{"identifier":"1234"}}}')
    }


@hypothesis_settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
async def test_many_on_one_connection(settings: Settings, data: st.DataObject) -> None:
    """Requests of both kinds on one connection get their responses in order, however they are split."""
    bodies = [
        json.dumps({"query": f"{{ n{number}: viewer {{ identifier }} }}"}).encode() for number in range(6)
    ]
    unusual = data.draw(st.lists(st.booleans(), min_size=6, max_size=6))
    stream = b"".join(
        post(body, *([UNUSUAL] if is_unusual else []))
        for body, is_unusual in zip(bodies, unusual, strict=True)
    )
    cuts = sorted(data.draw(st.sets(st.integers(1, len(stream) - 1), max_size=5)))
    async with running(settings) as gateway, gateway.connection() as (reader, writer):
        for low, high in zip([0, *cuts], [*cuts, len(stream)], strict=True):
            writer.write(stream[low:high])
            await loop_turns()
        contents = [json.loads((await read_response(reader))[2]) for _ in bodies]

    assert contents == [{"data": {f"n{number}": {"identifier": "1234"}}} for number in range(6)]


async def test_shutdown_during_a_request(settings: Settings, sandbox: Sandbox) -> None:
    """A request that runs when the server stops gets its response, the last of its connection."""
    sandbox.faults.add(held("GET /orders"))
    async with running(settings) as gateway, gateway.connection() as (reader, writer):
        writer.write(post(LIST))
        await sandbox.request_log.wait_for("GET /orders")
        await gateway.app[LIFECYCLE].stop()
        sandbox.faults.clear()
        status, headers, _ = await read_response(reader)
        end = await asyncio.wait_for(reader.read(), HANGS_AFTER)

    assert (status, headers["Connection"], end) == (200, "close", b"")


async def test_shutdown_when_idle(settings: Settings) -> None:
    """An idle connection is closed when the server stops."""
    async with running(settings) as gateway, gateway.connection() as (reader, writer):
        writer.write(post(QUERY))
        await read_response(reader)
        await asyncio.wait_for(gateway.runner.cleanup(), HANGS_AFTER)

        assert await asyncio.wait_for(reader.read(), HANGS_AFTER) == b""


async def test_client_disconnects(settings: Settings, sandbox: Sandbox) -> None:
    """An operation runs to its end though its client disconnects, and a shutdown waits for it."""
    query = '{ order(identifier: "%s") { id } }' % sandbox.store.identifiers("1234")[0]  # noqa: UP031  # braces
    sandbox.faults.add(held("GET /orders/:id"))
    async with running(settings, caller_by_token) as gateway:
        async with gateway.connection() as (_, writer):
            writer.write(post(json.dumps({"query": query}).encode(), b"Authorization: Bearer 1234"))
            await sandbox.request_log.wait_for("GET /orders/:id")
        cleanup = asyncio.ensure_future(gateway.runner.cleanup())
        await loop_turns()
        assert not cleanup.done()
        sandbox.faults.clear()
        await cleanup

    # After the first request to imin it went on with the second, the proof of ownership.
    assert sandbox.request_log.counts() == {"GET /orders/:id": 1, "GET /orders": 1}
