"""The journal in SQLite: in a file that survives the process, or in memory.

Writes are synced to disk before they return, so they survive kill -9 and power cuts.
"""

import sqlite3
import time
from pathlib import Path
from typing import Any

from gateway.cancellation.attempt_table import OPEN, prepare
from gateway.cancellation.attempts import Attempt
from gateway.cancellation.journal_rows import COLUMNS, attempt_in, row_of
from gateway.journal.file import IN_MEMORY, state_of_file
from gateway.journal.sqlite_keys import DAY_SECONDS, SqliteKeys

_ATTEMPT_RETENTION_DAYS = 90
_MAX_SETTLED_OF_ORDER = 100
_MAX_SETTLED_OF_CUSTOMER = 1_000

_SETTLED = "settled_at IS NOT NULL"
_UNCHANGED_FOR_SECONDS = 0.02
"""Two writes within a tick of the system's clock leave one modification time."""


class SqliteJournal(SqliteKeys):
    """Implements Journal, inside `async with`, which raises StateUnusable if the file cannot be opened.

    path: the file, or `:memory:`. Settled attempts are deleted after 90 days, or if an order or a customer
    has too many of them; keys after 24 hours, or if their caller has too many.
    """

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self._log = Path(f"{path}-wal")
        self._seen: tuple[int, ...] = ()
        self._changed_at = 0.0
        self._read_at = -1.0

    async def begin(self, attempt: Attempt) -> None:
        row = row_of(attempt)

        def begin(database: sqlite3.Connection) -> None:
            _delete_old_attempts(database, attempt)
            database.execute(f"INSERT INTO attempt ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)  # noqa: S608  # our own column names

        await self._write_checked(begin)

    async def note(self, attempt: Attempt) -> None:
        await self._thread.write(
            lambda database: database.execute(
                "UPDATE attempt SET state = ?, settled_at = ?, is_shown = max(is_shown, ?) "
                "WHERE id = ? AND settled_at IS NULL",
                (attempt.state.value, attempt.settled_at, attempt.is_shown, attempt.id),
            )
        )

    async def of_order(self, order: str) -> list[Attempt]:
        return await self._attempts("order_id = ? COLLATE NOCASE ORDER BY rowid", (order,))

    async def open_attempts(self) -> list[Attempt]:
        self.is_current()
        self._read_at = time.monotonic()
        return await self._attempts(f"{OPEN} ORDER BY rowid", ())

    async def recent(self, since: float) -> list[Attempt]:
        return await self._attempts("requested_at >= ? OR settled_at >= ? ORDER BY rowid", (since, since))

    def is_current(self) -> bool:
        if self._path == IN_MEMORY:
            return True
        seen, now = state_of_file(self._log), time.monotonic()
        if seen != self._seen:
            self._seen, self._changed_at = seen, now
        return self._read_at >= self._changed_at + _UNCHANGED_FOR_SECONDS

    def _prepare(self, database: sqlite3.Connection) -> None:
        super()._prepare(database)
        prepare(database)

    async def _attempts(self, condition: str, parameters: tuple[Any, ...]) -> list[Attempt]:
        statement = f"SELECT {COLUMNS} FROM attempt WHERE {condition}"  # noqa: S608  # conditions of our own
        rows = await self._thread.run(lambda database: database.execute(statement, parameters).fetchall())
        return [attempt for row in rows if (attempt := attempt_in(row)) is not None]


def _delete_old_attempts(database: sqlite3.Connection, attempt: Attempt) -> None:
    """Make room for an attempt. What can still change is never deleted."""
    oldest = attempt.requested_at - _ATTEMPT_RETENTION_DAYS * DAY_SECONDS
    database.execute(f"DELETE FROM attempt WHERE requested_at < ? AND {_SETTLED}", (oldest,))  # noqa: S608  # a constant
    for condition, value, most in (
        ("order_id = ? COLLATE NOCASE", attempt.order, _MAX_SETTLED_OF_ORDER),
        ("customer = ?", attempt.customer, _MAX_SETTLED_OF_CUSTOMER),
    ):
        # The customer of an order that a service named is unknown.
        if value:
            database.execute(
                "DELETE FROM attempt WHERE rowid IN (SELECT rowid FROM attempt "  # noqa: S608  # constants
                f"WHERE {condition} AND {_SETTLED} ORDER BY rowid DESC LIMIT -1 OFFSET ?)",
                (value, most - 1),
            )
