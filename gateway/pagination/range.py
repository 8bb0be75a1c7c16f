"""The requested range: a connection's arguments, checked."""

from dataclasses import dataclass
from typing import TypeVar

from gateway.imin.documents import PAGE_SIZE
from gateway.pagination.cursor import BadArgument, Cursor
from gateway.pagination.lists import PagedList

T = TypeVar("T")

MIN_COUNT, MAX_COUNT, DEFAULT_COUNT = 1, 100, 10


@dataclass(frozen=True)
class DateRange:
    """Dates from `start` to `stop`, both included, in microseconds since 1970; None: no limit."""

    start: int | None = None
    stop: int | None = None

    @property
    def is_any(self) -> bool:
        """Whether there is no limit."""
        return self.start is None and self.stop is None

    def has(self, date: int | None) -> bool:
        """Whether a date is in it; one that is missing is not, if there is a limit."""
        if date is None:
            return self.is_any
        return (self.start is None or self.start <= date) and (self.stop is None or date <= self.stop)


ANY_DATE = DateRange()


@dataclass(frozen=True)
class Range:
    """The part of a list that a client requests.

    count: items at most. from_end: whether to take the last ones instead of the first ones.
    after, before: cursors of the items that enclose it.
    dates: where there is no such cursor, the items of these dates enclose it.
    """

    count: int
    from_end: bool
    after: Cursor | None = None
    before: Cursor | None = None
    dates: DateRange = ANY_DATE

    @classmethod
    def from_arguments(
        cls,
        paged_list: PagedList[T],
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> "Range":
        """Check a connection's arguments. With neither first nor last: the 10 items next to the cursor.

        Raises BadArgument. Source: Relay Cursor Connections Specification.
        """
        if first is not None and last is not None:
            raise BadArgument(f"first and last cannot be used together, got first {first} and last {last}.")
        for name, value in (("first", first), ("last", last)):
            if value is not None and not MIN_COUNT <= value <= MAX_COUNT:
                raise BadArgument(f"{name} must be {MIN_COUNT} to {MAX_COUNT}, got {value}.")
        after_cursor = Cursor.decode(after, paged_list.kind, "after") if after is not None else None
        before_cursor = Cursor.decode(before, paged_list.kind, "before") if before is not None else None
        from_end = last is not None or (first is None and after is None and before is not None)
        return cls(first or last or DEFAULT_COUNT, from_end, after_cursor, before_cursor)

    @property
    def is_first_page(self) -> bool:
        """Whether imin's first page holds all of it."""
        return self.count <= PAGE_SIZE and self.is_from_start

    @property
    def is_from_start(self) -> bool:
        """Whether it begins at the start of the list and only `count` limits it."""
        return not (self.from_end or self.after or self.before) and self.dates.is_any

    def limit(self, start: int, stop: int) -> tuple[int, int]:
        """The first or last `count` of the positions start … stop - 1."""
        stop = max(start, stop)
        return (
            (max(start, stop - self.count), stop) if self.from_end else (start, min(stop, start + self.count))
        )
