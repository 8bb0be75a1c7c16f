"""Find a requested range in a list that has changed. Pure: it says which pages it needs, and is given them.

imin numbers its pages by offset, and the list changes between two requests: new orders push everything down,
erased ones pull it up, upcoming items drop off the head. A cursor's item is found again in three steps: its
old position is shifted by the growth of the list, and trusted only if an identity or a date confirms it; next
comes the page where it should be; then pages chosen by date, bisecting the list. Dates that are not in order
on the loaded pages are ignored; then only the pages beside that one are searched. Walking forward, the usual
case, needs no page beyond the window's own.
"""

from collections.abc import Iterable
from typing import Generic, TypeVar

from gateway.imin.documents import PAGE_SIZE, Page
from gateway.pagination.cursor import Cursor, DateEdge
from gateway.pagination.lists import PagedList
from gateway.pagination.page_set import PageSet
from gateway.pagination.range import Range
from gateway.pagination.window import MAX_NEIGHBOURS, Key, Window

T = TypeVar("T")

_MAX_ROUNDS, _MAX_DATE_ROUNDS = 24, 20


class _PageNeeded(Exception):  # control flow: the search cannot decide before it has this page
    def __init__(self, number: int) -> None:
        self.number = number


class WindowSearch(Generic[T]):
    """Finds one requested range.

        while numbers := search.next_pages():
            search.add(…the pages of these numbers, in the order of their arrival…)
        window = search.window()

    count_only: only the total is needed, which one page shows.
    expected_total: when the list was last seen, in pages of the usual size. For a range from the start only.
    """

    def __init__(
        self,
        paged_list: PagedList[T],
        requested: Range,
        *,
        count_only: bool = False,
        expected_total: int | None = None,
    ) -> None:
        cursor = requested.after or requested.before
        self._list = paged_list
        self._requested = requested
        self._count_only = count_only
        self._expected_total = expected_total or 0
        self._loaded: PageSet[T] = PageSet(paged_list, cursor.page_size if cursor else PAGE_SIZE)
        self._ordered_in_round = 0
        self._is_in_order = True

    def next_pages(self) -> list[int]:
        """Numbers of the pages to load next, in parallel; none when the window is complete."""
        if self._loaded.rounds == 0:
            first = self._first_pages()
            return first[:1] if self._count_only else first
        if self._loaded.total is None:
            return [] if 1 in self._loaded.numbers else [1]
        if self._count_only or self._loaded.rounds >= _MAX_ROUNDS:
            return []
        try:
            start, stop = self._locate()
        except _PageNeeded as needed:
            return self._loaded.to_load_page(needed.number)
        return self._loaded.to_load(start, stop)

    def add(self, pages: Iterable[Page[T]]) -> None:
        """Take the pages, in the order of their arrival."""
        if self._loaded.rounds == 0 and self._expected_total:
            pages = _existing(list(pages))
        self._loaded.add(pages)

    def window(self) -> Window[T]:
        """The window, from the pages that were added."""
        total, page_size = self._loaded.total or 0, self._loaded.page_size
        if self._count_only or total == 0:
            return Window(
                self._list, (), [], (), (), (), total, page_size, has_previous=False, has_next=False
            )
        try:
            start, stop = self._locate()
        except _PageNeeded:
            start, stop = self._predict(total)
        positions, identities, items = self._loaded.slice(start, stop)
        # Without an item there is no cursor to continue from, whatever the total says.
        return Window(
            self._list,
            items,
            identities,
            positions,
            self._preceding(start),
            self._following(stop) if items else (),
            total,
            page_size,
            has_previous=start > 0 and bool(items),
            has_next=stop < total and bool(items),
            from_end=self._requested.from_end,
            is_short=stop - start < self._requested.count,
        )

    def _not_loaded(self, start: int, stop: int) -> list[int]:
        return [page for page in self._loaded.page_numbers(start, stop) if page not in self._loaded.numbers]

    def _preceding(self, start: int) -> tuple[Key, ...]:
        """See Window. The item above the first of a page may be known from the cursor alone."""
        offset, after = start % self._loaded.page_size, self._requested.after
        if offset:
            return self._keys(start - min(offset, MAX_NEIGHBOURS), start)
        if self._requested.from_end or start == 0:
            return ()
        return self._keys(start - 1, start) or (((after.identity, after.date),) if after else ())

    def _following(self, stop: int) -> tuple[Key, ...]:
        """See Window."""
        left_on_page = -stop % self._loaded.page_size
        return self._keys(stop, stop + min(left_on_page, MAX_NEIGHBOURS))

    def _keys(self, start: int, stop: int) -> tuple[Key, ...]:
        """Keys of the loaded items among the positions start … stop - 1."""
        items = (self._loaded.item(position) for position in range(start, stop))
        return tuple((self._list.identity(item), self._list.date(item)) for item in items if item is not None)

    def _first_pages(self) -> list[int]:
        """The window's pages if the list has not changed; page 1 if the total is unknown.

        A page that is needed in any case to find a cursor is loaded at the same time.
        """
        after, before = self._requested.after, self._requested.before
        cursor = after or before
        if cursor is None and not self._requested.dates.is_any:
            return [1]
        if cursor is None:
            return self._loaded.page_numbers(*self._predict(self._expected_total)) or [1]
        pages = set(self._loaded.page_numbers(*self._predict(cursor.total)))
        if after is not None and not (self._list.newest_first and pages):
            pages.add(self._loaded.page_number(after.position))
        if before is not None and not before.above:
            pages.add(self._loaded.page_number(before.position))
        return sorted(pages)

    def _predict(self, total: int) -> tuple[int, int]:
        """Positions start … stop - 1 of the window if nothing has moved."""
        after, before = self._requested.after, self._requested.before
        start = after.position + 1 if after else 0
        stop = min(before.position if before else total, total)
        return self._requested.limit(min(start, stop), stop)

    def _locate(self) -> tuple[int, int]:
        """Positions start … stop - 1 of the window in the list as it is now. Raises _PageNeeded."""
        total = self._loaded.total or 0
        count = self._requested.count
        after, before = self._edge(total, is_after=True), self._edge(total, is_after=False)
        # The boundary at the far end is not searched for if it is certainly beyond `count` items.
        if self._requested.from_end:
            if before is None and (page := self._loaded.page_before_end()) is not None:
                raise _PageNeeded(page)
            stop = self._boundary(before, total, is_after=False)
            is_far = after is None or self._limits(after, total)[1] <= stop - count
            start = stop - count if is_far else self._boundary(after, total, is_after=True)
            return self._requested.limit(max(start, 0), stop)
        start = self._boundary(after, total, is_after=True)
        is_far = before is None or self._limits(before, total)[0] >= start + count
        stop = start + count if is_far else self._boundary(before, total, is_after=False)
        return self._requested.limit(start, min(stop, total))

    def _edge(self, total: int, *, is_after: bool) -> Cursor | None:
        """The client's cursor on that side; without one, what stands for the edge of the range of dates."""
        cursor = self._requested.after if is_after else self._requested.before
        is_newest = is_after == self._list.newest_first
        date = self._requested.dates.stop if is_newest else self._requested.dates.start
        return cursor if cursor or date is None else DateEdge.of(date, total, is_after=is_after)

    def _date_boundary(self, edge: Cursor, total: int, *, is_after: bool) -> int:
        """As _boundary, by bisection. If items without a date are at the boundary, they are inside.

        If the dates are not in order, all of the list is inside; so is what bisection has not decided after
        some rounds, as of many pages without dates. Raises _PageNeeded.
        """
        if not self._are_dates_in_order():
            return 0 if is_after else total
        lowest, highest = self._limits(edge, total)
        candidates = self._not_loaded(lowest, highest) if self._loaded.rounds < _MAX_DATE_ROUNDS else ()
        if candidates:
            raise _PageNeeded(candidates[len(candidates) // 2])
        return lowest if is_after else highest

    def _boundary(self, cursor: Cursor | None, total: int, *, is_after: bool) -> int:
        """Position of the first item after the cursor or, for `before`, one past the last item before it.

        The cursor's own item is on neither side. Without a cursor: the start or the end of the list.
        Raises _PageNeeded if the loaded pages do not show it.
        """
        if cursor is None:
            return 0 if is_after else total
        find = self._date_boundary if isinstance(cursor, DateEdge) else self._item_boundary
        return find(cursor, total, is_after=is_after)

    def _item_boundary(  # noqa: PLR0911  # one return for each kind of evidence
        self, cursor: Cursor, total: int, *, is_after: bool
    ) -> int:
        shifted = cursor.position + total - cursor.total
        if (found := self._find(cursor.identity, shifted)) is not None:
            return found + is_after
        if not is_after and cursor.above and (above := self._find(cursor.above[0], shifted - 1)) is not None:
            return above + 1
        lowest, highest = self._limits(cursor, total)
        # A list that grows at its head only has pushed the item down at least as far as its total has grown.
        # An older item directly below `shifted` therefore proves the place without loading its page.
        expected_page = self._loaded.page_number(min(max(shifted, 0), max(total - 1, 0)))
        if not self._is_loaded(shifted):
            if is_after and self._list.newest_first and lowest <= shifted + 1 == highest:
                return highest
            raise _PageNeeded(expected_page)
        if lowest == highest:
            return lowest
        if lowest > highest:  # the dates are not sorted: only the position is left to trust
            return min(max(shifted + is_after, 0), total)
        if (page := self._next_probe(cursor, expected_page, lowest, highest)) is not None:
            raise _PageNeeded(page)
        # The item is gone, and so are its neighbours.
        if cursor.date is not None and not self._are_dates_in_order():
            return self._where_most_dates_fit(cursor.date, shifted + 1)
        return min(max(shifted + 1, lowest), highest)

    def _find(self, identity: str, expected: int) -> int | None:
        """Position of the item with that identity; None if it is not loaded, or may be another's."""
        found = self._loaded.position_of(identity, expected)
        is_certain = not self._list.may_repeat or found == expected or self._is_loaded(expected)
        return found if is_certain else None

    def _is_loaded(self, position: int) -> bool:
        last = max((self._loaded.total or 0) - 1, 0)
        return self._loaded.page_number(min(max(position, 0), last)) in self._loaded.numbers

    def _limits(self, cursor: Cursor, total: int) -> tuple[int, int]:
        """Lowest and highest possible boundary, by the dates and neighbours on the loaded pages."""
        expected = cursor.position + total - cursor.total
        above = (self._loaded.position_of(identity, expected) for identity in cursor.above)
        lowest = max((position + 1 for position in above if position is not None), default=0)
        highest = total
        if cursor.date is None or not self._are_dates_in_order():
            return lowest, highest
        for position, item in self._loaded.items():
            date = self._list.date(item)
            if date is None:
                continue
            if date == cursor.date:
                is_above = _was_above(cursor, self._list.identity(item))
            else:
                is_above = (date > cursor.date) == self._list.newest_first
            if is_above is True:
                lowest = max(lowest, position + 1)
            elif is_above is False:
                highest = min(highest, position)
        return lowest, highest

    def _next_probe(self, cursor: Cursor, expected_page: int, lowest: int, highest: int) -> int | None:
        """Page to search next: one beside the expected page first, then the middle of what is left."""
        candidates = self._not_loaded(lowest, highest)
        near = [page for page in candidates if abs(page - expected_page) <= 1]
        loaded_near = sum(1 for page in self._loaded.numbers if abs(page - expected_page) <= 1)
        are_dates_usable = cursor.date is not None and self._are_dates_in_order()
        if near and (loaded_near < 2 or not are_dates_usable):  # noqa: PLR2004  # the page and one beside it
            return near[0]
        return candidates[len(candidates) // 2] if candidates and are_dates_usable else None

    def _where_most_dates_fit(self, date: int, expected: int) -> int:
        """The position near the expected one with the fewest loaded items on the wrong side of it by date."""
        dates = {position: self._list.date(item) for position, item in self._loaded.items()}
        is_before = {
            position: (other > date) == self._list.newest_first
            for position, other in dates.items()
            if other is not None and other != date
        }

        def misfits(boundary: int) -> tuple[int, int]:
            wrong = sum((position < boundary) != before for position, before in is_before.items())
            return wrong, abs(boundary - expected)

        return min({boundary for position in dates for boundary in (position, position + 1)}, key=misfits)

    def _are_dates_in_order(self) -> bool:
        """Whether the dates on the loaded pages are in order; otherwise they say nothing about a position."""
        if self._ordered_in_round != self._loaded.rounds:
            self._ordered_in_round = self._loaded.rounds
            dated = sorted((position, self._list.date(item)) for position, item in self._loaded.items())
            dates = [date for _, date in dated if date is not None]
            self._is_in_order = dates == sorted(dates, reverse=self._list.newest_first)
        return self._is_in_order


def _was_above(cursor: Cursor, identity: str) -> bool | None:
    """Whether an item of the cursor's date was above it, not below; None if the cursor does not know."""
    if identity in cursor.above or (cursor.knows_all_below and identity not in cursor.below):
        return True
    if identity in cursor.below or (cursor.knows_all_above and identity not in cursor.above):
        return False
    return None


def _existing(pages: list[Page[T]]) -> list[Page[T]]:
    """Without the pages that the list no longer has, according to its first page.

    A remembered total may have led to them; an error or an old total on them would mislead the search.
    """
    first = next((page for page in pages if page.number == 1), None)
    if first is None or not first.is_total_stated:
        return pages
    return [page for page in pages if (page.number - 1) * first.size < first.total or page is first]
