"""Windows over numbered pages: which pages are fetched."""

import itertools
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.imin.documents import Page, read_order_page
from gateway.pagination.cursor import BadArgument, Cursor, Listing, Range
from gateway.pagination.window import Walk, Window


@dataclass(frozen=True)
class Entry:
    name: str
    date: int | None


ORDERS = Listing[Entry](kind="o", identity=lambda e: e.name, date=lambda e: e.date, newest_first=True)
UPCOMING = Listing[Entry](kind="u", identity=lambda e: e.name, date=lambda e: e.date, newest_first=False)


@dataclass
class Shelf:
    """A list served in pages of ten, and the rounds of pages that were asked of it."""

    entries: list[Entry]
    rounds: list[list[int]] = field(default_factory=list)
    expected: int | None = None

    @classmethod
    def of(cls, total: int) -> "Shelf":
        return cls([Entry(str(number), number * 1000) for number in range(total, 0, -1)])

    def page(self, number: int) -> Page[Entry]:
        return Page(number, 10, len(self.entries), tuple(self.entries[number * 10 - 10 : number * 10]))

    def window(self, **arguments: Any) -> Window[Entry]:
        return self.window_of(ORDERS, **arguments)

    def window_of(
        self,
        listing: Listing[Entry],
        *,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Window[Entry]:
        self.rounds = []
        walk = Walk(listing, Range.of(listing, first, after, last, before), expected=self.expected)
        while pages := walk.needed():
            self.rounds.append(pages)
            walk.feed([self.page(number) for number in pages])
        return walk.window()


def names(window: Window[Entry]) -> list[str]:
    return [entry.name for entry in window.items]


def cursor(position: int, total: int, *, alone: bool = False) -> str:
    """Cursor of the entry at that position of Shelf.of(total).

    alone: given out by a window that began there, at the top of a page.
    """
    number = total - position
    marks = (str(number + 1),) if position % 10 == 0 and position and not alone else ()
    return Cursor("o", str(number), number * 1000, position, total, 10, marks).encode()


@pytest.mark.parametrize(
    ("total", "arguments", "rounds", "first_and_last"),
    [
        (0, {"first": 10}, [[1]], None),
        (3, {"first": 10}, [[1]], ("3", "1")),
        (10, {"first": 10}, [[1]], ("10", "1")),
        (10, {"first": 11}, [[1]], ("10", "1")),
        (3, {"first": 100}, [[1]], ("3", "1")),
        (1917, {}, [[1]], ("1917", "1908")),
        (1917, {"first": 1}, [[1]], ("1917", "1917")),
        (1917, {"first": 11}, [[1], [2]], ("1917", "1907")),
        (1917, {"first": 100}, [[1], list(range(2, 11))], ("1917", "1818")),
        (1917, {"first": 10, "after": cursor(9, 1917)}, [[2]], ("1907", "1898")),
        (1917, {"after": cursor(9, 1917)}, [[2]], ("1907", "1898")),
        (1917, {"first": 5, "after": cursor(4, 1917)}, [[1]], ("1912", "1908")),
        (1917, {"first": 10, "after": cursor(4, 1917)}, [[1, 2]], ("1912", "1903")),
        (1917, {"first": 50, "after": cursor(99, 1917)}, [[11, 12, 13, 14, 15]], ("1817", "1768")),
        (1917, {"first": 10, "after": cursor(1909, 1917)}, [[192]], ("7", "1")),
        (1917, {"first": 10, "after": cursor(1916, 1917)}, [[192]], None),
        (1917, {"last": 7}, [[1], [192]], ("7", "1")),
        (1917, {"last": 10}, [[1], [191, 192]], ("10", "1")),
        (9, {"last": 5}, [[1]], ("5", "1")),
        (1917, {"last": 10, "before": cursor(20, 1917)}, [[2]], ("1907", "1898")),
        (1917, {"before": cursor(20, 1917)}, [[2]], ("1907", "1898")),
        (1917, {"last": 10, "before": cursor(20, 1917, alone=True)}, [[2, 3]], ("1907", "1898")),
        (1917, {"last": 10, "before": cursor(5, 1917)}, [[1]], ("1917", "1913")),
        (1917, {"last": 10, "before": cursor(0, 1917)}, [[1]], None),
        (1917, {"first": 3, "before": cursor(20, 1917)}, [[1]], ("1917", "1915")),
        (
            1917,
            {"first": 99, "after": cursor(8, 1917), "before": cursor(12, 1917)},
            [[1, 2]],
            ("1908", "1906"),
        ),
        (
            1917,
            {"last": 2, "after": cursor(8, 1917), "before": cursor(12, 1917)},
            [[2]],
            ("1907", "1906"),
        ),
    ],
)
def test_pages_fetched(
    total: int,
    arguments: dict[str, int | str],
    rounds: list[list[int]],
    first_and_last: tuple[str, str] | None,
) -> None:
    """A window over a list at rest costs exactly the pages it lies on, side by side."""
    shelf = Shelf.of(total)

    window = shelf.window(**arguments)

    assert shelf.rounds == rounds
    assert window.total == total
    found = names(window)
    assert (found[0], found[-1]) == first_and_last if first_and_last else found == []


@pytest.mark.parametrize(
    ("total", "expected", "arguments", "rounds"),
    [
        (1917, 1917, {"first": 50}, [[1, 2, 3, 4, 5]]),
        (1917, 1917, {"first": 10}, [[1]]),
        (1917, 1917, {"first": 10, "after": cursor(9, 1917)}, [[2]]),
        (1917, 0, {"first": 15}, [[1], [2]]),
        (31, 15, {"first": 50}, [[1, 2], [3, 4]]),
        (5, 31, {"first": 50}, [[1, 2, 3, 4]]),
        (0, 31, {"first": 50}, [[1, 2, 3, 4]]),
    ],
)
def test_expected_length(
    total: int, expected: int, arguments: dict[str, Any], rounds: list[list[int]]
) -> None:
    """A list whose length is known is asked for in one round; one that has changed is found all the same."""
    shelf, same = Shelf.of(total), Shelf.of(total)
    shelf.expected = expected

    assert shelf.window(**arguments) == same.window(**arguments)
    assert shelf.rounds == rounds


def test_total_alone() -> None:
    """The total alone costs one page, however wide the window, and whatever is expected."""
    walk = Walk(ORDERS, Range.of(ORDERS, 100, None, None, None), count_only=True, expected=1917)

    assert walk.needed() == [1]
    walk.feed([Shelf.of(1917).page(1)])
    assert walk.needed() == []
    assert walk.window().total == 1917


def test_one_new_booking() -> None:
    """After one new booking the next ten cost two pages, without a duplicate."""
    shelf = Shelf.of(1917)
    end = shelf.window(first=10).cursor(9).encode()
    shelf.entries.insert(0, Entry("new", 9_000_000))

    window = shelf.window(first=10, after=end)

    assert names(window) == [str(number) for number in range(1907, 1897, -1)]
    assert sum(map(len, shelf.rounds)) == 2


def test_cursor_erased() -> None:
    """A cursor whose order is gone goes on where that order was."""
    shelf = Shelf.of(100)
    end = shelf.window(first=10).cursor(9).encode()
    del shelf.entries[9]

    assert names(shelf.window(first=3, after=end)) == ["90", "89", "88"]
    assert names(shelf.window(last=3, before=end)) == ["94", "93", "92"]


def test_far_move() -> None:
    """A list that moved far and unlike its total is searched by date, not read from end to end."""
    shelf = Shelf.of(1917)
    end = shelf.window(first=10).cursor(9).encode()
    shelf.entries = [Entry(f"n{number}", 9_000_000 - number) for number in range(900)] + shelf.entries[:1000]

    window = shelf.window(first=10, after=end)

    assert names(window) == [str(number) for number in range(1907, 1897, -1)]
    assert sum(map(len, shelf.rounds)) <= 12


def test_moves_between_pages_of_one_window() -> None:
    """Pages of one window that show two states of the list are asked again."""
    shelf = Shelf.of(100)
    walk = Walk(ORDERS, Range.of(ORDERS, 30, None, None, None))
    walk.feed([shelf.page(number) for number in walk.needed()])
    shelf.entries.insert(0, Entry("new", 9_000_000))
    while pages := walk.needed():
        walk.feed([shelf.page(number) for number in pages])

    window = walk.window()

    assert names(window) == ["new", *[str(number) for number in range(100, 71, -1)]]


@dataclass
class Liar(Shelf):
    """A list whose pages say of themselves what they like."""

    says_total: int | None = None
    page_size: int = 10

    def page(self, number: int) -> Page[Entry]:
        entries = self.entries[(number - 1) * self.page_size : number * self.page_size]
        items = [{"identifier": entry.name, "orderDate": None} for entry in entries]
        body: dict[str, Any] = {"type": "imin:RestrictedCollection", "imin:item": items}
        if self.says_total is not None:
            body["imin:totalItems"] = self.says_total
        read = read_order_page(msgspec.json.encode(body), number)
        return Page(read.number, read.size, read.total, tuple(entries), read.is_total_stated)


@pytest.mark.parametrize(
    ("says", "page_size", "arguments", "found", "pages"),
    [
        (None, 10, {"first": 100}, 47, 6),  # no total at all
        (47, 20, {"first": 100}, 47, 3),  # pages of another size
        (47, 5, {"first": 100}, 47, 10),
        (60, 10, {"first": 100}, 47, 6),  # a total too high
        (1000, 10, {"last": 10}, 10, 9),
        (30, 10, {"first": 30}, 30, 3),
    ],
)
def test_totals_that_lie(
    says: int | None, page_size: int, arguments: dict[str, int], found: int, pages: int
) -> None:
    """What the pages show counts for more than what they say of the whole."""
    shelf = Liar([Entry(str(n), n * 1000) for n in range(47, 0, -1)], says_total=says, page_size=page_size)

    window = shelf.window(**arguments)

    assert len(names(window)) == found
    assert sum(map(len, shelf.rounds)) <= pages
    assert window.has_next is False

    shelf.expected = window.total if window.size == 10 and "first" in arguments else None

    assert shelf.window(**arguments) == window
    assert sum(map(len, shelf.rounds)) <= pages


def test_list_became_shorter() -> None:
    """A cursor beyond what is left of the list finds the end of it, not an empty list."""
    shelf = Liar([Entry(str(n), n * 1000) for n in range(47, 0, -1)], says_total=47)
    end = shelf.window(first=45).cursor(44).encode()
    shelf.entries, shelf.says_total = shelf.entries[:33], None

    assert names(shelf.window(first=10, after=end)) == []
    assert names(shelf.window(last=3, before=end)) == ["17", "16", "15"]
    assert shelf.window(first=10, after=end).total == 33


def test_unsorted() -> None:
    """A list that does not move is read whole, even where its dates are in no order."""
    shelf = Shelf([Entry(str(n), n * 7919 % 1000 * 1000) for n in range(60)])
    seen: list[str] = []
    after = None
    while True:
        window = shelf.window(first=7, after=after)
        seen += names(window)
        if not window.has_next:
            break
        after = window.cursor(len(window.items) - 1).encode()

    assert seen == [str(n) for n in range(60)]


def test_stable_oddness() -> None:
    """Pages that disagree, and go on doing so, are asked again once, not for ever."""
    shelf = Shelf.of(47)
    shelf.entries[20] = shelf.entries[5]

    window = shelf.window(first=100)

    assert len(names(window)) == 46
    assert sum(map(len, shelf.rounds)) <= 10


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"first": 0}, "first must be 1 to 100, got 0."),
        ({"first": 101}, "first must be 1 to 100, got 101."),
        ({"first": -1}, "first must be 1 to 100, got -1."),
        ({"last": 0}, "last must be 1 to 100, got 0."),
        ({"first": 1, "last": 2}, "first and last cannot be used together, got first 1 and last 2."),
        ({"after": ""}, "after must be a cursor that this connection gave out, got ''."),
        (
            {"after": "b2Zmc2V0OjE"},
            "after must be a cursor that this connection gave out, got 'b2Zmc2V0OjE'.",
        ),
        ({"before": "é"}, "before must be a cursor that this connection gave out, got 'é'."),
        (
            {"after": Cursor("u", "x", 0, 0, 1).encode()},
            "after must be a cursor that this connection gave out, got 'mqF1oXgAAAEKkJDCwg'.",
        ),
    ],
)
def test_refused(arguments: dict[str, int | str], message: str) -> None:
    """Arguments that make no sense are refused with their name and value, before any page is fetched."""
    with pytest.raises(BadArgument) as refusal:
        Shelf.of(10).window(**arguments)

    assert str(refusal.value) == message


@given(st.text(max_size=80))
def test_any_text_as_cursor(text: str) -> None:
    """Any text that is no cursor is refused as one, and as nothing else."""
    with pytest.raises(BadArgument):
        Cursor.decode(text, "o", "after")


def names_of(marks: list[tuple[str, int | None]], date: int | None) -> list[str]:
    """Names of the first marks, as long as they are of that date."""
    same = itertools.takewhile(lambda mark: date is not None and mark[1] == date, marks)
    return [name for name, _ in same]


@given(
    st.lists(st.one_of(st.none(), st.integers(0, 4)), min_size=1, max_size=45),
    st.integers(1, 40),
    st.integers(0, 44),
)
def test_what_cursors_say(dates: list[int | None], count: int, skipped: int) -> None:
    """A cursor names up to five neighbours of its date on either side, and tells whether those are all."""
    shelf = Shelf([Entry(f"e{number}", date) for number, date in enumerate(dates)])
    after = shelf.window(first=skipped).cursor_text(0) if skipped % 3 and skipped <= len(dates) else None

    window = shelf.window(first=count, after=after)

    around = [*window.lead, *((entry.name, entry.date) for entry in window.items)]
    for index, (entry, position) in enumerate(zip(window.items, window.positions, strict=True)):
        here = len(window.lead) + index
        before, behind = around[max(0, here - 5) : here][::-1], around[here + 1 : here + 6]
        ties = [names_of(side, entry.date) for side in (before, behind)]
        marks = ties[0] or ([before[0][0]] if before and position % 10 == 0 else [])
        knows = entry.date is not None and (len(ties[0]) < len(before) or position == 0)
        assert window.cursor(index) == Cursor(
            "o",
            entry.name,
            entry.date,
            position,
            len(dates),
            10,
            tuple(marks),
            tuple(ties[1]),
            knows,
            len(ties[1]) < len(behind),
        )
    assert window.cursors == [window.cursor(index).encode() for index in range(len(window.items))]


def test_cursors_are_written_as_ever() -> None:
    """Clients keep cursors; those of earlier versions are read, and written the same."""
    known = Cursor("o", "ace59955-be43-4c91", 1795962179000000, 20, 1917, 10, ("f08f74f2",), (), *[True] * 2)
    text = "mqFvsmFjZTU5OTU1LWJlNDMtNGM5Mc8ABmFrB7WWwBTNB30KkahmMDhmNzRmMpDDww"

    assert known.encode() == text
    assert Cursor.decode(text, "o", "after") == known
