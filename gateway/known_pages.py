"""What has been seen of a numbered list: its pages, how long it is, where its items stand.

Pages fetched one after the other may show the list in different states, and
totals may be wrong. The newest page is believed; others are asked again a few
times, unless they come back as they were. A page without items says where the
list ends, whatever it says of the total.
"""

from collections.abc import Iterable
from typing import Generic, TypeVar

from gateway.cursor import Listing
from gateway.imin.documents import Page

T = TypeVar("T")

_PATIENT_ROUNDS = 6
"""For so long, pages that disagree with the newest one are asked again; then they are taken as they are."""


class KnownPages(Generic[T]):
    """The pages of one list, as far as they have been fetched.

    size: items a page is thought to hold until a page shows otherwise.
    """

    def __init__(self, listing: Listing[T], size: int) -> None:
        self.size = size
        self.rounds = 0
        self._listing = listing
        self._pages: dict[int, Page[T]] = {}
        self._total: int | None = None
        self._dropped: dict[int, list[str]] = {}
        self._is_settled = False

    def feed(self, pages: Iterable[Page[T]]) -> None:
        """Take pages, in the order in which they arrived. Those that show another list are dropped."""
        self.rounds += 1
        newest: Page[T] | None = None
        for page in pages:
            newest = page
            self._pages[page.number] = page
            if page.number == 1 or len(page.items) > self.size:
                self.size = page.size
            # Odd, and no odder than last time: the list is not moving, asking again would not help.
            self._is_settled |= self._dropped.get(page.number) == self._names(page)
        self._total = self._newest_total()
        if newest and self.rounds < _PATIENT_ROUNDS and not self._is_settled and not self._agree():
            self._dropped |= {
                page.number: self._names(page) for page in self._pages.values() if page != newest
            }
            self._pages = {newest.number: newest}
            self._total = self._newest_total()

    @property
    def total(self) -> int | None:
        """Items in the list; None while no page has told."""
        if self._total is None:
            return None
        seen = max(
            ((p.number - 1) * self.size + len(p.items) for p in self._pages.values() if p.items), default=0
        )
        total = max(self._total, seen)
        return total if self._end is None else min(total, self._end)

    @property
    def numbers(self) -> Iterable[int]:
        """Numbers of the pages that are known."""
        return self._pages.keys()

    def gap_before_end(self) -> int | None:
        """A page to look at, where the list is known to end before some page, but not where."""
        empty = [page.number for page in self._pages.values() if page.is_beyond_the_end]
        full = [page.number for page in self._pages.values() if page.items]
        if not empty:
            return None
        low, high = max(full, default=1), min(empty)
        return (low + high) // 2 if high - low > 1 else None

    def page_of(self, position: int) -> int:
        """Number of the page a position is on."""
        return position // self.size + 1

    def pages_of(self, low: int, high: int) -> list[int]:
        """Numbers of the pages of positions low … high - 1."""
        return list(range(self.page_of(low), self.page_of(high - 1) + 1)) if high > low else []

    def item(self, position: int) -> T | None:
        """The item at a position, if its page is known and has one there."""
        page = self._pages.get(self.page_of(position))
        offset = position % self.size
        return page.items[offset] if page and offset < len(page.items) else None

    def items(self) -> Iterable[tuple[int, T]]:
        """Every known item with its position."""
        for number, page in self._pages.items():
            for offset, item in enumerate(page.items):
                yield (number - 1) * self.size + offset, item

    def position_of(self, identity: str) -> int | None:
        """Where the item of that identity stands, if it is known."""
        if not identity:
            return None
        return next((at for at, item in self.items() if self._listing.identity(item) == identity), None)

    @property
    def _end(self) -> int | None:
        """The list has no more items than this, as pages without items tell."""
        empty = [page.number for page in self._pages.values() if page.is_beyond_the_end]
        if not empty:
            return None
        before = self._pages.get(min(empty) - 1)
        return (min(empty) - 2) * self.size + (len(before.items) if before else self.size)

    def _newest_total(self) -> int | None:
        """What the newest page says that can know: one behind the end may know nothing."""
        for page in reversed(self._pages.values()):
            if not page.is_beyond_the_end or 0 < page.total <= (page.number - 1) * self.size:
                return page.total
        return None

    def _agree(self) -> bool:
        """Whether all pages show the same list: one total, nothing twice."""
        pages = [page for page in self._pages.values() if not page.is_beyond_the_end]
        if len({page.total for page in pages if page.is_total_stated}) > 1:
            return False
        names = [{name for name in self._names(page) if name} for page in pages]
        return len(set().union(*names)) == sum(map(len, names))

    def _names(self, page: Page[T]) -> list[str]:
        return [self._listing.identity(item) for item in page.items]
