"""The two lists imin keeps of a customer, and how a window of one is fetched."""

import asyncio
from functools import lru_cache
from typing import TypeVar

from gateway.imin.documents import Order, OrderItem, Page
from gateway.imin.errors import IminError
from gateway.imin.jsonld import parse_date_time
from gateway.imin.repository import Unread
from gateway.loaders import CoalescingLoader, CustomerPage
from gateway.pagination.cursor import Listing, Range
from gateway.pagination.totals import Lengths
from gateway.pagination.window import Walk, Window

T = TypeVar("T")

_MOST_REMEMBERED = 4_096


@lru_cache(_MOST_REMEMBERED)
def _microseconds(text: str | None) -> int | None:
    moment = parse_date_time(text)
    return round(moment.timestamp() * 1_000_000) if moment else None


def _item_identity(item: OrderItem) -> str:
    """Items are numbered within their order only."""
    return f"{item.order_identifier}/{item.identifier}" if item.order_identifier else ""


ORDER_HISTORY: Listing[Order] = Listing(
    kind="o",
    identity=lambda order: order.identifier,
    date=lambda order: _microseconds(order.order_date),
    newest_first=True,
)
"""Grows at its head. Source: imin docs, Order History: sorted by orderDate, descending."""

UPCOMING_ITEMS: Listing[OrderItem] = Listing(
    kind="u",
    identity=_item_identity,
    date=lambda item: _microseconds(item.session.start_date) if item.session else None,
    newest_first=False,
)
"""Drops its head as time passes. Source: imin docs, Upcoming OrderItems: earliest first."""


async def find(  # noqa: PLR0913  # which part of which list, and what finds it
    loader: CoalescingLoader[CustomerPage, Page[T]],
    lengths: Lengths,
    customer: str,
    listing: Listing[T],
    wanted: Range,
    *,
    count_only: bool,
) -> Window[T]:
    """A window of a customer's list. count_only: its total is all that is wanted.

    Raises what fetching one of its pages raises: a window with a hole would look like the end.
    """
    # From the end, a list that has become much shorter would have to be searched for its end.
    expected = lengths.of(customer, listing) if wanted.is_from_start and not wanted.is_first_page else None
    walk = Walk(listing, wanted, count_only=count_only, expected=expected)
    try:
        window = await _walked(loader, customer, walk)
    except IminError:
        if not expected:
            raise
        lengths.forget(customer, listing)
        # Maybe a page failed that the list has no more. What has been loaded is not asked for again.
        window = await _walked(loader, customer, Walk(listing, wanted, count_only=count_only))
    lengths.note(customer, window)
    return window


async def _walked(loader: CoalescingLoader[CustomerPage, Page[T]], customer: str, walk: Walk[T]) -> Window[T]:
    """The window a walk is after; pages that it needs at the same time are fetched side by side."""
    asked: set[int] = set()
    while numbers := walk.needed():
        arrived: list[tuple[int, Unread[Page[T]]]] = []
        loads = [_take(loader, customer, number, arrived, anew=number in asked) for number in numbers]
        if len(loads) == 1:
            await loads[0]
        else:
            await asyncio.gather(*loads)
        asked.update(numbers)
        # Read here, all at once, right before they are looked at.
        walk.feed([loader.opened((customer, number), unread) for number, unread in arrived])
    return walk.window()


async def _take(
    loader: CoalescingLoader[CustomerPage, Page[T]],
    customer: str,
    number: int,
    arrived: list[tuple[int, Unread[Page[T]]]],
    *,
    anew: bool,
) -> None:
    """Add a page to those that have arrived, in their order."""
    load = loader.unopened_anew if anew else loader.unopened
    arrived.append((number, await load((customer, number))))
