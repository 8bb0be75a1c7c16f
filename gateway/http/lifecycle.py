"""Stopping without losing anybody: what a server that is about to stop still does.

New connections go elsewhere, open WebSockets are closed, and every answer ends its
connection, so that a client's next request goes elsewhere too.
"""

import asyncio
import weakref
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeAlias

from aiohttp import WSCloseCode, web
from aiohttp.typedefs import Handler

_GOODBYE_SECONDS = 0.4

Sockets: TypeAlias = "weakref.WeakKeyDictionary[web.WebSocketResponse, web.BaseRequest]"


@dataclass
class Lifecycle:
    """Whether the server is about to stop, and the WebSockets it holds open, with their requests."""

    is_stopping: bool = False
    sockets: Sockets = field(default_factory=weakref.WeakKeyDictionary)

    async def stop(self) -> None:
        """Begin to stop: close the WebSockets. Whoever subscribed connects again, elsewhere."""
        self.is_stopping = True
        await asyncio.gather(*(_close(socket, request) for socket, request in self.sockets.items()))


async def _close(socket: web.WebSocketResponse, request: web.BaseRequest) -> None:
    """Say goodbye; a client that does not say it too is left without."""
    with suppress(TimeoutError, ConnectionError):
        async with asyncio.timeout(_GOODBYE_SECONDS):
            await socket.close(code=WSCloseCode.SERVICE_RESTART)
    if request.transport is not None:
        request.transport.abort()


LIFECYCLE = web.AppKey("life", Lifecycle)


def add_lifecycle(app: web.Application) -> Lifecycle:
    """Give the application a life, which ends with it."""
    life = app[LIFECYCLE] = Lifecycle()

    async def stop(_app: web.Application) -> None:
        await life.stop()

    app.on_shutdown.append(stop)
    return life


@web.middleware
async def send_elsewhere(request: web.Request, handler: Handler) -> web.StreamResponse:
    """While the server stops, let each answer be the last of its connection."""
    response = await handler(request)
    if request.app[LIFECYCLE].is_stopping and not response.prepared:
        response.force_close()
    return response
