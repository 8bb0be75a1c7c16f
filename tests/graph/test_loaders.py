"""Loads of one request: once each, so many at a time, whoever waits and whoever leaves."""

import asyncio
from collections.abc import Awaitable

import pytest

from gateway.imin.errors import UpstreamUnavailable
from gateway.imin.repository import Reads, Unread
from gateway.loaders import CoalescingLoader, Turns


class Loader(CoalescingLoader[str, str]):
    """Loads what the test lets it load."""

    def __init__(self, places: int = 8) -> None:
        super().__init__(Reads.__new__(Reads), Turns(places), lambda _seconds: None)
        self.begun: list[tuple[str, bool]] = []
        self.fetches: dict[str, asyncio.Future[Unread[str]]] = {}

    def fetch(self, key: str, *, anew: bool) -> Awaitable[Unread[str]]:
        """What the test gives for that key."""
        self.begun.append((key, anew))
        self.fetches[key] = asyncio.get_running_loop().create_future()
        return self.fetches[key]

    def give(self, key: str) -> None:
        """Let imin answer."""
        self.fetches[key].set_result(Unread(key.upper))


async def turns_of_the_loop() -> None:
    """Let everything run that can."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_once_each() -> None:
    """Who wants the same at the same time, or later, gets what was asked for once."""
    loader = Loader()
    first, second = asyncio.ensure_future(loader.get("a")), asyncio.ensure_future(loader.get("a"))
    await turns_of_the_loop()
    loader.give("a")

    assert [await first, await second, await loader.get("a")] == ["A", "A", "A"]
    assert loader.begun == [("a", False)]


async def test_anew() -> None:
    """What is wanted anew is asked for once more, and then that is what everybody gets."""
    loader = Loader()
    for get, anew in ((loader.get, False), (loader.get_anew, True)):
        asked = asyncio.ensure_future(get("a"))
        await turns_of_the_loop()
        loader.give("a")
        assert await asked == "A"
        assert loader.begun[-1] == ("a", anew)
    assert await loader.get("a") == "A"
    assert len(loader.begun) == 2


async def test_one_leaves() -> None:
    """Who leaves takes nothing from the others, not even the first who asked."""
    loader = Loader()
    first, second = asyncio.ensure_future(loader.get("a")), asyncio.ensure_future(loader.get("a"))
    await turns_of_the_loop()
    first.cancel()
    await turns_of_the_loop()
    assert first.cancelled()
    loader.give("a")

    assert await second == "A"


async def test_everybody_hears_of_a_failure() -> None:
    """One failure, told to each who waits, and to each who comes later; nothing is asked again."""
    loader = Loader()
    waiting = [asyncio.ensure_future(loader.get("a")) for _ in range(2)]
    await turns_of_the_loop()
    loader.fetches["a"].set_exception(UpstreamUnavailable("down"))

    assert [type(error) for error in await asyncio.gather(*waiting, return_exceptions=True)] == [
        UpstreamUnavailable
    ] * 2
    with pytest.raises(UpstreamUnavailable):
        await loader.get("a")
    assert len(loader.begun) == 1


async def test_so_many_at_a_time() -> None:
    """Beyond the places loads wait, and begin in the order in which they came."""
    loader = Loader(places=2)
    loads = {key: asyncio.ensure_future(loader.get(key)) for key in "abcd"}
    await turns_of_the_loop()
    assert [key for key, _ in loader.begun] == ["a", "b"]
    for given, begun in (("b", "abc"), ("a", "abcd"), ("c", "abcd"), ("d", "abcd")):
        loader.give(given)
        await turns_of_the_loop()
        assert [key for key, _ in loader.begun] == list(begun)

    assert [await load for load in loads.values()] == ["A", "B", "C", "D"]


async def test_places_of_those_who_leave() -> None:
    """Who leaves the queue, even with their turn just given, leaves the place to the next."""
    turns = Turns(1)
    assert turns.is_taken()
    assert not turns.is_taken()
    first, second, third = (asyncio.ensure_future(turns.take()) for _ in range(3))
    await turns_of_the_loop()
    first.cancel()
    await turns_of_the_loop()
    turns.give_back()
    second.cancel()
    await turns_of_the_loop()

    assert third.done()
    assert not turns.is_taken()
    turns.give_back()
    assert turns.is_taken()
