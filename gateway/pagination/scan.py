"""Find the first item of a list that matches. Pure: it says which pages it needs, and is given them."""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Generic, TypeVar

from gateway.imin.documents import Page
from gateway.pagination.coverage import Coverage

T = TypeVar("T")

_MAX_PARALLEL = 16


class Scan(Generic[T]):
    """Finds a matching item. Needs one page, then two, four, … until every item has been seen.

    found: the item; None if there is none, or not yet. max_pages: to load; None for no limit.
    """

    def __init__(self, fits: Callable[[T], bool], max_pages: int | None = None) -> None:
        self.found: T | None = None
        self._fits = fits
        self._left = max_pages
        self._read: Coverage[T, None] = Coverage(lambda _item: None)
        self._width = 0

    def next_pages(self) -> list[int]:
        """Numbers of the pages to load next, in parallel; none when the scan is over."""
        if self._width == 0:
            return [1]
        if self.found is not None:
            return []
        width = self._width if self._left is None else min(self._width, self._left)
        return list(islice(self._read.page_numbers(self._read.gaps()), width))

    @property
    def is_complete(self) -> bool:
        """Whether every item has been seen."""
        return self._width > 0 and not self._read.gaps()

    def add(self, pages: Iterable[Page[T]]) -> None:
        """Take the pages, in the order of their arrival."""
        pages = list(pages)
        self._read.add(pages)
        if self._left is not None:
            self._left = max(0, self._left - len(pages))
        self._width = min(2 * self._width or 2, _MAX_PARALLEL)
        items = (item for page in sorted(pages, key=lambda page: page.number) for item in page.items)
        self.found = next((item for item in items if self._fits(item)), None)
