"""Totals of lists, remembered between requests. Numbers only, by customer and list."""

from typing import TypeVar

from cachetools import LRUCache

from gateway.imin.documents import PAGE_SIZE
from gateway.pagination.lists import PagedList
from gateway.pagination.window import Window

T = TypeVar("T")

_MAX_TOTALS = 10_000


class ListTotals:
    """Totals of customers' lists when last seen.

    A hint: with it, all pages of a wide first window are requested at once, instead of page 1 alone first.
    """

    def __init__(self) -> None:
        self._totals: LRUCache[tuple[str, str], int] = LRUCache(_MAX_TOTALS)

    def get(self, customer: str, paged_list: PagedList[T]) -> int | None:
        """Total of a list when last seen; None if unknown."""
        return self._totals.get((customer, paged_list.letter))

    def forget(self, customer: str, paged_list: PagedList[T]) -> None:
        """Drop the total of a list."""
        self._totals.pop((customer, paged_list.letter), None)

    def remember(self, customer: str, window: Window[T]) -> None:
        """Store the total that a window shows, unless the list has pages of an unusual size."""
        self.forget(customer, window.paged_list)
        if window.page_size == PAGE_SIZE:
            self._totals[customer, window.paged_list.letter] = window.total
