"""The SQLite file of the journal: its tables, and those of files that an earlier version has made."""

import os
import sqlite3
from functools import partial
from pathlib import Path

from gateway.cancellation.digests import digest
from gateway.cancellation.journal_rows import COLUMNS, KEY_COLUMNS

IN_MEMORY = ":memory:"
_BUSY_SECONDS = 1.0

# Source: SQLite's database file format. The log may be missing or empty.
_START_OF_FILE = b"SQLite format 3\0"
_STARTS_OF_LOG = {b"", b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83"}

_TABLES = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE IF NOT EXISTS attempt (
    id TEXT PRIMARY KEY, customer TEXT NOT NULL, order_id TEXT NOT NULL, items TEXT NOT NULL,
    requested_at REAL NOT NULL, state TEXT NOT NULL, settled_at REAL);
CREATE TABLE IF NOT EXISTS idempotency_key (
    caller TEXT NOT NULL, name TEXT NOT NULL, payload TEXT NOT NULL, outcome BLOB, claimed_at REAL NOT NULL,
    PRIMARY KEY (caller, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS probe (id INTEGER PRIMARY KEY, at REAL NOT NULL);
"""
_ADDED_COLUMNS = {
    "boot": "TEXT NOT NULL DEFAULT ''",
    "sent_seconds": "REAL NOT NULL DEFAULT 0",
    "is_shown": "INTEGER NOT NULL DEFAULT 0",
    "refund": "TEXT",
}
"""Columns of `attempt` that files of version 0.1 do not have. Their processes may use the file meanwhile."""

OPEN = "settled_at IS NULL AND NOT is_shown"
"""Condition for attempts that are open, also in a state of a later release."""

_INDEXES = f"""
DROP INDEX IF EXISTS attempt_unconfirmed;
DROP INDEX IF EXISTS attempt_of_order;
CREATE INDEX IF NOT EXISTS attempt_of_any_case ON attempt (order_id COLLATE NOCASE);
CREATE INDEX IF NOT EXISTS attempt_of_customer ON attempt (customer);
CREATE INDEX IF NOT EXISTS attempt_open ON attempt (id) WHERE {OPEN};
"""


def open_file(path: str) -> sqlite3.Connection:
    """A connection to the file. Makes its tables, or updates them. Raises OSError, sqlite3.Error."""
    if path != IN_MEMORY:
        # The file holds customers' and orders' identifiers, so only its owner may read it.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    database = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        database.text_factory = partial(str, encoding="utf-8", errors="replace")
        database.executescript(_TABLES)
        _update(database)
        database.executescript(_INDEXES)
        for columns, table in ((COLUMNS, "attempt"), (KEY_COLUMNS, "idempotency_key")):
            database.execute(f"SELECT {columns} FROM {table} LIMIT 0")  # noqa: S608  # our own names
    except sqlite3.Error:
        database.close()
        raise
    return database


def _update(database: sqlite3.Connection) -> None:
    database.execute("BEGIN IMMEDIATE")
    with database:
        existing = {row[1] for row in database.execute("PRAGMA table_info(attempt)")}
        for name, definition in _ADDED_COLUMNS.items():
            if name not in existing:
                database.execute(f"ALTER TABLE attempt ADD COLUMN {name} {definition}")
        _replace_texts(database)


def _replace_texts(database: sqlite3.Connection) -> None:
    """Version 0.1 stored keys and payloads as texts; a payload was a JSON array."""
    condition = "WHERE payload LIKE '[%'"
    rows = database.execute(f"SELECT {KEY_COLUMNS} FROM idempotency_key {condition}").fetchall()  # noqa: S608  # constants
    database.execute(f"DELETE FROM idempotency_key {condition}")  # noqa: S608  # a constant
    for caller, name, payload, outcome, claimed_at in rows:
        if not isinstance(caller, str) or not isinstance(name, str):
            continue  # damaged
        digests = digest(caller), digest(name), digest(payload)
        database.execute(
            f"INSERT OR IGNORE INTO idempotency_key ({KEY_COLUMNS}) VALUES (?, ?, ?, ?, ?)",  # noqa: S608  # constants
            (*digests, outcome, claimed_at),
        )


def state_of_file(path: Path) -> tuple[int, ...]:
    """What changes when anything is written to a file; () where there is none."""
    try:
        state = path.stat()
    except OSError:
        return ()
    return state.st_ino, state.st_size, state.st_mtime_ns


def inode_of(path: str) -> int:
    """What tells the file from another one of its name; 0 for the memory."""
    return 0 if path == IN_MEMORY else Path(path).stat().st_ino


def check_is_journal(path: str, inode: int) -> None:
    """Raise sqlite3.Error if the file was removed, replaced or overwritten since it was opened."""
    try:
        is_same = inode_of(path) == inode
        is_intact = _start_of(path) == _START_OF_FILE and _start_of(f"{path}-wal")[:4] in _STARTS_OF_LOG
    except OSError as error:
        raise sqlite3.DatabaseError("the file cannot be read") from error
    if not (is_same and is_intact):
        raise sqlite3.DatabaseError("the file was removed, replaced or overwritten")


def _start_of(path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            return file.read(16)
    except FileNotFoundError:
        return b""
