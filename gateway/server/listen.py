"""Run an application on a socket and stop it gracefully: requests in progress finish first."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from aiohttp import web

from gateway.http.connections.aiohttp_connection import GatewayRunner, TimedConnection
from gateway.http.connections.fast_path import FastPathConnection
from gateway.http.connections.timeouts import ClientTimeouts
from gateway.http.lifecycle import LIFECYCLE

_BACKLOG = 4_096
"""Connections that wait to be accepted: after a rollout, thousands of subscribers come back within a second.

The system may allow fewer (net.core.somaxconn). Where the queue is full, a client waits for seconds.
"""
_DRAIN_SECONDS = 10.0
_POLL_SECONDS = 0.02


@asynccontextmanager
async def listening(  # noqa: PLR0913  # the one place where these come together
    app: web.Application,
    host: str,
    port: int = 0,
    *,
    sock: socket.socket | None = None,
    goodbye_seconds: float = 0.0,
    drain_seconds: float = _DRAIN_SECONDS,
    timeouts: ClientTimeouts | None = None,
) -> AsyncIterator[str]:
    """Run an application; yields its URL. Requests in progress finish before it stops.

    goodbye_seconds: how long idle connections are still served, for one request each, after shutdown is
    announced, so that a request already on its way is not lost. drain_seconds: how long requests may take to
    finish. timeouts: for slow clients.
    """
    bound = sock or bind(host, port)
    runner = GatewayRunner(app, timeouts or ClientTimeouts(), shutdown_timeout=drain_seconds)
    try:
        await runner.setup()
    except BaseException:
        bound.close()
        raise
    # The site listens again, with a backlog of its own.
    site, backlog = web.SockSite(runner, bound, backlog=_BACKLOG), bound.dup()
    try:
        await site.start()
        yield url_of(host, bound)
    finally:
        await site.stop()
        await _accept_backlog(backlog, runner)
        if goodbye_seconds:
            await _say_goodbye(app, runner, goodbye_seconds)
        await runner.cleanup()
        bound.close()


async def _accept_backlog(backlog: socket.socket, runner: web.AppRunner) -> None:
    """Stop listening, but accept connections already in the backlog: the system would reset them."""
    waiting = []
    backlog.settimeout(0)
    with suppress(OSError):
        while True:
            waiting.append(backlog.accept()[0])
    backlog.close()
    loop, server = asyncio.get_running_loop(), runner.server
    if server:
        for connection in waiting:
            await loop.connect_accepted_socket(server, connection)


async def _say_goodbye(app: web.Application, runner: GatewayRunner, seconds: float) -> None:
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    await app[LIFECYCLE].stop()
    while runner.connections and loop.time() < until:  # noqa: ASYNC110  # there is no event for it
        await asyncio.sleep(_POLL_SECONDS)
    # Each connection closes right after a last read; a request found by it is answered first.
    while not _close_idle(runner.connections) and loop.time() < until + seconds:  # noqa: ASYNC110  # as above
        await asyncio.sleep(_POLL_SECONDS)


def _close_idle(connections: list[TimedConnection | FastPathConnection]) -> bool:
    """Close idle connections; False while any is still open."""
    return False not in [connection.close_if_idle() for connection in connections]


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; `::` accepts IPv4 too. Raises OSError."""
    if host == "::" and socket.has_dualstack_ipv6():
        return socket.create_server(
            (host, port), family=socket.AF_INET6, backlog=_BACKLOG, dualstack_ipv6=True
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=_BACKLOG)


def url_of(host: str, sock: socket.socket) -> str:
    """The URL of an application that listens on this socket."""
    return f"http://{f'[{host}]' if ':' in host else host}:{sock.getsockname()[1]}"
