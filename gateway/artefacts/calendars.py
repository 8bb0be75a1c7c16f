"""Calendar files: of one booked item, and of a customer's upcoming ones, which calendar programs poll."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import msgspec
from msgspec import Struct

from gateway.artefacts.calendar_event import CalendarEvent, event_of
from gateway.artefacts.calendar_state import (
    NO_ENTRY,
    CalendarState,
    Entry,
    SqliteCalendarState,
    event_name,
    feed_name,
)
from gateway.artefacts.icalendar import component, encode, text
from gateway.artefacts.time_zone_definition import time_zone_definition
from gateway.artefacts.versions import changed_at, versions_of
from gateway.clock import Clock
from gateway.imin.cache import Cache
from gateway.imin.cacheable_read import CacheableRead, Decoded
from gateway.imin.documents import OrderItem
from gateway.imin.documents.vocabulary import OrderItemStatus
from gateway.imin.endpoints.orders import ORDER, ORDER_ITEM_PAGE
from gateway.imin.errors import Unreadable
from gateway.imin.repository import ANY_USE, Repository
from gateway.imin.routes import is_identifier
from gateway.loaders import Loader, LoadScope
from gateway.pagination.fetch import fetch_window
from gateway.pagination.lists import UPCOMING_ITEMS
from gateway.pagination.range import MAX_COUNT, Range
from gateway.pagination.totals import ListTotals

_PRODUCT = "-//imin gateway//Bookings//EN"
_FORMAT = "1"
"""To be increased if stored feeds change so that an earlier release could not read them."""

_REVISION = re.compile(rb"^(?:DTSTAMP|LAST-MODIFIED|SEQUENCE):.*\r\n", re.MULTILINE)
_UPCOMING = Range.from_arguments(UPCOMING_ITEMS, first=MAX_COUNT)


class CalendarFile(Struct, frozen=True):
    """body: iCalendar, in UTF-8. etag: the same as long as it says the same, without quotation marks."""

    body: bytes
    etag: str


class _StoredFeed(Struct, frozen=True, array_like=True):
    """orders: of its items. is_settled: whether nothing in it is about to change by itself."""

    body: bytes
    orders: tuple[str, ...]
    is_settled: bool


@dataclass(frozen=True)
class CalendarOptions:
    """name: of the feed, for people. time_zone: of a feed without events. alarm_minutes: before an event; 0
    for none. fresh_seconds: age up to which a feed is served without a request to imin. poll_minutes: how
    often programs should poll.
    """

    name: str
    time_zone: str
    alarm_minutes: int
    fresh_seconds: float
    poll_minutes: int


class Calendars:
    """Makes calendar files. state: opened by `running`. shared: the state of all replicas, over that one."""

    def __init__(  # noqa: PLR0913  # the parts that the app puts together
        self,
        repository: Repository,
        cache: Cache | None,
        options: CalendarOptions,
        now: Clock,
        *,
        state: SqliteCalendarState,
        shared: CalendarState,
        concurrency: int,
    ) -> None:
        self._repository = repository
        self._cache = cache
        self._file = state
        self._state = shared
        self._options = options
        self._now = now
        self._concurrency = concurrency
        self._totals = ListTotals()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Open the state file. Raises StateUnusable."""
        async with self._file:
            yield

    async def generation(self, customer: str) -> int:
        """The number that a valid address of the customer's feed has. Raises JournalUnavailable."""
        name = feed_name(customer)
        return (await self._state.get([name], on_all=True)).get(name, NO_ENTRY).number

    async def reset(self, customer: str) -> int:
        """Make all addresses of the customer's feed invalid; the number of the next. Raises as above."""
        name, now = feed_name(customer), int(self._now().timestamp() * 1_000)
        number = max(now, await self.generation(customer) + 1)
        await self._state.put({name: Entry(number)}, on_all=True)
        return number

    async def item(self, customer: str, order: str, name: str) -> CalendarFile | None:
        """The file of one item; None if there is no such item, or it has no date.

        Raises IminError, and JournalUnavailable.
        """
        if not is_identifier(order):
            return None
        found = await Loader(ORDER, self._scope()).get((customer, order))
        items = found.items if found else ()
        event = next((event_of(item) for item in items if item.unique_name == name), None)
        return None if event is None else _file(await self._file_of([event], []))

    async def feed(self, customer: str) -> CalendarFile:
        """The file of the customer's next hundred items. Raises IminError, and JournalUnavailable."""
        if self._cache is None:
            stored = _decode(await self._fetch(customer))
        else:
            read = CacheableRead(
                (customer, "calendar", _FORMAT),
                lambda: self._fetch(customer),
                _decode_for_cache,
                self._options.fresh_seconds,
            )
            stored = await self._cache.get(read, lambda _age_seconds: None)
        return _file(stored.body)

    async def _fetch(self, customer: str) -> bytes:
        loader = Loader(ORDER_ITEM_PAGE, self._scope())
        window = await fetch_window(
            loader, self._totals, customer, UPCOMING_ITEMS, _UPCOMING, count_only=False
        )
        items = window.items
        body = await self._file_of(_events_of(items), self._feed_properties())
        orders = tuple(dict.fromkeys(item.order_identifier for item in items))
        is_settled = all(item.status is not OrderItemStatus.CUSTOMER_CANCELLATION_PENDING for item in items)
        return msgspec.msgpack.encode(_StoredFeed(body, orders, is_settled))

    def _scope(self) -> LoadScope:
        slots = asyncio.Semaphore(self._concurrency)
        return LoadScope(self._repository, slots, lambda _age_seconds: None, lambda: None, ANY_USE)

    def _feed_properties(self) -> list[str]:
        options = self._options
        return [
            f"NAME:{text(options.name)}",
            f"X-WR-CALNAME:{text(options.name)}",
            f"REFRESH-INTERVAL;VALUE=DURATION:PT{options.poll_minutes}M",
            f"X-PUBLISHED-TTL:PT{options.poll_minutes}M",
        ]

    async def _file_of(self, events: Sequence[CalendarEvent], properties: list[str]) -> bytes:
        versions = await versions_of(
            self._state, self._now, {event_name(event.uid): event.digest for event in events}
        )
        lines = [f"PRODID:{_PRODUCT}", "VERSION:2.0", "CALSCALE:GREGORIAN", *properties]
        years = [event.starts.year for event in events] or [self._now().year]
        # At least one component is required, so there is a zone without an event too.
        for zone in sorted({event.zone for event in events}) or [self._options.time_zone]:
            lines += time_zone_definition(zone, min(years) - 1, max(years) + 1)
        for event in events:
            version = versions[event_name(event.uid)]
            lines += event.lines(version, changed_at(version), self._options.alarm_minutes)
        return encode(component("VCALENDAR", lines))


def _events_of(items: Sequence[OrderItem]) -> list[CalendarEvent]:
    """One event for each uid, in the order of the items."""
    events = [event for item in items if (event := event_of(item)) is not None]
    return list({event.uid: event for event in reversed(events)}.values())[::-1]


def _decode(stored: bytes | None) -> _StoredFeed:
    try:
        return msgspec.msgpack.decode(stored or b"", type=_StoredFeed)
    except (msgspec.MsgspecError, ValueError) as error:
        raise Unreadable("a stored calendar feed cannot be read") from error


def _decode_for_cache(stored: bytes | None) -> Decoded[_StoredFeed]:
    feed = _decode(stored)
    return Decoded(feed, frozenset(feed.orders), feed.is_settled)


def _file(body: bytes) -> CalendarFile:
    """The file. Its etag does not depend on when its versions were first seen."""
    return CalendarFile(body, hashlib.blake2b(_REVISION.sub(b"", body), digest_size=16).hexdigest())
