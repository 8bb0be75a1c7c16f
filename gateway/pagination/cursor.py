"""Cursors and the checked arguments of a connection.

A cursor says which item it stands for, not only where it stood, so that a window
can be found again in a list that has moved since.
"""

import base64
from binascii import b2a_base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec

from gateway.imin.documents import PAGE_SIZE

T = TypeVar("T")

SMALLEST_WINDOW, LARGEST_WINDOW, DEFAULT_WINDOW = 1, 100, 10
_LONGEST_CURSOR = 1_024
_LARGEST_NUMBER = 10_000_000

_pack = msgspec.msgpack.Encoder().encode
_URL_SAFE = bytes.maketrans(b"+/", b"-_")

CursorParts = tuple[str, str, int | None, int, int, int, tuple[str, ...], tuple[str, ...], bool, bool]
"""What a cursor holds, in the order of its fields."""


class BadArgument(ValueError):
    """An argument of a connection that cannot be used. The message names it and the value."""


@dataclass(frozen=True)
class Listing(Generic[T]):
    """What the walk must know of a list.

    kind: one letter that keeps cursors of different lists apart.
    identity: text that no other item of the list has; "" where an item has none.
    date: sort key in microseconds since 1970, or None.
    newest_first: whether the list descends by date and grows at its head only.
    """

    kind: str
    identity: Callable[[T], str]
    date: Callable[[T], int | None]
    newest_first: bool


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """Which item, and where it stood when the list had `total` items.

    size: items a page of the list held.
    marks: identities of what stood directly before it: items of the same date, and at the top of a page
    the item above; they tell the place when the item itself is gone or not looked at.
    behind: identities of items of the same date that stood directly behind it.
    knows_marks, knows_behind: whether those are all items of the same date on that side.
    """

    kind: str
    identity: str
    date: int | None
    position: int
    total: int
    size: int = PAGE_SIZE
    marks: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()
    knows_marks: bool = False
    knows_behind: bool = False

    def encode(self) -> str:
        """Opaque text for clients."""
        return encode_parts(self)

    @classmethod
    def decode(cls, text: str, kind: str, argument: str) -> "Cursor":
        """The cursor a client gave back. Raises BadArgument where it is none of this list."""
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            cursor = msgspec.msgpack.decode(raw, type=cls)
        except (ValueError, msgspec.MsgspecError, RecursionError):
            raise _bad_cursor(text, argument) from None
        # A page size made up small would make a window cost many pages.
        sane = cursor.position in range(cursor.total) and cursor.total <= _LARGEST_NUMBER
        sane = sane and PAGE_SIZE // 2 <= cursor.size <= _LARGEST_NUMBER
        if not sane or cursor.kind != kind or len(text) > _LONGEST_CURSOR:
            raise _bad_cursor(text, argument)
        return cursor


def encode_parts(parts: CursorParts | Cursor) -> str:
    """The text of a cursor. Parts that are no Cursor yet need not become one: a page has ten."""
    return b2a_base64(_pack(parts), newline=False).translate(_URL_SAFE, b"=").decode()


def _bad_cursor(text: str, argument: str) -> BadArgument:
    shown = text if len(text) <= 40 else text[:40] + "…"  # noqa: PLR2004  # enough to recognise it
    return BadArgument(f"{argument} must be a cursor that this connection gave out, got {shown!r}.")


@dataclass(frozen=True)
class Range:
    """Which part of the list is asked for: checked arguments of a connection."""

    count: int
    from_end: bool
    after: Cursor | None = None
    before: Cursor | None = None

    @classmethod
    def of(
        cls, listing: Listing[T], first: int | None, after: str | None, last: int | None, before: str | None
    ) -> "Range":
        """The arguments, checked. With neither first nor last: the 10 items next to the cursor.

        Raises BadArgument.
        """
        if first is not None and last is not None:
            raise BadArgument(f"first and last cannot be used together, got first {first} and last {last}.")
        for name, value in (("first", first), ("last", last)):
            if value is not None and not SMALLEST_WINDOW <= value <= LARGEST_WINDOW:
                raise BadArgument(f"{name} must be {SMALLEST_WINDOW} to {LARGEST_WINDOW}, got {value}.")
        after_cursor = Cursor.decode(after, listing.kind, "after") if after is not None else None
        before_cursor = Cursor.decode(before, listing.kind, "before") if before is not None else None
        from_end = last is not None or (first is None and after is None and before is not None)
        return cls(first or last or DEFAULT_WINDOW, from_end, after_cursor, before_cursor)

    @property
    def is_first_page(self) -> bool:
        """Whether the first page has all of it."""
        return self.count <= PAGE_SIZE and self.is_from_start

    @property
    def is_from_start(self) -> bool:
        """Whether it begins where the list does, and nothing else ends it."""
        return not (self.from_end or self.after or self.before)

    def cut(self, low: int, high: int) -> tuple[int, int]:
        """The first or last `count` positions of low … high - 1."""
        high = max(low, high)
        return (max(low, high - self.count), high) if self.from_end else (low, min(high, low + self.count))
