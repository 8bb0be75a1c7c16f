"""Pages that contradict each other, or state a wrong total or size."""

import pytest

from gateway.pagination.range import Range
from gateway.pagination.search import WindowSearch
from tests.support.served_list import ORDERS, Entry, ServedList, UnreliableList, names


@pytest.mark.parametrize(
    ("stated_total", "page_size", "arguments", "found", "pages"),
    [
        (None, 10, {"first": 100}, 47, 6),  # no total at all
        (47, 20, {"first": 100}, 47, 3),  # pages of another size
        (47, 5, {"first": 100}, 47, 10),
        (60, 10, {"first": 100}, 47, 6),  # a total too high
        (1000, 10, {"last": 10}, 10, 9),
        (30, 10, {"first": 30}, 30, 3),
    ],
)
def test_wrong_total(
    stated_total: int | None, page_size: int, arguments: dict[str, int], found: int, pages: int
) -> None:
    """The items on the pages count for more than the total that the pages state."""
    entries = [Entry(str(n), n * 1000) for n in range(47, 0, -1)]
    served = UnreliableList(entries, stated_total=stated_total, page_size=page_size)

    window = served.window(**arguments)

    assert len(names(window)) == found
    assert served.pages_loaded <= pages
    assert window.has_next is False

    served.expected_total = window.total if window.page_size == 10 and "first" in arguments else None

    assert served.window(**arguments) == window
    assert served.pages_loaded <= pages


def test_shorter_list() -> None:
    """A cursor beyond the end of a list that became shorter leads to its end, not to an empty list."""
    served = UnreliableList([Entry(str(n), n * 1000) for n in range(47, 0, -1)], stated_total=47)
    end = served.window(first=45).cursor(44).encode()
    served.entries, served.stated_total = served.entries[:33], None

    assert names(served.window(first=10, after=end)) == []
    assert names(served.window(last=3, before=end)) == ["17", "16", "15"]
    assert served.window(first=10, after=end).total == 33


def test_change_between_pages() -> None:
    """Pages of one window that show two states of the list are loaded again."""
    served = ServedList.of(100)
    search = WindowSearch(ORDERS, Range.from_arguments(ORDERS, first=30))
    search.add([served.page(number) for number in search.next_pages()])
    served.entries.insert(0, Entry("new", 9_000_000))
    while numbers := search.next_pages():
        search.add([served.page(number) for number in numbers])

    window = search.window()

    assert names(window) == ["new", *[str(number) for number in range(100, 71, -1)]]


def test_lasting_contradiction() -> None:
    """Pages that keep contradicting each other are loaded again once, not forever."""
    served = ServedList.of(47)
    served.entries[20] = served.entries[5]

    window = served.window(first=100)

    assert len(names(window)) == 46
    assert served.pages_loaded <= 10
