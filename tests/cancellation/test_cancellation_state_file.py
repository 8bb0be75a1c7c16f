"""The state file while it is locked, full, damaged or removed, and what customers can make it hold."""

import asyncio
import resource
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from gateway.auth import Caller
from gateway.commands import gateway_listening
from gateway.sandbox import Fault, Sandbox
from gateway.settings.model import Settings
from tests.conftest import Gateway
from tests.support.cancellations import booked, cancel
from tests.support.clocks import PinnedBootClock
from tests.support.waiting import until

PATCH = "PATCH /orders/:id"
NOT_SENT = {
    "__typename": "CancellationUnavailableError",
    "code": "UPSTREAM_UNAVAILABLE",
    "message": "The cancellation cannot be recorded at the moment, so it was not sent. "
    "Please try again later.",
}
CANCELLATION = "query ($id: ID!) { node(id: $id) { id ... on Order { cancellation { state } } } }"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state.sqlite3"


@pytest.fixture
async def mine(
    settings: Settings, sandbox: Sandbox, gateway: Gateway, boot_clock: PinnedBootClock, state: Path
) -> AsyncIterator[Gateway]:
    """A gateway over a state file, whose caller is customer 1234 and no trusted service."""

    async def customer(_request: object) -> Caller:
        return Caller("1234")

    on_disk = settings.but(state_path=str(state), rate_limited=False)
    async with gateway_listening(on_disk, customer, sandbox.clock.now, boot_clock=boot_clock) as url:
        yield Gateway(url, gateway.http)


@contextmanager
def locked(state: Path) -> Iterator[None]:
    """Another process, a backup for example, is writing to the file."""
    with closing(sqlite3.connect(state, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def full(state: Path) -> Iterator[None]:
    """No file of this process can grow, as if the disk were full."""
    size = max(path.stat().st_size for path in state.parent.iterdir())
    _, hard = before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def damaged(state: Path) -> Iterator[None]:
    """The file and its log hold other bytes than SQLite's."""
    # Not the index of the log: SQLite maps it into memory.
    originals = {path: path.read_bytes() for path in (state, Path(f"{state}-wal"))}
    for path, original in originals.items():
        overwrite(path, b"\xff" * len(original))
    yield
    for path, original in originals.items():
        overwrite(path, original)


def overwrite(path: Path, content: bytes) -> None:
    """Replace the start of a file, which keeps its length."""
    with path.open("r+b") as file:
        file.write(content)


@contextmanager
def emptied(state: Path) -> Iterator[None]:
    """Somebody has emptied the file."""
    original = state.read_bytes()
    state.write_bytes(b"")
    yield
    state.write_bytes(original)


@contextmanager
def removed(state: Path) -> Iterator[None]:
    """The file is not where it was. What is written to it would be lost with the process."""
    moved = state.with_suffix(".moved")
    state.rename(moved)
    yield
    moved.rename(state)


FAULTS = {"locked": locked, "full": full, "damaged": damaged, "emptied": emptied, "removed": removed}


async def readiness(gateway: Gateway) -> Any:
    async with gateway.http.get(f"{gateway.url}/health/ready") as response:
        return response.status, await response.json()


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("more", [{}, {"idempotencyKey": "a"}], ids=["no key", "key"])
async def test_not_sent(
    mine: Gateway, sandbox: Sandbox, state: Path, fault: str, more: dict[str, str]
) -> None:
    """What cannot be recorded is not sent, and the answer says so."""
    order, items = await booked(mine)

    with FAULTS[fault](state):
        result = await cancel(mine, order, items, **more)

    assert result == NOT_SENT
    assert sandbox.request_log.count(PATCH) == 0


@pytest.mark.parametrize("fault", FAULTS)
async def test_readiness(mine: Gateway, state: Path, fault: str) -> None:
    """Readiness says that the state file fails, and the gateway goes on answering queries."""
    order, _ = await booked(mine)
    healthy = await readiness(mine)

    with FAULTS[fault](state):
        await until(lambda: _is_degraded(mine))
        failing = await readiness(mine)
        answer = await mine.answer(CANCELLATION, id=order)

    assert healthy == (200, {"status": "ok", "failingEndpoints": [], "redis": "off"})
    assert failing == (200, healthy[1] | {"status": "degraded", "stateFile": "failing"})
    assert answer["data"]["node"]["id"] == order
    assert {error["extensions"]["code"] for error in answer.get("errors", ())} <= {"SERVICE_UNAVAILABLE"}


async def test_unreadable_journal(mine: Gateway, state: Path) -> None:
    """While the journal cannot be read, the order is shown all the same, with an error for each field."""
    query = """query ($id: ID!) { node(id: $id) { ... on Order {
      id cancellations { state } items { cancellation { state } } } } }"""
    order, _ = await booked(mine)
    with closing(sqlite3.connect(state)) as file:
        file.execute("ALTER TABLE attempt RENAME TO other")

    answer = await mine.answer(query, id=order)

    node = {"id": order, "cancellations": [], "items": [{"cancellation": None}] * 2}
    assert answer["data"] == {"node": node}
    failed = [["node", "items", place, "cancellation"] for place in (0, 1)]
    assert sorted((error["path"] for error in answer["errors"]), key=str) == [
        ["node", "cancellations"],
        *failed,
    ]
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"SERVICE_UNAVAILABLE"}


async def _is_degraded(gateway: Gateway) -> bool:
    return bool((await readiness(gateway))[1]["status"] == "degraded")


async def test_works_again(mine: Gateway, sandbox: Sandbox, state: Path) -> None:
    """Once the file is free again, the same call is carried out, under the same key."""
    order, items = await booked(mine)
    with locked(state):
        refused = await cancel(mine, order, items, idempotencyKey="a")

    result = await cancel(mine, order, items, idempotencyKey="a")

    assert (refused, result["__typename"]) == (NOT_SENT, "CancellationPending")
    assert sandbox.request_log.count(PATCH) == 1


@pytest.mark.parametrize("fault", ["locked", "full"])
async def test_fails_after_the_patch(mine: Gateway, sandbox: Sandbox, state: Path, fault: str) -> None:
    """If the file fails once the PATCH was sent, the answer is imin's, and nothing is sent again."""
    order, items = await booked(mine)
    sandbox.faults.add(Fault(PATCH, "delay", delay_seconds=3_600))
    call = asyncio.ensure_future(cancel(mine, order, items, idempotencyKey="a"))
    await sandbox.request_log.wait_for(PATCH)

    with FAULTS[fault](state):
        sandbox.faults.clear()
        result = await call
    again = await cancel(mine, order, items, idempotencyKey="a")

    assert [result["__typename"], again["__typename"]] == ["CancellationPending"] * 2
    assert sandbox.request_log.count(PATCH) == 1


async def test_cancelled_items_are_shown(mine: Gateway, sandbox: Sandbox, state: Path) -> None:
    """What the order shows is reported although the file fails: it was read."""
    order, items = await booked(mine)
    await cancel(mine, order, items)
    sandbox.clock.advance(60)

    with locked(state):
        result = await cancel(mine, order, items)

    assert result["__typename"] == "AlreadyCancelled"


@pytest.mark.parametrize("order", ["!", "none", "ace59955-be43-4c91-8e9a-000000000000"])
async def test_orders_of_others(mine: Gateway, state: Path, order: str) -> None:
    """A call for an order that is not the caller's stores nothing, however long its ids are."""
    before = rows(state)

    for number in range(5):
        result = await cancel(
            mine, order, [f"{place}" * 290 for place in range(100)], idempotencyKey=f"{number}"
        )
        assert result["__typename"] == "OrderNotFoundError"

    assert rows(state) == before == {"attempt": 0, "idempotency_key": 0}


async def test_size_of_a_key(mine: Gateway, state: Path) -> None:
    """A key takes the same few bytes whatever the client names with it."""
    order, _ = await booked(mine)
    ids = [f"{place:03}" + "x" * 577 for place in range(100)]

    missing = await cancel(mine, order, ids, idempotencyKey="k" * 255)
    again = await cancel(mine, order, [*reversed(ids)], idempotencyKey="k" * 255)

    assert sorted(missing["orderItemIds"]) == sorted(again["orderItemIds"]) == ids
    with closing(sqlite3.connect(state)) as file:
        (row,) = file.execute("SELECT * FROM idempotency_key")
    assert [len(part) for part in row[:3]] == [32, 32, 32]
    assert len(row[3]) < 500


async def test_keys_of_a_customer(mine: Gateway, state: Path) -> None:
    """A customer has at most 500 keys: a new one replaces the oldest."""
    order, _ = await booked(mine)
    first = await cancel(mine, order, ["none"], idempotencyKey="first")
    with closing(sqlite3.connect(state)) as file:
        (caller,) = file.execute("SELECT caller FROM idempotency_key").fetchone()
        rows_ = [(caller, f"{number}", "payload", None, 10**10 + number) for number in range(600)]
        file.executemany("INSERT INTO idempotency_key VALUES (?, ?, ?, ?, ?)", rows_)
        file.commit()

    await cancel(mine, order, ["none"], idempotencyKey="last")

    assert first["__typename"] == "OrderItemNotFoundError"
    assert rows(state)["idempotency_key"] == 500


async def test_attempts_on_an_order(mine: Gateway, sandbox: Sandbox, state: Path) -> None:
    """An order has at most 100 settled attempts: a new one replaces the oldest. Open ones stay."""
    order, items = await booked(mine, index=1)
    await cancel(mine, order, items)
    number = sandbox.store.identifiers("1234")[1]
    with closing(sqlite3.connect(state)) as file:
        new = "INSERT INTO attempt (id, customer, order_id, items, requested_at, state, settled_at) VALUES"
        for place in range(150):
            settled_at = None if place < 10 else 1.0
            states = "PENDING" if place < 10 else "REFUSED"
            file.execute(
                f"{new} (?, ?, ?, ?, ?, ?, ?)", (f"{place}", "1234", number, "[]", 10**10, states, settled_at)
            )
        file.commit()

    await cancel(mine, order, items)

    with closing(sqlite3.connect(state)) as file:
        (settled,) = file.execute("SELECT count(*) FROM attempt WHERE settled_at IS NOT NULL").fetchone()
    assert settled <= 110


def rows(state: Path) -> dict[str, int]:
    """Number of rows in each table that clients can write to."""
    with closing(sqlite3.connect(state)) as file:
        return {
            table: file.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608  # constants
            for table in ("attempt", "idempotency_key")
        }
