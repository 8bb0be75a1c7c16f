"""The journal in SQLite: in a file that survives the process, or in memory.

A separate thread runs every statement, so that a slow disk does not block the event loop. Writes are synced
to disk before they return, so they survive kill -9 and power cuts.
"""

import asyncio
import os
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Self, TypeVar

from gateway.cancellation.attempts import Attempt, KeyEntry
from gateway.cancellation.journal_rows import COLUMNS, attempt_in, entry_in, row_of

T = TypeVar("T")

IN_MEMORY = ":memory:"
_DAY_SECONDS = 24 * 60 * 60
_ATTEMPT_RETENTION_DAYS = 90
_BUSY_SECONDS = 2.0

_TABLES = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE IF NOT EXISTS attempt (
    id TEXT PRIMARY KEY, customer TEXT NOT NULL, order_id TEXT NOT NULL, items TEXT NOT NULL,
    requested_at REAL NOT NULL, state TEXT NOT NULL, settled_at REAL);
CREATE INDEX IF NOT EXISTS attempt_of_order ON attempt (order_id);
DROP INDEX IF EXISTS attempt_unconfirmed;
CREATE TABLE IF NOT EXISTS idempotency_key (
    caller TEXT NOT NULL, name TEXT NOT NULL, payload TEXT NOT NULL, outcome BLOB, claimed_at REAL NOT NULL,
    PRIMARY KEY (caller, name)) WITHOUT ROWID;
"""

_ADDED_COLUMNS = {
    "boot": "TEXT NOT NULL DEFAULT ''",
    "sent_seconds": "REAL NOT NULL DEFAULT 0",
    "is_shown": "INTEGER NOT NULL DEFAULT 0",
}
"""Columns of `attempt` that files of version 0.1 do not have. Their processes may use the file meanwhile."""
# Also in a state of a later release.
_OPEN = "settled_at IS NULL AND NOT is_shown"
_OPEN_INDEX = f"CREATE INDEX IF NOT EXISTS attempt_open ON attempt (id) WHERE {_OPEN}"

_KEY_COLUMNS = "caller, name, payload, outcome, claimed_at"
_UNCHANGED_FOR_SECONDS = 0.02
"""Two writes within a tick of the system's clock leave one modification time."""


class StateUnusable(Exception):
    """The file cannot be opened, or is not a journal."""


class SqliteJournal:
    """Implements Journal, inside `async with`, which raises StateUnusable if the file cannot be opened.

    path: the file, or `:memory:`. Attempts are deleted after 90 days, keys after 24 hours.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._database: sqlite3.Connection
        self._log = Path(f"{path}-wal")
        self._seen: tuple[int, ...] = ()
        self._changed_at = 0.0
        self._read_at = -1.0

    async def __aenter__(self) -> Self:
        try:
            self._database = await asyncio.wrap_future(self._thread.submit(_open, self._path))
        except (OSError, sqlite3.Error) as error:
            self._thread.shutdown()
            reason = getattr(error, "strerror", None) or error  # without the path, which follows an errno
            raise StateUnusable(f"cannot use the file {self._path}: {reason}") from error
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._run(sqlite3.Connection.close)
        self._thread.shutdown()

    async def begin(self, attempt: Attempt) -> None:
        row = row_of(attempt)
        oldest = attempt.requested_at - _ATTEMPT_RETENTION_DAYS * _DAY_SECONDS

        def begin(database: sqlite3.Connection) -> None:
            database.execute("DELETE FROM attempt WHERE requested_at < ?", (oldest,))
            database.execute(f"INSERT INTO attempt ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)  # noqa: S608  # our own column names

        await self._write(begin)

    async def note(self, attempt: Attempt) -> None:
        await self._write(
            lambda database: database.execute(
                "UPDATE attempt SET state = ?, settled_at = ?, is_shown = max(is_shown, ?) "
                "WHERE id = ? AND settled_at IS NULL",
                (attempt.state.value, attempt.settled_at, attempt.is_shown, attempt.id),
            )
        )

    async def open_attempts(self) -> list[Attempt]:
        self.is_current()
        self._read_at = time.monotonic()
        return await self._attempts(f"{_OPEN} ORDER BY rowid", ())

    def is_current(self) -> bool:
        if self._path == IN_MEMORY:
            return True
        seen, now = _state_of_file(self._log), time.monotonic()
        if seen != self._seen:
            self._seen, self._changed_at = seen, now
        return self._read_at >= self._changed_at + _UNCHANGED_FOR_SECONDS

    async def of_order(self, order: str) -> list[Attempt]:
        return await self._attempts("order_id = ? ORDER BY rowid", (order,))

    async def entry(self, caller: str, key: str, at: float) -> KeyEntry | None:
        row = await self._run(lambda database: _key_row(database, caller, key, at - _DAY_SECONDS))
        return entry_in(row)

    async def claim(self, caller: str, key: str, payload: str, at: float) -> KeyEntry:
        def claim(database: sqlite3.Connection) -> KeyEntry:
            database.execute("DELETE FROM idempotency_key WHERE claimed_at < ?", (at - _DAY_SECONDS,))
            if entry := entry_in(_key_row(database, caller, key, 0.0)):
                return entry
            database.execute(
                f"INSERT OR REPLACE INTO idempotency_key ({_KEY_COLUMNS}) VALUES (?, ?, ?, NULL, ?)",  # noqa: S608  # our own names
                (caller, key, payload, at),
            )
            return KeyEntry(payload, None)

        return await self._write(claim)

    async def conclude(self, caller: str, key: str, outcome: bytes) -> None:
        await self._write(
            lambda database: database.execute(
                "UPDATE idempotency_key SET outcome = ? WHERE caller = ? AND name = ? AND outcome IS NULL",
                (outcome, caller, key),
            )
        )

    async def forget(self, caller: str, key: str) -> None:
        await self._write(
            lambda database: database.execute(
                "DELETE FROM idempotency_key WHERE caller = ? AND name = ?", (caller, key)
            )
        )

    async def _attempts(self, condition: str, parameters: tuple[Any, ...]) -> list[Attempt]:
        statement = f"SELECT {COLUMNS} FROM attempt WHERE {condition}"  # noqa: S608  # conditions of our own
        rows = await self._run(lambda database: database.execute(statement, parameters).fetchall())
        return [attempt for row in rows if (attempt := attempt_in(row)) is not None]

    async def _write(self, change: Callable[[sqlite3.Connection], T]) -> T:
        def write(database: sqlite3.Connection) -> T:
            database.execute("BEGIN IMMEDIATE")
            with database:
                return change(database)

        return await self._run(write)

    async def _run(self, use: Callable[[sqlite3.Connection], T]) -> T:
        # Shielded: a statement that has started runs to its end, even if the caller is cancelled.
        return await asyncio.shield(asyncio.wrap_future(self._thread.submit(use, self._database)))


def _open(path: str) -> sqlite3.Connection:
    if path != IN_MEMORY:
        # The file holds customers' and orders' identifiers, so only its owner may read it.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    database = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        database.text_factory = partial(str, encoding="utf-8", errors="replace")
        database.executescript(_TABLES)
        _add_columns(database)
        for columns, table in ((COLUMNS, "attempt"), (_KEY_COLUMNS, "idempotency_key")):
            database.execute(f"SELECT {columns} FROM {table} LIMIT 0")  # noqa: S608  # our own names
    except sqlite3.Error:
        database.close()
        raise
    return database


def _add_columns(database: sqlite3.Connection) -> None:
    """Bring a file of version 0.1 up to date."""
    database.execute("BEGIN IMMEDIATE")
    with database:
        existing = {row[1] for row in database.execute("PRAGMA table_info(attempt)")}
        for name, definition in _ADDED_COLUMNS.items():
            if name not in existing:
                database.execute(f"ALTER TABLE attempt ADD COLUMN {name} {definition}")
        database.execute(_OPEN_INDEX)


def _state_of_file(path: Path) -> tuple[int, ...]:
    """What changes when anything is written to a file; () where there is none."""
    try:
        state = path.stat()
    except OSError:
        return ()
    return state.st_ino, state.st_size, state.st_mtime_ns


def _key_row(database: sqlite3.Connection, caller: str, key: str, oldest: float) -> Any:
    return database.execute(
        "SELECT payload, outcome FROM idempotency_key WHERE caller = ? AND name = ? AND claimed_at >= ?",
        (caller, key, oldest),
    ).fetchone()
