"""The state file of this process with the locks beside it: opened together, and probed for readiness."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager

from gateway.journal.errors import JournalUnavailable
from gateway.journal.file import IN_MEMORY
from gateway.journal.locks import FileLocks, Locks, ProcessLocks
from gateway.journal.state_file import StateFile

_CHECK_SECONDS = 0.5
"""Platforms wait a second for the answer to a readiness probe."""
_CHECKED_FOR_SECONDS = 1.0


class JournalFile:
    """The file that holds the journal. locks: among the processes that share it.

    path: "" or `:memory:` for the memory.
    """

    def __init__(self, path: str, file: StateFile) -> None:
        self._file = file
        self._file_locks = FileLocks(f"{path}.lock") if path and path != IN_MEMORY else None
        self.locks: Locks = self._file_locks or ProcessLocks()
        self._was_working, self._checked_at = True, -_CHECKED_FOR_SECONDS

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Open both. Raises StateUnusable if the file cannot be opened."""
        async with self._file:
            with self._file_locks or ExitStack():
                yield

    async def is_working(self) -> bool:
        """Whether changes can be recorded now, so that they can be sent."""
        now = asyncio.get_running_loop().time()
        if now >= self._checked_at + _CHECKED_FOR_SECONDS:
            self._checked_at = now
            try:
                async with asyncio.timeout(_CHECK_SECONDS):
                    await self._file.check()
            except (JournalUnavailable, TimeoutError):
                self._was_working = False
            else:
                self._was_working = True
        return self._was_working
