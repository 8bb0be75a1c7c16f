#!/bin/sh
# Package: aiohttp 3.14.5 (PyPI).
# Most expect: of two GET requests that arrive together, both get a response, whatever the first one asks for: a server
#   may ignore Upgrade (RFC 9110, 7.8), and behind `Upgrade: websocket`, when it is declined, aiohttp answers both.
# Seen: behind `Connection: Upgrade` with any other protocol (Upgrade: h2c) the second request is dropped silently if it
#   was read together with the first; its client waits until the keep-alive time ends. In two segments, both are answered.
# Source: aiohttp/_http_parser.pyx, HttpParser.feed_data: after HPE_PAUSED_UPGRADE the rest of the data is returned only
#   if the protocol is in ALLOWED_UPGRADES.
set -eu
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check "aiohttp==3.14.5"
"$directory/venv/bin/python" - <<'PYTHON'
import asyncio

from aiohttp import web

PLAIN = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
LAST = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def upgrade(protocol: bytes) -> bytes:
    return b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: " + protocol + b"\r\n\r\n"


async def responses(port: int, *pieces: bytes) -> int:
    """Responses until the server closes, or until nothing has arrived for two seconds."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    received = b""
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(0.2)
    try:
        while chunk := await asyncio.wait_for(reader.read(65_536), 2):
            received += chunk
    except TimeoutError:
        pass
    writer.close()
    return received.count(b"HTTP/1.1 200 OK")


async def hello(_request: web.Request) -> web.Response:
    return web.Response(text="hello")


async def main() -> None:
    app = web.Application()
    app.router.add_get("/", hello)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    counts = {
        "plain": await responses(port, PLAIN + LAST),
        "websocket": await responses(port, upgrade(b"websocket") + LAST),
        "h2c": await responses(port, upgrade(b"h2c") + LAST),
        "h2c, in two segments": await responses(port, upgrade(b"h2c"), LAST),
    }
    await runner.cleanup()
    print(f"responses to two requests: {counts}")
    assert list(counts.values()) == [2, 2, 1, 2]


asyncio.run(main())
PYTHON
