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

    A cursor depends on the list, not on the window's size: it names neighbours on the item's own page, which
    is loaded in any case, and for the first item of a page the item above, but not in a window from the end.
    identities, positions: of each item.
    is_short: whether there are fewer items than requested between the cursors, or the ends of the list.
    preceding: keys of the items of the first item's page directly above the window; if it is the first of its
    page, that of the item above. following: keys of the items of the last item's page directly below.
    """

    paged_list: PagedList[T]
    items: tuple[T, ...]
    identities: list[str]
    positions: tuple[int, ...]
    preceding: tuple[Key, ...]
    following: tuple[Key, ...]
    total: int
    page_size: int
    has_previous: bool
    has_next: bool
    from_end: bool = False
    is_short: bool = False

    @property
    def start_cursor(self) -> str | None:
        """Encoded cursor to continue from towards the start; None if the window is empty."""
        return self.cursor_text(0) if self.items else None

    @property
    def end_cursor(self) -> str | None:
        """Encoded cursor to continue from towards the end; None if the window is empty."""
        return self.cursor_text(len(self.items) - 1) if self.items else None

    @property
    def is_complete(self) -> bool:
        """False if a filtered list was not read far enough to know all that the window states."""
        return True

    @property
    def scanned_until(self) -> T | None:
        """The last item that was looked at to fill the window of a filtered list."""
        return None

    def cursor(self, index: int) -> Cursor:
        """Cursor of the item at that index of the window."""
        return Cursor(*self._cursor_fields(index))

    def cursor_text(self, index: int) -> str:
        """Encoded cursor of the item at that index of the window."""
        return pack_to_text(self._cursor_fields(index))

    @cached_property
    def cursors(self) -> list[str]:
        """Encoded cursors of all items."""
        keys = self._keys
        dates = {date for _, date in keys}
        if len(dates) < len(keys) or None in dates or len(keys) > len(self.items):
            return [self.cursor_text(index) for index in range(len(self.items))]
        # The usual case: all dates differ. Written out, and without Cursor objects, as a page has ten.
        kind, total, page_size = self.paged_list.kind, self.total, self.page_size
        texts, positions, last = [], self.positions, len(keys) - 1
        for index, (identity, date) in enumerate(keys):
            position = positions[index]
            offset = position % page_size
            names_above = index > 0 and offset == 0 and not self.from_end
            above = (keys[index - 1][0],) if names_above else ()
            knows_above = names_above or position == 0 or (index > 0 and offset > 0)
            knows_below = index < last and offset < page_size - 1
            fields = kind, identity, date, position, total, page_size, above, (), knows_above, knows_below
            texts.append(pack_to_text(fields))
        return texts

    def _cursor_fields(self, index: int) -> CursorFields:
        keys, here, position = self._keys, len(self.preceding) + index, self.positions[index]
        (identity, date), kind, total, page_size = (
            keys[here],
            self.paged_list.kind,
            self.total,
            self.page_size,
        )
        offset = position % page_size
        on_page_above = keys[max(0, here - min(offset, MAX_NEIGHBOURS)) : here][::-1]
        on_page_below = keys[here + 1 : here + 1 + min(page_size - 1 - offset, MAX_NEIGHBOURS)]
        above, below = _leading_of_date(on_page_above, date), _leading_of_date(on_page_below, date)
        knows_above = date is not None and (_ends_within(on_page_above, len(above)) or position == 0)
        if offset == 0 and here and not self.from_end:
            identity_above, date_above = keys[here - 1]
            above, knows_above = (identity_above,), None not in {date, date_above} and date != date_above
        knows_below = _ends_within(on_page_below, len(below))
        return kind, identity, date, position, total, page_size, above, below, knows_above, knows_below

    @cached_property
    def _keys(self) -> list[Key]:
        """Keys of the preceding items, of the window's own and of those that follow."""
        dates = map(self.paged_list.date, self.items)
        return [*self.preceding, *zip(self.identities, dates, strict=True), *self.following]


def _ends_within(keys: list[Key], count: int) -> bool:
    """Whether keys show that only the first `count` have their date. A key without a date shows nothing."""
    return count < len(keys) and keys[count][1] is not None


def _leading_of_date(keys: list[Key], date: int | None) -> tuple[str, ...]:
    """Identities of the first keys, as long as they have that date."""
    if date is None or not keys or keys[0][1] != date:  # the usual case
        return ()
    return tuple(identity for identity, _ in takewhile(lambda key: key[1] == date, keys))
