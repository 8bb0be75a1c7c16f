"""The state file as a part of the gateway opens it: a connection of its own, a thread, and its tables."""

import sqlite3
import time
from typing import Self, TypeVar

from gateway.journal.errors import StateUnusable
from gateway.journal.file import IN_MEMORY, check_is_same, connect, inode_of
from gateway.journal.thread import JournalThread, Use

T = TypeVar("T")


class StateFile:
    """The file inside `async with`, which raises StateUnusable if it cannot be opened.

    path: "" or `:memory:` for the memory. tables: statements that make those that the part uses.
    """

    def __init__(self, path: str, tables: str = "") -> None:
        self._path = path or IN_MEMORY
        self._tables = tables
        self._thread = JournalThread()
        self._inode = 0

    async def __aenter__(self) -> Self:
        try:
            await self._thread.open(self._open)
            self._inode = inode_of(self._path)
        except (OSError, sqlite3.Error) as error:
            reason = getattr(error, "strerror", None) or error  # without the path, which follows an errno
            raise StateUnusable(f"cannot use the file {self._path}: {reason}") from error
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._thread.close()

    async def check(self) -> None:
        """Write something. Raises JournalUnavailable."""
        now = time.time()

        def probe(database: sqlite3.Connection) -> None:
            database.execute("INSERT OR REPLACE INTO probe VALUES (1, ?)", (now,))

        await self._write_checked(probe)

    def _prepare(self, database: sqlite3.Connection) -> None:
        """Make the tables, or update those of an earlier release. Raises sqlite3.Error."""
        database.executescript(self._tables)

    async def _write_checked(self, change: Use[T]) -> T:
        """As JournalThread.write. Raises JournalUnavailable if the file was removed, replaced or overwritten.

        SQLite does not notice that, and the write would be lost with the process.
        """

        def write(database: sqlite3.Connection) -> T:
            if self._path != IN_MEMORY:
                check_is_same(self._path, self._inode)
            return change(database)

        return await self._thread.write(write)

    def _open(self) -> sqlite3.Connection:
        database = connect(self._path)
        try:
            self._prepare(database)
        except sqlite3.Error:
            database.close()
            raise
        return database
