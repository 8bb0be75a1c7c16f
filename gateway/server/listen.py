"""An application that accepts requests, and how it stops: nobody is cut off, nothing new comes in."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from aiohttp import web

from gateway.http.connections.aiohttp_connection import GatewayRunner, TimedConnection
from gateway.http.connections.fast_path import FastPathConnection
from gateway.http.connections.timeouts import ClientTimeouts
from gateway.http.lifecycle import LIFECYCLE

_DRAIN_SECONDS = 10.0
_LOOK_SECONDS = 0.02


@asynccontextmanager
async def listening(  # noqa: PLR0913  # the one place where these come together
    app: web.Application,
    host: str,
    port: int = 0,
    *,
    sock: socket.socket | None = None,
    goodbye_seconds: float = 0.0,
    timeouts: ClientTimeouts | None = None,
) -> AsyncIterator[str]:
    """An application, accepting requests; gives its address. Ends what runs before it stops.

    goodbye_seconds: how long idle connections are still answered, once, after the end is announced;
    a request that is on its way at that moment is not lost. timeouts: with slow clients.
    """
    bound = sock or bind(host, port)
    runner = GatewayRunner(app, timeouts or ClientTimeouts(), shutdown_timeout=_DRAIN_SECONDS)
    try:
        await runner.setup()
    except BaseException:
        bound.close()
        raise
    site, entrance = web.SockSite(runner, bound), bound.dup()
    try:
        await site.start()
        yield url_of(host, bound)
    finally:
        await site.stop()
        await _let_in(entrance, runner)
        if goodbye_seconds:
            await _say_goodbye(app, runner, goodbye_seconds)
        await runner.cleanup()
        bound.close()


async def _let_in(entrance: socket.socket, runner: web.AppRunner) -> None:
    """Close the entrance, but let in who stands there already: the system would reset their connections."""
    waiting = []
    entrance.settimeout(0)
    with suppress(OSError):
        while True:
            waiting.append(entrance.accept()[0])
    entrance.close()
    loop, server = asyncio.get_running_loop(), runner.server
    if server:
        for connection in waiting:
            await loop.connect_accepted_socket(server, connection)


async def _say_goodbye(app: web.Application, runner: GatewayRunner, seconds: float) -> None:
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    await app[LIFECYCLE].stop()
    while runner.connections and loop.time() < until:  # noqa: ASYNC110  # no event tells
        await asyncio.sleep(_LOOK_SECONDS)
    # Each right after a last look; what has come meanwhile is answered first.
    while not _left(runner.connections) and loop.time() < until + seconds:  # noqa: ASYNC110  # as above
        await asyncio.sleep(_LOOK_SECONDS)


def _left(connections: list[TimedConnection | FastPathConnection]) -> bool:
    """Close the idle ones; False where that is not done with."""
    return False not in [connection.leave() for connection in connections]


def bind(host: str, port: int) -> socket.socket:
    """A socket that is ready to listen. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=1024)


def url_of(host: str, sock: socket.socket) -> str:
    """Address of what listens there."""
    return f"http://{f'[{host}]' if ':' in host else host}:{sock.getsockname()[1]}"
