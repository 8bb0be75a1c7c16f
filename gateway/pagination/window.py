"""Relay windows over numbered pages of a list that moves. Pure: asks for pages, is fed pages.

imin numbers its pages by offset, and the list moves between two requests: new
orders push everything down, erased ones pull it up, upcoming items drop off the
head. `Walk` finds a cursor's item again: it moves the position by the growth of
the list, and believes that only when identity or date agree; otherwise it looks
at the page where the item should be, then at pages chosen by date, halving the
list. In the common case, a walk forward, that costs no page beyond the window.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from typing import Generic, TypeVar

from gateway.imin.documents import PAGE_SIZE, Page
from gateway.pagination.cursor import Cursor, CursorParts, Listing, Range, encode_parts
from gateway.pagination.page_set import KnownPages

T = TypeVar("T")

_MOST_MARKS = 5
_MOST_ROUNDS = 24

_Mark = tuple[str, int | None]


def _mark(listing: Listing[T], item: T) -> _Mark:
    return listing.identity(item), listing.date(item)


def _names_of(marks: list[_Mark], date: int | None) -> tuple[str, ...]:
    """Names of the first ones, as long as they are of that date."""
    if date is None or not marks or marks[0][1] != date:  # as a rule
        return ()
    return tuple(name for name, _ in takewhile(lambda mark: mark[1] == date, marks))


@dataclass
class Window(Generic[T]):
    """The part of the list that was asked for.

    names: identity of each item. positions: where each stands in the whole list, which has `total` items,
    `size` a page.
    lead: identity and date of items known to stand directly before the window.
    """

    listing: Listing[T]
    items: tuple[T, ...]
    names: list[str]
    positions: tuple[int, ...]
    lead: tuple[_Mark, ...]
    total: int
    size: int
    has_previous: bool
    has_next: bool

    def cursor(self, index: int) -> Cursor:
        """Cursor of the item at that index of the window."""
        return Cursor(*self._parts(index))

    def cursor_text(self, index: int) -> str:
        """The same, as clients get it."""
        return encode_parts(self._parts(index))

    @cached_property
    def cursors(self) -> list[str]:
        """Cursors of all items, as clients get them."""
        marks, lead = self._marks, len(self.lead)
        dates = {date for _, date in marks}
        if len(dates) < len(marks) or None in dates or lead:
            return [self.cursor_text(index) for index in range(len(self.items))]
        kind, total, size = self.listing.kind, self.total, self.size
        texts, positions, last = [], self.positions, len(marks) - 1
        for index, (identity, date) in enumerate(marks):
            position = positions[index]
            names = (marks[index - 1][0],) if position % size == 0 and index else ()
            knows = index > 0 or position == 0
            parts = kind, identity, date, position, total, size, names, (), knows, index < last
            texts.append(encode_parts(parts))
        return texts

    def _parts(self, index: int) -> CursorParts:
        marks, here, position = self._marks, len(self.lead) + index, self.positions[index]
        (identity, date), is_last = marks[here], here + 1 == len(marks)
        is_first_of_date = here == 0 or marks[here - 1][1] != date
        names: tuple[str, ...] = ()
        tied: tuple[str, ...] = ()
        if date is not None and is_first_of_date and (is_last or marks[here + 1][1] != date):  # as a rule
            knows_names, knows_tied = here > 0 or position == 0, not is_last
        else:
            names, tied, knows_names, knows_tied = self._tied(here, date, position)
        if not names and here and position % self.size == 0:
            names = (marks[here - 1][0],)
        kind, total, size = self.listing.kind, self.total, self.size
        return kind, identity, date, position, total, size, names, tied, knows_names, knows_tied

    def _tied(
        self, here: int, date: int | None, position: int
    ) -> tuple[tuple[str, ...], tuple[str, ...], bool, bool]:
        """Items of the same date on either side, and whether those are all."""
        before = self._marks[max(0, here - _MOST_MARKS) : here][::-1]
        behind = self._marks[here + 1 : here + 1 + _MOST_MARKS]
        names, tied = _names_of(before, date), _names_of(behind, date)
        knows_names = date is not None and (len(names) < len(before) or position == 0)
        return names, tied, knows_names, len(tied) < len(behind)

    @cached_property
    def _marks(self) -> list[_Mark]:
        """Of the lead and the items."""
        return [*self.lead, *zip(self.names, map(self.listing.date, self.items), strict=True)]


def _told_by_the_first(pages: list[Page[T]]) -> list[Page[T]]:
    """Of pages that were asked for by an old total, those that the list still has by what its first tells."""
    first = next((page for page in pages if page.number == 1), None)
    if first is None or not first.is_total_stated:
        return pages
    return [page for page in pages if (page.number - 1) * first.size < first.total or page is first]


class _Look(Exception):  # control flow: this page must be seen first
    def __init__(self, page: int) -> None:
        self.page = page


class Walk(Generic[T]):
    """Finds one range of the list.

    while pages := walk.needed(): walk.feed(pages as they arrive)
    window = walk.window()

    count_only: the total is all that is wanted; one page tells it. expected: the total when the list was last
    seen, in pages of the usual size; for a range from the start only.
    """

    def __init__(
        self, listing: Listing[T], wanted: Range, *, count_only: bool = False, expected: int | None = None
    ) -> None:
        cursor = wanted.after or wanted.before
        self._listing = listing
        self._wanted = wanted
        self._count_only = count_only
        self._expected = expected or 0
        self._known: KnownPages[T] = KnownPages(listing, cursor.size if cursor else PAGE_SIZE)

    def needed(self) -> list[int]:
        """Numbers of the pages to fetch next, side by side; none when the window is complete."""
        if self._known.rounds == 0:
            guess = self._first_guess()
            return guess[:1] if self._count_only else guess
        if self._known.total is None:
            return [] if 1 in self._known.numbers else [1]
        if self._count_only or self._known.rounds >= _MOST_ROUNDS:
            return []
        try:
            low, high = self._bounds()
        except _Look as look:
            return [look.page]
        return [page for page in self._known.pages_of(low, high) if page not in self._known.numbers]

    def feed(self, pages: Iterable[Page[T]]) -> None:
        """Take pages, in the order in which they arrived."""
        if self._known.rounds == 0 and self._expected:
            pages = _told_by_the_first(list(pages))
        self._known.feed(pages)

    def window(self) -> Window[T]:
        """The window, from the pages that were fed."""
        total = self._known.total or 0
        if self._count_only or total == 0:
            size = self._known.size
            return Window(self._listing, (), [], (), (), total, size, has_previous=False, has_next=False)
        try:
            low, high = self._bounds()
        except _Look:
            low, high = self._guessed_bounds(total)
        positions, names, items = self._known.between(low, high)
        # Without an item there is no cursor to go on from, whatever the total says.
        return Window(
            self._listing,
            items,
            names,
            positions,
            self._lead(low) if low or self._wanted.after else (),
            total,
            self._known.size,
            has_previous=low > 0 and bool(items),
            has_next=high < total and bool(items),
        )

    def _lead(self, low: int) -> tuple[_Mark, ...]:
        """Marks of what stands before the window: from the pages, else from the cursor that it follows."""
        known = [self._known.item(position) for position in range(max(0, low - _MOST_MARKS), low)]
        marks = tuple(_mark(self._listing, item) for item in known if item is not None)
        after = self._wanted.after
        if marks or after is None:
            return marks
        return tuple((name, after.date) for name in (*reversed(after.marks), after.identity))

    def _first_guess(self) -> list[int]:
        """Pages of the window if nothing has moved; the first page where nothing tells the total.

        A page that must be seen in any case to find a cursor is asked for at the same time.
        """
        cursor = self._wanted.after or self._wanted.before
        if cursor is None:
            return self._known.pages_of(*self._guessed_bounds(self._expected)) or [1]
        pages = set(self._known.pages_of(*self._guessed_bounds(cursor.total)))
        needless = self._wanted.after if self._listing.newest_first and pages else None
        for mark in (self._wanted.after, self._wanted.before):
            if mark is not None and mark is not needless and not (mark is self._wanted.before and mark.marks):
                pages.add(self._known.page_of(mark.position))
        return sorted(pages)

    def _guessed_bounds(self, total: int) -> tuple[int, int]:
        after, before = self._wanted.after, self._wanted.before
        low = after.position + 1 if after else 0
        high = min(before.position if before else total, total)
        return self._wanted.cut(min(low, high), high)

    def _bounds(self) -> tuple[int, int]:
        """Positions low … high - 1 of the window in the list as it is now. Raises _Look."""
        total = self._known.total or 0
        after, before, count = self._wanted.after, self._wanted.before, self._wanted.count
        if self._wanted.from_end:
            if before is None and (page := self._known.gap_before_end()) is not None:
                raise _Look(page)
            high = self._boundary(before, total, is_after=False)
            is_far = after is None or self._by_date(after, total)[1] <= high - count
            low = high - count if is_far else self._boundary(after, total, is_after=True)
            return self._wanted.cut(max(low, 0), high)
        low = self._boundary(after, total, is_after=True)
        is_far = before is None or self._by_date(before, total)[0] >= low + count
        high = low + count if is_far else self._boundary(before, total, is_after=False)
        return self._wanted.cut(low, min(high, total))

    def _boundary(  # noqa: PLR0911  # one return for each kind of evidence
        self, cursor: Cursor | None, total: int, *, is_after: bool
    ) -> int:
        """Where the items after the cursor begin, or those before it end. Raises _Look.

        The item itself, where it still exists, is on the other side of the boundary. Without a
        cursor that is the end of the list.
        """
        if cursor is None:
            return 0 if is_after else total
        if (found := self._known.position_of(cursor.identity)) is not None:
            return found + is_after
        if not is_after and cursor.marks:
            before = self._known.position_of(cursor.marks[0])
            if before is not None:
                return before + 1
        low, high = self._by_date(cursor, total)
        there = cursor.position + total - cursor.total
        # A list that grows at its head only can have pushed the item further down than its total
        # tells, never less far: then an older item right behind `there` proves the place unseen.
        expected = self._known.page_of(min(max(there, 0), max(total - 1, 0)))
        if expected not in self._known.numbers:
            if is_after and self._listing.newest_first and low <= there + 1 == high:
                return high
            raise _Look(expected)
        if low == high:
            return low
        if low > high:  # dates in no order: only the position is left to believe
            return min(max(there + is_after, 0), total)
        if (page := self._next_look(cursor, expected, low, high)) is not None:
            raise _Look(page)
        return min(max(there + 1, low), high)  # it is gone, and so are the marks beside it

    def _by_date(self, cursor: Cursor, total: int) -> tuple[int, int]:
        """The boundary lies in low … high, as far as dates and neighbours on the fetched pages tell."""
        marks = (self._known.position_of(identity) for identity in cursor.marks)
        low = max((place + 1 for place in marks if place is not None), default=0)
        high = total
        if cursor.date is None:
            return low, high
        for position, item in self._known.items():
            date = self._listing.date(item)
            if date is None:
                continue
            if date == cursor.date:
                is_before = self._tie_stood_before(cursor, self._listing.identity(item))
            else:
                is_before = (date > cursor.date) == self._listing.newest_first
            if is_before is True:
                low = max(low, position + 1)
            elif is_before is False:
                high = min(high, position)
        return low, high

    @staticmethod
    def _tie_stood_before(cursor: Cursor, identity: str) -> bool | None:
        """On which side of the cursor an item of the same date stood, if the cursor tells."""
        if identity in cursor.marks or (cursor.knows_behind and identity not in cursor.behind):
            return True
        if identity in cursor.behind or (cursor.knows_marks and identity not in cursor.marks):
            return False
        return None

    def _next_look(self, cursor: Cursor, expected: int, low: int, high: int) -> int | None:
        """Page to look for the item on: beside the one where it should be, then halving the list."""
        unseen = [page for page in self._known.pages_of(low, high) if page not in self._known.numbers]
        near = [page for page in unseen if abs(page - expected) <= 1]
        looked_near = sum(1 for page in self._known.numbers if abs(page - expected) <= 1)
        if near and (looked_near < 2 or cursor.date is None):  # noqa: PLR2004  # the page and one beside it
            return near[0]
        return unseen[len(unseen) // 2] if unseen and cursor.date is not None else None
