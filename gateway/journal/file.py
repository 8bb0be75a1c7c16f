"""The SQLite file: how it is connected to, and how it is noticed that it was removed or replaced."""

import os
import sqlite3
from functools import partial
from pathlib import Path

IN_MEMORY = ":memory:"
_BUSY_SECONDS = 1.0

# Source: SQLite's database file format. The log may be missing or empty.
_START_OF_FILE = b"SQLite format 3\0"
_STARTS_OF_LOG = {b"", b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83"}

_SET_UP = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE IF NOT EXISTS probe (id INTEGER PRIMARY KEY, at REAL NOT NULL);
"""


def connect(path: str) -> sqlite3.Connection:
    """A connection to the file, which is created if there is none. Raises OSError, sqlite3.Error."""
    if path != IN_MEMORY:
        # The file holds customers' and orders' identifiers, so only its owner may read it.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    database = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        database.text_factory = partial(str, encoding="utf-8", errors="replace")
        database.executescript(_SET_UP)
    except sqlite3.Error:
        database.close()
        raise
    return database


def add_columns(database: sqlite3.Connection, table: str, columns: dict[str, str]) -> None:
    """Add columns to a table of an earlier release, whose processes may still use the file.

    columns: SQL definitions by name. Raises sqlite3.Error.
    """
    existing = {row[1] for row in database.execute(f"PRAGMA table_info({table})")}
    for name, definition in columns.items():
        if name not in existing:
            database.execute(f"ALTER TABLE {table} ADD COLUMN {name} {definition}")


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


def check_is_same(path: str, inode: int) -> None:
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
