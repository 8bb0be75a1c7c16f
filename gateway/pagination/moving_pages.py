"""Pages of a list whose head grew or shrank while they were loaded one after the other.

Each page states how long the list was. So its items' places, counted from the end of the list, are known, and
the pages fit together although their numbers do not: see also coverage.py.
"""

from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

from gateway.imin.documents import Page
from gateway.pagination.lists import PagedList

T = TypeVar("T")


class MovingPages(Generic[T]):
    """The items of such pages, by their position in the list when it had `total` items.

    page_size: items on a full page. total: items in the list according to the newest page, until `settle`.
    """

    def __init__(self, paged_list: PagedList[T], page_size: int) -> None:
        self.page_size = page_size
        self.total = 0
        self._list = paged_list
        self._newest_total = 0
        self._head_total: int | None = None
        self._is_settled = False
        self._placed: dict[int, tuple[str, T]] = {}
        self._places: dict[str, int] = {}

    def add(self, pages: list[Page[T]]) -> bool:
        """Add pages, at least one; False if they do not fit: the list has changed in other ways too."""
        if any(not page.is_total_stated or page.is_beyond_the_end for page in pages):
            return False
        self._newest_total = pages[-1].total
        if not self._is_settled:
            self.total = self._newest_total
        return all(self._add(page) for page in pages)

    def settle(self) -> None:
        """Show the list as it was when its head was loaded last, since it moves faster than it is read."""
        self._is_settled = True
        self.total = self._head_total or self.total

    def entry(self, position: int) -> tuple[str, T] | None:
        """Identity and item at a position; None if it is not loaded."""
        return self._placed.get(position - self.total)

    def items(self) -> Iterator[tuple[int, T]]:
        """Every loaded item with its position."""
        for place, (_, item) in self._placed.items():
            if place >= -self.total:
                yield place + self.total, item

    def missing(self, positions: Iterable[int]) -> list[int]:
        """Numbers of the pages that hold now what is not loaded of the positions."""
        places = (position - self.total for position in positions)
        missing = {place + self._newest_total for place in places if place not in self._placed}
        return sorted({max(0, position) // self.page_size + 1 for position in missing})

    def _add(self, page: Page[T]) -> bool:
        if page.number == 1:
            self._head_total = page.total
        start = (page.number - 1) * self.page_size - page.total
        for place, item in enumerate(page.items, start):
            identity = self._list.identity(item)
            known = self._placed.get(place)
            if (known and known[0] != identity) or self._places.get(identity, place) != place:
                return False
            self._placed[place] = identity, item
            if identity:
                self._places[identity] = place
        return True


def have_moved(pages: Iterable[Page[T]]) -> bool:
    """Whether pages state different totals."""
    return len({page.total for page in pages}) > 1
