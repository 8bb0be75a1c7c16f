"""Finding one order in a history whose dates may be equal, missing or unsorted, and which may grow."""

from dataclasses import dataclass, field
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.imin.documents import Page
from gateway.pagination.history import MAX_PAGES, MAX_PAGES_READ_WHOLE, OrderSearch, SearchIncomplete, Sought
from tests.support.served_list import ORDERS, Entry

MADE_UP = 12_345


@dataclass
class History:
    """A history that is searched. grows: how many bookings follow each page. states_total: on its pages.

    overstated: by how much the total is too large. shuffle: the order in which pages arrive.
    loads: pages that each of the searches so far has loaded.
    """

    entries: list[Entry]
    grows: int = 0
    states_total: bool = True
    overstated: int = 0
    shuffle: Random | None = None
    loads: list[int] = field(default_factory=list)

    def search(self, name: str, date: int | None = None, person: str | None = None) -> bool:
        """Whether the entry is found. Raises SearchIncomplete.

        date: made up for one that does not exist. person: of one that belongs to another person.
        """
        entries = list(self.entries)
        own = next((entry for entry in entries if entry.name == name), None)
        found_date = own.date if own else date
        sought: Sought[Entry] = Sought(
            name,
            MADE_UP if found_date is None else found_date,
            is_undated=own is not None and own.date is None,
            person=own.person if own else person,
            person_of=lambda entry: entry.person,
        )
        search = OrderSearch(ORDERS, sought)
        self.loads.append(0)
        while numbers := search.next_pages():
            search.add(self._pages(entries, numbers))
            self.loads[-1] += len(numbers)
        return search.is_found()

    def _pages(self, entries: list[Entry], numbers: list[int]) -> list[Page[Entry]]:
        pages = []
        for number in numbers:
            stated = len(entries) + self.overstated
            total = stated if self.states_total else number * 10 + (len(entries) > number * 10)
            items = tuple(entries[number * 10 - 10 : number * 10])
            pages.append(Page(number, 10, total, items, self.states_total))
            entries[:0] = [Entry(f"new{len(entries)}", 10**9 + len(entries), "ann")] * self.grows
        if self.shuffle:
            self.shuffle.shuffle(pages)
        return pages


def pages_of(count: int) -> int:
    return max(1, -(-count // 10))


def bisection(count: int) -> int:
    """Pages that the longest bisection by date loads: page 1, and log₂ of the others."""
    return 1 + (pages_of(count) - 1).bit_length()


def good(count: int, person: str | None = "ann") -> list[Entry]:
    return [Entry(str(number), number * 1_000, person) for number in range(count, 0, -1)]


dates = st.one_of(st.none(), st.integers(0, 3), st.integers(0, 10**6))
histories = st.lists(dates, min_size=1, max_size=180).map(
    lambda found: [Entry(str(number), date) for number, date in enumerate(found)]
)


@settings(max_examples=300, deadline=None)
@given(histories, st.integers(0, 3), st.integers(0, 10**6), st.randoms(use_true_random=False))
def test_any_dates(entries: list[Entry], grows: int, place: int, chance: Random) -> None:
    """Every order of a history of any dates is found, while it grows and in whatever order pages arrive."""
    history = History(entries, grows, shuffle=chance)

    assert history.search(entries[place % len(entries)].name)


@settings(max_examples=200, deadline=None)
@given(histories, st.integers(0, 10**6), st.booleans())
def test_pages_of_any_dates(
    entries: list[Entry],
    place: int,
    states_total: bool,  # noqa: FBT001  # a parameter of the test
) -> None:
    """Without bookings meanwhile no page is loaded twice, also where pages do not state a total."""
    history = History(entries, states_total=states_total)

    assert history.search(entries[place % len(entries)].name)
    assert history.loads[0] <= pages_of(len(entries))


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 1_900), st.integers(0, 10**6), st.integers(1, 900))
def test_sorted_dates(count: int, place: int, tie: int) -> None:
    """With sorted dates a search loads what a bisection does, and the pages with the order's own date."""
    entries = [Entry(str(number), number // tie * 1_000) for number in range(count, 0, -1)]
    own = place % count
    same = [at for at, entry in enumerate(entries) if entry.date == entries[own].date]
    pages_of_tie = same[-1] // 10 - same[0] // 10 + 1 if len(same) > 1 else 0
    history = History(entries)

    assert history.search(entries[own].name)
    # At each end of a tie, the page beside it may have to be loaded too; two where the tie is long.
    assert history.loads[0] <= bisection(count) + pages_of_tie + (2 if pages_of_tie < 16 else 4)
    assert pages_of_tie or history.loads[0] <= bisection(count)


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 100, 500, 501, 1_917, 2_600])
@pytest.mark.parametrize("person", [None, "bob"], ids=["missing", "of another person"])
def test_in_vain(count: int, person: str | None) -> None:
    """A search in vain loads the same number of pages for whatever date."""
    history = History(good(count))
    chance = Random(count)  # noqa: S311  # repeatable, no secret

    dates = [chance.randrange(-1_000, count * 1_000 + 2_000) | 1 for _ in range(200)]
    found = {history.search("other", date, person) for date in dates}

    assert found == {False}
    is_read_whole = pages_of(count) <= MAX_PAGES_READ_WHOLE
    assert set(history.loads) == {pages_of(count) if is_read_whole else bisection(count)}


@pytest.mark.parametrize("persons", [(None,), ("ann", None), ("ann", "bob")])
@pytest.mark.parametrize("person", [None, "carl"], ids=["missing", "of another person"])
def test_in_vain_without_persons(persons: tuple[str | None, ...], person: str | None) -> None:
    """Where the orders do not state one person, an order is called missing only if it is on no page."""
    entries = [Entry(e.name, e.date, persons[at % len(persons)]) for at, e in enumerate(good(1_917))]
    history, longer = History(entries), History([*entries, *entries])

    assert history.search("other", 5_001, person) is False
    assert history.loads == [pages_of(1_917)]
    with pytest.raises(SearchIncomplete):
        longer.search("other", 5_001, person)
    assert longer.loads == [MAX_PAGES]


@pytest.mark.parametrize("states_total", [True, False])
def test_too_long(states_total: bool) -> None:  # noqa: FBT001  # a parameter of the test
    """An order that may be on a page which was not loaded is not called missing."""
    history = History([Entry(str(number), None) for number in range(2_100)], states_total=states_total)

    with pytest.raises(SearchIncomplete):
        history.search("2099")
    with pytest.raises(SearchIncomplete):
        history.search("other", 5)
    assert history.loads == [MAX_PAGES, MAX_PAGES]
    assert history.search("1900")


@pytest.mark.parametrize("person", ["ann", None])
@pytest.mark.parametrize("date", [1_900 * 1_000 + 500, 500, -1, 10**7, None])
def test_misplaced_in_a_long_history(person: str | None, date: int | None) -> None:
    """An order far from where its date belongs is found, and so are those around it."""
    entries = good(1_917, person)
    entries[1_500] = Entry("misplaced", date, person)
    history = History(entries)

    assert history.search("misplaced")
    assert history.loads[0] <= pages_of(1_917)
    assert [history.search(entry.name) for entry in entries[1_495:1_506]] == [True] * 11


@settings(max_examples=8, deadline=None)
@given(st.integers(501, 2_400), st.integers(0, 3), st.integers(1, 900), st.randoms(use_true_random=False))
def test_unsteady_dates_in_a_long_history(count: int, grows: int, tie: int, chance: Random) -> None:
    """No order is called missing: with ties, a few orders out of place, and bookings after each page."""
    entries = [Entry(str(number), number // tie * 1_000, "ann") for number in range(count, 0, -1)]
    odd = chance.sample(range(count), chance.randrange(8))
    for place in odd:
        date = chance.choice([None, chance.randrange(count * 1_000), -1, 10**9])
        entries[place] = Entry(f"odd{place}", date, "ann")
    history = History(entries, grows, shuffle=chance)

    for place in {*odd[:3], *chance.sample(range(count), 3)}:
        try:
            is_found = history.search(entries[place].name)
        except SearchIncomplete:
            is_found = grows > 0 or pages_of(count) > MAX_PAGES
        assert is_found
    assert max(history.loads) <= MAX_PAGES


@pytest.mark.parametrize("date", [1_900 * 1_000 + 500, None])
def test_misplaced_beyond_the_bound(date: int | None) -> None:
    """An order that is out of place in a part that is not searched is not called missing."""
    entries = good(2_600)
    entries[2_400] = Entry("misplaced", date, "ann")

    with pytest.raises(SearchIncomplete):
        History(entries).search("misplaced")


def test_undated_in_a_long_history() -> None:
    """An order without a date is looked for everywhere, unless it states another person."""
    entries = good(1_917)
    entries[1_500] = Entry("undated", None)
    entries[1_600] = Entry("undated and another person's", None, "bob")
    history = History(entries)

    assert history.search("undated")
    assert history.search("undated and another person's") is False
    assert history.loads[1] == bisection(1_917)


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 600), st.integers(0, 10**6), st.integers(0, 40))
def test_overstated(count: int, place: int, overstated: int) -> None:
    """An order is found although the history is shorter than its pages state."""
    history = History(good(count), overstated=overstated)

    assert history.search(history.entries[place % count].name)
