"""Create the aiohttp application that serves the sandbox."""

import asyncio

from aiohttp import web

from gateway.sandbox.api import checkout_routes, control_routes, imin_routes, picture_routes
from gateway.sandbox.api.app_keys import CLOSING, SANDBOX
from gateway.sandbox.api.control_routes import control_middleware
from gateway.sandbox.api.middleware import http_error_middleware, imin_middleware
from gateway.sandbox.api.picture_routes import own_address_middleware
from gateway.sandbox.state.sandbox import Sandbox
from gateway.sandbox.state.settings import SandboxSettings

__all__ = ["SANDBOX", "create_sandbox"]

_MIDDLEWARES = (http_error_middleware, control_middleware, imin_middleware, own_address_middleware)


def create_sandbox(settings: SandboxSettings | None = None) -> web.Application:
    """The application: imin's API under /api/v2, Search under /search, checkout under /api/checkout-sessions
    and /checkout, the control API under /sandbox, pictures under /pictures.

    app[SANDBOX] is the Sandbox.
    """
    app = web.Application(middlewares=_MIDDLEWARES)
    app[SANDBOX] = Sandbox(settings or SandboxSettings())
    app[CLOSING] = asyncio.Event()
    app.add_routes(imin_routes.routes())
    app.add_routes(checkout_routes.routes())
    app.add_routes(control_routes.routes())
    app.add_routes(picture_routes.routes())
    app.on_shutdown.append(_close)
    return app


async def _close(app: web.Application) -> None:
    # Ends the requests that a fault delays.
    app[CLOSING].set()
