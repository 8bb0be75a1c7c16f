"""A state file with rows that cannot be read, and one that a later release has used."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from gateway.auth import demo_caller
from gateway.cancellation.sqlite_journal import SqliteJournal
from gateway.commands import gateway_listening
from gateway.journal.errors import StateUnusable
from gateway.sandbox import Fault, Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.cancellations import booked, cancel, statuses

CANCELLATION = "query ($id: ID!) { node(id: $id) { ... on Order { cancellation { state } } } }"
TABLES = ("attempt", "idempotency_key")


def columns(state: Path) -> list[tuple[str, str]]:
    """Each column of the journal, with its table."""
    with closing(sqlite3.connect(state)) as database:
        return [
            (table, row[1]) for table in TABLES for row in database.execute(f"PRAGMA table_info({table})")
        ]


def change(state: Path, *statements: str, value: object = None) -> None:
    """Execute statements on the file."""
    with closing(sqlite3.connect(state)) as database, database:
        for statement in statements:
            database.execute(statement, {"value": value})


class Restarted:
    """Gateways that are started one after the other, each over the state file of the one before."""

    def __init__(self, settings: Settings, sandbox: Sandbox, state: Path) -> None:
        self.settings = settings.but(state_path=str(state))
        self.sandbox = sandbox

    async def use(self, work: Any) -> Any:
        """Start a gateway, have it work, and stop it."""
        running = gateway_listening(self.settings, demo_caller, self.sandbox.clock.now)
        async with running as url, aiohttp.ClientSession() as http:
            return await work(Gateway(url, http))


@pytest.mark.parametrize("value", [b"\xff\x00", "text", 7, float("inf")], ids=repr)
async def test_damaged_rows(settings: Settings, sandbox: Sandbox, tmp_path: Path, value: object) -> None:
    """Whichever column of the journal is damaged, answers are right, and imin gets no second PATCH."""
    good, state = tmp_path / "good.sqlite3", tmp_path / "state.sqlite3"
    ids: tuple[str, list[str]] = ("", [])

    async def cancel_once(gateway: Gateway) -> None:
        nonlocal ids
        ids = await booked(gateway)
        await cancel(gateway, *ids, idempotencyKey="key")

    async def cancel_again(gateway: Gateway) -> tuple[Any, ...]:
        shown = (await gateway.data(CANCELLATION, id=ids[0]))["node"]["cancellation"]
        results = [await cancel(gateway, *ids, idempotencyKey=key) for key in ("key", "other")]
        return shown, [result["__typename"] for result in results], await statuses(gateway, ids[0])

    await Restarted(settings, sandbox, good).use(cancel_once)
    for table, column in columns(good):
        shutil.copy(good, state)
        change(state, f"UPDATE {table} SET {column} = :value", value=value)  # noqa: S608  # our own names
        shown, kinds, after = await Restarted(settings, sandbox, state).use(cancel_again)
        is_another_payload = column == "payload" and not isinstance(value, bytes)

        assert shown is None or shown["state"] in {"PENDING", "UNCONFIRMED"}, column
        assert kinds[is_another_payload:] == ["CancellationPending"] * (2 - is_another_payload), column
        assert after == ["CUSTOMER_CANCELLATION_PENDING"] * 2
        state.unlink()
    assert sandbox.request_log.count("PATCH /orders/:id") == 1


LATER = (
    "ALTER TABLE attempt ADD COLUMN added TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE idempotency_key ADD COLUMN added INTEGER",
)


@pytest.mark.settings(cancel_deadline_seconds=2)  # the test waits for it
async def test_later_release(settings: Settings, sandbox: Sandbox, tmp_path: Path) -> None:
    """After a later release, with columns and states of its own, items that it holds are not sent again."""
    state = tmp_path / "state.sqlite3"
    restarted = Restarted(settings, sandbox, state)
    sandbox.faults.add(Fault("PATCH /orders/:id", "late", delay_seconds=3_600))

    async def cancel_both(gateway: Gateway) -> list[str]:
        order, items = await booked(gateway)
        results = [await cancel(gateway, order, items, idempotencyKey=key) for key in ("one", "two")]
        return [result["__typename"] for result in results]

    before = await restarted.use(cancel_both)
    change(state, *LATER, "UPDATE attempt SET state = 'POSTPONED'")
    after = await restarted.use(cancel_both)

    assert before == after == ["CancellationUnconfirmedError"] * 2
    assert sandbox.request_log.count("PATCH /orders/:id") == 1


@pytest.mark.parametrize(
    "statement",
    ["CREATE TABLE attempt (id TEXT, order_id TEXT, state TEXT)", "CREATE TABLE idempotency_key (key TEXT)"],
)
async def test_another_shape(tmp_path: Path, statement: str) -> None:
    """A file whose tables lack a column is refused at startup, not with each cancellation."""
    path = tmp_path / "state.sqlite3"
    change(path, statement)

    with pytest.raises(StateUnusable, match=r"cannot use the file .*state.sqlite3: no such column: \w+"):
        async with SqliteJournal(str(path)):
            pass
