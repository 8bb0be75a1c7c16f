#!/bin/sh
# Package: redis 8.1.0 (PyPI), its asyncio client, on Python 3.11.
# Most expect: a task that is cancelled while it waits for a command ends with CancelledError, so asyncio.timeout() around
#   redis-py's commands is a deadline.
# Seen: at some steps of a command the cancellation is lost: the command goes on and returns its reply, and a loop around
#   it, for example one that waits for a lock, never ends. With socket_timeout=None no cancellation is lost; the default
#   is 5 seconds.
# Source: redis/asyncio/connection.py, send_packed_command calls asyncio.wait_for if there is a socket_timeout, and
#   wait_for of Python 3.11 drops a cancellation that meets the end of what it waits for (python/cpython#86296).
set -eu
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3.11 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check "redis==8.1.0"
"$directory/venv/bin/python" - <<'PYTHON'
import asyncio
from contextlib import suppress

from redis.asyncio import Redis


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer HELLO, CLIENT and GET, as Redis does for a key that is absent."""
    with suppress(ConnectionError):
        while line := await reader.readline():
            words = []
            for _ in range(int(line[1:])):
                await reader.readline()
                words.append((await reader.readline()).strip().upper())
            writer.write({b"HELLO": b"%1\r\n+proto\r\n:3\r\n", b"GET": b"_\r\n"}.get(words[0], b"+OK\r\n"))
    writer.close()


async def lost(port: int, options: dict[str, None]) -> tuple[int, int]:
    """Cancel a command after each possible number of steps of the loop: how often, and how often in vain."""
    loop, cancelled, in_vain = asyncio.get_running_loop(), 0, 0
    for steps in range(2_000):
        client = Redis(port=port, **options)
        task = asyncio.ensure_future(client.get("x"))
        for _ in range(steps):
            await asyncio.sleep(0)
        if task.done():
            await client.aclose()
            break
        task.cancel()
        await asyncio.wait([task])
        cancelled += 1
        in_vain += not task.cancelled()
        await client.aclose()
    return cancelled, in_vain


async def main() -> None:
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    by_default = await lost(port, {})
    without = await lost(port, {"socket_timeout": None})
    print(f"cancelled, lost: {by_default} by default, {without} with socket_timeout=None")
    assert by_default[1] > 0
    assert without[1] == 0
    server.close()


asyncio.run(main())
PYTHON
