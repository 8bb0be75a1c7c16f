"""What calendars and links remember across restarts, in the state file beside the journal.

For each event: its version, and since when that is the current one. For each customer: since when the address
of the feed is valid, and whether their data is erased. All are numbers that only grow, so of two the greater
one is right.
"""

import sqlite3
import time
from collections.abc import Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from gateway.journal.digests import digest
from gateway.journal.state_file import StateFile

RETENTION_SECONDS = 400 * 86_400
"""Of versions: no event is in a feed for longer without a change. Addresses are remembered for ever."""

_MAX_VERSION, _MAX_GENERATION = 2**31, 2**53

_TABLES = """
CREATE TABLE IF NOT EXISTS calendar (
    name TEXT PRIMARY KEY, number INTEGER NOT NULL, digest TEXT NOT NULL, expires_at REAL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS calendar_expiry ON calendar (expires_at) WHERE expires_at IS NOT NULL;
"""


class Entry(Struct, frozen=True, array_like=True):
    """number: grows with each change. digest: of what it stands for."""

    number: int
    digest: str = ""

    def is_plausible(self, name: str) -> bool:
        """Whether the entry of that name could be one, or is damaged. Versions must fit into 31 bits."""
        is_version = name.startswith(("event:", "pass:"))
        return 0 <= self.number < (_MAX_VERSION if is_version else _MAX_GENERATION)


NO_ENTRY = Entry(0)


def feed_name(customer: str) -> str:
    """Name of the entry of a customer's feed. Its number is in milliseconds since 1970; 0 at first."""
    return f"feed:{digest(customer)}"


def event_name(uid: str) -> str:
    """Name of the entry of an event."""
    return f"event:{uid}"


def pass_name(uid: str) -> str:
    """Name of the entry of a wallet pass."""
    return f"pass:{uid}"


def erasure_name(customer: str) -> str:
    """Name of the entry of the erasure of a customer's data, see erasures.py."""
    return f"erasure:{digest(customer)}"


def owner_name(order: str) -> str:
    """Name of the entry of the customer to whom an order belongs. Its digest is an erasure_name."""
    return f"owner:{digest(order)}"


def expires(name: str) -> bool:
    return not name.startswith(("feed:", "erasure:"))


class CalendarState(Protocol):
    """Stores entries by name. Raises JournalUnavailable, from gateway.journal.errors."""

    async def get(self, names: Sequence[str], *, on_all: bool = False) -> dict[str, Entry]:
        """The entries that exist. on_all: raise rather than miss what another replica has stored."""

    async def put(self, entries: Mapping[str, Entry], *, on_all: bool = False) -> None:
        """Store entries, unless greater ones are there. on_all: raise if another replica could miss them."""


class SqliteCalendarState(StateFile):
    """Implements CalendarState, inside `async with`, which raises StateUnusable. path: "" for the memory."""

    def __init__(self, path: str) -> None:
        super().__init__(path, _TABLES)

    async def get(self, names: Sequence[str], *, on_all: bool = False) -> dict[str, Entry]:  # noqa: ARG002  # this file is all
        marks = ", ".join("?" * len(names))
        statement = f"SELECT name, number, digest FROM calendar WHERE name IN ({marks})"  # noqa: S608  # question marks
        rows = await self._thread.run(lambda database: database.execute(statement, names).fetchall())
        return {
            name: entry
            for name, number, digest in rows
            if isinstance(number, int)
            and isinstance(digest, str)
            and (entry := Entry(number, digest)).is_plausible(name)
        }

    async def put(self, entries: Mapping[str, Entry], *, on_all: bool = False) -> None:  # noqa: ARG002  # as above
        now = time.time()
        rows = [
            (name, entry.number, entry.digest, now + RETENTION_SECONDS if expires(name) else None)
            for name, entry in entries.items()
        ]

        def put(database: sqlite3.Connection) -> None:
            database.execute("DELETE FROM calendar WHERE expires_at < ?", (now,))
            database.executemany(
                "INSERT INTO calendar VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET "
                "number = excluded.number, digest = excluded.digest, expires_at = excluded.expires_at "
                "WHERE excluded.number > number",
                rows,
            )

        await self._write_checked(put)
