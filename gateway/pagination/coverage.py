"""Which places of a list have been read, page by page, while the list grows at its head.

A position counts from the head, so each new item moves it. A place counts from the end and stays: -1 is the
last item, -10 the tenth from the end. A page covers the places of its positions under the total that it
states. So pages that were read one after the other can be put together, and what slipped between them shows
as a gap. Where pages state no total, places are positions.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import count
from math import inf
from typing import Generic, TypeVar

from gateway.imin.documents import PAGE_SIZE, Page

T = TypeVar("T")
N = TypeVar("N")

Gap = tuple[int, int]
"""Places start … stop - 1, none of which has been read."""


class Coverage(Generic[T, N]):
    """The pages of one list that have been read.

    note: what to remember of an item; the pages themselves are not kept, as there may be hundreds.
    notes: of each item that was read, by its place. total, size: as the newest pages show them.
    """

    def __init__(self, note: Callable[[T], N]) -> None:
        self.total = 0
        self.size = PAGE_SIZE
        self.notes: dict[int, N] = {}
        self._note = note
        self._is_counted = True
        self._first = 0
        self._read: list[tuple[int, float]] = []

    @property
    def pages(self) -> int:
        """How many pages the list has, at least 1."""
        return max(1, -(-self.total // self.size))

    def add(self, pages: Iterable[Page[T]]) -> None:
        """Add pages that were read at the same time. If the list has lost items since, only these count."""
        newest = list(pages)
        if not self._read:
            self._is_counted = newest[0].is_total_stated
            self._forget(newest[0].size, newest[0].total)
        totals = [page.total for page in newest if page.is_total_stated and page.items]
        size = max(len(page.items) for page in newest)
        if size > self.size or (self._is_counted and totals and max(totals) < self.total):
            self._forget(max(size, self.size), max(totals, default=self.total))
        self.total = max([self.total, *(totals if self._is_counted else [page.total for page in newest])])
        for page in newest:
            self._add(page)

    def gaps(self) -> list[Gap]:
        """What has not been read, newest first; except what came to the list after the first page."""
        found: list[Gap] = []
        place: float = self._first
        end = 0 if self._is_counted else self.total
        for start, stop in [*sorted(self._read), (end, inf)]:
            if place < min(start, end):
                found.append((int(place), min(start, end)))
            place = max(place, stop)
        return found

    def page_number(self, place: int) -> int:
        """Number of the page that a place is on now."""
        position = place + self.total if self._is_counted else place
        return position // self.size + 1

    def page_numbers(self, gaps: Iterable[Gap]) -> Iterator[int]:
        """Numbers of the pages that gaps are on now, each once if the gaps are sorted."""
        last = 0
        for start, stop in gaps:
            for number in range(max(last + 1, self.page_number(start)), self.page_number(stop - 1) + 1):
                yield number
                last = number

    def _forget(self, size: int, total: int) -> None:
        self.size, self.total = size, total
        self._first = -total if self._is_counted else 0
        self.notes.clear()
        self._read.clear()

    def _add(self, page: Page[T]) -> None:
        start = (page.number - 1) * self.size
        if self._is_counted:
            start -= page.total if page.is_total_stated and page.items else self.total
        self.notes.update(zip(count(start), map(self._note, page.items), strict=False))
        # A page that is not full covers its places too: there is nothing else to read of them.
        self._read.append((start, inf if page.is_beyond_the_end else start + self.size))
