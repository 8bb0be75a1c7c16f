"""Walks over lists that move: nothing twice, nothing missed."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pagination.test_windows import UPCOMING, Entry, Shelf, names

Change = tuple[str, int]


changes = st.lists(st.tuples(st.sampled_from(["add", "erase"]), st.integers(0, 10_000)), max_size=4)


def apply(shelf: Shelf, steps: list[Change], serial: list[int], *, newest_first: bool) -> set[str]:
    """Change the list as imin's can; the names that were erased."""
    erased = set()
    for kind, where in steps:
        if kind == "erase" and shelf.entries:
            erased.add(shelf.entries.pop(where % len(shelf.entries)).name)
        elif kind == "add" and newest_first:
            serial[0] += 1
            shelf.entries.insert(0, Entry(f"new{serial[0]}", 1_000_000 + serial[0] // 2 * 1000))
    return erased


@settings(max_examples=300, deadline=None)
@given(
    st.integers(0, 130),
    st.integers(1, 25),
    st.lists(changes, max_size=8),
    st.integers(1, 4),
)
def test_walk_over_moving_orders(total: int, size: int, moves: list[list[Change]], same_date: int) -> None:
    """A walk forward, while orders arrive and vanish, gives no duplicate and misses nothing that stayed."""
    shelf = Shelf([Entry(str(n), n // same_date * 1000) for n in range(total, 0, -1)])
    stayed = {entry.name for entry in shelf.entries}
    serial, seen, after = [0], [], None
    for step in range(200):
        window = shelf.window(first=size, after=after)
        seen += names(window)
        if not window.has_next:
            break
        after = window.cursor(len(window.items) - 1).encode()
        if step < len(moves):
            stayed -= apply(shelf, moves[step], serial, newest_first=True)

    assert len(seen) == len(set(seen))
    assert stayed <= set(seen)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 130), st.integers(1, 25), st.lists(changes, max_size=8), st.integers(1, 4))
def test_walk_back_over_moving_orders(
    total: int, size: int, moves: list[list[Change]], same_date: int
) -> None:
    """A walk backward, while orders arrive and vanish, gives no duplicate and misses nothing that stayed."""
    shelf = Shelf([Entry(str(n), n // same_date * 1000) for n in range(total, 0, -1)])
    stayed = {entry.name for entry in shelf.entries}
    serial, seen, before = [0], [], None
    for step in range(200):
        window = shelf.window(last=size, before=before)
        seen += names(window)
        if not window.has_previous:
            break
        before = window.cursor(0).encode()
        if step < len(moves):
            stayed -= apply(shelf, moves[step], serial, newest_first=True)

    assert len(seen) == len(set(seen))
    assert stayed <= set(seen)


@settings(max_examples=200, deadline=None)
@given(
    st.integers(0, 60), st.integers(1, 15), st.lists(st.tuples(st.integers(0, 4), st.booleans()), max_size=8)
)
def test_walk_over_upcoming_items(total: int, size: int, moves: list[tuple[int, bool]]) -> None:
    """A walk over the upcoming list, as its head passes or a booking comes in, repeats and misses nothing."""
    shelf = Shelf([Entry(str(n), n * 1000) for n in range(1, total + 1)])
    stayed = {entry.name for entry in shelf.entries}
    seen: list[str] = []
    after = None
    for step in range(100):
        window = shelf.window_of(UPCOMING, first=size, after=after)
        seen += names(window)
        if not window.has_next:
            break
        after = window.cursor(len(window.items) - 1).encode()
        passed, booked = moves[step] if step < len(moves) else (0, False)
        if booked and shelf.entries:
            middle = len(shelf.entries) // 2
            shelf.entries.insert(middle, Entry(f"new{step}", (shelf.entries[middle].date or 0) - 1))
        stayed -= {entry.name for entry in shelf.entries[:passed]}
        del shelf.entries[:passed]

    assert len(seen) == len(set(seen))
    assert stayed <= set(seen)
