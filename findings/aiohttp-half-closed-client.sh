#!/bin/sh
# Package: aiohttp 3.14.5 (PyPI).
# Most expect: a client that shuts down its sending side after a complete request, and goes on reading (`nc -N`,
#   shutdown(SHUT_WR)), gets the response: the connection is half-closed, and the handler runs to its end.
# Seen: the handler runs to its end, but the server has closed the connection at the client's FIN: no byte of the response
#   is sent, and nothing is logged. A handler that answers without waiting for anything is fast enough to be answered.
# Source: aiohttp/web_protocol.py, RequestHandler.eof_received returns None, upon which asyncio closes the transport.
set -eu
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check "aiohttp==3.14.5"
"$directory/venv/bin/python" - <<'PYTHON'
import asyncio

from aiohttp import web

finished = []


async def slow(_request: web.Request) -> web.Response:
    await asyncio.sleep(0.5)
    finished.append(True)
    return web.Response(text="hello")


async def received(port: int, *, half_close: bool) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    if half_close:
        writer.write_eof()
    response = await reader.read()
    writer.close()
    return response


async def main() -> None:
    app = web.Application()
    app.router.add_get("/", slow)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    usual = await received(port, half_close=False)
    half_closed = await received(port, half_close=True)
    await asyncio.sleep(1)
    await runner.cleanup()
    print(f"usual: {usual[:15]!r}; half-closed: {half_closed!r}; handlers that finished: {len(finished)}")
    assert usual.startswith(b"HTTP/1.1 200 OK")
    assert (half_closed, len(finished)) == (b"", 2)


asyncio.run(main())
PYTHON
