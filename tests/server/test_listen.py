"""Listening sockets."""

import socket

import pytest
from aiohttp import ClientSession, web

from gateway.server.listen import listening


async def _hello(_request: web.Request) -> web.Response:
    return web.Response(text="hello")


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this system has no dual-stack sockets")
async def test_both_families() -> None:
    """An application on `::` is reached over IPv6 and IPv4."""
    app = web.Application()
    app.router.add_get("/", _hello)

    async with listening(app, "::") as url, ClientSession() as http:
        port = url.rpartition(":")[2]
        for host in ("[::1]", "127.0.0.1"):
            async with http.get(f"http://{host}:{port}/") as response:
                assert await response.text() == "hello"
