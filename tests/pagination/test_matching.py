"""Windows of filtered lists: nothing twice, nothing missed, and no page beyond the bound."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.pagination.cursor import BadArgument
from gateway.pagination.lists import PagedList
from gateway.pagination.matching import MAX_SCANNED_PAGES, MatchingWindow, count_between, fetch_matching
from gateway.pagination.range import ANY_DATE, DateRange, Range
from gateway.pagination.search import WindowSearch
from gateway.pagination.window import Window
from tests.pagination.test_changing_lists import Change, change, changes
from tests.support.served_list import ORDERS, UPCOMING, Entry, ServedList, names

Matches = Callable[[Entry], bool]


@dataclass
class Filtered:
    """A filtered list. pages: that the last request loaded, each once, as the loader of a request does."""

    served: ServedList
    paged_list: PagedList[Entry]
    matches: Matches | None = None
    dates: DateRange = ANY_DATE
    pages: set[int] = field(default_factory=set)

    async def _fetch(self, requested: Range) -> Window[Entry]:
        search = WindowSearch(self.paged_list, requested)
        while numbers := search.next_pages():
            self.pages.update(numbers)
            search.add([self.served.page(number) for number in numbers])
        return search.window()

    def window(self, **arguments: Any) -> MatchingWindow[Entry]:
        self.pages.clear()
        requested = replace(Range.from_arguments(self.paged_list, **arguments), dates=self.dates)
        return asyncio.run(fetch_matching(self._fetch, self.paged_list, requested, self.matches))

    def count(self) -> int | None:
        self.pages.clear()
        return asyncio.run(count_between(self._fetch, self.paged_list, self.dates))

    def fits(self, entry: Entry) -> bool:
        return self.dates.has(entry.date) and (self.matches is None or self.matches(entry))


def every(step: int) -> Matches:
    return lambda entry: entry.name.isdigit() and int(entry.name) % step == 0


def walk(filtered: Filtered, side: str, size: int, moves: list[list[Change]]) -> tuple[list[str], set[str]]:
    """The names that paging in one direction shows, and those of the entries that stayed."""
    stayed = {entry.name for entry in filtered.served.entries if filtered.fits(entry)}
    serial, seen, arguments = [0], list[str](), {"first" if side == "after" else "last": size}
    for step in range(1_000):
        window = filtered.window(**arguments)
        found = names(window)
        seen = [*seen, *found] if side == "after" else [*found, *seen]
        cursor = window.end_cursor if side == "after" else window.start_cursor
        if not (window.has_next if side == "after" else window.has_previous):
            break
        assert cursor is not None
        arguments[side] = cursor  # type: ignore[assignment]  # a size and a cursor
        if step < len(moves):
            stayed -= change(filtered.served, moves[step], serial)
    return seen, stayed


@settings(max_examples=20)
@given(
    st.integers(0, 400),
    st.integers(1, 25),
    st.sampled_from([1, 2, 7, 90, 1_000]),
    st.lists(changes, max_size=6),
    st.sampled_from(["after", "before"]),
    st.integers(1, 4),
)
def test_walk(  # noqa: PLR0913, PLR0917  # parameters of the test
    total: int, size: int, step: int, moves: list[list[Change]], side: str, same_date: int
) -> None:
    """Paging while orders appear and vanish repeats no match and misses none that stayed."""
    served = ServedList([Entry(str(n), n // same_date * 1000) for n in range(total, 0, -1)])
    filtered = Filtered(served, ORDERS.filtered(f"every {step}"), every(step))

    seen, stayed = walk(filtered, side, size, moves)

    assert len(seen) == len(set(seen))
    assert stayed <= set(seen)
    assert len(filtered.pages) <= MAX_SCANNED_PAGES + 3


@settings(max_examples=20)
@example(
    123,
    16,
    (16, 298),
    [[("erase", 0)] * 3, [("erase", 950), ("add", 0), ("erase", 0), ("add", 0)]],
    "before",
    14,
    {41, 59, 62, 79, 106, 112, 115, 123},
)
@given(
    st.integers(0, 400),
    st.integers(1, 25),
    st.tuples(st.integers(-5, 410), st.integers(-5, 410)),
    st.lists(changes, max_size=6),
    st.sampled_from(["after", "before"]),
    st.integers(1, 40),
    st.sets(st.integers(0, 399), max_size=40),
)
def test_walk_in_dates(  # noqa: PLR0913, PLR0917  # parameters of the test
    total: int,
    size: int,
    limits: tuple[int, int],
    moves: list[list[Change]],
    side: str,
    same_date: int,
    undated: set[int],
) -> None:
    """So does paging within a range of dates, some of them equal, some missing."""
    dates = DateRange(min(limits) * 1000, max(limits) * 1000)
    entries = [
        Entry(str(n), None if n in undated else n // same_date * same_date * 1000)
        for n in range(total, 0, -1)
    ]
    filtered = Filtered(ServedList(entries), ORDERS.filtered(str(dates)), None, dates)
    expected = [entry.name for entry in entries if filtered.fits(entry)]

    seen, stayed = walk(filtered, side, size, moves)

    assert len(seen) == len(set(seen))
    assert stayed <= set(seen)
    assert moves or seen == expected


@pytest.mark.parametrize(
    ("misplaced", "side"),
    [(5_000, "after"), (110_000, "after"), (9_000_000, "after"), (5_000, "before"), (9_000_000, "before")],
)
def test_misplaced_date(misplaced: int, side: str) -> None:
    """A date on page 1 that is out of order hides no other order of the range, and the bound still holds."""
    served = ServedList.of(300)
    served.entries[3] = Entry("odd", misplaced)
    dates = DateRange(100_000, 120_000)
    filtered = Filtered(served, ORDERS.filtered(str(dates)), None, dates)

    seen, expected = walk(filtered, side, 7, [])

    assert seen == [entry.name for entry in served.entries if entry.name in expected]
    assert len(filtered.pages) <= MAX_SCANNED_PAGES + 3


@settings(max_examples=20)
@given(st.integers(0, 60), st.integers(1, 12), st.lists(st.integers(0, 6), max_size=8))
def test_upcoming(total: int, size: int, gone: list[int]) -> None:
    """Items of a list that loses its head are neither repeated nor missed."""
    served = ServedList([Entry(str(n), n // 2) for n in range(1, total + 1)])
    filtered = Filtered(served, UPCOMING.filtered("even"), every(2))
    seen, arguments = list[str](), dict[str, Any](first=size)
    for step in range(100):
        window = filtered.window(**arguments)
        seen += names(window)
        if not window.has_next:
            break
        arguments["after"] = window.end_cursor
        del served.entries[: gone[step] if step < len(gone) else 0]

    assert len(seen) == len(set(seen))
    assert {entry.name for entry in served.entries if filtered.fits(entry)} <= set(seen)


@pytest.mark.parametrize(
    ("side", "ends", "pages"),
    [("after", ["1718", "1518", "1318"], [20, 20, 20]), ("before", ["207", "407", "607"], [22, 21, 21])],
)
def test_bound(side: str, ends: list[str], pages: list[int]) -> None:
    """Where nothing matches, twenty pages are read, and the window says where it stopped."""
    filtered = Filtered(ServedList.of(1917), ORDERS.filtered("none"), lambda _entry: False)
    arguments = dict[str, Any]({"first" if side == "after" else "last": 10})
    seen, loaded = [], []

    for _ in range(3):
        window = filtered.window(**arguments)
        last = window.scanned_until
        seen.append((window.items, window.is_complete, last.name if last else None))
        loaded.append(len(filtered.pages))
        arguments[side] = window.end_cursor if side == "after" else window.start_cursor

    assert seen == [((), False, end) for end in ends]
    assert loaded == pages


def test_cursors_are_bound() -> None:
    """A cursor of one filter, or of the whole list, is refused by the list of another."""
    served = ServedList.of(50)
    one = Filtered(served, ORDERS.filtered("one"), every(2))
    other = Filtered(served, ORDERS.filtered("other"), every(2))
    whole = served.window(first=5).cursor_text(4)

    for cursor in (one.window(first=5).end_cursor, whole):
        with pytest.raises(BadArgument, match="after must be a cursor that this connection gave out"):
            other.window(first=5, after=cursor)


@pytest.mark.parametrize("size", [3, 7, 10])
def test_same_cursors(size: int) -> None:
    """An item has the same cursor, whatever the size of the windows."""
    filtered = Filtered(ServedList.of(120), ORDERS.filtered("odd"), every(3))
    by_size: list[list[str]] = []
    for step in (size, 40):
        cursors, after = list[str](), None
        while True:
            window = filtered.window(first=step, after=after)
            cursors += window.cursors
            if not window.has_next:
                break
            after = window.end_cursor
        by_size.append(cursors)

    assert by_size[0] == by_size[1]


@pytest.mark.parametrize("first", [1, 10, 50])
@pytest.mark.parametrize("newest", [1917, 1900, 1000, 960, 333, 9, 1])
@pytest.mark.parametrize("length", [0, 1, 9, 100, 1000])
def test_few_pages(newest: int, length: int, first: int) -> None:
    """Both edges in 1,917 orders are found in 2 log₂ pages (15), and those of the window."""
    dates = DateRange(max(0, newest - length) * 1000, newest * 1000)
    filtered = Filtered(ServedList.of(1917), ORDERS.filtered(str(dates)), None, dates)

    window = filtered.window(first=first)
    pages = len(filtered.pages)
    total = filtered.count()

    expected = list(range(newest, max(0, newest - length - 1), -1))
    assert names(window) == [str(number) for number in expected][:first]
    assert window.has_next == (len(expected) > first)
    assert total == len(expected)
    assert pages <= 15 + -(-first // 10)
    assert len(filtered.pages) <= 15 + 1
