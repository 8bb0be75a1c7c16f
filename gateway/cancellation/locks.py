"""One cancellation at a time per order: in this process, and among processes that share a file."""

import asyncio
import fcntl
import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol, Self

_OFFSETS = 2**31
_ASK_AGAIN_SECONDS = 0.02


class OrderLocks(Protocol):
    """Holds an order for one cancellation."""

    def hold(self, order: str) -> AbstractAsyncContextManager[None]:
        """Have the order to oneself, once the one before is done. Callers bound the wait."""


class ProcessLocks:
    """Locks of this process."""

    def __init__(self) -> None:
        self._locks: dict[str, asyncio.Lock] = {}
        self._waiting: dict[str, int] = {}

    @asynccontextmanager
    async def hold(self, order: str) -> AsyncIterator[None]:
        """Have the order to oneself."""
        lock = self._locks.setdefault(order, asyncio.Lock())
        self._waiting[order] = self._waiting.get(order, 0) + 1
        try:
            async with lock:
                yield
        finally:
            self._waiting[order] -= 1
            if not self._waiting[order]:
                del self._waiting[order], self._locks[order]


class FileLocks:
    """Locks among the processes of one machine, inside `with`.

    Each is a byte of a file, which the system frees when the process that holds it dies.
    """

    def __init__(self, path: str) -> None:
        self._here = ProcessLocks()
        self._path = path
        self._file: int

    def __enter__(self) -> Self:
        # A process that closes any descriptor of the file loses its locks, so this one stays open.
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._file)

    @asynccontextmanager
    async def hold(self, order: str) -> AsyncIterator[None]:
        """Have the order to oneself."""
        digest = hashlib.blake2b(order.encode(), digest_size=8).digest()
        offset = int.from_bytes(digest) % _OFFSETS
        # By byte, not by order: two orders of one byte would otherwise free each other's lock.
        async with self._here.hold(str(offset)):
            while not self._took(offset):  # noqa: ASYNC110  # the system tells no event of a file lock
                await asyncio.sleep(_ASK_AGAIN_SECONDS)
            try:
                yield
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN, 1, offset)

    def _took(self, offset: int) -> bool:
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, offset)
        except OSError:
            return False
        return True
