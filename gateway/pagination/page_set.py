"""The pages of one list that have been loaded, and what they show: its total and the positions of its items.

Pages loaded one after the other may show different states of the list, and stated totals may be wrong. If
only the list's head moved, the pages fit together (moving_pages.py). Otherwise the newest page is trusted;
the others are loaded again, a few times, unless they come back unchanged. A page without items marks the end
of the list, whatever total it states.
"""

from collections.abc import Iterable
from typing import Generic, TypeVar

from gateway.imin.documents import Page
from gateway.pagination.lists import PagedList
from gateway.pagination.moving_pages import MovingPages, have_moved

T = TypeVar("T")

_MAX_STRICT_ROUNDS = 6
"""Rounds in which pages that contradict the newest one are dropped; afterwards they are accepted."""


class PageSet(Generic[T]):
    """The loaded pages of one list.

    page_size: items on a full page; the given one is assumed until a page shows otherwise.
    rounds: how often pages were added. total: items in the list; None until a page shows it.
    """

    def __init__(self, paged_list: PagedList[T], page_size: int) -> None:
        self.page_size = page_size
        self.rounds = 0
        self.total: int | None = None
        self._list = paged_list
        self._pages: dict[int, Page[T]] = {}
        self._identities: dict[int, list[str]] = {}
        self._moving: MovingPages[T] | None = None
        self._dropped: dict[int, list[str]] = {}
        self._is_unchanging = False

    def add(self, pages: Iterable[Page[T]]) -> None:
        """Add pages, in the order of their arrival. Pages that contradict the newest one are dropped."""
        self.rounds += 1
        newest: Page[T] | None = None
        pages, before = list(pages), list(self._pages.values())
        identity = self._list.identity
        for page in pages:
            newest, number = page, page.number
            self._pages[number] = page
            identities = self._identities[number] = [identity(item) for item in page.items]
            if number == 1 or len(identities) > self.page_size:
                self.page_size = page.size
            # The same contradiction again: the list is not changing, so loading again would not help.
            self._is_unchanging |= self._dropped.get(number) == identities
        is_strict = self.rounds < _MAX_STRICT_ROUNDS and not self._is_unchanging
        if not self._is_unchanging and self._fit_together(before, pages):
            return
        self._moving = None
        if newest and is_strict and not self._is_consistent():
            identities = self._identities.pop(newest.number)
            self._dropped |= self._identities
            self._pages, self._identities = {newest.number: newest}, {newest.number: identities}
        self.total = self._most_likely_total()

    @property
    def numbers(self) -> Iterable[int]:
        """Numbers of the loaded pages."""
        moving = self._moving
        if moving is None:
            return self._pages.keys()
        begun = {self.page_number(position) for position, _ in moving.items()}
        return {number for number in begun if not moving.missing(self._positions(number))}

    def to_load(self, start: int, stop: int) -> list[int]:
        """Numbers of the pages to load for the positions start … stop - 1, or for what is missing of them."""
        if self._moving is not None:
            return self._moving.missing(range(start, stop))
        return [number for number in self.page_numbers(start, stop) if number not in self._pages]

    def to_load_page(self, number: int) -> list[int]:
        """Numbers of the pages to load for the positions of that page."""
        return [number] if self._moving is None else self._moving.missing(self._positions(number))

    def page_number(self, position: int) -> int:
        """Number of the page that a position is on."""
        return position // self.page_size + 1

    def page_numbers(self, start: int, stop: int) -> list[int]:
        """Numbers of the pages of the positions start … stop - 1."""
        return list(range(self.page_number(start), self.page_number(stop - 1) + 1)) if stop > start else []

    def item(self, position: int) -> T | None:
        """The item at a position; None if its page is not loaded or has none there."""
        entry = self._entry(position)
        return entry[1] if entry else None

    def items(self) -> Iterable[tuple[int, T]]:
        """Every loaded item with its position."""
        if self._moving is not None:
            yield from self._moving.items()
            return
        for number, page in self._pages.items():
            for offset, item in enumerate(page.items):
                yield (number - 1) * self.page_size + offset, item

    def position_of(self, identity: str, near: int) -> int | None:
        """Position of the item with that identity, of several the one nearest to `near`; None if none is."""
        if not identity:
            return None
        found = [at for at, item in self.items() if self._list.identity(item) == identity]
        return min(found, key=lambda at: abs(at - near)) if len(found) > 1 else found[0] if found else None

    def slice(self, start: int, stop: int) -> tuple[tuple[int, ...], list[str], tuple[T, ...]]:
        """Positions, identities and items of the loaded ones of start … stop - 1.

        An identity on two pages is one item, which has moved between them; but two items if the list may
        repeat identities and does not change. On one page it is two items in any case.
        """
        number, offset = self.page_number(start), start % self.page_size
        identities = self._identities.get(number, [])[offset : offset + stop - start]
        if (
            self._moving is None
            and 0 < len(identities) == stop - start == len(set(identities))
            and "" not in identities
        ):
            # The usual case: all of them on one page.
            items = self._pages[number].items[offset : offset + stop - start]
            return tuple(range(start, stop)), identities, items
        entries: list[tuple[int, str, T]] = []
        keeps_all, shown = self._is_unchanging and self._list.may_repeat, dict[str, int]()
        for position in range(start, stop):
            if (entry := self._entry(position)) is not None:
                page = shown.setdefault(entry[0], self.page_number(position))
                if keeps_all or not entry[0] or page == self.page_number(position):
                    entries.append((position, *entry))
        return (
            tuple(entry[0] for entry in entries),
            [entry[1] for entry in entries],
            tuple(entry[2] for entry in entries),
        )

    def page_before_end(self) -> int | None:
        """A page to load in order to find the end; None if it is known, or if no loaded page is beyond it."""
        empty = [page.number for page in self._pages.values() if page.is_beyond_the_end]
        full = [page.number for page in self._pages.values() if page.items]
        if not empty:
            return None
        last_full, first_empty = max(full, default=1), min(empty)
        return (last_full + first_empty) // 2 if first_empty - last_full > 1 else None

    def _positions(self, number: int) -> range:
        start = (number - 1) * self.page_size
        return range(start, max(start, min(start + self.page_size, self.total or 0)))

    def _entry(self, position: int) -> tuple[str, T] | None:
        if self._moving is not None:
            return self._moving.entry(position)
        number, offset = self.page_number(position), position % self.page_size
        page = self._pages.get(number)
        if page is None or offset >= len(page.items):
            return None
        return self._identities[number][offset], page.items[offset]

    def _fit_together(self, before: list[Page[T]], pages: list[Page[T]]) -> bool:
        """Whether only the list's head has moved since the pages before; then these are added to them."""
        moving = self._moving
        if moving is None:
            if not have_moved((*before, *pages)):
                return False
            moving = MovingPages(self._list, self.page_size)
            if before and not moving.add(before):
                return False
        if not pages or moving.page_size != self.page_size or not moving.add(pages):
            return False
        if self.rounds == _MAX_STRICT_ROUNDS:
            moving.settle()
        self._moving, self.total = moving, moving.total
        return True

    def _most_likely_total(self) -> int | None:
        pages, page_size = self._pages, self.page_size
        if len(pages) == 1 and 1 in pages:  # the usual case
            return max(pages[1].total, len(pages[1].items))
        stated = self._newest_stated_total()
        if stated is None:
            return None
        seen = max(((p.number - 1) * page_size + len(p.items) for p in pages.values() if p.items), default=0)
        total, limit = max(stated, seen), self._largest_possible_total()
        return total if limit is None else min(total, limit)

    def _newest_stated_total(self) -> int | None:
        """The total on the newest page, except that of a page beyond the end, if it cannot be right."""
        for page in reversed(self._pages.values()):
            if not page.is_beyond_the_end or 0 < page.total <= (page.number - 1) * self.page_size:
                return page.total
        return None

    def _largest_possible_total(self) -> int | None:
        """The number of items before the first page without any; None if no such page is loaded."""
        empty = [page.number for page in self._pages.values() if page.is_beyond_the_end]
        if not empty:
            return None
        before = self._pages.get(min(empty) - 1)
        return (min(empty) - 2) * self.page_size + (len(before.items) if before else self.page_size)

    def _is_consistent(self) -> bool:
        """Whether all pages show the same state of the list: one total, and no item on two pages."""
        if len(self._pages) == 1:
            return True
        pages = [page for page in self._pages.values() if not page.is_beyond_the_end]
        if len({page.total for page in pages if page.is_total_stated}) > 1:
            return False
        identities = [{text for text in self._identities[page.number] if text} for page in pages]
        return len(set().union(*identities)) == sum(map(len, identities))
