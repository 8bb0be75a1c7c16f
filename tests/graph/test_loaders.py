"""Loads of one request: each resource once, a limited number at a time, whichever callers wait or leave."""

import asyncio
from typing import Any

import pytest

from gateway.imin.endpoints.declaration import CustomerKey, Endpoint, Parts
from gateway.imin.errors import UpstreamUnavailable
from gateway.imin.repository import Repository, Undecoded, Use
from gateway.loaders import Loader, LoadScope

LETTER: Endpoint[tuple[str, str], str] = Endpoint(
    name="letter", path="/letters/{letter}", read=lambda json, _key, _selection: json.decode()
)
ALPHABET: Endpoint[CustomerKey, str] = Endpoint(
    name="alphabet",
    path="/alphabet",
    read=lambda json, _key, _selection: json.decode(),
    parts=Parts(LETTER, lambda letters: [(letter, f"part {letter}") for letter in letters], lambda _json: {}),
)


class Held(Repository):
    """Answers when a test lets it. requested: the keys, and whether past what is cached."""

    def __init__(self) -> None:
        self.requested: list[tuple[str, bool]] = []
        self._responses: dict[str, asyncio.Future[Undecoded[Any]]] = {}

    async def get(
        self, _endpoint: Any, key: Any, _on_stale: Any, *, refresh: bool = False, use: Any = None
    ) -> Any:
        assert use is not None
        self.requested.append((key[-1], refresh))
        self._responses[key[-1]] = asyncio.get_running_loop().create_future()
        return await self._responses[key[-1]]

    def answer(self, name: str) -> None:
        self._responses[name].set_result(Undecoded(name.upper))

    def fail(self, name: str) -> None:
        self._responses[name].set_exception(UpstreamUnavailable("down"))


class Letters:
    """A loader of letters by one customer, over a repository that is held."""

    def __init__(self, slots: int = 8) -> None:
        self.imin = Held()
        self.scope = LoadScope(
            self.imin, asyncio.Semaphore(slots), lambda _seconds: None, lambda: None, Use()
        )
        self.loader = Loader(LETTER, self.scope)

    def get(self, name: str, *, refresh: bool = False) -> asyncio.Future[str]:
        return asyncio.ensure_future(self.loader.get(("ann", name), refresh=refresh))


async def loop_turns() -> None:
    """Let everything run that can."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_once_each() -> None:
    """Callers who load the same key, at the same time or later, share one request."""
    letters = Letters()
    first, second = letters.get("a"), letters.get("a")
    await loop_turns()
    letters.imin.answer("a")

    assert [await first, await second, await letters.get("a")] == ["A", "A", "A"]
    assert letters.imin.requested == [("a", False)]


async def test_refresh() -> None:
    """A refresh sends another request, whose result later callers get."""
    letters = Letters()
    for refresh in (False, True):
        load = letters.get("a", refresh=refresh)
        await loop_turns()
        letters.imin.answer("a")
        assert await load == "A"
        assert letters.imin.requested[-1] == ("a", refresh)

    assert await letters.get("a") == "A"
    assert len(letters.imin.requested) == 2


async def test_cancelled_caller() -> None:
    """A caller that is cancelled takes nothing from the others, even if it was the first."""
    letters = Letters()
    first, second = letters.get("a"), letters.get("a")
    await loop_turns()
    first.cancel()
    await loop_turns()
    letters.imin.answer("a")

    assert await second == "A"
    assert first.cancelled()


async def test_failure_is_shared() -> None:
    """Each caller gets the one failure, also those who come later; nothing is requested again."""
    letters = Letters()
    waiting = [letters.get("a") for _ in range(2)]
    await loop_turns()
    letters.imin.fail("a")

    outcomes = await asyncio.gather(*waiting, letters.get("a"), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [UpstreamUnavailable] * 3
    assert len(letters.imin.requested) == 1


async def test_unneeded_failure() -> None:
    """A load that was started ahead, failed and was never needed is not reported as an unhandled error."""
    letters = Letters()
    letters.loader.prefetch(("ann", "a"))
    await loop_turns()
    letters.imin.fail("a")
    await loop_turns()

    with pytest.raises(UpstreamUnavailable):
        await letters.get("a")


async def test_limited_concurrency() -> None:
    """Beyond the slots loads wait, and begin in the order in which they came."""
    letters = Letters(slots=2)
    loads = {name: letters.get(name) for name in "abcd"}
    await loop_turns()
    assert [name for name, _ in letters.imin.requested] == ["a", "b"]
    for name, requested in (("b", "abc"), ("a", "abcd"), ("c", "abcd"), ("d", "abcd")):
        letters.imin.answer(name)
        await loop_turns()
        assert [name for name, _ in letters.imin.requested] == list(requested)

    assert [await load for load in loads.values()] == ["A", "B", "C", "D"]


async def test_parts() -> None:
    """What came as a part of another resource is not requested, for its customer."""
    letters = Letters()
    Loader(ALPHABET, letters.scope).decode(("ann",), Undecoded(lambda: "ab"))
    letters.loader.prefetch(("ann", "a"))
    other_customer = asyncio.ensure_future(letters.loader.get(("bob", "a")))
    await loop_turns()
    letters.imin.answer("a")

    assert [await letters.get("a"), await other_customer] == ["part a", "A"]
    assert letters.imin.requested == [("a", False)]


async def test_refreshed_part() -> None:
    """A part is requested if it is to be refreshed, and from then on given as it was refreshed."""
    letters = Letters()
    Loader(ALPHABET, letters.scope).decode(("ann",), Undecoded(lambda: "a"))
    refreshed = letters.get("a", refresh=True)
    await loop_turns()
    letters.imin.answer("a")

    assert [await refreshed, await letters.get("a")] == ["A", "A"]
    assert letters.imin.requested == [("a", True)]


async def test_remembered() -> None:
    """What was read elsewhere replaces what came as a part before."""
    letters = Letters()
    Loader(ALPHABET, letters.scope).decode(("ann",), Undecoded(lambda: "a"))
    letters.loader.remember(("ann", "a"), "newer")

    assert await letters.get("a") == "newer"
    assert letters.imin.requested == []
