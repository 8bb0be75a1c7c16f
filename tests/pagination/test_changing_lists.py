"""Windows of lists that change between two requests: no item twice, none missed."""

import itertools
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support.served_list import UPCOMING, Entry, ServedList, names

Change = tuple[str, int]


changes = st.lists(st.tuples(st.sampled_from(["add", "erase"]), st.integers(0, 10_000)), max_size=4)


def test_one_new_booking() -> None:
    """After one new booking the next ten cost two pages and repeat nothing."""
    served = ServedList.of(1917)
    end = served.window(first=10).cursor(9).encode()
    served.entries.insert(0, Entry("new", 9_000_000))

    window = served.window(first=10, after=end)

    assert names(window) == [str(number) for number in range(1907, 1897, -1)]
    assert served.pages_loaded == 2


def test_erased_order() -> None:
    """The cursor of an erased order still marks the place where it was."""
    served = ServedList.of(100)
    end = served.window(first=10).cursor(9).encode()
    del served.entries[9]

    assert names(served.window(first=3, after=end)) == ["90", "89", "88"]
    assert names(served.window(last=3, before=end)) == ["94", "93", "92"]


def test_large_change() -> None:
    """An item that moved much further than the total grew is found by bisection, not by reading all pages."""
    served = ServedList.of(1917)
    end = served.window(first=10).cursor(9).encode()
    new = [Entry(f"n{number}", 9_000_000 - number) for number in range(900)]
    served.entries = new + served.entries[:1000]

    window = served.window(first=10, after=end)

    assert names(window) == [str(number) for number in range(1907, 1897, -1)]
    assert served.pages_loaded <= 12


def change(served: ServedList, steps: list[Change], serial: list[int]) -> set[str]:
    """Change a list as imin's can change; returns the names of the erased entries."""
    erased = set()
    for kind, where in steps:
        if kind == "erase" and served.entries:
            erased.add(served.entries.pop(where % len(served.entries)).name)
        elif kind == "add":
            serial[0] += 1
            served.entries.insert(0, Entry(f"new{serial[0]}", 1_000_000 + serial[0] // 2 * 1000))
    return erased


@settings(max_examples=300, deadline=None)
@given(
    st.integers(0, 130),
    st.integers(1, 25),
    st.lists(changes, max_size=8),
    st.integers(1, 4),
)
def test_forward(total: int, size: int, moves: list[list[Change]], same_date: int) -> None:
    """Paging forward while orders appear and vanish repeats no order and misses none that stayed."""
    served = ServedList([Entry(str(n), n // same_date * 1000) for n in range(total, 0, -1)])
    stayed = {entry.name for entry in served.entries}
    serial, seen, after = [0], [], None
    for step in range(200):
        window = served.window(first=size, after=after)
        seen += names(window)
        if not window.has_next:
            break
        after = window.cursor(len(window.items) - 1).encode()
        if step < len(moves):
            stayed -= change(served, moves[step], serial)

    assert len(seen) == len(set(seen))
    assert stayed <= set(seen)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 130), st.integers(1, 25), st.lists(changes, max_size=8), st.integers(1, 4))
def test_backward(total: int, size: int, moves: list[list[Change]], same_date: int) -> None:
    """Paging backward while orders appear and vanish repeats no order and misses none that stayed."""
    served = ServedList([Entry(str(n), n // same_date * 1000) for n in range(total, 0, -1)])
    stayed = {entry.name for entry in served.entries}
    serial, seen, before = [0], [], None
    for step in range(200):
        window = served.window(last=size, before=before)
        seen += names(window)
        if not window.has_previous:
            break
        before = window.cursor(0).encode()
        if step < len(moves):
            stayed -= change(served, moves[step], serial)

    assert len(seen) == len(set(seen))
    assert stayed <= set(seen)


@settings(max_examples=200, deadline=None)
@given(
    st.integers(0, 60), st.integers(1, 15), st.lists(st.tuples(st.integers(0, 4), st.booleans()), max_size=8)
)
@example(15, 1, [(0, False), (0, True), (0, True), (0, True), (2, False), (4, True)])  # dates in no order
def test_upcoming_items(total: int, size: int, moves: list[tuple[int, bool]]) -> None:
    """Paging over upcoming items while some end and others are booked repeats none and misses none."""
    served = ServedList([Entry(str(n), n * 1000) for n in range(1, total + 1)])
    stayed = {entry.name for entry in served.entries}
    seen: list[str] = []
    after = None
    for step in range(100):
        window = served.window_of(UPCOMING, first=size, after=after)
        seen += names(window)
        if not window.has_next:
            break
        after = window.cursor(len(window.items) - 1).encode()
        passed, booked = moves[step] if step < len(moves) else (0, False)
        if booked and served.entries:
            middle = len(served.entries) // 2
            served.entries.insert(middle, Entry(f"new{step}", (served.entries[middle].date or 0) - 1))
        stayed -= {entry.name for entry in served.entries[:passed]}
        del served.entries[:passed]

    assert len(seen) == len(set(seen))
    assert stayed <= set(seen)


class Bookings:
    """Books each[n] orders after the n-th page that is read, again and again."""

    def __init__(self, each: list[int]) -> None:
        self._each = itertools.cycle(each)
        self._serial = itertools.count()

    def __call__(self, entries: list[Entry]) -> None:
        for _ in range(next(self._each)):
            number = next(self._serial)
            entries.insert(0, Entry(f"new{number}", 9_000_000 + number))


odd_dates = st.lists(st.one_of(st.none(), st.integers(0, 3), st.integers(0, 1_000_000)), max_size=130)
bookings = st.lists(st.integers(0, 2), min_size=1, max_size=4)


@settings(max_examples=300, deadline=None)
@given(odd_dates, st.integers(1, 40), bookings, st.booleans())
def test_booked_while_read(
    dates: list[int | None],
    size: int,
    each: list[int],
    is_backward: bool,  # noqa: FBT001  # a parameter of the test
) -> None:
    """Orders of any dates are all shown once, also if others are booked between the pages of one window."""
    served = ServedList(
        [Entry(str(number), date) for number, date in enumerate(dates)], change=Bookings(each)
    )
    own, seen, cursor = {entry.name for entry in served.entries}, [], None
    for _ in range(200):
        arguments = {"last": size, "before": cursor} if is_backward else {"first": size, "after": cursor}
        window = served.window(**arguments)
        seen += names(window)
        if not (window.has_previous if is_backward else window.has_next) or own <= set(seen):
            break
        cursor = window.cursor(0 if is_backward else len(window.items) - 1).encode()

    assert len(seen) == len(set(seen))
    assert own <= set(seen)


def unsteady(chance: Random) -> ServedList:
    """A list whose dates are in no order, or in order but for a few."""
    odd = chance.choice([0.03, 1])
    return ServedList(
        [
            Entry(str(number), chance.randrange(10**6) if chance.random() < odd else number * 1_000)
            for number in range(chance.randrange(5, 130), 0, -1)
        ]
    )


@pytest.mark.parametrize("is_backward", [False, True])
def test_unsteady_dates(is_backward: bool) -> None:  # noqa: FBT001  # a parameter of the test
    """With dates in no order, paging repeats none and misses none while the last order shown stays."""
    for seed in range(150):
        chance = Random(seed)  # noqa: S311  # repeatable, no secret
        served, size, seen, cursor = unsteady(chance), chance.randrange(1, 25), [], None
        erased: set[str] = set()
        own = {entry.name for entry in served.entries}
        for step in itertools.count():
            arguments = {"last": size, "before": cursor} if is_backward else {"first": size, "after": cursor}
            window = served.window(**arguments)
            seen += names(window)
            if not (window.has_previous if is_backward else window.has_next):
                break
            end = 0 if is_backward else len(window.items) - 1
            cursor = window.cursor(end).encode()
            for number in range(chance.randrange(4) if step < 8 else 0):
                served.entries.insert(0, Entry(f"new{len(seen)}-{number}", chance.randrange(10**6)))
                if (one := chance.choice(served.entries)) is not window.items[end]:
                    served.entries.remove(one)
                    erased.add(one.name)

        assert len(seen) == len(set(seen)), seed
        assert own - erased <= set(seen), seed


def test_pages_while_booked() -> None:
    """With a booking after each page, a window costs one page more at most."""
    counts = []
    for size in (10, 100):
        served = ServedList.of(1917)
        end = served.window(first=10).cursor(9).encode()
        served.change = Bookings([1])
        counts.append((served.window(first=size, after=end), served.pages_loaded))

    assert [names(window)[-1] for window, _ in counts] == ["1898", "1808"]
    assert [pages for _, pages in counts] == [1, 11]


def test_ended_while_read() -> None:
    """Upcoming items that end between the pages of one window push no others out of it."""
    served = ServedList([Entry(str(number), number * 1_000) for number in range(60)])
    served.change = lambda entries: entries.__delitem__(0)

    window = served.window_of(UPCOMING, first=30)

    shown = [int(name) for name in names(window)]
    assert shown == list(range(shown[0], shown[0] + 30))
