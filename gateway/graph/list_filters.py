"""The arguments that filter a customer's lists, checked."""

from collections.abc import Callable, Iterable

from gateway.graph.enums import OrderItemStatus
from gateway.graph.scalars import DateTime
from gateway.imin.documents import Order, OrderItem
from gateway.pagination.cursor import BadArgument
from gateway.pagination.lists import microseconds
from gateway.pagination.range import ANY_DATE, DateRange

Statuses = frozenset[OrderItemStatus]

_ALL = frozenset(OrderItemStatus)
_CANCELLED = {OrderItemStatus.CUSTOMER_CANCELLED, OrderItemStatus.SELLER_CANCELLED}


def statuses_of(
    name: str, given: Iterable[OrderItemStatus] | None, *, exclude_cancelled: bool = False
) -> Statuses | None:
    """The statuses that are let through; None if it is all of them. name: of the argument.

    Raises BadArgument if it is none.
    """
    if given is None and not exclude_cancelled:
        return None
    statuses = _ALL if given is None else frozenset(given)
    if exclude_cancelled:
        statuses -= _CANCELLED
    if not statuses:
        left_out = " that excludeCancelled does not leave out" if given and exclude_cancelled else ""
        raise BadArgument(f"{name} must name at least one status{left_out}.")
    return None if statuses == _ALL else statuses


def dates_between(start: DateTime | None, stop: DateTime | None) -> DateRange:
    """The range of the arguments `from` and `to`. Raises BadArgument if it ends before it starts."""
    if start is None and stop is None:
        return ANY_DATE
    dates = DateRange(microseconds(start), microseconds(stop))
    if dates.start is not None and dates.stop is not None and dates.start > dates.stop:
        raise BadArgument(f"from must not be later than to, got {start} and {stop}.")
    return dates


def filter_key(statuses: Statuses | None, dates: DateRange) -> str:
    """Names a filter: the same text if and only if the same items match."""
    return f"{sorted(status.name for status in statuses or ())} {dates.start} {dates.stop}"


def has_item_of(statuses: Statuses) -> Callable[[Order], bool]:
    """Whether an order has an item of one of these statuses."""
    return lambda order: any(item.status in statuses for item in order.items)


def is_of(statuses: Statuses) -> Callable[[OrderItem], bool]:
    """Whether an item has one of these statuses."""
    return lambda item: item.status in statuses
