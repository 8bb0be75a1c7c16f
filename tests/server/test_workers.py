"""Workers: several processes on one port, that are replaced when they die or are told to, and lose nobody."""

import asyncio
import json
import os
import re
import signal
import socket
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import WSCloseCode, web
from yarl import URL

from gateway.http.connections.aiohttp_connection import GatewayRunner
from gateway.http.connections.timeouts import ClientTimeouts
from gateway.http.lifecycle import LIFECYCLE, add_lifecycle, close_connections_on_stop
from gateway.server.listen import listening
from tests.server.test_command_line import ANSWER, QUERY, TRUST, started
from tests.support.issuer import claims, rsa_key, token
from tests.support.waiting import HANGS_AFTER

KEY = rsa_key()
FOLLOW = 'subscription { orderChanged(id: "0bac05e5-b207-4794-80b8-6c94211643c5") { id } }'


@dataclass
class Serving:
    """A running `gateway serve` over a sandbox."""

    process: Process
    url: str
    headers: dict[str, str]
    answers: list[Any] = field(default_factory=list)

    async def ask(self, http: aiohttp.ClientSession) -> None:
        async with http.post(f"{self.url}/graphql", json=QUERY, headers=self.headers) as response:
            self.answers.append(await response.json())

    async def ask_until(self, done: asyncio.Event) -> None:
        """Ask again and again over connections that are kept, as a front end's server does."""
        async with aiohttp.ClientSession() as http:
            while not done.is_set():
                await self.ask(http)

    def workers(self) -> set[int]:
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children") as children:  # noqa: PTH123  # a file of the kernel's
            return set(map(int, children.read().split()))


def environment_over(sandbox: str) -> dict[str, str]:
    """What `gateway serve` needs, over a sandbox at that address."""
    return TRUST | {
        "GATEWAY_STATE_PATH": ":memory:",
        "GATEWAY_AUTH_PUBLIC_KEY": json.dumps(KEY.as_dict(private=False)),
        "GATEWAY_IMIN_BASE_URL": f"{sandbox}/api/v2",
    }


@asynccontextmanager
async def serving(*arguments: str, **environment: str) -> AsyncIterator[Serving]:
    async with (
        started("sandbox", "--port", "0") as (_, sandbox),
        started(
            "serve",
            "--port=0",
            *arguments,
            **environment_over(sandbox[-1].removeprefix("ready ")) | environment,
        ) as (process, lines),
    ):
        assert [re.sub(r"\d+$", "N", line) for line in lines] == ["ready http://127.0.0.1:N"]
        headers = {"Authorization": f"Bearer {token(KEY, claims('1234'))}"}
        yield Serving(process, lines[-1].removeprefix("ready "), headers)


async def until(is_so: Any, seconds: float = 30) -> None:
    """Wait for what another process does."""
    async with asyncio.timeout(seconds):
        while not is_so():  # noqa: ASYNC110  # other processes tell no event
            await asyncio.sleep(0.02)


async def test_workers() -> None:
    """Workers share the port; one that is killed is replaced; SIGTERM ends them all, quickly, with 0."""
    async with serving("--workers=2") as gateway:
        first = gateway.workers()
        for _ in range(6):
            async with aiohttp.ClientSession() as http:
                await gateway.ask(http)
        killed = min(first)
        os.kill(killed, signal.SIGKILL)
        await until(lambda: len(gateway.workers() - {killed}) == 2)
        async with aiohttp.ClientSession() as http:
            await gateway.ask(http)
        began = time.monotonic()
        gateway.process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(gateway.process.wait(), HANGS_AFTER)
        took = time.monotonic() - began

    assert len(first) == 2
    assert gateway.answers == [ANSWER] * 7
    assert gateway.process.returncode == 0
    assert took < 2


async def test_rolling_restart_loses_nothing() -> None:
    """SIGHUP replaces every worker while requests go on, and each of them is answered."""
    # Nobody reads the log here: with a line for each request its pipe would be full.
    async with serving("--workers=2", GATEWAY_LOG_LEVEL="WARNING") as gateway:
        before, done = gateway.workers(), asyncio.Event()
        clients = [asyncio.ensure_future(gateway.ask_until(done)) for _ in range(8)]
        for _ in range(2):
            old = gateway.workers()
            gateway.process.send_signal(signal.SIGHUP)
            await until(lambda old=old: len(gateway.workers()) == 2 and not gateway.workers() & old)
        done.set()
        await asyncio.gather(*clients)
        after = gateway.workers()

    assert not before & after
    assert len(gateway.answers) > 50
    assert gateway.answers == [ANSWER] * len(gateway.answers)


async def test_orphans_end() -> None:
    """Workers whose parent was killed end by themselves."""
    async with serving("--workers=2") as gateway:
        workers = gateway.workers()
        gateway.process.kill()
        await gateway.process.wait()

        await until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in workers))  # noqa: PTH110  # as above


async def test_workers_count_together() -> None:
    """Whichever worker is asked, the metrics tell of all."""
    async with serving("--workers=2") as gateway:
        for _ in range(8):
            async with aiohttp.ClientSession() as http:
                await gateway.ask(http)
        async with aiohttp.ClientSession() as http, http.get(f"{gateway.url}/metrics") as response:
            text = await response.text()

    assert re.findall(
        r'^gateway_requests_total\{operation="\w+",outcome="ok"\} (\S+)', text, re.MULTILINE
    ) == ["8.0"]


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_stop_waits_for_what_runs(workers: str) -> None:
    """A request that is under way when the stop is announced is answered before the end."""
    async with (
        serving(f"--workers={workers}", GATEWAY_CACHE_ENABLED="false") as gateway,
        aiohttp.ClientSession() as http,
    ):
        base = await sandbox_url(gateway)
        fault = {"route": "GET /orders", "kind": "delay", "delaySeconds": 1, "times": 1}
        async with http.post(f"{base}/sandbox/faults", json=fault) as response:
            assert response.status == 201
        request = asyncio.ensure_future(gateway.ask(http))
        while not await _asked(http, base):
            assert not request.done()
        gateway.process.send_signal(signal.SIGTERM)
        await request
        await asyncio.wait_for(gateway.process.wait(), HANGS_AFTER)

    assert gateway.answers == [ANSWER]
    assert gateway.process.returncode == 0


async def test_stop_with_open_socket() -> None:
    """A gateway on whose WebSocket somebody follows an order ends within a second."""
    async with (
        serving("--workers=1") as gateway,
        aiohttp.ClientSession() as http,
        http.ws_connect(f"{gateway.url}/graphql", protocols=["graphql-transport-ws"]) as socket,
    ):
        await socket.send_json({"type": "connection_init", "payload": gateway.headers})
        await socket.send_json({"id": "1", "type": "subscribe", "payload": {"query": FOLLOW}})
        received = [(await socket.receive_json())["type"] for _ in range(2)]
        began = time.monotonic()
        gateway.process.send_signal(signal.SIGTERM)
        while (await socket.receive()).type is aiohttp.WSMsgType.TEXT:
            pass
        await gateway.process.wait()
        took = time.monotonic() - began

    assert received == ["connection_ack", "next"]
    assert socket.close_code == WSCloseCode.SERVICE_RESTART
    assert took < 1


async def _asked(http: aiohttp.ClientSession, base: str) -> bool:
    """Whether imin has been asked."""
    async with http.get(f"{base}/sandbox/ledger") as response:
        return bool((await response.json())["counts"])


async def sandbox_url(gateway: Serving) -> str:
    """Address of the sandbox behind it."""
    with open(f"/proc/{gateway.process.pid}/environ", "rb") as environ:  # noqa: PTH123, ASYNC230  # a file of the kernel's
        values = dict(pair.split(b"=", 1) for pair in environ.read().split(b"\0") if b"=" in pair)
    return values[b"GATEWAY_IMIN_BASE_URL"].decode().removesuffix("/api/v2")


async def test_who_waits_is_let_in() -> None:
    """Connections that the system has made, but that nobody has accepted yet, are answered, not reset."""

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text="here")

    app = web.Application(middlewares=[close_connections_on_stop])
    add_lifecycle(app)
    app.router.add_get("/", answer)
    with ExitStack() as clients:
        async with listening(app, "127.0.0.1", goodbye_seconds=5) as url:
            address = ("127.0.0.1", URL(url).port or 0)
            # The loop does not turn between here and the stop, so nobody can have accepted them.
            connections = [clients.enter_context(socket.create_connection(address)) for _ in range(50)]
            for connection in connections:
                connection.sendall(b"GET / HTTP/1.1\r\nHost: gateway\r\n\r\n")
        answers = [connection.recv(1000) for connection in connections]
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address)

    assert all(answer.startswith(b"HTTP/1.1 200 OK") for answer in answers)
    assert all(answer.endswith(b"\r\n\r\nhere") for answer in answers)


async def test_last_look() -> None:
    """A request that has come, and that a busy process has not read yet, keeps its connection open."""

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text="here")

    app = web.Application()
    app.router.add_get("/", answer)
    runner = GatewayRunner(app, ClientTimeouts(), shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    loop = asyncio.get_running_loop()
    with socket.create_connection(runner.addresses[0]) as client:
        client.settimeout(0)
        answers, left = [], []
        for _ in range(3):
            client.sendall(b"GET / HTTP/1.1\r\nHost: gateway\r\n\r\n")
            # The loop has not turned since.
            left += [connection.close_if_idle() for connection in runner.connections]
            answers.append(await loop.sock_recv(client, 1000))
        left += [connection.close_if_idle() for connection in runner.connections]
        end = await loop.sock_recv(client, 1000)
    await runner.cleanup()

    assert left == [False, False, True]
    assert all(answer.endswith(b"\r\n\r\nhere") for answer in answers)
    assert end == b""


@pytest.mark.parametrize("is_polite", [True, False])
async def test_sockets_closed(is_polite: bool) -> None:  # noqa: FBT001  # a parameter of the test
    """Open WebSockets are told to go, and the server ends within a second, even if they do not listen."""
    app = web.Application()
    life = add_lifecycle(app)

    async def accept(request: web.Request) -> web.WebSocketResponse:
        web_socket = web.WebSocketResponse()
        await web_socket.prepare(request)
        request.app[LIFECYCLE].sockets[web_socket] = request
        async for _ in web_socket:
            pass
        return web_socket

    app.router.add_get("/", accept)
    async with aiohttp.ClientSession() as http:
        async with listening(app, "127.0.0.1") as url:
            socket = await http.ws_connect(url, autoclose=is_polite)
            reading = asyncio.ensure_future(socket.receive()) if is_polite else None
            await until(lambda: len(life.sockets) == 1)
            began = time.monotonic()
        took = time.monotonic() - began
        message = await reading if reading else None

    assert took < 1
    assert message is None or message.data == WSCloseCode.SERVICE_RESTART
