"""Which devices want to hear of changes of which passes, in the state file beside the journal.

Apple calls what a push needs a push token. The operator sends the pushes, and reads the tokens here.
"""

import sqlite3
import time
from typing import Protocol

from gateway.journal.state_file import StateFile

MAX_DEVICES = 20
"""Of one pass. A customer has no more passes than booked items."""

MAX_PASSES = 100
"""On one device: a device that asks for changes causes a request to imin for each."""

RETENTION_SECONDS = 800 * 86_400

_TABLES = """
CREATE TABLE IF NOT EXISTS wallet_registration (
    device TEXT NOT NULL, serial TEXT NOT NULL, push_token TEXT NOT NULL, registered_at REAL NOT NULL,
    PRIMARY KEY (device, serial)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS wallet_registration_of_pass ON wallet_registration (serial);
"""


class TooManyRegistrations(Exception):
    """The pass has as many devices as it may have, or the device as many passes."""


class Registrations(Protocol):
    """Stores registrations. Raises JournalUnavailable, from gateway.journal.errors."""

    async def add(self, device: str, serial: str, push_token: str) -> bool:
        """Whether it is new; a known one gets the token. Raises TooManyRegistrations."""

    async def remove(self, device: str, serial: str) -> None:
        """Remove a registration, if there is one."""

    async def serials(self, device: str) -> list[str]:
        """The passes on a device, sorted."""


class SqliteRegistrations(StateFile):
    """Implements Registrations, inside `async with`, which raises StateUnusable. path: "" for the memory."""

    def __init__(self, path: str) -> None:
        super().__init__(path, _TABLES)

    async def add(self, device: str, serial: str, push_token: str) -> bool:
        now = time.time()

        def add(database: sqlite3.Connection) -> bool:
            database.execute(
                "DELETE FROM wallet_registration WHERE registered_at < ?", (now - RETENTION_SECONDS,)
            )
            known = database.execute(
                "UPDATE wallet_registration SET push_token = ?, registered_at = ? "
                "WHERE device = ? AND serial = ?",
                (push_token, now, device, serial),
            )
            if known.rowcount:
                return False
            devices, passes = (
                database.execute(f"SELECT count(*) FROM wallet_registration WHERE {condition}", (name,))  # noqa: S608  # our own names
                for condition, name in (("serial = ?", serial), ("device = ?", device))
            )
            if devices.fetchone()[0] >= MAX_DEVICES or passes.fetchone()[0] >= MAX_PASSES:
                raise TooManyRegistrations
            database.execute(
                "INSERT INTO wallet_registration VALUES (?, ?, ?, ?)", (device, serial, push_token, now)
            )
            return True

        return await self._write_checked(add)

    async def remove(self, device: str, serial: str) -> None:
        def remove(database: sqlite3.Connection) -> None:
            database.execute(
                "DELETE FROM wallet_registration WHERE device = ? AND serial = ?", (device, serial)
            )

        await self._write_checked(remove)

    async def serials(self, device: str) -> list[str]:
        statement = "SELECT serial FROM wallet_registration WHERE device = ? ORDER BY serial LIMIT ?"
        rows = await self._thread.run(
            lambda database: database.execute(statement, (device, MAX_PASSES)).fetchall()
        )
        return [serial for (serial,) in rows if isinstance(serial, str)]
