"""The two lists that imin serves in numbered pages."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Generic, TypeVar

from gateway.imin.dates import parse_date_time
from gateway.imin.documents import Order, OrderItem

T = TypeVar("T")

_MAX_CACHED_DATES = 4_096
_MAX_IDENTITY = 48
_DIGEST = "#"
"""Begins the digests of longer identities: no identifier of an order begins so."""


@dataclass(frozen=True)
class PagedList(Generic[T]):
    """How the items of a list are identified and sorted.

    kind: one letter, so that a cursor of one list is refused by another; of a filtered list, also a digest of
    the filter.
    identity: gives a text that no other item of the list has; "" if an item has none.
    date: gives the sort key, in microseconds since 1970, or None.
    newest_first: whether the list is sorted by descending date and grows at its head only.
    may_repeat: whether imin may give two items the same identifiers, and so the same identity.
    """

    kind: str
    identity: Callable[[T], str]
    date: Callable[[T], int | None]
    newest_first: bool
    may_repeat: bool = False

    @property
    def letter(self) -> str:
        """The kind of the list without its filter."""
        return self.kind[0]

    def filtered(self, key: str) -> "PagedList[T]":
        """The same list, with cursors that no other filter's list accepts. key: names the filter."""
        return replace(self, kind=self.kind + hashlib.blake2b(key.encode(), digest_size=6).hexdigest())


@lru_cache(_MAX_CACHED_DATES)
def microseconds(text: str | None) -> int | None:
    """Microseconds since 1970; None if the text is no date and time."""
    moment = parse_date_time(text)
    return round(moment.timestamp() * 1_000_000) if moment else None


def identity(name: str) -> str:
    """The identity of what has that name: a digest of a long one, since a cursor may contain eleven."""
    if len(name) <= _MAX_IDENTITY and name.isascii():
        return name
    return _DIGEST + hashlib.blake2b(name.encode(), digest_size=12).hexdigest()


def _item_identity(item: OrderItem) -> str:
    # imin's identifiers of items are unique only within their order.
    return identity(f"{item.order_identifier}/{item.unique_name}")


ORDER_HISTORY: PagedList[Order] = PagedList(
    kind="o",
    identity=lambda order: identity(order.unique_name),
    date=lambda order: microseconds(order.order_date),
    newest_first=True,
)
"""A customer's orders; grows at its head. Source: imin docs, Order History: by orderDate, descending."""

UPCOMING_ITEMS: PagedList[OrderItem] = PagedList(
    kind="u",
    identity=_item_identity,
    date=lambda item: microseconds(item.session.start_date) if item.session else None,
    newest_first=False,
    may_repeat=True,
)
"""Items booked but not yet used; loses its head as time passes. Source: imin docs, Upcoming OrderItems:
earliest first."""
