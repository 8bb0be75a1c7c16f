"""Loading the pages of a window."""

import asyncio
from collections.abc import Iterable
from typing import Protocol, TypeVar

from gateway.imin.documents import Page
from gateway.imin.endpoints.declaration import CustomerPage
from gateway.imin.errors import IminError
from gateway.imin.repository import Undecoded
from gateway.loaders import Loader
from gateway.pagination.lists import PagedList
from gateway.pagination.range import Range
from gateway.pagination.search import WindowSearch
from gateway.pagination.totals import ListTotals
from gateway.pagination.window import Window

T = TypeVar("T")


async def fetch_window(  # noqa: PLR0913  # which part of which list, and what loads it
    loader: Loader[CustomerPage, Page[T]],
    totals: ListTotals,
    customer: str,
    paged_list: PagedList[T],
    requested: Range,
    *,
    count_only: bool,
) -> Window[T]:
    """The requested window of a customer's list. count_only: only its total is needed, no items.

    Raises what loading any of its pages raises: a window with a gap would look like the end of the list.
    """
    # Not for a range from the end: the end of a list that became much shorter would have to be searched for.
    is_wide = requested.is_from_start and not requested.is_first_page
    expected_total = totals.get(customer, paged_list) if is_wide else None
    search = WindowSearch(paged_list, requested, count_only=count_only, expected_total=expected_total)
    try:
        await run_search(search, loader, customer)
    except IminError:
        if not expected_total:
            raise
        totals.forget(customer, paged_list)
        # The failed page may be one that the list no longer has. Pages already loaded are not loaded again.
        search = WindowSearch(paged_list, requested, count_only=count_only)
        await run_search(search, loader, customer)
    window = search.window()
    totals.remember(customer, window)
    return window


class PageSearch(Protocol[T]):
    """A search that says which pages it needs and is given them, until it needs no more."""

    def next_pages(self) -> list[int]: ...

    def add(self, pages: Iterable[Page[T]]) -> None: ...


async def run_search(search: PageSearch[T], loader: Loader[CustomerPage, Page[T]], customer: str) -> None:
    """Run a search to its end. The pages of a round are loaded in parallel."""
    requested: set[int] = set()
    while numbers := search.next_pages():
        arrived: list[tuple[CustomerPage, Undecoded[Page[T]]]] = []
        loads = [
            _load(loader, (customer, number), arrived, refresh=number in requested) for number in numbers
        ]
        if len(loads) == 1:
            await loads[0]
        else:
            await asyncio.gather(*loads)
        requested.update(numbers)
        # Decoded only now, all at once, right before the search reads them: they are still in the CPU cache.
        search.add([loader.decode(key, response) for key, response in arrived])


async def _load(
    loader: Loader[CustomerPage, Page[T]],
    key: CustomerPage,
    arrived: list[tuple[CustomerPage, Undecoded[Page[T]]]],
    *,
    refresh: bool,
) -> None:
    """Append a page to `arrived`, so that its order is that of arrival."""
    arrived.append((key, await loader.load(key, refresh=refresh)))
