"""The exchange with imin: read → one PATCH → read, within a deadline.

imin's 204 means only that it passed the request on. A time-out or a broken connection says nothing about
what happened, and booking systems answer some mistakes with 500. So the order is read until it shows the
result; what it does not show is reported as unconfirmed. A PATCH is never repeated.
Source: imin docs, Cancellations; Open Booking API 9.2.8.
"""

import asyncio
import uuid
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from enum import Enum, auto

from gateway.cancellation.attempts import UNSETTLED, Attempt, AttemptState, Journal
from gateway.cancellation.locks import OrderLocks
from gateway.cancellation.order_reader import OrderReader
from gateway.cancellation.outcomes import (
    CancellationResult,
    ItemsMissing,
    NotPermitted,
    OrderMissing,
    Outcome,
    Pending,
    Unconfirmed,
)
from gateway.cancellation.request import CancellationRequest
from gateway.cancellation.rules import (
    decide,
    items_not_in,
    items_with,
    refusals,
    state_of,
    state_shown,
    success_shown,
    unchanged,
    unread,
)
from gateway.clock import Clock
from gateway.imin import errors
from gateway.imin.client import IminClient
from gateway.imin.documents import Order, OrderItem
from gateway.imin.errors import IminError, NotFound, Refused
from gateway.imin.repository import Repository

# Shares of the deadline.
_MIN_FOR_PATCH = 0.125
_RESERVED_FOR_READING = 0.25
_LONGEST_READING = 0.375
# A failure that imin answered counts as "nothing happened" once the order has stayed unchanged for this long.
_UNCHANGED = 0.15

_PENDING = "https://openactive.io/CustomerCancellationPending"
_NO_SUCH_ITEM = {"OrderItemNotWithinOrderError", "OrderItemIdInvalidError"}


@dataclass(frozen=True)
class ExchangeOptions:
    """How to talk to imin. Times in seconds.

    deadline: for the whole exchange. doubt: how long after sending it imin may still act on a PATCH whose
    answer was lost. item_id: what a PATCH refers to an item by, `identifier` or `iri`.
    """

    deadline_seconds: float
    doubt_seconds: float
    item_id: str


class _PatchResult(Enum):
    """FAILED: imin answered with a failure. LOST: no answer that can be understood."""

    ACCEPTED = auto()
    FAILED = auto()
    LOST = auto()
    NOT_SENT = auto()


class Exchange:
    """Exchanges with imin, one at a time per order."""

    def __init__(  # noqa: PLR0913, PLR0917  # the parts that the service puts together
        self,
        client: IminClient,
        repository: Repository,
        journal: Journal,
        locks: OrderLocks,
        now: Clock,
        options: ExchangeOptions,
    ) -> None:
        self._client = client
        self._repository = repository
        self._journal = journal
        self._locks = locks
        self._now = now
        self._options = options

    async def run(self, request: CancellationRequest) -> CancellationResult:
        """Cancel, and report what is known at the deadline at the latest. Raises nothing that imin causes."""
        until = asyncio.get_running_loop().time() + self._options.deadline_seconds
        longest = _LONGEST_READING * self._options.deadline_seconds
        reader = OrderReader(self._repository, request.customer, request.order, until, longest)
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout_at(until):
                    await stack.enter_async_context(self._locks.hold(request.order))
            except TimeoutError:
                return await self._order_unreadable(request)
            return await self._run_alone(request, reader)

    async def _run_alone(self, request: CancellationRequest, reader: OrderReader) -> CancellationResult:
        try:
            order = await reader.read()
        except (IminError, TimeoutError):
            return await self._order_unreadable(request)
        if order is None:
            return CancellationResult(OrderMissing())
        if missing := items_not_in(order, request.items):
            return CancellationResult(missing, order)
        held = await self._held_items(order)
        decision = decide(request.customer, order, request.identifiers, held)
        if not isinstance(decision, tuple):
            return CancellationResult(decision, order)
        return await self._patch(request, order, decision, reader)

    async def _order_unreadable(self, request: CancellationRequest) -> CancellationResult:
        """The outcome when the order could not be read: an earlier attempt may have cancelled the items."""
        return CancellationResult(unread(request, await self._journal.of_order(request.order)))

    async def _held_items(self, order: Order) -> frozenset[str]:
        """Items of attempts that are still unconfirmed after this reading, which is noted in the journal."""
        held: set[str] = set()
        for attempt in await self._journal.of_order(order.identifier):
            if attempt.state not in UNSETTLED:
                continue
            state = state_shown(attempt, order, self._now(), self._options.doubt_seconds)
            if state is AttemptState.UNCONFIRMED:
                held.update(attempt.items)
            elif state is not attempt.state:
                await self._note(attempt, state)
        return frozenset(held)

    async def _patch(
        self,
        request: CancellationRequest,
        order: Order,
        items: tuple[OrderItem, ...],
        reader: OrderReader,
    ) -> CancellationResult:
        """Send the PATCH, and find out what became of it."""
        whole = self._options.deadline_seconds
        seconds = reader.seconds_left() - _RESERVED_FOR_READING * whole
        if seconds < _MIN_FOR_PATCH * whole:
            return CancellationResult(unchanged(order, request.identifiers), order)
        identifiers = tuple(item.identifier for item in items)
        attempt = Attempt(
            uuid.uuid4().hex, request.customer, request.order, identifiers, self._now().timestamp()
        )
        await self._journal.begin(attempt)
        try:
            patched = await self._send(attempt, [self._patch_id(item) for item in items], seconds)
        except NotFound:
            return await self._refused(request, order, attempt, OrderMissing(), reader)
        except Refused as refusal:
            meaning = _outcome_of(refusal, request, order)
            return await self._refused(request, order, attempt, meaning, reader)
        if patched is _PatchResult.NOT_SENT:
            await self._note(attempt, AttemptState.NOT_TAKEN)
            return CancellationResult(unchanged(order, request.identifiers), order)
        return await self._read_until_known(request, order, attempt, patched, reader)

    async def _send(self, attempt: Attempt, ids: list[str], seconds: float) -> _PatchResult:
        """The one PATCH. Raises Refused, NotFound."""
        try:
            await self._client.cancel(attempt.order, ids, seconds)
        except errors.UpstreamUnavailable as error:
            if not error.sent:
                return _PatchResult.NOT_SENT
            return _PatchResult.FAILED if error.answered else _PatchResult.LOST
        except errors.Unreadable:
            return _PatchResult.LOST
        await self._note(attempt, AttemptState.PENDING)
        return _PatchResult.ACCEPTED

    def _patch_id(self, item: OrderItem) -> str:
        """What the PATCH refers to the item by; its IRI if it has no identifier of its own."""
        by_iri = self._options.item_id == "iri" or item.own_identifier is None
        return item.iri if by_iri and item.iri else item.identifier

    async def _refused(
        self,
        request: CancellationRequest,
        order: Order,
        attempt: Attempt,
        meaning: Outcome,
        reader: OrderReader,
    ) -> CancellationResult:
        """Read again: imin also refuses items that are cancelled already, once their window has closed."""
        newer: Order | None = None
        with suppress(IminError, TimeoutError):
            newer = await reader.read()
        if newer is not None:
            order = newer
            if isinstance(meaning, OrderMissing):
                # imin has the order, whatever it answered to the PATCH.
                meaning = unchanged(order, request.identifiers)
        shown = success_shown(request.customer, order, request.identifiers)
        refused = AttemptState.REFUSED if isinstance(meaning, NotPermitted) else AttemptState.NOT_TAKEN
        await self._note(attempt, state_of(shown) if shown else refused)
        return CancellationResult(shown or meaning, order)

    async def _read_until_known(
        self,
        request: CancellationRequest,
        order: Order,
        attempt: Attempt,
        patched: _PatchResult,
        reader: OrderReader,
    ) -> CancellationResult:
        """Read until the order shows what became of a PATCH that was accepted, failed or lost."""
        clock = asyncio.get_running_loop().time
        unchanged_seconds = _UNCHANGED * self._options.deadline_seconds
        first_unchanged: float | None = None
        async for newer in reader.read_repeatedly():
            order = newer
            if shown := success_shown(request.customer, order, request.identifiers):
                await self._note(attempt, state_of(shown))
                return CancellationResult(shown, order)
            first_unchanged = first_unchanged or clock()
            if patched is _PatchResult.FAILED and clock() >= first_unchanged + unchanged_seconds:
                await self._note(attempt, AttemptState.NOT_TAKEN)
                return CancellationResult(unchanged(order, request.identifiers), order)
        if patched is _PatchResult.ACCEPTED:
            if first_unchanged is None:
                _show_as_pending(order, attempt.items)
            return CancellationResult(Pending(request.customer, request.order, request.identifiers), order)
        return CancellationResult(Unconfirmed(request.customer, request.order, request.identifiers), order)

    async def _note(self, attempt: Attempt, state: AttemptState) -> None:
        await self._journal.note(attempt, state, self._now().timestamp())


def _show_as_pending(order: Order, identifiers: tuple[str, ...]) -> None:
    """For an order that was last read before imin accepted the PATCH. Source: imin docs, Cancellations."""
    for item in items_with(order, identifiers):
        item.order_item_status = _PENDING


def _outcome_of(refusal: Refused, request: CancellationRequest, order: Order) -> Outcome:
    """What imin's refusal means, unless the order shows a success."""
    if refusal.kind in _NO_SUCH_ITEM:
        return ItemsMissing(tuple(item.id for item in request.items))
    if refusal.kind == "CancellationNotPermittedError":
        why = refusals(items_with(order, request.identifiers))
        return NotPermitted(request.customer, request.order, request.identifiers, refusal.description, why)
    return unchanged(order, request.identifiers)
