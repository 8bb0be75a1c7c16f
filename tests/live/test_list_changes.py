"""The changes between two states of a list's first window."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from gateway.live.list_changes import ListChanges, Placed, changes_between, needed_below
from gateway.pagination.window import Window
from tests.support.served_list import UPCOMING, Entry, ServedList, names

EXAMPLES = 60


def served(text: str) -> ServedList:
    """Upcoming items with these letters as names and dates."""
    return ServedList([Entry(letter, ord(letter)) for letter in text])


def window(text: str) -> Window[Entry]:
    return served(text).window_of(UPCOMING, first=3)


def changes(
    before: Window[Entry], known: int, after: Window[Entry], listed: ServedList, size: int = 3
) -> ListChanges[Entry]:
    """The changes between the first windows of a list; `listed` is the list as it is now."""
    number = needed_below(before, after)
    wider = listed.window_of(before.paged_list, first=size + number) if number else None
    return changes_between(
        before, known, after, wider, lambda index, now: before.items[index] != after.items[now]
    )


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("bcd", "bcd", ListChanges()),
        ("bcd", "abcd", ListChanges(added=(Placed(0),))),
        ("bcde", "bcd", ListChanges()),
        ("bcd", "bd", ListChanges(removed=(Entry("c", ord("c")),))),
        ("bcde", "bde", ListChanges(removed=(Entry("c", ord("c")),))),
        ("bdef", "bcef", ListChanges(added=(Placed(1),), removed=(Entry("d", ord("d")),))),
        ("bdfg", "bdeg", ListChanges(added=(Placed(2),), removed=(Entry("f", ord("f")),))),
        ("bcd", "acd", ListChanges(added=(Placed(0),), removed=(Entry("b", ord("b")),))),
        ("cde", "abde", ListChanges(added=(Placed(0), Placed(1)), removed=(Entry("c", ord("c")),))),
        ("acdf", "abcdef", ListChanges(added=(Placed(1),))),
        ("acfg", "abcefg", ListChanges(is_snapshot=True, added=())),
        ("", "a", ListChanges(added=(Placed(0),))),
        ("a", "", ListChanges(removed=(Entry("a", ord("a")),))),
        ("defg", "abcdefg", ListChanges(added=(Placed(0), Placed(1), Placed(2)))),
        ("defg", "abcghij", ListChanges(is_snapshot=True)),
        ("bcd", "xyz", ListChanges(added=tuple(map(Placed, range(3))), removed=window("bcd").items)),
    ],
)
def test_changes(before: str, after: str, expected: ListChanges[Entry]) -> None:
    """New items are added; what others push out is not removed; what comes up from below is not added."""
    found = changes(window(before), min(3, len(before)), window(after), served(after))

    assert replace(found, known=0) == expected


def test_moved_and_changed() -> None:
    """As few items as possible have moved; one that got another date has changed too."""
    before = ServedList([Entry("a", 1), Entry("b", 2), Entry("c", 3), Entry("d", 4)])
    after = ServedList([Entry("b", 2), Entry("c", 3), Entry("d", 4), Entry("a", 5)])

    found = changes(before.window_of(UPCOMING), 4, after.window_of(UPCOMING), after)

    assert replace(found, known=0) == ListChanges(moved=(Placed(3, 0),), changed=(Placed(3, 0),))


def apply(shown: list[str], after: Window[Entry], found: ListChanges[Entry]) -> list[str]:
    """What a client does that keeps a list of its own."""
    now = names(after)
    if found.is_snapshot or not after.has_next:
        return now
    put = sorted((*found.moved, *found.added), key=lambda place: place.index)
    taken = {entry.name for entry in found.removed} | {now[place.index] for place in put}
    shown = [name for name in shown if name not in taken]
    for place in put:
        shown.insert(place.index, now[place.index])
    return shown


entries = st.lists(
    st.tuples(st.sampled_from("abcdefghijklmnop"), st.integers(0, 5) | st.none()),
    unique_by=lambda entry: entry[0],
    max_size=14,
)


@hypothesis_settings(max_examples=EXAMPLES)
@given(entries, st.lists(entries, min_size=1, max_size=4), st.integers(1, 6))
def test_applied(first: list[Any], later: list[list[Any]], size: int) -> None:
    """Applied in turn, the changes give a list whose head is the window's, whatever happened."""
    before = ServedList([Entry(*one) for one in first]).window(first=size)
    shown, known = names(before), len(before.items)
    for listed in later:
        now = ServedList([Entry(*one) for one in listed])
        after = now.window(first=size)
        found = changes(before, known, after, now, size)
        shown, known = apply(shown, after, found), found.known
        assert shown[:known] == names(after)[:known]
        assert len(shown) == len(set(shown))
        before = after
