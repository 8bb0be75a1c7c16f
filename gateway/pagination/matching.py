"""Windows of filtered lists: what matches of further and further windows of the whole list.

imin cannot filter. So pages are read from the cursor on, two, then four, then eight at a time, until the
window is full, the list ends, or MAX_SCANNED_PAGES have been read. The last item that was looked at, matching
or not, has a cursor to continue from; it is bound to the filter, as all cursors of a filtered list are.

A range of dates is a filter too: most items between its edges match, and the edges are found by bisection.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Generic, TypeVar

from gateway.imin.documents import PAGE_SIZE
from gateway.pagination.cursor import Cursor
from gateway.pagination.lists import PagedList
from gateway.pagination.range import DateRange, Range
from gateway.pagination.window import Window

T = TypeVar("T")

MAX_SCANNED_PAGES = 20
"""Pages of the list that one window of a filtered list is taken from at most."""

FetchWindow = Callable[[Range], Awaitable[Window[T]]]
"""Loads a window of the whole list, whose cursors are bound to the filter."""

Matches = Callable[[T], bool]


@dataclass
class MatchingWindow(Window[T]):
    """A window of a filtered list. has_previous, has_next: see `fetch_matching`.

    total: of the matching items, as far as they are known. sources: the window of the whole list that each
    item is from, and its index there. last: the same for the last item that was looked at; None if none was.
    is_full: whether it is known if there are more items on the side that the window is filled towards.
    """

    sources: tuple[tuple[Window[T], int], ...] = ()
    last: tuple[Window[T], int] | None = None
    is_full: bool = True

    @property
    def start_cursor(self) -> str | None:
        return self._last_cursor if self.from_end and not self.is_full else super().start_cursor

    @property
    def end_cursor(self) -> str | None:
        return self._last_cursor if not (self.from_end or self.is_full) else super().end_cursor

    @property
    def is_complete(self) -> bool:
        return self.is_full

    @property
    def scanned_until(self) -> T | None:
        return self.last[0].items[self.last[1]] if self.last else None

    @property
    def _last_cursor(self) -> str | None:
        return self.last[0].cursor_text(self.last[1]) if self.last else None

    def cursor(self, index: int) -> Cursor:
        window, place = self.sources[index]
        return window.cursor(place)

    def cursor_text(self, index: int) -> str:
        window, place = self.sources[index]
        return window.cursor_text(place)

    @cached_property
    def cursors(self) -> list[str]:
        return [self.cursor_text(index) for index in range(len(self.items))]


async def fetch_matching(
    fetch: FetchWindow[T], paged_list: PagedList[T], requested: Range, matches: Matches[T] | None
) -> MatchingWindow[T]:
    """The requested window of the items that match; None: of all items of the requested dates.

    On the side that the window is filled towards, whether there are more is exact if `is_complete`, otherwise
    it is true. On the other side it is true if the window begins at a cursor that is not the first item's of
    the whole list. Raises what loading any page raises.
    """
    scan = _Scan(paged_list, requested, matches)
    while not scan.is_over:
        scan.add(await fetch(scan.next_range()))
    return scan.window()


class _Scan(Generic[T]):
    """Collects what matches. One more item than requested is looked for, to know whether there are more."""

    def __init__(self, paged_list: PagedList[T], requested: Range, matches: Matches[T] | None) -> None:
        self._list = paged_list
        self._requested = requested
        self._fits = matches
        self._is_dense = matches is None
        self._found: list[tuple[Window[T], int]] = []
        self._identities: set[str] = set()
        self._newest: Window[T] | None = None
        self._last: tuple[Window[T], int] | None = None
        self._starts_inside = False
        self._is_at_end = False
        self._pages = min(MAX_SCANNED_PAGES, requested.count // PAGE_SIZE + 1)
        self._left = MAX_SCANNED_PAGES

    @property
    def is_over(self) -> bool:
        return len(self._found) > self._requested.count or self._is_at_end or self._left <= 0

    def next_range(self) -> Range:
        """The next part of the whole list to load."""
        requested, pages = self._requested, min(self._pages, self._left)
        self._pages, self._left = 2 * pages, self._left - pages
        after, before = requested.after, requested.before
        if self._last is not None:
            cursor = self._last[0].cursor(self._last[1])
            after, before = (after, cursor) if requested.from_end else (cursor, before)
        begin = before if requested.from_end else after
        count = _items_of(pages, begin, from_end=requested.from_end)
        if self._is_dense and self._last is None:
            count = requested.count + 1
        return replace(requested, count=count, after=after, before=before)

    def add(self, window: Window[T]) -> None:
        from_end, count = self._requested.from_end, len(window.items)
        if self._newest is None:
            self._starts_inside = window.has_next if from_end else window.has_previous
        self._newest = window
        goes_on = window.has_previous if from_end else window.has_next
        self._is_at_end = count == 0 or window.is_short or not goes_on
        for index in range(count - 1, -1, -1) if from_end else range(count):
            if len(self._found) > self._requested.count:
                break
            self._last = window, index
            self._take(window, index)

    def _take(self, window: Window[T], index: int) -> None:
        identity = window.identities[index]
        if identity and identity in self._identities and not self._list.may_repeat:
            return
        self._identities.add(identity)
        item = window.items[index]
        is_dated = self._requested.dates.has(self._list.date(item))
        if is_dated and (self._fits is None or self._fits(item)):
            self._found.append((window, index))

    def window(self) -> MatchingWindow[T]:
        """The window of what was found."""
        requested, found = self._requested, self._found[: self._requested.count]
        is_over = self._is_at_end or len(self._found) > requested.count
        goes_on = not self._is_at_end or len(self._found) > requested.count
        begins_at_cursor = (requested.before if requested.from_end else requested.after) is not None
        starts_inside = begins_at_cursor and self._starts_inside
        sources = tuple(found[::-1] if requested.from_end else found)
        return MatchingWindow(
            self._list,
            tuple(window.items[index] for window, index in sources),
            [window.identities[index] for window, index in sources],
            tuple(window.positions[index] for window, index in sources),
            (),
            (),
            len(self._found),
            self._newest.page_size if self._newest else PAGE_SIZE,
            has_previous=goes_on if requested.from_end else starts_inside,
            has_next=starts_inside if requested.from_end else goes_on,
            from_end=requested.from_end,
            sources=sources,
            last=self._last,
            is_full=is_over,
        )


def _items_of(pages: int, begin: Cursor | None, *, from_end: bool) -> int:
    """How many items fill that many pages, from the cursor to the edge of a page."""
    count = pages * PAGE_SIZE
    # Cursors are not signed: an unusual page size, made up, must not widen the window.
    if begin is None or begin.page_size != PAGE_SIZE:
        return count
    on_page = begin.position % PAGE_SIZE
    return count + (on_page if from_end else PAGE_SIZE - 1 - on_page)


async def count_between(fetch: FetchWindow[T], paged_list: PagedList[T], dates: DateRange) -> int | None:
    """The number of items of a range of dates, from the places of the first and the last one.

    An item without a date counts if it is between them. None if the dates do not show the places.
    Raises what loading any page raises.
    """
    first = await fetch(Range(1, from_end=False, dates=dates))
    last = await fetch(Range(1, from_end=True, dates=dates))
    if not first.items or not last.items:
        return 0
    if not all(dates.has(paged_list.date(window.items[0])) for window in (first, last)):
        return None
    # Counted from the end, which bookings between the two windows do not change.
    return (last.positions[0] - last.total) - (first.positions[0] - first.total) + 1
