"""How long lists are, remembered from one request to the next. Numbers only, by customer and list."""

from typing import TypeVar

from cachetools import LRUCache

from gateway.imin.documents import PAGE_SIZE
from gateway.pagination.cursor import Listing
from gateway.pagination.window import Window

T = TypeVar("T")

_MOST_LENGTHS = 10_000


class Lengths:
    """How long customers' lists were when last seen: then all pages of a window are asked for at once."""

    def __init__(self) -> None:
        self._lengths: LRUCache[tuple[str, str], int] = LRUCache(_MOST_LENGTHS)

    def of(self, customer: str, listing: Listing[T]) -> int | None:
        """Items of the list; None where that is not known."""
        return self._lengths.get((customer, listing.kind))

    def forget(self, customer: str, listing: Listing[T]) -> None:
        """The list may have changed."""
        self._lengths.pop((customer, listing.kind), None)

    def note(self, customer: str, window: Window[T]) -> None:
        """The list has been seen. One in pages of another size than usual is not remembered."""
        self.forget(customer, window.listing)
        if window.size == PAGE_SIZE:
            self._lengths[customer, window.listing.kind] = window.total
