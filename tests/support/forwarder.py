"""A name that can move: a port that forwards each new connection to its present target."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class Forwarder:
    """Forwards connections to a port of this machine. Connections stay with the target they were opened to.

    target: port for new connections; None refuses them. connections: targets of all connections so far.
    """

    def __init__(self, target: int) -> None:
        self.target: int | None = target
        self.connections: list[int] = []
        self.port = 0
        self._running: set[asyncio.Task[None]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        try:
            if self.target is not None:
                self.connections.append(self.target)
                with suppress(ConnectionError, asyncio.CancelledError):
                    await _forward(reader, writer, self.target)
        finally:
            writer.close()

    async def close(self) -> None:
        """End all connections."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)


async def _forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
    target_reader, target_writer = await asyncio.open_connection("127.0.0.1", port)
    pumps = [
        asyncio.ensure_future(_pump(source, sink))
        for source, sink in ((reader, target_writer), (target_reader, writer))
    ]
    try:
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
    finally:
        target_writer.close()
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while data := await source.read(65_536):
        sink.write(data)
        await sink.drain()


@asynccontextmanager
async def forwarding_to(target: int) -> AsyncIterator[Forwarder]:
    forwarder = Forwarder(target)
    server = await asyncio.start_server(forwarder.serve, "127.0.0.1", 0)
    forwarder.port = server.sockets[0].getsockname()[1]
    try:
        yield forwarder
    finally:
        server.close()
        await forwarder.close()
