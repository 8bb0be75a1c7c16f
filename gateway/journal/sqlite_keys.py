"""Idempotency keys in SQLite: in a file that survives the process, or in memory.

Writes are synced to disk before they return, so they survive kill -9 and power cuts.
"""

import sqlite3
from typing import Any

import msgspec

from gateway.clock import Moment
from gateway.journal.digests import digest
from gateway.journal.keys import KeyEntry, KeyName
from gateway.journal.state_file import StateFile

DAY_SECONDS = 24 * 60 * 60

_COLUMNS = "caller, name, payload, outcome, claimed_at"
_SENT_COLUMNS = "caller, name, id, boot, seconds, claimed_at"

_TABLES = """
CREATE TABLE IF NOT EXISTS idempotency_key (
    caller TEXT NOT NULL, name TEXT NOT NULL, payload TEXT NOT NULL, outcome BLOB, claimed_at REAL NOT NULL,
    PRIMARY KEY (caller, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sent_request (
    caller TEXT NOT NULL, name TEXT NOT NULL, id TEXT NOT NULL, boot TEXT NOT NULL, seconds REAL NOT NULL,
    claimed_at REAL NOT NULL, PRIMARY KEY (caller, name)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS idempotency_key_age ON idempotency_key (claimed_at);
CREATE INDEX IF NOT EXISTS idempotency_key_of_caller ON idempotency_key (caller, claimed_at);
CREATE INDEX IF NOT EXISTS sent_request_age ON sent_request (claimed_at);
CREATE INDEX IF NOT EXISTS sent_request_of_caller ON sent_request (caller, claimed_at);
"""
# A table of its own: processes of version 0.1 may use the other one at the same time.
_BOTH = ("idempotency_key", "sent_request")


class SqliteKeys(StateFile):
    """Implements KeyStore, inside `async with`, which raises StateUnusable if the file cannot be opened.

    Keys are deleted after 24 hours, or if their caller has too many.
    """

    async def entry(self, key: KeyName, at: float) -> KeyEntry | None:
        return await self._thread.run(lambda database: _entry(database, key, at - DAY_SECONDS))

    async def claim(self, key: KeyName, entry: KeyEntry, at: float, *, on_all: bool = False) -> KeyEntry:  # noqa: ARG002  # this file is all
        def claim(database: sqlite3.Connection) -> KeyEntry:
            for table in _BOTH:
                database.execute(f"DELETE FROM {table} WHERE claimed_at < ?", (at - DAY_SECONDS,))  # noqa: S608  # constants
            if (known := _entry(database, key, 0.0)) is not None:
                return known
            _delete_oldest(database, key)
            # Replaces an entry that cannot be read.
            database.execute(
                f"INSERT OR REPLACE INTO idempotency_key ({_COLUMNS}) VALUES (?, ?, ?, ?, ?)",  # noqa: S608  # our own names
                (key.caller, key.name, entry.payload, entry.outcome, at),
            )
            database.execute(
                f"INSERT OR REPLACE INTO sent_request ({_SENT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608  # our own names
                (key.caller, key.name, entry.id, entry.sent.boot, entry.sent.seconds, at),
            )
            return entry

        return await self._write_checked(claim)

    async def conclude(self, key: KeyName, outcome: bytes) -> None:
        await self._thread.write(
            lambda database: database.execute(
                "UPDATE idempotency_key SET outcome = ? WHERE caller = ? AND name = ? AND outcome IS NULL",
                (outcome, key.caller, key.name),
            )
        )

    async def forget(self, key: KeyName) -> None:
        def forget(database: sqlite3.Connection) -> None:
            for table in _BOTH:
                database.execute(
                    f"DELETE FROM {table} WHERE caller = ? AND name = ?",  # noqa: S608  # constants
                    (key.caller, key.name),
                )

        await self._thread.write(forget)

    def _prepare(self, database: sqlite3.Connection) -> None:
        database.executescript(_TABLES)
        database.execute("BEGIN IMMEDIATE")
        with database:
            _replace_texts(database)
        # Raises if a table of another shape has the name of one of these.
        database.execute(f"SELECT {_COLUMNS} FROM idempotency_key LIMIT 0")  # noqa: S608  # our own names
        database.execute(f"SELECT {_SENT_COLUMNS} FROM sent_request LIMIT 0")  # noqa: S608  # our own names


def _replace_texts(database: sqlite3.Connection) -> None:
    """Version 0.1 stored keys and payloads as texts; a payload was a JSON array."""
    condition = "WHERE payload LIKE '[%'"
    rows = database.execute(f"SELECT {_COLUMNS} FROM idempotency_key {condition}").fetchall()  # noqa: S608  # constants
    database.execute(f"DELETE FROM idempotency_key {condition}")  # noqa: S608  # a constant
    for caller, name, payload, outcome, claimed_at in rows:
        if not isinstance(caller, str) or not isinstance(name, str):
            continue  # damaged
        digests = digest(caller), digest(name), digest(payload)
        database.execute(
            f"INSERT OR IGNORE INTO idempotency_key ({_COLUMNS}) VALUES (?, ?, ?, ?, ?)",  # noqa: S608  # constants
            (*digests, outcome, claimed_at),
        )


def _delete_oldest(database: sqlite3.Connection, key: KeyName) -> None:
    """Make room for a key: its caller may have `most` of them."""
    for table in _BOTH:
        database.execute(
            f"DELETE FROM {table} WHERE caller = ? AND name IN (SELECT name FROM {table} "  # noqa: S608  # constants
            "WHERE caller = ? ORDER BY claimed_at DESC LIMIT -1 OFFSET ?)",
            (key.caller, key.caller, key.most - 1),
        )


def _entry(database: sqlite3.Connection, key: KeyName, oldest: float) -> KeyEntry | None:
    row = database.execute(
        "SELECT payload, outcome, id, boot, seconds FROM idempotency_key "
        "LEFT JOIN sent_request USING (caller, name) "
        "WHERE caller = ? AND name = ? AND idempotency_key.claimed_at >= ?",
        (key.caller, key.name, oldest),
    ).fetchone()
    return None if row is None else _entry_in(row)


def _entry_in(row: tuple[Any, ...]) -> KeyEntry | None:
    """The entry of a row, which may be damaged. None if it is not known what the key is used for.

    An outcome that cannot be read is none: then the change may have been sent.
    """
    payload, outcome, id_, boot, seconds = row
    if not isinstance(payload, str):
        return None
    try:
        sent = msgspec.convert({"boot": boot, "seconds": seconds}, Moment)
    except msgspec.ValidationError:
        sent = Moment()
    return KeyEntry(
        payload,
        outcome if isinstance(outcome, bytes) else None,
        id_ if isinstance(id_, str) else "",
        sent,
    )
