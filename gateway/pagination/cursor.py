"""Cursors: the identity of an item, its position when the cursor was made, and its neighbours.

An offset alone would point to another item once the list has changed; with the identity and the neighbours,
the place can be found again.
"""

import msgspec

from gateway.imin.documents import PAGE_SIZE
from gateway.packing import from_base64url, pack_to_text

_MAX_CURSOR_CHARACTERS = 1_024
_MAX_NUMBER = 10_000_000

CursorFields = tuple[str, str, int | None, int, int, int, tuple[str, ...], tuple[str, ...], bool, bool]
"""The fields of a Cursor, in their order. Packed, they give the same text as the Cursor would."""


class BadArgument(ValueError):
    """An argument of a connection that cannot be used. The message names the argument and its value."""


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """An item's place in a list that had `total` items, `page_size` on each page.

    kind: of the list. identity, date: of the item, as the list defines them. position: from 0.
    above: identities of the items directly above it, nearest first: those of the same date, and if there are
    none and the item is the first of a page, the item above. They mark the place if the item itself is gone
    or its page is not loaded.
    below: identities of the items of the same date directly below it.
    knows_all_above, knows_all_below: whether these are all the items of the same date on that side.
    """

    kind: str
    identity: str
    date: int | None
    position: int
    total: int
    page_size: int = PAGE_SIZE
    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    knows_all_above: bool = False
    knows_all_below: bool = False

    def encode(self) -> str:
        """Opaque text for clients."""
        return pack_to_text(self)

    @classmethod
    def decode(cls, text: str, kind: str, argument: str) -> "Cursor":
        """The cursor in an argument of a client. Raises BadArgument if it is not a cursor of this list."""
        try:
            cursor = msgspec.msgpack.decode(from_base64url(text), type=cls)
        except (ValueError, msgspec.MsgspecError, RecursionError):
            raise _bad_cursor(text, argument) from None
        is_sane = cursor.position in range(cursor.total) and cursor.total <= _MAX_NUMBER
        # Cursors are not signed: a small page size, made up, would make a window cost many pages.
        is_sane = is_sane and PAGE_SIZE // 2 <= cursor.page_size <= _MAX_NUMBER
        if not is_sane or cursor.kind != kind or len(text) > _MAX_CURSOR_CHARACTERS:
            raise _bad_cursor(text, argument)
        return cursor


class DateEdge(Cursor, frozen=True, array_like=True):
    """Stands for the cursor of an item directly above or below those of a range of dates."""

    @classmethod
    def of(cls, date: int, total: int, *, is_after: bool) -> "DateEdge":
        """The edge of a range in a list that has `total` items. date: the first or last one of the range.

        is_after: whether the range begins after it. Items of that date are inside.
        """
        return cls("", "", date, 0, total, knows_all_above=is_after, knows_all_below=not is_after)


def _bad_cursor(text: str, argument: str) -> BadArgument:
    shown = text if len(text) <= 40 else text[:40] + "…"  # noqa: PLR2004  # enough to recognise it
    return BadArgument(f"{argument} must be a cursor that this connection gave out, got {shown!r}.")
