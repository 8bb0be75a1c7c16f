"""A change that one request makes: sent once, and reported as unconfirmed while its effect is unknown."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.imin.errors import IminError, NotFound, Refused, TimedOut, Unreadable, UpstreamUnavailable
from gateway.journal.doubt import Doubt
from gateway.journal.locks import ProcessLocks
from gateway.journal.single_request import (
    Change,
    ChangeKey,
    ChangeResult,
    ChangeTools,
    KeyReused,
    NotMade,
    SingleRequests,
    Unconfirmed,
)
from gateway.journal.sqlite_keys import SqliteKeys
from gateway.signing.rotating_mac import RotatingMac
from tests.support.clocks import PinnedBootClock

NOW = datetime(2026, 11, 1, 9, tzinfo=UTC)
LOST = TimedOut("too late")
FAILED = UpstreamUnavailable("500", answered=True)


class Imin:
    """What a change does, and what happens to its requests.

    fails: with what the next requests fail, after they took effect. shows: whether readings find the effect;
    None if it cannot be read.
    """

    def __init__(self) -> None:
        self.sent = 0
        self.readings = 0
        self.fails: list[IminError] = []
        self.shows: bool | None = None
        self.is_hanging = asyncio.Event()
        self.go_on = asyncio.Event()
        self.go_on.set()

    def change(
        self,
        key: str | None = "key",
        content: Any = "ann@example.com",
        caller: str = "customer-1234",
        **more: Any,
    ) -> Change[str]:
        """The change of an e-mail address."""

        async def send(_seconds: float) -> str:
            self.sent += 1
            self.is_hanging.set()
            await self.go_on.wait()
            if self.fails:
                raise self.fails.pop(0)
            return f"made {self.sent}"

        async def find_out() -> str | None:
            self.readings += 1
            return "found" if self.shows else None

        values: dict[str, Any] = {
            "kind": "createThing",
            "content": content,
            "key": ChangeKey(caller, key, most=10),
            "send": send,
            "refused": lambda refusal: "refused" if isinstance(refusal, Refused) else None,
            "encode": str.encode,
            "decode": bytes.decode,
            "find_out": None if self.shows is None else find_out,
        }
        return Change(**values | more)


async def make(changes: SingleRequests, change: Change[str]) -> ChangeResult[str]:
    """The result of a change."""
    result: ChangeResult[str] = await changes.make(change)
    return result


@pytest.fixture
def imin() -> Imin:
    return Imin()


@pytest.fixture
def clock() -> PinnedBootClock:
    return PinnedBootClock()


@asynccontextmanager
async def changes(path: Path, clock: PinnedBootClock) -> AsyncIterator[SingleRequests]:
    """A process over the state file."""
    async with SqliteKeys(str(path)) as store:
        macs = RotatingMac((b"secret",), b"test", 16)
        yield SingleRequests(
            ChangeTools(store, ProcessLocks(), Doubt(clock, 60), lambda: NOW, macs, seconds=0.3)
        )


async def test_once_per_key(imin: Imin, clock: PinnedBootClock, tmp_path: Path) -> None:
    """The same key gives the first outcome again, also together and after a restart, and sends nothing."""
    async with changes(tmp_path / "state", clock) as first:
        together = await asyncio.gather(*(make(first, imin.change()) for _ in range(3)))
        again = await first.make(imin.change())
    async with changes(tmp_path / "state", clock) as second:
        later = await second.make(imin.change())

    assert [*together, again, later] == ["made 1"] * 5
    assert imin.sent == 1


@pytest.mark.parametrize("key", ["key", None])
async def test_refusal(imin: Imin, clock: PinnedBootClock, tmp_path: Path, key: str | None) -> None:
    """A refusal of imin's is an outcome, if it means one; otherwise nothing was made."""
    imin.fails = [Refused("no", status=400), NotFound("none")]
    async with changes(tmp_path / "state", clock) as one:
        first = await one.make(imin.change(key))
        second = await one.make(imin.change(key and "other"))

    assert first == "refused"
    assert isinstance(second, NotMade)


@pytest.mark.parametrize("error", [LOST, FAILED, Unreadable("html")], ids=["lost", "failed", "unreadable"])
async def test_cannot_be_found_out(
    imin: Imin, clock: PinnedBootClock, tmp_path: Path, error: IminError
) -> None:
    """What no reading shows stays unconfirmed under its key, for any time, and nothing is sent again."""
    imin.fails = [error]
    async with changes(tmp_path / "state", clock) as one:
        first = await one.make(imin.change())
        clock.advance(3_600)
        second = await one.make(imin.change())
        other = await one.make(imin.change("a new key"))

    assert isinstance(first, Unconfirmed)
    assert isinstance(second, Unconfirmed)
    assert other == "made 2"


async def test_without_key(imin: Imin, clock: PinnedBootClock, tmp_path: Path) -> None:
    """Without a key, the same change is not sent again while imin may still act on the first request."""
    imin.fails = [LOST]
    async with changes(tmp_path / "state", clock) as one:
        first = await one.make(imin.change(None))
        during = await one.make(imin.change(None))
        different = await one.make(imin.change(None, content="bob@example.com"))
        clock.advance(61)
        after = await one.make(imin.change(None))
        once_more = await one.make(imin.change(None))

    assert isinstance(first, Unconfirmed)
    assert isinstance(during, Unconfirmed)
    assert [different, after, once_more] == ["made 2", "made 3", "made 4"]


async def test_not_sent(imin: Imin, clock: PinnedBootClock, tmp_path: Path) -> None:
    """What was not sent changed nothing, and the key can be used again."""
    imin.fails = [UpstreamUnavailable("refused", sent=False)]
    async with changes(tmp_path / "state", clock) as one:
        first = await one.make(imin.change())
        second = await one.make(imin.change())

    assert isinstance(first, NotMade)
    assert not first.is_unrecorded
    assert second == "made 2"


async def test_found_out(imin: Imin, clock: PinnedBootClock, tmp_path: Path) -> None:
    """A reading that shows the effect of a lost request settles it, in the same call or a later one."""
    imin.fails, imin.shows = [LOST, LOST], True
    async with changes(tmp_path / "state", clock) as one:
        at_once = await one.make(imin.change("one"))
        imin.shows = False
        unknown = await one.make(imin.change("two"))
        imin.shows = True
        later = await one.make(imin.change("two"))

    assert isinstance(unknown, Unconfirmed)
    assert (at_once, later, imin.sent) == ("found", "found", 2)


async def test_no_effect_shown(imin: Imin, clock: PinnedBootClock, tmp_path: Path) -> None:
    """A lost request is not sent again under its key, at any time: a new key, or none, is a new change."""
    imin.fails, imin.shows = [LOST], False
    async with changes(tmp_path / "state", clock) as one:
        before = [await make(one, imin.change()) for _ in range(2)]
        clock.advance(61)
        after = await make(one, imin.change())
        other = await one.make(imin.change("new"))

    assert all(isinstance(result, Unconfirmed) for result in [*before, after])
    assert (other, imin.sent) == ("made 2", 2)


@pytest.mark.parametrize("key", ["key", None])
@pytest.mark.parametrize("shows", [None, True], ids=["unreadable", "shown"])
async def test_killed(
    imin: Imin, clock: PinnedBootClock, tmp_path: Path, key: str | None, *, shows: bool | None
) -> None:
    """A process that ends while its request is under way neither repeats it nor forgets it."""
    imin.shows = shows
    imin.go_on.clear()
    async with changes(tmp_path / "state", clock) as first:
        call: asyncio.Task[Any] = asyncio.create_task(make(first, imin.change(key)))
        await imin.is_hanging.wait()
        async with changes(tmp_path / "state", clock) as second:
            result = await second.make(imin.change(key))
        imin.go_on.set()
        await call

    assert result == "found" if shows else isinstance(result, Unconfirmed)
    assert imin.sent == 1


async def test_another_change(imin: Imin, clock: PinnedBootClock, tmp_path: Path) -> None:
    """A key stands for one change of one caller: another change is refused, another caller has an own key."""
    async with changes(tmp_path / "state", clock) as one:
        await one.make(imin.change())
        others = [
            await make(one, imin.change(content="bob@example.com")),
            await make(one, imin.change(kind="deleteThing")),
        ]
        stranger = await one.make(imin.change(caller="5678"))

    assert all(isinstance(result, KeyReused) for result in others)
    assert stranger == "made 2"


async def test_not_recorded(imin: Imin, clock: PinnedBootClock, tmp_path: Path) -> None:
    """What cannot be recorded is not sent, and an earlier use of the key is not forgotten for that."""
    path = tmp_path / "state"
    async with changes(path, clock) as one:
        imin.fails = [LOST]
        await one.make(imin.change())
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            new = await one.make(imin.change("new"))
            earlier = await one.make(imin.change())
            other.execute("ROLLBACK")
        after = await one.make(imin.change())

    assert isinstance(new, NotMade)
    assert new.is_unrecorded
    assert isinstance(earlier, Unconfirmed)
    assert isinstance(after, Unconfirmed)
    assert imin.sent == 1


async def test_nothing_personal(imin: Imin, clock: PinnedBootClock, tmp_path: Path) -> None:
    """Neither the content nor the caller nor the key is in the file."""
    async with changes(tmp_path / "state", clock) as one:
        await one.make(imin.change("my own key"))
        imin.fails = [LOST]
        await one.make(imin.change(None))
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())  # noqa: ASYNC240  # small files

    assert b"made 1" in stored
    assert not [text for text in (b"ann@", b"example", b"customer", b"my own key") if text in stored]


PREVIOUS = """
PRAGMA journal_mode = WAL;
CREATE TABLE idempotency_key (
    caller TEXT NOT NULL, name TEXT NOT NULL, payload TEXT NOT NULL, outcome BLOB, claimed_at REAL NOT NULL,
    PRIMARY KEY (caller, name)) WITHOUT ROWID;
CREATE TABLE probe (id INTEGER PRIMARY KEY, at REAL NOT NULL);
"""


@pytest.mark.parametrize("outcome", [b"made before", None])
async def test_previous_layout(
    imin: Imin, clock: PinnedBootClock, tmp_path: Path, outcome: bytes | None
) -> None:
    """A file of the previous release opens, and its keys are in use."""
    path = tmp_path / "state"
    async with changes(tmp_path / "other", clock) as one:
        await one.make(imin.change())
    with closing(sqlite3.connect(tmp_path / "other")) as other, closing(sqlite3.connect(path)) as previous:
        previous.executescript(PREVIOUS)
        caller, name, payload, _, at = other.execute("SELECT * FROM idempotency_key").fetchone()
        with previous:
            row = (caller, name, payload, outcome, at)
            previous.execute("INSERT INTO idempotency_key VALUES (?, ?, ?, ?, ?)", row)

    async with changes(path, clock) as one:
        result = await one.make(imin.change())

    assert result == "made before" if outcome else isinstance(result, Unconfirmed)
    assert imin.sent == 1
