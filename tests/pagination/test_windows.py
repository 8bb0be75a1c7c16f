"""Windows over numbered pages: which pages are loaded."""

from typing import Any

import pytest

from gateway.pagination.range import Range
from gateway.pagination.search import WindowSearch
from tests.support.served_list import ORDERS, Entry, ServedList, cursor, names


@pytest.mark.parametrize(
    ("total", "arguments", "rounds", "first_and_last"),
    [
        (0, {"first": 10}, [[1]], None),
        (3, {"first": 10}, [[1]], ("3", "1")),
        (10, {"first": 10}, [[1]], ("10", "1")),
        (10, {"first": 11}, [[1]], ("10", "1")),
        (3, {"first": 100}, [[1]], ("3", "1")),
        (1917, {}, [[1]], ("1917", "1908")),
        (1917, {"first": 1}, [[1]], ("1917", "1917")),
        (1917, {"first": 11}, [[1], [2]], ("1917", "1907")),
        (1917, {"first": 100}, [[1], list(range(2, 11))], ("1917", "1818")),
        (1917, {"first": 10, "after": cursor(9, 1917)}, [[2]], ("1907", "1898")),
        (1917, {"after": cursor(9, 1917)}, [[2]], ("1907", "1898")),
        (1917, {"first": 5, "after": cursor(4, 1917)}, [[1]], ("1912", "1908")),
        (1917, {"first": 10, "after": cursor(4, 1917)}, [[1, 2]], ("1912", "1903")),
        (1917, {"first": 50, "after": cursor(99, 1917)}, [[11, 12, 13, 14, 15]], ("1817", "1768")),
        (1917, {"first": 10, "after": cursor(1909, 1917)}, [[192]], ("7", "1")),
        (1917, {"first": 10, "after": cursor(1916, 1917)}, [[192]], None),
        (1917, {"last": 7}, [[1], [192]], ("7", "1")),
        (1917, {"last": 10}, [[1], [191, 192]], ("10", "1")),
        (9, {"last": 5}, [[1]], ("5", "1")),
        (1917, {"last": 10, "before": cursor(20, 1917)}, [[2]], ("1907", "1898")),
        (1917, {"before": cursor(20, 1917)}, [[2]], ("1907", "1898")),
        (1917, {"last": 10, "before": cursor(20, 1917, names_above=False)}, [[2, 3]], ("1907", "1898")),
        (1917, {"last": 10, "before": cursor(5, 1917)}, [[1]], ("1917", "1913")),
        (1917, {"last": 10, "before": cursor(0, 1917)}, [[1]], None),
        (1917, {"first": 3, "before": cursor(20, 1917)}, [[1]], ("1917", "1915")),
        (
            1917,
            {"first": 99, "after": cursor(8, 1917), "before": cursor(12, 1917)},
            [[1, 2]],
            ("1908", "1906"),
        ),
        (
            1917,
            {"last": 2, "after": cursor(8, 1917), "before": cursor(12, 1917)},
            [[2]],
            ("1907", "1906"),
        ),
    ],
)
def test_pages_loaded(
    total: int,
    arguments: dict[str, int | str],
    rounds: list[list[int]],
    first_and_last: tuple[str, str] | None,
) -> None:
    """A window of a list that does not change costs exactly the pages it is on, loaded in parallel."""
    served = ServedList.of(total)

    window = served.window(**arguments)

    assert served.rounds == rounds
    assert window.total == total
    found = names(window)
    assert (found[0], found[-1]) == first_and_last if first_and_last else found == []


@pytest.mark.parametrize(
    ("total", "expected_total", "arguments", "rounds"),
    [
        (1917, 1917, {"first": 50}, [[1, 2, 3, 4, 5]]),
        (1917, 1917, {"first": 10}, [[1]]),
        (1917, 1917, {"first": 10, "after": cursor(9, 1917)}, [[2]]),
        (1917, 0, {"first": 15}, [[1], [2]]),
        (31, 15, {"first": 50}, [[1, 2], [3, 4]]),
        (5, 31, {"first": 50}, [[1, 2, 3, 4]]),
        (0, 31, {"first": 50}, [[1, 2, 3, 4]]),
    ],
)
def test_expected_total(
    total: int, expected_total: int, arguments: dict[str, Any], rounds: list[list[int]]
) -> None:
    """An expected total saves a round; a wrong one does not change the window."""
    served, same = ServedList.of(total), ServedList.of(total)
    served.expected_total = expected_total

    assert served.window(**arguments) == same.window(**arguments)
    assert served.rounds == rounds


def test_total_alone() -> None:
    """The total alone costs one page, whatever the range and the expected total."""
    requested = Range.from_arguments(ORDERS, first=100)
    search = WindowSearch(ORDERS, requested, count_only=True, expected_total=1917)

    assert search.next_pages() == [1]
    search.add([ServedList.of(1917).page(1)])
    assert search.next_pages() == []
    assert search.window().total == 1917


def test_unsorted() -> None:
    """A list that does not change is read completely even if its dates are not sorted."""
    served = ServedList([Entry(str(n), n * 7919 % 1000 * 1000) for n in range(60)])
    seen: list[str] = []
    after = None
    while True:
        window = served.window(first=7, after=after)
        seen += names(window)
        if not window.has_next:
            break
        after = window.cursor(len(window.items) - 1).encode()

    assert seen == [str(n) for n in range(60)]
