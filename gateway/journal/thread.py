"""Runs all statements on the state file in a thread, so that a slow disk does not block the event loop."""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import msgspec

from gateway.imin.transport.deadline import REQUEST_DEADLINE
from gateway.journal.errors import JournalUnavailable

T = TypeVar("T")

Use = Callable[[sqlite3.Connection], T]

_CALL_SECONDS = 1.5
"""Longer than SQLite waits for a lock: this is reached only if the disk hangs, or other calls are waiting."""
_MIN_CALL_SECONDS = 0.25


class JournalThread:
    """Owns one connection."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._database: sqlite3.Connection

    async def open(self, connect: Callable[[], sqlite3.Connection]) -> None:
        """Connect. Raises what `connect` raises."""
        try:
            self._database = await asyncio.wrap_future(self._thread.submit(connect))
        except BaseException:
            self._thread.shutdown()
            raise

    async def close(self) -> None:
        """Close the connection, once every statement has ended."""
        await asyncio.wrap_future(self._thread.submit(self._database.close))
        self._thread.shutdown()

    async def run(self, use: Use[T]) -> T:
        """The result of some statements. Raises JournalUnavailable; statements that had begun may still run.

        Statements that have begun run to their end, even if the caller is cancelled.
        """
        is_given_up = False

        def call() -> T:
            if is_given_up:
                raise JournalUnavailable("the caller has given up")
            return use(self._database)

        future = asyncio.wrap_future(self._thread.submit(call))
        future.add_done_callback(_retrieve)
        try:
            async with asyncio.timeout(_seconds()):
                return await asyncio.shield(future)
        except (TimeoutError, sqlite3.Error, msgspec.MsgspecError, ValueError) as error:
            # The last two: a value in the file cannot be read.
            is_given_up = True
            raise JournalUnavailable(f"the state file failed: {type(error).__name__}") from error

    async def write(self, change: Use[T]) -> T:
        """As `run`, in a transaction that is synced to disk when this returns."""

        def write(database: sqlite3.Connection) -> T:
            database.execute("BEGIN IMMEDIATE")
            with database:
                return change(database)

        return await self.run(write)


def _seconds() -> float:
    """How long a call may take: until the deadline of its operation, but not too short a time."""
    left = REQUEST_DEADLINE.get() - time.monotonic()
    return max(_MIN_CALL_SECONDS, min(left, _CALL_SECONDS))


def _retrieve(future: "asyncio.Future[T]") -> None:
    if not future.cancelled():
        future.exception()  # or asyncio logs "exception was never retrieved" after a timeout
