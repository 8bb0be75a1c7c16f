"""The table of attempts in the state file, and what changes in that of an earlier release."""

import sqlite3

from gateway.cancellation.journal_rows import COLUMNS
from gateway.journal.file import add_columns

_TABLE = """
CREATE TABLE IF NOT EXISTS attempt (
    id TEXT PRIMARY KEY, customer TEXT NOT NULL, order_id TEXT NOT NULL, items TEXT NOT NULL,
    requested_at REAL NOT NULL, state TEXT NOT NULL, settled_at REAL);
"""
_ADDED_COLUMNS = {
    "boot": "TEXT NOT NULL DEFAULT ''",
    "sent_seconds": "REAL NOT NULL DEFAULT 0",
    "is_shown": "INTEGER NOT NULL DEFAULT 0",
    "refund": "TEXT",
}
"""Columns that files of version 0.1 do not have. Their processes may use the file meanwhile."""

OPEN = "settled_at IS NULL AND NOT is_shown"
"""Condition for attempts that are open, also in a state of a later release."""

_INDEXES = f"""
DROP INDEX IF EXISTS attempt_unconfirmed;
DROP INDEX IF EXISTS attempt_of_order;
CREATE INDEX IF NOT EXISTS attempt_of_any_case ON attempt (order_id COLLATE NOCASE);
CREATE INDEX IF NOT EXISTS attempt_of_customer ON attempt (customer);
CREATE INDEX IF NOT EXISTS attempt_open ON attempt (id) WHERE {OPEN};
"""


def prepare(database: sqlite3.Connection) -> None:
    """Make the table, or update it. Raises sqlite3.Error if one of another shape has its name."""
    database.executescript(_TABLE)
    database.execute("BEGIN IMMEDIATE")
    with database:
        add_columns(database, "attempt", _ADDED_COLUMNS)
    database.executescript(_INDEXES)
    database.execute(f"SELECT {COLUMNS} FROM attempt LIMIT 0")  # noqa: S608  # our own names
