"""Where the parts of the sandbox find each other in the aiohttp application."""

import asyncio

from aiohttp import web

from gateway.sandbox.state.sandbox import Sandbox

SANDBOX: web.AppKey[Sandbox] = web.AppKey("sandbox", Sandbox)
CLOSING: web.AppKey[asyncio.Event] = web.AppKey("closing", asyncio.Event)
