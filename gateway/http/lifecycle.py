"""A graceful stop: WebSockets and event streams are closed, and every response ends its connection.

So clients reconnect, and a load balancer sends them to another replica.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from aiohttp import WSCloseCode, web
from aiohttp.typedefs import Handler

_CLOSE_FRAME_SECONDS = 0.4
_POLL_SECONDS = 0.02


class OpenSocket(Protocol):
    """A WebSocket."""

    def close(self, code: int) -> None:
        """Send a close frame."""

    def abort(self) -> None:
        """Disconnect at once."""


@dataclass
class Lifecycle:
    """Whether the server is stopping, and its open WebSockets, which leave `sockets` by themselves.

    on_stop: called when it begins to stop.
    """

    is_stopping: bool = False
    sockets: set[OpenSocket] = field(default_factory=set)
    on_stop: set[Callable[[], None]] = field(default_factory=set)

    async def stop(self) -> None:
        """Begin to stop, and close the WebSockets; don't wait long for clients that don't answer it."""
        self.is_stopping = True
        for notify in list(self.on_stop):
            notify()
        for socket in list(self.sockets):
            socket.close(WSCloseCode.SERVICE_RESTART)
        until = asyncio.get_running_loop().time() + _CLOSE_FRAME_SECONDS
        while self.sockets and asyncio.get_running_loop().time() < until:  # noqa: ASYNC110  # no event for it
            await asyncio.sleep(_POLL_SECONDS)
        for socket in list(self.sockets):
            socket.abort()


LIFECYCLE = web.AppKey("lifecycle", Lifecycle)


def add_lifecycle(app: web.Application) -> Lifecycle:
    """Give the application a Lifecycle that stops on its shutdown."""
    lifecycle = app[LIFECYCLE] = Lifecycle()

    async def stop(_app: web.Application) -> None:
        await lifecycle.stop()

    app.on_shutdown.append(stop)
    return lifecycle


@web.middleware
async def close_connections_on_stop(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Make each response the last of its connection while the server stops, also one that was streamed."""
    response = await handler(request)
    if request.app[LIFECYCLE].is_stopping:
        response.force_close()
    return response
