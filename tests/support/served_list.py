"""Lists served in numbered pages without HTTP, for tests of the window search."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from gateway.imin.documents import Page, read_order_page
from gateway.pagination.cursor import Cursor
from gateway.pagination.lists import PagedList
from gateway.pagination.range import Range
from gateway.pagination.search import WindowSearch
from gateway.pagination.window import Window


@dataclass(frozen=True)
class Entry:
    name: str
    date: int | None
    person: str | None = None


ORDERS = PagedList[Entry](kind="o", identity=lambda e: e.name, date=lambda e: e.date, newest_first=True)
UPCOMING = PagedList[Entry](kind="u", identity=lambda e: e.name, date=lambda e: e.date, newest_first=False)


@dataclass
class ServedList:
    """A list served in pages of ten.

    rounds: numbers of the pages that the last search loaded, by round. expected_total: given to the search.
    change: called after each page.
    """

    entries: list[Entry]
    rounds: list[list[int]] = field(default_factory=list)
    expected_total: int | None = None
    change: Callable[[list[Entry]], None] = lambda _entries: None

    @classmethod
    def of(cls, total: int) -> "ServedList":
        """Entries named total … 1, with descending dates."""
        return cls([Entry(str(number), number * 1000) for number in range(total, 0, -1)])

    def page(self, number: int) -> Page[Entry]:
        return Page(number, 10, len(self.entries), tuple(self.entries[number * 10 - 10 : number * 10]))

    def window(self, **arguments: Any) -> Window[Entry]:
        """The window for `first`, `after`, `last` and `before`, if this is a list of orders."""
        return self.window_of(ORDERS, **arguments)

    def window_of(self, paged_list: PagedList[Entry], **arguments: Any) -> Window[Entry]:
        self.rounds = []
        requested = Range.from_arguments(paged_list, **arguments)
        search = WindowSearch(paged_list, requested, expected_total=self.expected_total)
        while numbers := search.next_pages():
            self.rounds.append(numbers)
            search.add([self._changing_page(number) for number in numbers])
        return search.window()

    def _changing_page(self, number: int) -> Page[Entry]:
        page = self.page(number)
        self.change(self.entries)
        return page

    @property
    def pages_loaded(self) -> int:
        """Pages that the last search loaded."""
        return sum(map(len, self.rounds))


@dataclass
class UnreliableList(ServedList):
    """A list whose pages state a wrong total or none, and may have another size."""

    stated_total: int | None = None
    page_size: int = 10

    def page(self, number: int) -> Page[Entry]:
        entries = self.entries[(number - 1) * self.page_size : number * self.page_size]
        items = [{"identifier": entry.name, "orderDate": None} for entry in entries]
        body: dict[str, Any] = {"type": "imin:RestrictedCollection", "imin:item": items}
        if self.stated_total is not None:
            body["imin:totalItems"] = self.stated_total
        read = read_order_page(msgspec.json.encode(body), number)
        return Page(read.number, read.size, read.total, tuple(entries), read.is_total_stated)


def names(window: Window[Entry]) -> list[str]:
    return [entry.name for entry in window.items]


def cursor(position: int, total: int, *, names_above: bool = True) -> str:
    """Cursor of the entry at a position of ServedList.of(total).

    names_above: False for the cursor of the first item of a window, which does not hold the item above.
    """
    number = total - position
    above = (str(number + 1),) if position % 10 == 0 and position and names_above else ()
    return Cursor("o", str(number), number * 1000, position, total, 10, above).encode()
