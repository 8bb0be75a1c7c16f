"""The window that was found: its items, their cursors, and its position in the list."""

from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from typing import Generic, TypeVar

from gateway.packing import pack_to_text
from gateway.pagination.cursor import Cursor, CursorFields
from gateway.pagination.lists import PagedList

T = TypeVar("T")

MAX_NEIGHBOURS = 5
"""Items above and below another that its cursor may name."""

Key = tuple[str, int | None]
"""Identity and date of an item."""


@dataclass
class Window(Generic[T]):
    """A part of a list that has `total` items, `page_size` on each page.

    identities, positions: of each item.
    preceding: keys of items known to be directly above the window; its cursors may name them.
    """

    paged_list: PagedList[T]
    items: tuple[T, ...]
    identities: list[str]
    positions: tuple[int, ...]
    preceding: tuple[Key, ...]
    total: int
    page_size: int
    has_previous: bool
    has_next: bool

    def cursor(self, index: int) -> Cursor:
        """Cursor of the item at that index of the window."""
        return Cursor(*self._cursor_fields(index))

    def cursor_text(self, index: int) -> str:
        """Encoded cursor of the item at that index of the window."""
        return pack_to_text(self._cursor_fields(index))

    @cached_property
    def cursors(self) -> list[str]:
        """Encoded cursors of all items."""
        keys, preceding = self._keys, len(self.preceding)
        dates = {date for _, date in keys}
        if len(dates) < len(keys) or None in dates or preceding:
            return [self.cursor_text(index) for index in range(len(self.items))]
        # The usual case: all dates differ. Written out, and without Cursor objects, as a page has ten.
        kind, total, page_size = self.paged_list.kind, self.total, self.page_size
        texts, positions, last = [], self.positions, len(keys) - 1
        for index, (identity, date) in enumerate(keys):
            position = positions[index]
            above = (keys[index - 1][0],) if position % page_size == 0 and index else ()
            knows_above = index > 0 or position == 0
            fields = kind, identity, date, position, total, page_size, above, (), knows_above, index < last
            texts.append(pack_to_text(fields))
        return texts

    def _cursor_fields(self, index: int) -> CursorFields:
        keys, here, position = self._keys, len(self.preceding) + index, self.positions[index]
        (identity, date), is_last = keys[here], here + 1 == len(keys)
        is_first_of_date = here == 0 or keys[here - 1][1] != date
        above: tuple[str, ...] = ()
        below: tuple[str, ...] = ()
        if date is not None and is_first_of_date and (is_last or keys[here + 1][1] != date):  # the usual case
            knows_above, knows_below = here > 0 or position == 0, not is_last
        else:
            above, below, knows_above, knows_below = self._same_date(here, date, position)
        if not above and here and position % self.page_size == 0:
            above = (keys[here - 1][0],)
        kind, total, page_size = self.paged_list.kind, self.total, self.page_size
        return kind, identity, date, position, total, page_size, above, below, knows_above, knows_below

    def _same_date(
        self, here: int, date: int | None, position: int
    ) -> tuple[tuple[str, ...], tuple[str, ...], bool, bool]:
        """Items of the same date above and below, and whether those are all on that side."""
        keys_above = self._keys[max(0, here - MAX_NEIGHBOURS) : here][::-1]
        keys_below = self._keys[here + 1 : here + 1 + MAX_NEIGHBOURS]
        above, below = _leading_of_date(keys_above, date), _leading_of_date(keys_below, date)
        knows_above = date is not None and (len(above) < len(keys_above) or position == 0)
        return above, below, knows_above, len(below) < len(keys_below)

    @cached_property
    def _keys(self) -> list[Key]:
        """Keys of the preceding items and of the window's own."""
        dates = map(self.paged_list.date, self.items)
        return [*self.preceding, *zip(self.identities, dates, strict=True)]


def _leading_of_date(keys: list[Key], date: int | None) -> tuple[str, ...]:
    """Identities of the first keys, as long as they have that date."""
    if date is None or not keys or keys[0][1] != date:  # the usual case
        return ()
    return tuple(identity for identity, _ in takewhile(lambda key: key[1] == date, keys))
