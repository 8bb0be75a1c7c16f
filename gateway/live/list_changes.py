"""What has changed between two states of the first window of a list.

A client keeps a list of its own: the window, and further pages that it has read with `after`. The changes
bring it up to date, so that no item is in it twice and none that stays in imin's list is missed:

removed  take it out
moved    take it out, and put it in at its index, by ascending index
added    put it in at its index, likewise
changed  replace it

Items that others push out of the window follow after it in the client's list, so nothing is said of them.
Items that come up into the window from below are not added: the client has them, or gets them with its next
page. If more has changed than the window shows, there would be a gap: then the window replaces the client's
list.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from gateway.pagination.lists import PagedList
from gateway.pagination.window import Window

T = TypeVar("T")


@dataclass(frozen=True)
class Placed:
    """index: in the window as it is now. previous_index: in the one before; None if it was not in it."""

    index: int
    previous_index: int | None = None


@dataclass(frozen=True)
class ListChanges(Generic[T]):
    """added, moved, changed: by ascending index. removed: items that have left the list or their place.

    is_snapshot: whether the window replaces what the client has; then there are no changes.
    known: how many of the window's first items the client then has without reading another page.
    """

    added: tuple[Placed, ...] = ()
    moved: tuple[Placed, ...] = ()
    changed: tuple[Placed, ...] = ()
    removed: tuple[T, ...] = ()
    is_snapshot: bool = False
    known: int = 0


def snapshot(window: Window[T]) -> ListChanges[T]:
    """What makes a client begin again with this window."""
    return ListChanges(is_snapshot=True, known=len(window.items))


def changes_between(
    before: Window[T],
    known: int,
    after: Window[T],
    wider: Window[T] | None,
    is_changed: Callable[[int, int], bool],
) -> ListChanges[T]:
    """The changes from one state to a later one.

    known: of the changes to the earlier state; see ListChanges.
    wider: the later window with what follows it, as much as `needed_below` says; None if that is not known.
    is_changed: whether a client could see that an item has changed, by its index before and after.
    """
    compared = _Compared(before, known, after, wider)
    if after.has_next and not compared.is_certain():
        return snapshot(after)
    end = compared.end_of_known()
    live = [place for place in compared.places if place.index < end]
    stayed = [place for place in live if place.previous_index is not None]
    unmoved = set(compared.unmoved)
    return ListChanges(
        added=tuple(place for place in live if place.previous_index is None),
        moved=tuple(place for place in stayed if place not in unmoved),
        changed=tuple(place for place in stayed if is_changed(place.previous_index or 0, place.index)),
        removed=tuple(before.items[index] for index in compared.left(end)),
        known=end if after.has_next else len(after.items),
    )


def needed_below(before: Window[T], after: Window[T]) -> int:
    """How many items that follow the later window must be known, to tell which ones were pushed out of it."""
    now = set(_names(after))
    gone = sum(name not in now for name in _names(before))
    return gone + max(0, after.total - before.total) if gone and after.has_next else 0


class _Compared(Generic[T]):
    """What two windows have in common.

    places: of the later window's items. stayed: of those that the client has. unmoved: of those that have not
    moved past others.
    """

    def __init__(self, before: Window[T], known: int, after: Window[T], wider: Window[T] | None) -> None:
        self._before, self._known, self._after, self._wider = before, known, after, wider
        previous = {name: index for index, name in enumerate(_names(before)[:known])}
        self._names = _names(after)
        self.places = [Placed(index, previous.get(name)) for index, name in enumerate(self._names)]
        self.stayed = [place for place in self.places if place.previous_index is not None]
        in_order = _longest_ascending([place.previous_index or 0 for place in self.stayed])
        self.unmoved = [self.stayed[index] for index in sorted(in_order)]
        now = set(self._names)
        self._gone = {name: index for name, index in previous.items() if name not in now}
        # What stood before an item that has not moved, and is not in the window now, has moved at least.
        start = (self.unmoved[-1].previous_index or 0) if self.unmoved else -1
        self._unsure = {name: before.items[index] for name, index in self._gone.items() if index > start}
        below = wider.identities[len(self.places) :] if wider and after.has_next else []
        self._pushed_out = set(self._unsure).intersection(below)
        self._follows = self._pushed_out.issuperset(below[: len(self._pushed_out)])
        self._goes_on = before.has_next or known < len(before.items)

    def is_certain(self) -> bool:
        """Whether there is no gap, and it is certain of each item that is gone what has become of it.

        Others have pushed it out, if it follows the window directly, without new items in between. It has
        left the list, if the list ends, or goes on with an item that would stand after it.
        """
        if self._goes_on and not self.stayed and not self._pushed_out:
            return False
        if not self._unsure:
            return True
        wider = self._wider
        if wider is None or not self._follows:
            return False
        left = [item for name, item in self._unsure.items() if name not in self._pushed_out]
        return not wider.has_next or all(
            any(_precedes(wider.paged_list, item, other) for other in wider.items) for item in left
        )

    def end_of_known(self) -> int:
        """Index of the first item that stood below the client's last one; the window's length if none did."""
        if self._goes_on and self._known and not self._pushed_out:
            last, items = self._before.items[self._known - 1], self._after.items
            for place in self.places[self.unmoved[-1].index + 1 if self.unmoved else 0 :]:
                is_new = place.previous_index is None
                if is_new and not _precedes(self._after.paged_list, items[place.index], last):
                    return place.index
        return len(self.places)

    def left(self, end: int) -> list[int]:
        """Index before of what the client must take out. end: of what it knows of the later window."""
        left = [index for name, index in self._gone.items() if name not in self._pushed_out]
        return left + [place.previous_index or 0 for place in self.stayed if place.index >= end]


def _precedes(paged_list: PagedList[T], one: T, other: T) -> bool:
    """Whether an item stands before another one, by their dates."""
    date, other_date = paged_list.date(one), paged_list.date(other)
    if date is None or other_date is None or date == other_date:
        return False
    return (date > other_date) == paged_list.newest_first


def _names(window: Window[T]) -> list[str]:
    """A name for each item: its identity, or a made-up one if it has none or another item has the same."""
    counts: Counter[str] = Counter()
    names = []
    for identity in window.identities:
        number = counts[identity]
        counts[identity] += 1
        names.append(f"{identity}#{number}" if number or not identity else identity)
    return names


def _longest_ascending(numbers: Sequence[int]) -> set[int]:
    """Indexes of one of the longest ascending subsequences; the numbers are different."""
    ends: list[int] = []
    ends_at: list[int] = []
    before: list[int] = []
    for index, number in enumerate(numbers):
        length = bisect_left(ends, number)
        before.append(ends_at[length - 1] if length else -1)
        ends[length : length + 1] = [number]
        ends_at[length : length + 1] = [index]
    found: set[int] = set()
    index = ends_at[-1] if ends_at else -1
    while index >= 0:
        found.add(index)
        index = before[index]
    return found
