"""What has been seen of a numbered list: its pages, how long it is, where its items stand.

Pages fetched one after the other may show the list in different states, and
totals may be wrong. The newest page is believed; others are asked again a few
times, unless they come back as they were. A page without items says where the
list ends, whatever it says of the total.
"""

from collections.abc import Iterable
from typing import Generic, TypeVar

from gateway.imin.documents import Page
from gateway.pagination.cursor import Listing

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
        self._names: dict[int, list[str]] = {}
        self._dropped: dict[int, list[str]] = {}
        self._is_settled = False
        self.total: int | None = None
        """Items in the list; None while no page has told."""

    def feed(self, pages: Iterable[Page[T]]) -> None:
        """Take pages, in the order in which they arrived. Those that show another list are dropped."""
        self.rounds += 1
        newest: Page[T] | None = None
        identity = self._listing.identity
        for page in pages:
            newest, number = page, page.number
            self._pages[number] = page
            names = self._names[number] = [identity(item) for item in page.items]
            if number == 1 or len(names) > self.size:
                self.size = page.size
            # Odd, and no odder than last time: the list is not moving, asking again would not help.
            self._is_settled |= self._dropped.get(number) == names
        if newest and self.rounds < _PATIENT_ROUNDS and not self._is_settled and not self._agree():
            names = self._names.pop(newest.number)
            self._dropped |= self._names
            self._pages, self._names = {newest.number: newest}, {newest.number: names}
        self.total = self._told_total()

    def _told_total(self) -> int | None:
        pages, size = self._pages, self.size
        if len(pages) == 1 and 1 in pages:  # as a rule
            return max(pages[1].total, len(pages[1].items))
        told = self._newest_total()
        if told is None:
            return None
        seen = max(((p.number - 1) * size + len(p.items) for p in pages.values() if p.items), default=0)
        total, end = max(told, seen), self._end
        return total if end is None else min(total, end)

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

    def between(self, low: int, high: int) -> tuple[tuple[int, ...], list[str], tuple[T, ...]]:
        """Positions, names and items of low … high - 1, as far as they are known; none named twice."""
        number, offset = self.page_of(low), low % self.size
        names = self._names.get(number, [])[offset : offset + high - low]
        if 0 < len(names) == high - low == len(set(names)) and "" not in names:  # as a rule: on one page
            return tuple(range(low, high)), names, self._pages[number].items[offset : offset + high - low]
        found: dict[str | int, tuple[int, str, T]] = {}
        for position in range(low, high):
            if (item := self.item(position)) is not None:
                name = self._names[self.page_of(position)][position % self.size]
                found.setdefault(name or position, (position, name, item))
        places = found.values()
        return (
            tuple(place[0] for place in places),
            [place[1] for place in places],
            tuple(place[2] for place in places),
        )

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
        """Whether all pages show the same list: one total, nothing on two of them."""
        if len(self._pages) == 1:
            return True
        pages = [page for page in self._pages.values() if not page.is_beyond_the_end]
        if len({page.total for page in pages if page.is_total_stated}) > 1:
            return False
        names = [{name for name in self._names[page.number] if name} for page in pages]
        return len(set().union(*names)) == sum(map(len, names))
