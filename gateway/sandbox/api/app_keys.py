"""The keys under which the aiohttp application holds the sandbox's shared objects."""

import asyncio

from aiohttp import web

from gateway.sandbox.state.sandbox import Sandbox

SANDBOX: web.AppKey[Sandbox] = web.AppKey("sandbox", Sandbox)
CLOSING: web.AppKey[asyncio.Event] = web.AppKey("closing", asyncio.Event)
"""Set when the application shuts down."""
