"""A graceful stop: WebSockets and event streams are closed, and every response ends its connection.

So clients reconnect, and a load balancer sends them to another replica.
"""

import asyncio
import weakref
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeAlias

from aiohttp import WSCloseCode, web
from aiohttp.typedefs import Handler

_CLOSE_FRAME_SECONDS = 0.4

WebSockets: TypeAlias = "weakref.WeakKeyDictionary[web.WebSocketResponse, web.BaseRequest]"


@dataclass
class Lifecycle:
    """Whether the server is stopping, and its open WebSockets with their requests.

    on_stop: called when it begins to stop.
    """

    is_stopping: bool = False
    sockets: WebSockets = field(default_factory=weakref.WeakKeyDictionary)
    on_stop: set[Callable[[], None]] = field(default_factory=set)

    async def stop(self) -> None:
        """Begin to stop, and close the WebSockets."""
        self.is_stopping = True
        for notify in list(self.on_stop):
            notify()
        await asyncio.gather(*(_close(socket, request) for socket, request in self.sockets.items()))


async def _close(socket: web.WebSocketResponse, request: web.BaseRequest) -> None:
    """Send a close frame; don't wait for clients that don't answer it."""
    with suppress(TimeoutError, ConnectionError):
        async with asyncio.timeout(_CLOSE_FRAME_SECONDS):
            await socket.close(code=WSCloseCode.SERVICE_RESTART)
    if request.transport is not None:
        request.transport.abort()


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
