"""The exchange with imin: read → one PATCH → read, within a deadline.

imin's 204 means that it passed the request on, not that anything is cancelled; a time-out or a broken
connection means nothing at all; and booking systems answer some mistakes with 500. So the order is read
again until it tells, and what it does not tell is said to be unconfirmed. A PATCH is never repeated.
Source: imin docs, Cancellations; Open Booking API 9.2.8.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum, auto

from gateway.cancellation.attempts import Attempt, AttemptState, Journal
from gateway.cancellation.locks import OrderLocks
from gateway.cancellation.outcomes import (
    AlreadyCancelled,
    ItemsMissing,
    NotPermitted,
    OrderMissing,
    Outcome,
    Pending,
    Unavailable,
    Unconfirmed,
)
from gateway.cancellation.rules import WantedItem, decide, items_named, refusals, seen, strangers, under_way
from gateway.clock import Clock
from gateway.imin import errors
from gateway.imin.client import IminClient
from gateway.imin.documents import Order, OrderItem
from gateway.imin.errors import IminError, NotFound, Refused

Read = Callable[[], Awaitable[Order | None]]
"""Reads the order anew; None where imin has none. Raises IminError."""

# Shares of the deadline.
_LEAST_TO_SEND = 0.125
_KEPT_FOR_READING = 0.25
_LONGEST_READ = 0.375
# imin's own failure is believed once the order has read unchanged for as long as this.
_UNCHANGED = 0.15
_FIRST_PAUSE_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 0.8

_PENDING = "https://openactive.io/CustomerCancellationPending"
_NO_SUCH_ITEM = {"OrderItemNotWithinOrderError", "OrderItemIdInvalidError"}


@dataclass(frozen=True)
class Wanted:
    """What is to be cancelled. order: imin's identifier. read: reads that order, as its customer's."""

    customer: str
    order: str
    items: tuple[WantedItem, ...]
    read: Read
    longest_read_seconds: float = 1.5

    @property
    def names(self) -> tuple[str, ...]:
        """imin's identifiers of the items."""
        return tuple(dict.fromkeys(item.name for item in self.items))


@dataclass(frozen=True)
class Result:
    """An outcome, and the order as it was last read, where it was."""

    outcome: Outcome
    order: Order | None = None


@dataclass(frozen=True)
class ExchangeOptions:
    """How long things may take, in seconds.

    deadline: for the whole call. doubt: how long after it was sent imin may still act on an attempt whose
    answer was lost. item_id: what a PATCH names an item by, `identifier` or `iri`.
    """

    deadline_seconds: float
    doubt_seconds: float
    item_id: str


class _Reply(Enum):
    ACCEPTED = auto()
    FAILED = auto()
    LOST = auto()
    NOT_SENT = auto()


class Exchange:
    """Exchanges with imin, one at a time per order."""

    def __init__(
        self, client: IminClient, journal: Journal, locks: OrderLocks, now: Clock, options: ExchangeOptions
    ) -> None:
        self._client = client
        self._journal = journal
        self._locks = locks
        self._now = now
        self._options = options

    async def run(self, wanted: Wanted) -> Result:
        """What became of it. Takes no longer than the deadline. Raises nothing that is imin's fault."""
        until = asyncio.get_running_loop().time() + self._options.deadline_seconds
        wanted = replace(wanted, longest_read_seconds=_LONGEST_READ * self._options.deadline_seconds)
        turn = self._locks.hold(wanted.order)
        try:
            async with asyncio.timeout_at(until):
                await turn.__aenter__()
        except TimeoutError:
            return await self._without_reading(wanted)
        try:
            return await self._run_alone(wanted, until)
        finally:
            await turn.__aexit__(None, None, None)

    async def _run_alone(self, wanted: Wanted, until: float) -> Result:
        try:
            order = await _read(wanted, until)
        except (IminError, TimeoutError):
            return await self._without_reading(wanted)
        if order is None:
            return Result(OrderMissing())
        if strange := strangers(order, wanted.items):
            return Result(strange, order)
        held = await self._still_unconfirmed(order)
        decision = decide(wanted.customer, order, wanted.names, held)
        if not isinstance(decision, tuple):
            return Result(decision, order)
        return await self._ask(wanted, order, decision, until)

    async def _without_reading(self, wanted: Wanted) -> Result:
        """What can be said while the order cannot be read: not that nothing is, if it may."""
        latest = await self._journal.latest(wanted.customer, wanted.order)
        attempts = await self._journal.unconfirmed(wanted.order)
        if latest and latest.state not in {AttemptState.REFUSED, AttemptState.NOT_TAKEN}:
            attempts.append(latest)
        if any(name in attempt.items for attempt in attempts for name in wanted.names):
            return Result(Unconfirmed(wanted.customer, wanted.order, wanted.names))
        return Result(Unavailable())

    async def _still_unconfirmed(self, order: Order) -> frozenset[str]:
        """Items of which an earlier attempt remains unconfirmed, now that the order was read."""
        held: set[str] = set()
        for attempt in await self._journal.unconfirmed(order.identifier):
            state = seen(attempt, order, self._now(), self._options.doubt_seconds)
            if state is AttemptState.UNCONFIRMED:
                held.update(attempt.items)
            else:
                await self._journal.note(attempt, state, self._now().timestamp())
        return frozenset(held)

    async def _ask(self, wanted: Wanted, order: Order, items: tuple[OrderItem, ...], until: float) -> Result:
        """Send the PATCH, and find out what came of it."""
        whole = self._options.deadline_seconds
        seconds = until - asyncio.get_running_loop().time() - _KEPT_FOR_READING * whole
        if seconds < _LEAST_TO_SEND * whole:
            return Result(Unavailable(), order)
        names = tuple(item.identifier for item in items)
        attempt = Attempt(uuid.uuid4().hex, wanted.customer, wanted.order, names, self._now().timestamp())
        await self._journal.begin(attempt)
        try:
            reply = await self._send(attempt, [self._patch_name(item) for item in items], seconds)
        except NotFound:
            return await self._refused(wanted, order, attempt, OrderMissing(), until)
        except Refused as refusal:
            return await self._refused(wanted, order, attempt, _meaning(refusal, wanted, order), until)
        if reply is _Reply.NOT_SENT:
            await self._note(attempt, AttemptState.NOT_TAKEN)
            return Result(Unavailable(), order)
        return await self._find_out(wanted, order, attempt, reply, until)

    async def _send(self, attempt: Attempt, names: list[str], seconds: float) -> _Reply:
        """The one PATCH. Raises Refused, NotFound."""
        try:
            await self._client.cancel(attempt.order, names, seconds)
        except errors.Unavailable as error:
            if not error.sent:
                return _Reply.NOT_SENT
            return _Reply.FAILED if error.answered else _Reply.LOST
        except errors.Unreadable:
            return _Reply.LOST
        await self._note(attempt, AttemptState.PENDING)
        return _Reply.ACCEPTED

    def _patch_name(self, item: OrderItem) -> str:
        """What a PATCH names the item by; an item without an identifier of its own by its IRI."""
        by_iri = self._options.item_id == "iri" or item.own_identifier is None
        return item.iri if by_iri and item.iri else item.identifier

    async def _refused(
        self, wanted: Wanted, order: Order, attempt: Attempt, meaning: Outcome, until: float
    ) -> Result:
        """imin said no. It says so of cancelled items too, once their window has closed: the order tells."""
        with suppress(IminError, TimeoutError):
            order = await _read(wanted, until) or order
        shown = under_way(wanted.customer, order, wanted.names)
        refused = AttemptState.REFUSED if isinstance(meaning, NotPermitted) else AttemptState.NOT_TAKEN
        await self._note(attempt, _state_of(shown) if shown else refused)
        return Result(shown or meaning, order)

    async def _find_out(
        self, wanted: Wanted, order: Order, attempt: Attempt, reply: _Reply, until: float
    ) -> Result:
        """What the order tells of an attempt that was accepted, or failed, or was lost."""
        clock = asyncio.get_running_loop().time
        unchanged = _UNCHANGED * self._options.deadline_seconds
        first_unchanged: float | None = None
        async for newer in _readings(wanted, until):
            order = newer
            if shown := under_way(wanted.customer, order, wanted.names):
                await self._note(attempt, _state_of(shown))
                return Result(shown, order)
            first_unchanged = first_unchanged or clock()
            if reply is _Reply.FAILED and clock() >= first_unchanged + unchanged:
                await self._note(attempt, AttemptState.NOT_TAKEN)
                return Result(Unavailable(was_sent=True), order)
        names = wanted.names
        if reply is _Reply.ACCEPTED:
            if first_unchanged is None:
                _show_pending(order, attempt.items)
            return Result(Pending(wanted.customer, wanted.order, names), order)
        return Result(Unconfirmed(wanted.customer, wanted.order, names), order)

    async def _note(self, attempt: Attempt, state: AttemptState) -> None:
        await self._journal.note(attempt, state, self._now().timestamp())


def _state_of(shown: Pending | AlreadyCancelled) -> AttemptState:
    return AttemptState.CANCELLED if isinstance(shown, AlreadyCancelled) else AttemptState.PENDING


def _show_pending(order: Order, names: tuple[str, ...]) -> None:
    """imin said yes and could not be read since. Source: imin docs: then the items show as pending."""
    for item in items_named(order, names):
        item.order_item_status = _PENDING


def _meaning(refusal: Refused, wanted: Wanted, order: Order) -> Outcome:
    """What imin's refusal means, if the order does not tell otherwise."""
    if refusal.kind in _NO_SUCH_ITEM:
        return ItemsMissing(tuple(item.id for item in wanted.items))
    if refusal.kind == "CancellationNotPermittedError":
        why = refusals(items_named(order, wanted.names))
        return NotPermitted(wanted.customer, wanted.order, wanted.names, refusal.description, why)
    return Unavailable(was_sent=True)


async def _read(wanted: Wanted, until: float) -> Order | None:
    """The order. Raises IminError, TimeoutError."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout_at(min(until, loop.time() + wanted.longest_read_seconds)):
        return await wanted.read()


async def _readings(wanted: Wanted, until: float) -> AsyncIterator[Order]:
    """The order again and again, with growing pauses, until the deadline."""
    loop = asyncio.get_running_loop()
    pause = _FIRST_PAUSE_SECONDS
    while loop.time() < until:
        try:
            order = await _read(wanted, until)
        except (IminError, TimeoutError):
            order = None
        if order is not None:
            yield order
        await asyncio.sleep(max(0.0, min(pause, until - loop.time())))
        pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
