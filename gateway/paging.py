"""Relay windows over numbered pages of a list that moves. Pure: asks for pages, is fed pages.

imin numbers its pages by offset, and the list moves between two requests: new
orders push everything down, erased ones pull it up, upcoming items drop off the
head. `Walk` finds a cursor's item again: it moves the position by the growth of
the list, and believes that only when identity or date agree; otherwise it looks
at the page where the item should be, then at pages chosen by date, halving the
list. In the common case, where nothing has moved, that costs no page beyond the
window.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Generic, TypeVar

from gateway.cursor import Cursor, Listing, Range
from gateway.imin.documents import PAGE_SIZE, Page

T = TypeVar("T")

_MOST_TIED = 5
_MOST_ROUNDS = 24
_PATIENT_ROUNDS = 6
"""For so long, pages that disagree with the newest one are asked again; then they are taken as they are."""

_Mark = tuple[str, int | None]


def _mark(listing: Listing[T], item: T) -> _Mark:
    return listing.identity(item), listing.date(item)


@dataclass(frozen=True)
class Window(Generic[T]):
    """The part of the list that was asked for.

    positions: where each item stands in the whole list, which has `total` items.
    lead: identity and date of items known to stand directly before the window.
    """

    listing: Listing[T]
    items: tuple[T, ...]
    positions: tuple[int, ...]
    lead: tuple[_Mark, ...]
    total: int
    has_previous: bool
    has_next: bool

    def cursor(self, index: int) -> Cursor:
        """Cursor of the item at that index of the window."""
        identity, date = _mark(self.listing, self.items[index])
        tied = (
            [] if date is None else list(takewhile(lambda mark: mark[1] == date, self._marks_before(index)))
        )
        names = tuple(name for name, _ in tied[:_MOST_TIED])
        return Cursor(self.listing.kind, identity, date, self.positions[index], self.total, names)

    def _marks_before(self, index: int) -> Iterator[_Mark]:
        for item in reversed(self.items[:index]):
            yield _mark(self.listing, item)
        yield from reversed(self.lead)


class _Look(Exception):  # control flow: this page must be seen first
    def __init__(self, page: int) -> None:
        self.page = page


class Walk(Generic[T]):
    """Finds one range of the list.

    while pages := walk.needed(): walk.feed(pages as they arrive)
    window = walk.window()

    count_only: the total is all that is wanted; one page tells it.
    """

    def __init__(self, listing: Listing[T], wanted: Range, *, count_only: bool = False) -> None:
        self._listing = listing
        self._wanted = wanted
        self._count_only = count_only
        self._pages: dict[int, Page[T]] = {}
        self._total: int | None = None
        self._size = PAGE_SIZE
        self._rounds = 0

    def needed(self) -> list[int]:
        """Numbers of the pages to fetch next, side by side; none when the window is complete."""
        if self._total is None:
            guess = self._first_guess()
            return guess[:1] if self._count_only else guess
        if self._count_only or self._rounds >= _MOST_ROUNDS:
            return []
        try:
            low, high = self._bounds()
        except _Look as look:
            return [look.page]
        return [page for page in self._pages_of(low, high) if page not in self._pages]

    def feed(self, pages: Iterable[Page[T]]) -> None:
        """Take pages, in the order in which they arrived. Those that show an older list are dropped."""
        self._rounds += 1
        for page in pages:
            self._pages[page.number] = page
            self._total, self._size, newest = page.total, page.size, page
        if self._rounds < _PATIENT_ROUNDS and not self._agree():
            self._pages = {newest.number: newest}

    def window(self) -> Window[T]:
        """The window, from the pages that were fed."""
        total = self._total or 0
        if self._count_only or total == 0:
            return Window(self._listing, (), (), (), total, has_previous=False, has_next=False)
        try:
            low, high = self._bounds()
        except _Look:
            low, high = self._guessed_bounds(total)
        found: dict[str | int, tuple[int, T]] = {}
        for position in range(low, high):
            if (item := self._item(position)) is not None:
                found.setdefault(self._listing.identity(item) or position, (position, item))
        positions, items = zip(*found.values(), strict=True) if found else ((), ())
        # Without an item there is no cursor to go on from, whatever the total says.
        has_previous, has_next = low > 0 and bool(items), high < total and bool(items)
        return Window(self._listing, items, positions, self._lead(low), total, has_previous, has_next)

    def _lead(self, low: int) -> tuple[_Mark, ...]:
        """Marks of what stands before the window: from the pages, else from the cursor that it follows."""
        known = [self._item(position) for position in range(max(0, low - _MOST_TIED), low)]
        marks = tuple(_mark(self._listing, item) for item in known if item is not None)
        after = self._wanted.after
        if marks or after is None:
            return marks
        return tuple((name, after.date) for name in (*reversed(after.tied), after.identity))

    def _agree(self) -> bool:
        """Whether all pages show the same list: one total, one page size, nothing twice."""
        pages = self._pages.values()
        if len({(page.total, page.size) for page in pages}) > 1:
            return False
        names = [{name for item in page.items if (name := self._listing.identity(item))} for page in pages]
        return len(set().union(*names)) == sum(map(len, names))

    def _page_of(self, position: int) -> int:
        return position // self._size + 1

    def _pages_of(self, low: int, high: int) -> list[int]:
        return list(range(self._page_of(low), self._page_of(high - 1) + 1)) if high > low else []

    def _item(self, position: int) -> T | None:
        page = self._pages.get(self._page_of(position))
        offset = position % self._size
        return page.items[offset] if page and offset < len(page.items) else None

    def _first_guess(self) -> list[int]:
        """Pages of the window if nothing has moved; the first page where no cursor tells the total."""
        cursor = self._wanted.after or self._wanted.before
        if cursor is None:
            return [1]
        low, high = self._guessed_bounds(cursor.total)
        return self._pages_of(low, high) or [self._page_of(cursor.position)]

    def _guessed_bounds(self, total: int) -> tuple[int, int]:
        after, before = self._wanted.after, self._wanted.before
        low = after.position + 1 if after else 0
        high = min(before.position if before else total, total)
        return self._wanted.cut(min(low, high), high)

    def _bounds(self) -> tuple[int, int]:
        """Positions low … high - 1 of the window in the list as it is now. Raises _Look."""
        total = self._total or 0
        after, before = self._wanted.after, self._wanted.before
        low = self._boundary(after, total, is_after=True) if after else 0
        high = self._boundary(before, total, is_after=False) if before else total
        return self._wanted.cut(low, high)

    def _boundary(self, cursor: Cursor, total: int, *, is_after: bool) -> int:
        """Where the items after the cursor begin, or those before it end. Raises _Look.

        The item itself, where it still exists, is on the other side of the boundary.
        """
        if (found := self._position_of(cursor.identity)) is not None:
            return found + is_after
        low, high = self._by_date(cursor, total)
        there = cursor.position + total - cursor.total
        if low == high:
            return low
        if low > high:  # dates in no order: only the position is left to believe
            return min(max(there + is_after, 0), total)
        if self._believable(cursor, there, (low, high), total, is_after=is_after):
            return there + is_after
        if (page := self._next_look(cursor, there, low, high)) is not None:
            raise _Look(page)
        return min(max(there + 1, low), high)  # it is gone, and so are the marks beside it

    def _position_of(self, identity: str) -> int | None:
        if not identity:
            return None
        for number, page in self._pages.items():
            for offset, item in enumerate(page.items):
                if self._listing.identity(item) == identity:
                    return (number - 1) * self._size + offset
        return None

    def _by_date(self, cursor: Cursor, total: int) -> tuple[int, int]:
        """The boundary lies in low … high, as far as dates and neighbours on the fetched pages tell."""
        tied = (self._position_of(identity) for identity in cursor.tied)
        low, high = max((place + 1 for place in tied if place is not None), default=0), total
        if cursor.date is None:
            return low, high
        for number, page in self._pages.items():
            for offset, item in enumerate(page.items):
                date = self._listing.date(item)
                if date is None or date == cursor.date:
                    continue
                position = (number - 1) * self._size + offset
                if (date > cursor.date) == self._listing.newest_first:
                    low = max(low, position + 1)
                else:
                    high = min(high, position)
        return low, high

    def _believable(
        self, cursor: Cursor, there: int, bounds: tuple[int, int], total: int, *, is_after: bool
    ) -> bool:
        """Whether the item may be taken to stand at `there` without having been seen.

        A list that grows at its head only can have pushed the item further down than its total
        tells, never less far: then an older item right behind `there` proves the place. Other
        moves prove nothing, so the page must be looked at.
        """
        low, high = bounds
        if self._page_of(there) in self._pages or not low <= there + 1 <= high:
            return False
        if not self._listing.newest_first:
            return total == cursor.total
        return high == there + 1 if is_after else total == cursor.total

    def _next_look(self, cursor: Cursor, there: int, low: int, high: int) -> int | None:
        """Page to look for the item on: where it should be, beside that, then halving the list."""
        unseen = [page for page in self._pages_of(low, high) if page not in self._pages]
        expected = self._page_of(max(there, 0))
        near = [page for page in unseen if abs(page - expected) <= 1]
        looked_near = sum(1 for page in self._pages if abs(page - expected) <= 1)
        if near and (looked_near < 2 or cursor.date is None):  # noqa: PLR2004  # the page and one beside it
            return min(near, key=lambda page: abs(page - expected))
        return unseen[len(unseen) // 2] if unseen and cursor.date is not None else None
