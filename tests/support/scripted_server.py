"""A server that sends written responses, byte by byte, and a connection pool to it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from gateway.imin.transport.pool import ConnectionPool


class ScriptedServer:
    """A server that sends the bytes of `answers`, one for each request.

    requests: number of the connection, and what arrived on it. closes_after: whether to close after one.
    """

    def __init__(self) -> None:
        self.answers: list[bytes] = []
        self.requests: list[tuple[int, bytes]] = []
        self.closes_after: Callable[[bytes], bool] = lambda _answer: False
        self.running: list[asyncio.Task[None] | None] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.running.append(asyncio.current_task())
        number = len(self.running)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(
                    (int(line.split(b":")[1]) for line in head.split(b"\r\n") if b"Content-Length" in line), 0
                )
                self.requests.append((number, head + await reader.readexactly(length)))
                answer = self.answers.pop(0)
                writer.write(answer)
                await writer.drain()
                if self.closes_after(answer):
                    break
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    @property
    def connections(self) -> list[int]:
        return [number for number, _ in self.requests]


@asynccontextmanager
async def port_of(server: ScriptedServer) -> AsyncIterator[int]:
    """Serve; yields the port."""
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    try:
        yield listener.sockets[0].getsockname()[1]
    finally:
        listener.close()
        await asyncio.gather(*filter(None, server.running))


@asynccontextmanager
async def pool_of(server: ScriptedServer) -> AsyncIterator[ConnectionPool]:
    async with port_of(server) as port:
        pool = ConnectionPool(f"http://127.0.0.1:{port}/api/", {"X-API-KEY": "k"})
        pool.open()
        try:
            yield pool
        finally:
            pool.close()


def whole(body: bytes, fields: str = "") -> bytes:
    return f"HTTP/1.1 200 OK\r\n{fields}Content-Length: {len(body)}\r\n\r\n".encode() + body
