"""Find one order in a customer's history, to prove that it is theirs. Pure: it says which pages it needs.

The search goes by date first, since the history is sorted by it, newest first. But dates may be equal,
missing or out of order, and orders may be booked between two pages. So an order is called missing only if the
whole history was read, or if the history is long and what was read of it excludes the order:

- all its dates are in order, and the place of the order's own date was read;
- all its orders state the same person, and the order does not.

Otherwise every page is read, up to MAX_PAGES; if there are more, SearchIncomplete is raised.

The number of pages that a failed search reads must not reveal whether another customer has the order. So it
reads a history of up to MAX_PAGES_READ_WHOLE pages whole, and of a longer one as many pages as the longest
bisection needs, whatever date led it. Whether it reads more depends on the history alone, unless the order is
the same person's.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from math import inf
from typing import Generic, TypeVar

from gateway.imin.documents import Page
from gateway.imin.errors import IminError
from gateway.pagination.coverage import Coverage, Gap
from gateway.pagination.lists import PagedList

T = TypeVar("T")

MAX_PAGES_READ_WHOLE = 50
"""Pages of a history that is read whole before an order is called missing."""

MAX_PAGES = 200
"""Pages that one search reads at most."""

_MAX_PARALLEL = 16
_PAGES_OF_LONG_TIE, _MAX_BESIDE_TIE = 16, 2
_GROWTH = 3
"""Pages that a bisection may need besides, because orders were booked during it."""


class SearchIncomplete(IminError):
    """The order was not found, but may be in the part of the history that was not read."""


@dataclass(frozen=True)
class Sought(Generic[T]):
    """The order to find.

    date: of the order, or made up if imin has no such order or it has no date. is_undated: whether imin has
    the order, but without a date that can be read. person: whose it is; None if that is unknown, or if imin
    has no such order. person_of: the same of another order.
    """

    identity: str
    date: int
    is_undated: bool = False
    person: str | None = None
    person_of: Callable[[T], str | None] = lambda _order: None


class OrderSearch(Generic[T]):
    """Finds one order.

    while numbers := search.next_pages():
        search.add(…the pages of these numbers, in the order of their arrival…)
    if search.is_found():
    """

    def __init__(self, paged_list: PagedList[T], sought: Sought[T]) -> None:
        self._list = paged_list
        self._sought = sought
        # The date of each order, and whose it is.
        self._read: Coverage[T, tuple[int | None, str | None]] = Coverage(
            lambda order: (paged_list.date(order), sought.person_of(order))
        )
        self._dates: dict[int, int | None] = {}
        self._loads = 0
        self._is_found = False

    def next_pages(self) -> list[int]:
        """Numbers of the pages to load next, in parallel; none when the search is over."""
        if self._loads == 0:
            return [1]
        left = MAX_PAGES - self._loads
        gaps = self._read.gaps()
        if self._is_found or not gaps or left <= 0:
            return []
        if pages := self._by_date(self._possible(gaps)):
            return pages[:left]
        if self._loads < self._longest_bisection():
            return [self._read.page_number(gaps[0][0])]
        if not self._is_excluded(gaps):
            return list(islice(self._read.page_numbers(gaps), min(left, _MAX_PARALLEL)))
        return []

    def add(self, pages: Iterable[Page[T]]) -> None:
        """Take the pages, in the order of their arrival."""
        pages = list(pages)
        self._loads += len(pages)
        self._read.add(pages)
        self._dates = {place: date for place, (date, _) in self._read.notes.items()}
        self._is_found |= any(
            self._list.identity(order) == self._sought.identity for page in pages for order in page.items
        )

    def is_found(self) -> bool:
        """Whether the order is in the history. Raises SearchIncomplete if that is not known."""
        gaps = self._read.gaps()
        if not self._is_found and gaps and not self._is_excluded(gaps):
            raise SearchIncomplete(f"an order was not on the {self._loads} pages of a longer history")
        return self._is_found

    def _longest_bisection(self) -> int:
        """Page 1, and as many as it takes to bisect the others by date."""
        return 1 + (self._read.pages - 1).bit_length()

    def _is_excluded(self, gaps: list[Gap]) -> bool:
        """Whether what was read shows that the order is not in the gaps."""
        if self._read.pages <= MAX_PAGES_READ_WHOLE or self._possible(gaps):
            return False
        return self._are_dates_in_order() and self._is_another_persons()

    def _are_dates_in_order(self) -> bool:
        dates = [date for _, date in sorted(self._dates.items())]
        return None not in dates and dates == sorted(dates, key=lambda date: -(date or 0))

    def _is_another_persons(self) -> bool:
        """Whether all orders that were read state one person, and the sought one does not."""
        persons = {person for _, person in self._read.notes.values()}
        if len(persons) != 1 or None in persons:
            return False
        person = self._sought.person
        return not self._sought.is_undated if person is None else person not in persons

    def _possible(self, gaps: list[Gap]) -> list[Gap]:
        """The parts of gaps where an order of that date may be, if the history is sorted."""
        date, dates = self._sought.date, self._dates.items()
        start = max((place + 1 for place, other in dates if other is not None and other > date), default=-inf)
        stop = min((place for place, other in dates if other is not None and other < date), default=inf)
        parts = [(max(first, start), min(last, stop)) for first, last in gaps]
        return [(int(first), int(last)) for first, last in parts if first < last]

    def _by_date(self, possible: list[Gap]) -> list[int]:
        """Pages to look for that date next: beside orders of the same date, otherwise the middle one."""
        if not possible:
            return []
        if beside := self._beside_equal(possible):
            return beside
        if self._loads >= self._longest_bisection() + _GROWTH:
            return []
        first, last = max(possible, key=lambda gap: gap[1] - gap[0])
        return [(self._read.page_number(first) + self._read.page_number(last - 1)) // 2]

    def _beside_equal(self, possible: list[Gap]) -> list[int]:
        """Pages next to orders of the date that is sought."""
        date, found = self._sought.date, set[int]()
        equal = sum(other == date for other in self._dates.values())
        most = 1 if equal < _PAGES_OF_LONG_TIE * self._read.size else _MAX_BESIDE_TIE
        for start, stop in possible:
            numbers = range(self._read.page_number(start), self._read.page_number(stop - 1) + 1)
            found.update(numbers[:most] if self._dates.get(start - 1) == date else ())
            found.update(numbers[-most:] if self._dates.get(stop) == date else ())
        return sorted(found)
