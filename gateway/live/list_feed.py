"""The feed of a list: its first window, with what the time and open cancellations change of its items.

The window is found by the code that finds it for queries, so its cursors work in queries.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeAlias, TypeVar

from gateway.cancellation.attempt_log import AttemptLog
from gateway.cancellation.attempts import Attempt
from gateway.clock import Clock
from gateway.imin.documents import Order, OrderItem, Owned, Page, distinguish_items
from gateway.imin.endpoints.declaration import CustomerPage, Endpoint
from gateway.imin.endpoints.orders import ORDER_ITEM_PAGE, ORDER_PAGE
from gateway.imin.repository import ANY_USE, Repository
from gateway.live.list_changes import ListChanges, changes_between, needed_below
from gateway.live.order_state import (
    Comparison,
    ItemFlags,
    digest_of,
    item_flags,
    orders_differ,
    seconds_to_deadline,
)
from gateway.live.resting_window import RestingWindow
from gateway.loaders import Loader, LoadScope
from gateway.pagination.fetch import fetch_window
from gateway.pagination.lists import ORDER_HISTORY, UPCOMING_ITEMS, PagedList
from gateway.pagination.range import Range
from gateway.pagination.totals import ListTotals
from gateway.pagination.window import Window

T = TypeVar("T", bound=Owned)

Flags: TypeAlias = tuple[tuple[ItemFlags, ...], ...]

_YEAR_SECONDS = 31_536_000.0
_NEVER = datetime.max.replace(tzinfo=UTC)

_PAST_SECONDS = 0.001
"""Doubt about a cancellation ends just after its time."""

_MAX_BELOW = 50
"""Items below a window that are read, at most, to say what has changed: five pages."""


@dataclass(frozen=True)
class ListParts:
    """What the feeds of all lists share. concurrency: requests to imin in flight for one reading."""

    repository: Repository
    attempts: AttemptLog
    comparison: Comparison
    now: Clock
    concurrency: int
    totals: ListTotals = field(default_factory=ListTotals)


@dataclass(frozen=True)
class ListKind(Generic[T]):
    """A list whose first window can be watched.

    pages: its endpoint. items_of, order_of: the order items, and the order's identifier, that a node shows.
    differ: whether a client could see a difference between two documents of a node.
    distinguish: makes up names for nodes that have a name in common.
    """

    topic: str
    paged_list: PagedList[T]
    pages: Endpoint[CustomerPage, Page[T]]
    items_of: Callable[[T], Collection[OrderItem]]
    order_of: Callable[[T], str]
    differ: Callable[[T, T, Comparison], bool]
    distinguish: Callable[[tuple[T, ...]], None] = lambda _nodes: None


WATCHED_ORDERS: ListKind[Order] = ListKind(
    topic="orders",
    paged_list=ORDER_HISTORY,
    pages=ORDER_PAGE,
    items_of=lambda order: order.items,
    order_of=lambda order: order.identifier,
    differ=orders_differ,
)

WATCHED_UPCOMING_ITEMS: ListKind[OrderItem] = ListKind(
    topic="upcoming",
    paged_list=UPCOMING_ITEMS,
    pages=ORDER_ITEM_PAGE,
    items_of=lambda item: (item,),
    order_of=lambda item: item.order_identifier,
    differ=lambda before, after, comparison: any(comparison.of_items(before, after)),
    distinguish=distinguish_items,
)


@dataclass(eq=False, slots=True)
class ListState(Generic[T]):
    """A first window.

    held: the window. shape: what of it differs if items come, go or move. digests, flags: of each node; see
    OrderState. orders: identifiers of all it shows.
    since: key of the window before. wider: the window with what follows, as much as it takes to say what has
    changed since then; None if that is nothing or too much, and once the state rests.
    flips_at: when the time changes a flag. attempts: the open cancellations with which the flags were made.
    """

    held: RestingWindow[T]
    shape: tuple[Any, ...]
    digests: tuple[int, ...]
    flags: Flags
    orders: frozenset[str]
    since: object
    wider: Window[T] | None
    flips_at: datetime = _NEVER
    attempts: tuple[Any, ...] = ()

    @property
    def window(self) -> Window[T]:
        """The window, with its documents."""
        return self.held.get()


@dataclass(frozen=True)
class _Reading(Generic[T]):
    """One reading of a customer's list."""

    parts: ListParts
    kind: ListKind[T]
    loader: Loader[CustomerPage, Page[T]]
    customer: str

    async def state(self, size: int, before: ListState[T] | None) -> ListState[T]:
        """The window, and as much of what follows it as it takes to say what has changed.

        Raises IminError.
        """
        window, kind = await self._fetch(size), self.kind
        if len(set(window.identities)) < len(window.identities):
            kind.distinguish(window.items)
        since = before.window if before is not None else None
        state = ListState(
            RestingWindow(window),
            (window.total, window.has_next, tuple(window.identities)),
            tuple(map(digest_of, window.items)),
            (),
            frozenset(map(kind.order_of, window.items)),
            before.held.key if before is not None else None,
            await self._wider(size, needed_below(since, window)) if since else None,
        )
        set_flags(state, kind, self.parts)
        return state

    async def _wider(self, size: int, number: int) -> Window[T] | None:
        return await self._fetch(size + number) if 0 < number <= _MAX_BELOW else None

    async def _fetch(self, size: int) -> Window[T]:
        requested, parts = Range(size, from_end=False), self.parts
        return await fetch_window(
            self.loader, parts.totals, self.customer, self.kind.paged_list, requested, count_only=False
        )


class ListFeed(Generic[T]):
    """Implements Feed for a list; a size is a number of items."""

    def __init__(self, parts: ListParts, kind: ListKind[T]) -> None:
        self._parts = parts
        self._kind = kind
        # Many subscribers have the same states.
        self._latest: tuple[Any, ListChanges[T]] = None, ListChanges()

    @property
    def topic(self) -> str:
        return self._kind.topic

    async def read(
        self, customer: str, known: Mapping[int, ListState[T] | None]
    ) -> Mapping[int, ListState[T]]:
        """Each size's window; the pages are requested once for all of them."""
        parts = self._parts
        if (update := parts.attempts.refresh()) is not None:
            await update
        slots = asyncio.Semaphore(parts.concurrency)
        scope = LoadScope(parts.repository, slots, _ignore_age, _expect_nothing, ANY_USE, refresh=True)
        reading = _Reading(parts, self._kind, Loader(self._kind.pages, scope), customer)
        sizes = sorted(known, reverse=True)
        return {size: await reading.state(size, known[size]) for size in sizes}

    def differ(self, before: ListState[T], after: ListState[T]) -> bool:
        if before.shape != after.shape:
            return True
        return any(self._has_changed(before, after, index, index) for index in range(len(before.digests)))

    def changes(self, before: ListState[T], known: int, after: ListState[T]) -> ListChanges[T]:
        """The changes between two states of one size; the same object for the same arguments.

        known: of the changes to the earlier state.
        """
        key = before, known, after
        if key != self._latest[0]:
            self._latest = key, self._changes(*key)
        return self._latest[1]

    def _changes(self, before: ListState[T], known: int, after: ListState[T]) -> ListChanges[T]:
        return changes_between(
            before.window,
            known,
            after.window,
            after.wider if after.since is before.held.key else None,
            lambda index, now: self._has_changed(before, after, index, now),
        )

    def now(self, state: ListState[T]) -> ListState[T]:
        if self._parts.now() < state.flips_at and state.attempts == open_attempts(state, self._parts):
            return state
        newer = replace(state)
        set_flags(newer, self._kind, self._parts)
        if newer.flags != state.flags:
            return newer
        state.flips_at, state.attempts = newer.flips_at, newer.attempts
        return state

    def seconds_to_change(self, state: ListState[T]) -> float:
        doubt, held = self._parts.attempts.held.doubt, held_attempts(state, self._parts)
        ends = [end + _PAST_SECONDS for end in map(doubt.seconds_left, held) if end > 0]
        return max(0.0, min([(state.flips_at - self._parts.now()).total_seconds(), *ends]))

    def rest(self, state: ListState[T]) -> None:
        state.wider = None
        state.held.rest()

    def shows(self, state: ListState[T], order: str) -> bool:
        return order in state.orders

    def _has_changed(self, before: ListState[T], after: ListState[T], index: int, now: int) -> bool:
        """Whether a client could see that a node has changed, given its index before and after."""
        if before.flags[index] != after.flags[now]:
            return True
        if before.digests[index] == after.digests[now]:
            return False
        nodes = before.window.items[index], after.window.items[now]
        return self._kind.differ(*nodes, self._parts.comparison)


def set_flags(state: ListState[T], kind: ListKind[T], parts: ListParts) -> None:
    """Set the flags of this moment, and what they depend on."""
    now = parts.now()
    nodes = [tuple(kind.items_of(node)) for node in state.window.items]
    seconds = seconds_to_deadline([item for items in nodes for item in items], now)
    state.flags = tuple(tuple(map(item_flags, items)) for items in nodes)
    state.flips_at = now + timedelta(seconds=min(seconds, _YEAR_SECONDS))
    state.attempts = open_attempts(state, parts)


def open_attempts(state: ListState[Any], parts: ListParts) -> tuple[Any, ...]:
    """The open cancellations of what a window shows, and whether imin may still act on them."""
    doubt = parts.attempts.held.doubt
    return tuple((one.id, one.state, doubt.is_over(one)) for one in held_attempts(state, parts))


def held_attempts(state: ListState[Any], parts: ListParts) -> list[Attempt]:
    held = parts.attempts.held
    if not held.open:  # the usual case
        return []
    return [attempt for order in sorted(state.orders) for attempt in held.of_order(order)]


def _ignore_age(_seconds: float) -> None: ...


def _expect_nothing() -> None: ...
