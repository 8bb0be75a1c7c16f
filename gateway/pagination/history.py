"""Whether an order is in a customer's history: a bisection of its pages by date."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from gateway.imin.dates import parse_date_time
from gateway.imin.documents import Order, Page

LoadPage = Callable[[int], Awaitable[Page[Order]]]
"""Loads a page of a customer's history by its number."""


async def is_in_history(identifier: str, order_date: datetime, load_page: LoadPage) -> bool:
    """Whether a customer's history contains an order. Loads at most log₂ of its pages and one more.

    order_date: of the order; only the page where it belongs is searched. Raises what `load_page` raises.
    """
    first, last = 1, None
    while last is None or first <= last:
        number = 1 if last is None else (first + last) // 2
        page = await load_page(number)
        if _contains(page, identifier):
            return True
        if last is None:
            last = -(-page.total // page.size)
        dates = [date for order in page.items if (date := parse_date_time(order.order_date))]
        if dates and dates[-1] > order_date:
            first = number + 1
        elif not dates or dates[0] < order_date:
            last = number - 1
        else:
            return await _is_beside(identifier, number, load_page, dates, order_date)
    return False


async def _is_beside(
    identifier: str, number: int, load_page: LoadPage, dates: list[datetime], order_date: datetime
) -> bool:
    """Whether the order is on an adjacent page, if orders at the edge of this one are of the same instant."""
    beside = [number + 1] if dates[-1] == order_date else []
    beside += [number - 1] if dates[0] == order_date and number > 1 else []
    for other in beside:
        if _contains(await load_page(other), identifier):
            return True
    return False


def _contains(page: Page[Order], identifier: str) -> bool:
    return any(order.identifier == identifier for order in page.items)
