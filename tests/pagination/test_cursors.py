"""Cursors: what they hold, that old ones still work, and that nothing else is accepted."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.pagination.cursor import BadArgument, Cursor
from tests.support.served_list import Entry, ServedList


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
    """Invalid arguments are refused with their name and value before any page is loaded."""
    served = ServedList.of(10)

    with pytest.raises(BadArgument) as refusal:
        served.window(**arguments)

    assert str(refusal.value) == message
    assert served.rounds == []


@given(st.text(max_size=80))
def test_any_text(text: str) -> None:
    """Any text that is not a cursor is refused as one, and raises nothing else."""
    with pytest.raises(BadArgument):
        Cursor.decode(text, "o", "after")


def leading_of_date(keys: list[tuple[str, int | None]], date: int | None) -> list[str]:
    """Identities of the first keys, as long as they have that date."""
    same = itertools.takewhile(lambda key: date is not None and key[1] == date, keys)
    return [identity for identity, _ in same]


def expected_cursor(served: ServedList, position: int, *, from_end: bool) -> Cursor:
    """The cursor of an item, by the list alone."""
    entries, page = served.entries, position // 10 * 10
    entry = entries[position]
    keys = [(one.name, one.date) for one in entries]
    above = keys[max(page, position - 5) : position][::-1]
    below = keys[position + 1 : min(page + 10, position + 6)]
    same_date = [leading_of_date(side, entry.date) for side in (above, below)]
    is_ended = [
        len(same) < len(side) and side[len(same)][1] is not None
        for same, side in zip(same_date, (above, below), strict=True)
    ]
    knows_above = entry.date is not None and (is_ended[0] or position == 0)
    knows_below = is_ended[1]
    if position == page and position and not from_end:
        same_date[0] = [keys[position - 1][0]]
        knows_above = None not in {entry.date, keys[position - 1][1]} and keys[position - 1][1] != entry.date
    named = tuple(same_date[0]), tuple(same_date[1])
    return Cursor("o", entry.name, entry.date, position, len(entries), 10, *named, knows_above, knows_below)


@given(
    st.lists(st.one_of(st.none(), st.integers(0, 4)), min_size=1, max_size=45),
    st.integers(1, 40),
    st.integers(1, 40),
)
def test_neighbours(dates: list[int | None], count: int, step: int) -> None:
    """A cursor depends on the list and the direction alone, not on the size of the window.

    It names up to five neighbours of its date on either side on its page, and says whether those are all,
    which only an item of another date shows. The first of a page names the one above, but not in a window
    from the end.
    """
    served = ServedList([Entry(f"e{number}", date) for number, date in enumerate(dates)])
    windows = [served.window(first=count), served.window(last=count)]
    for window, arguments in zip([*windows], [("first", "after", -1), ("last", "before", 0)], strict=True):
        size, side, end = arguments
        windows.append(served.window(**{size: step, side: window.cursors[end]}))

    for window in windows:
        assert window.cursors == [window.cursor(index).encode() for index in range(len(window.items))]
        assert [window.cursor(index) for index in range(len(window.items))] == [
            expected_cursor(served, position, from_end=window.from_end) for position in window.positions
        ]


def test_encoding_is_stable() -> None:
    """A cursor of an earlier version is still read, and is still encoded to the same text."""
    cursor = Cursor("o", "ace59955-be43-4c91", 1795962179000000, 20, 1917, 10, ("f08f74f2",), (), *[True] * 2)
    text = "mqFvsmFjZTU5OTU1LWJlNDMtNGM5Mc8ABmFrB7WWwBTNB30KkahmMDhmNzRmMpDDww"

    assert cursor.encode() == text
    assert Cursor.decode(text, "o", "after") == cursor
