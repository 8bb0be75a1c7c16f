"""A real Redis on loopback that can be stopped, frozen and started again."""

import asyncio
import shutil
import signal
import socket
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from tests.support.waiting import HANGS_AFTER

PROGRAM = shutil.which("redis-server") or shutil.which("valkey-server")

needs_redis = pytest.mark.skipif(PROGRAM is None, reason="there is no redis-server on this machine")


@dataclass
class RedisServer:
    """A server process on a port of its own. process: None before the start. folder: for its files."""

    port: int
    folder: str = ""
    options: tuple[str, ...] = ()
    process: Process | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    async def start(self) -> None:
        """Start the process, and wait until it responds."""
        assert PROGRAM
        self.process = await asyncio.create_subprocess_exec(
            PROGRAM,
            *("--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"),
            *("--repl-diskless-sync-delay", "0", "--dir", self.folder, *self.options),
            stdout=DEVNULL,
        )
        async with asyncio.timeout(HANGS_AFTER), Redis.from_url(self.url) as redis:
            while True:
                with suppress(RedisError):
                    await redis.ping()
                    return
                await asyncio.sleep(0.02)

    async def command(self, *words: str | bytes | int) -> Any:
        """Send one command; its result."""
        async with Redis.from_url(self.url) as redis:
            return await redis.execute_command(*words)  # type: ignore[no-untyped-call]  # ships no type for it

    async def kill(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()

    def freeze(self) -> None:
        """Suspend the process: the system still establishes connections to it, but it does not respond."""
        assert self.process
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGCONT)


@asynccontextmanager
async def redis_running(*options: str) -> AsyncIterator[RedisServer]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        server = RedisServer(port, folder, options)
        await server.start()
        try:
            yield server
        finally:
            await server.kill()
