"""One change at a time under a name: in this process, and among processes that share a file."""

import asyncio
import fcntl
import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol, Self

_OFFSETS = 2**31
_RETRY_SECONDS = 0.02


class Locks(Protocol):
    """Locks by name."""

    def hold(self, name: str) -> AbstractAsyncContextManager[None]:
        """Hold the lock of that name; wait while it is held elsewhere. Callers set a timeout."""


class ProcessLocks:
    """Locks within this process."""

    def __init__(self) -> None:
        self._locks: dict[str, asyncio.Lock] = {}
        self._users: dict[str, int] = {}

    @asynccontextmanager
    async def hold(self, name: str) -> AsyncIterator[None]:
        lock = self._locks.setdefault(name, asyncio.Lock())
        self._users[name] = self._users.get(name, 0) + 1
        try:
            async with lock:
                yield
        finally:
            self._users[name] -= 1
            if not self._users[name]:
                del self._users[name], self._locks[name]


class FileLocks:
    """Locks among the processes of one machine, inside `with`.

    Each is a byte range of a file, which the system unlocks when the process that holds it dies.
    """

    def __init__(self, path: str) -> None:
        self._in_process = ProcessLocks()
        self._path = path
        self._file: int

    def __enter__(self) -> Self:
        # A process that closes any descriptor of the file loses its locks, so this one stays open.
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._file)

    @asynccontextmanager
    async def hold(self, name: str) -> AsyncIterator[None]:
        digest = hashlib.blake2b(name.encode(), digest_size=8).digest()
        offset = int.from_bytes(digest) % _OFFSETS
        # By byte, not by name: a process holds a byte once, so two of its names with one byte would both
        # get it, and the first to finish would unlock it for both.
        async with self._in_process.hold(str(offset)):
            while not self._try_to_lock(offset):  # noqa: ASYNC110  # the system sends no event for file locks
                await asyncio.sleep(_RETRY_SECONDS)
            try:
                yield
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN, 1, offset)

    def _try_to_lock(self, offset: int) -> bool:
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, offset)
        except OSError:
            return False
        return True
