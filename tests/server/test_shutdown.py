"""A graceful stop: requests finish, waiting connections are served, WebSockets are closed."""

import asyncio
import re
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager

import aiohttp
import pytest
from aiohttp import WSCloseCode, web
from yarl import URL

from gateway.app import create_app
from gateway.auth import demo_caller
from gateway.http.connections.aiohttp_connection import GatewayRunner
from gateway.http.connections.timeouts import ClientTimeouts
from gateway.http.lifecycle import add_lifecycle, close_connections_on_stop
from gateway.server.listen import listening
from gateway.settings.model import Settings
from tests.support.commands import ANSWER, Serving, serving
from tests.support.subscriptions import PROTOCOL
from tests.support.waiting import HANGS_AFTER, PLENTY, until

REQUEST = b"GET / HTTP/1.1\r\nHost: gateway\r\n\r\n"
SUBSCRIPTION = 'subscription { orderChanged(id: "0bac05e5-b207-4794-80b8-6c94211643c5") { id } }'


def hello_app() -> web.Application:
    """An application that responds to `/` with `hello`."""

    async def hello(_request: web.Request) -> web.Response:
        return web.Response(text="hello")

    app = web.Application(middlewares=[close_connections_on_stop])
    add_lifecycle(app)
    app.router.add_get("/", hello)
    return app


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_running_request(workers: str) -> None:
    """A request that is running when the stop begins gets its response before the process ends."""
    async with (
        serving(f"--workers={workers}", GATEWAY_CACHE_ENABLED="false") as gateway,
        aiohttp.ClientSession() as http,
    ):
        fault = {"route": "GET /orders", "kind": "delay", "delaySeconds": 3_600, "times": 1}
        async with http.post(f"{gateway.sandbox_url}/sandbox/faults", json=fault) as response:
            assert response.status == 201
        request = asyncio.ensure_future(gateway.send_query(http))
        await until(lambda: has_received_requests(gateway, http))
        idle = [await idle_connection(gateway) for _ in range(6)]
        gateway.process.send_signal(signal.SIGTERM)
        # They are closed once the stop has begun.
        for reader, writer in idle:
            assert await asyncio.wait_for(reader.read(), HANGS_AFTER) == b""
            writer.close()
        assert not request.done()
        async with http.delete(f"{gateway.sandbox_url}/sandbox/faults") as response:
            assert response.status == 204
        await request
        await asyncio.wait_for(gateway.process.wait(), HANGS_AFTER)

    assert gateway.responses == [ANSWER]
    assert gateway.process.returncode == 0


async def idle_connection(gateway: Serving) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection on which a response has come."""
    url = URL(gateway.url)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
    head = await reader.readuntil(b"\r\n\r\n")
    await reader.readexactly(int(re.findall(rb"Content-Length: (\d+)", head)[0]))
    return reader, writer


async def has_received_requests(gateway: Serving, http: aiohttp.ClientSession) -> bool:
    async with http.get(f"{gateway.sandbox_url}/sandbox/ledger") as response:
        return bool((await response.json())["counts"])


async def test_subscription() -> None:
    """A process with a subscription closes its WebSocket, and ends at once."""
    async with (
        serving("--workers=1") as gateway,
        aiohttp.ClientSession() as http,
        http.ws_connect(f"{gateway.url}/graphql", protocols=["graphql-transport-ws"]) as socket,
    ):
        await socket.send_json({"type": "connection_init", "payload": gateway.headers})
        await socket.send_json({"id": "1", "type": "subscribe", "payload": {"query": SUBSCRIPTION}})
        received = [(await socket.receive_json())["type"] for _ in range(2)]
        stop = asyncio.ensure_future(gateway.stop())
        while (await socket.receive()).type is aiohttp.WSMsgType.TEXT:
            pass
        seconds = await stop

    assert received == ["connection_ack", "next"]
    assert socket.close_code == WSCloseCode.SERVICE_RESTART
    assert seconds <= gateway.most_seconds_to_stop


async def test_backlog() -> None:
    """Connections that the system has established, but the gateway has not accepted yet, are served."""
    with ExitStack() as clients:
        async with listening(hello_app(), "127.0.0.1", goodbye_seconds=1) as url:
            address = ("127.0.0.1", URL(url).port or 0)
            # The event loop does not run between here and the stop, so none of them is accepted before.
            connections = [clients.enter_context(socket.create_connection(address)) for _ in range(50)]
            for connection in connections:
                connection.sendall(REQUEST)
        responses = [connection.recv(1000) for connection in connections]
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address)

    assert all(response.startswith(b"HTTP/1.1 200 OK") for response in responses)
    assert all(response.endswith(b"\r\n\r\nhello") for response in responses)


async def test_unread_request() -> None:
    """A request that has arrived, but that a busy process has not read yet, keeps its connection open."""
    loop = asyncio.get_running_loop()
    async with runner_of(hello_app()) as runner:
        with socket.create_connection(runner.addresses[0]) as client:
            client.settimeout(0)
            responses, closed = [], []
            for _ in range(3):
                client.sendall(REQUEST)
                # The event loop has not run since.
                closed += [connection.close_if_idle() for connection in runner.connections]
                responses.append(await loop.sock_recv(client, 1000))
            closed += [connection.close_if_idle() for connection in runner.connections]
            end = await loop.sock_recv(client, 1000)

    assert closed == [False, False, True]
    assert all(response.endswith(b"\r\n\r\nhello") for response in responses)
    assert end == b""


@asynccontextmanager
async def runner_of(app: web.Application) -> AsyncIterator[GatewayRunner]:
    runner = GatewayRunner(app, ClientTimeouts(), shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner
    await runner.cleanup()


@pytest.mark.parametrize("answers_close", [True, False])
async def test_websockets(settings: Settings, *, answers_close: bool) -> None:
    """Open WebSockets get a close frame, and the server does not wait for clients that do not answer it."""
    app = create_app(settings, demo_caller)
    async with asyncio.timeout(HANGS_AFTER), aiohttp.ClientSession() as http:
        async with listening(app, "127.0.0.1", drain_seconds=PLENTY) as url:
            socket = await http.ws_connect(f"{url}/graphql", protocols=[PROTOCOL], autoclose=answers_close)
            reading = asyncio.ensure_future(socket.receive()) if answers_close else None
        message = await reading if reading else None

    assert message is None or message.data == WSCloseCode.SERVICE_RESTART
