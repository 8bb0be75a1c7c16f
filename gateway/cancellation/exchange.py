"""The exchange with imin: read → one PATCH → read, within a deadline.

imin's 204 means only that it passed the request on. A time-out or a broken connection says nothing about
what happened, and booking systems answer some mistakes with 500. So the order is read until it shows the
result; what it does not show is reported as unconfirmed. A PATCH is never repeated.
Source: imin docs, Cancellations; Open Booking API 9.2.8.
"""

import asyncio
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass

from gateway.cancellation import causes
from gateway.cancellation.attempt_log import AttemptLog
from gateway.cancellation.attempts import Attempt, AttemptState
from gateway.cancellation.causes import cause_of
from gateway.cancellation.order_reader import OrderReader
from gateway.cancellation.outcomes import (
    AlreadyCancelled,
    CancellationResult,
    CancellationUnavailable,
    ItemsMissing,
    NotPermitted,
    OrderMissing,
    Outcome,
    Pending,
    TermsChanged,
    Unconfirmed,
)
from gateway.cancellation.patch import PatchResult, PatchSender
from gateway.cancellation.preview import Previews
from gateway.cancellation.refunds import expected_refund
from gateway.cancellation.request import CancellationRequest, items_with
from gateway.cancellation.rules import (
    decide,
    held_by,
    items_not_in,
    refusals,
    show_as_pending,
    state_of,
    success_shown,
    unchanged,
    unread,
)
from gateway.imin.client import IminClient
from gateway.imin.documents import Order, OrderItem
from gateway.imin.errors import IminError, NotFound, Refused
from gateway.imin.repository import Repository
from gateway.imin.transport.deadline import REQUEST_DEADLINE
from gateway.journal.errors import JournalUnavailable
from gateway.journal.locks import Locks

# Shares of the deadline.
_MAX_READING_SHARE = 0.375
# A failure that imin answered counts as "nothing happened" once the order has stayed unchanged for this long.
_UNCHANGED = 0.15

_NOT_PERMITTED = "CancellationNotPermittedError"
_NO_SUCH_ITEM = {"OrderItemNotWithinOrderError", "OrderItemIdInvalidError"}


@dataclass(frozen=True)
class ExchangeOptions:
    """How to talk to imin. Times in seconds.

    deadline: for the whole exchange. item_id: how a PATCH names an item, by `identifier` or `iri`.
    """

    deadline_seconds: float
    item_id: str


class Exchange:
    """Exchanges with imin, one at a time per order."""

    def __init__(  # noqa: PLR0913  # what an exchange uses
        self,
        client: IminClient,
        repository: Repository,
        attempts: AttemptLog,
        locks: Locks,
        options: ExchangeOptions,
        *,
        previews: Previews,
    ) -> None:
        self._client = client
        self._repository = repository
        self._attempts = attempts
        self._locks = locks
        self._previews = previews
        self._options = options

    async def run(self, request: CancellationRequest, *, may_send: bool = True) -> CancellationResult:
        """Cancel, and report what is known by the deadline. Failures of imin are outcomes, not errors.

        may_send: if not, only what is known without sending anything.
        """
        until = asyncio.get_running_loop().time() + self._options.deadline_seconds
        until = min(until, REQUEST_DEADLINE.get())
        longest = _MAX_READING_SHARE * self._options.deadline_seconds
        reader = OrderReader(self._repository, request.customer, request.order, until, longest)
        one = _OneExchange(self._client, self._attempts, self._options, request, reader)
        one.may_send, one.previews = may_send, self._previews
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout_at(until):
                    await stack.enter_async_context(self._locks.hold(request.order))
            except TimeoutError:
                return await self.order_unread(request, causes.LOCK)
            return await one.run() or await self.order_unread(request, one.cause)

    async def order_unread(self, request: CancellationRequest, cause: str) -> CancellationResult:
        """The result if the order cannot be read: an earlier attempt may have cancelled the items."""
        try:
            outcome = unread(request, await self._attempts.of_order(request.order))
        except JournalUnavailable:
            return CancellationResult(CancellationUnavailable(is_journal_unread=True), cause=causes.JOURNAL)
        return CancellationResult(outcome, cause=cause)


class _OneExchange:
    """One exchange, while it holds the lock of the order. Its order is the one that was read last.

    cause: why the items could not be cancelled, where that is so.
    """

    def __init__(
        self,
        client: IminClient,
        attempts: AttemptLog,
        options: ExchangeOptions,
        request: CancellationRequest,
        reader: OrderReader,
    ) -> None:
        self._attempts = attempts
        self._deadline_seconds = options.deadline_seconds
        self._request = request
        self._reader = reader
        self._patcher = PatchSender(client, reader, options.deadline_seconds, options.item_id == "iri")
        self.cause = ""
        self.may_send = True
        self.previews: Previews
        self._order: Order
        self._held = held_by([])
        self._attempt: Attempt

    async def run(self) -> CancellationResult | None:
        """The result; None if the order cannot be read."""
        try:
            order = await self._reader.read_despite_failures(self._patcher.needed_seconds)
        except (IminError, TimeoutError) as error:
            self.cause = cause_of("read", error)
            return None
        if order is None:
            return CancellationResult(OrderMissing())
        self._order = order
        if missing := items_not_in(order, self._request.items):
            return self._result(missing)
        try:
            await self._apply_reading()
        except JournalUnavailable:
            self.may_send = False
        decision = decide(self._request, order, self._held)
        if isinstance(decision, tuple | NotPermitted) and (
            preview := self.previews.changed(self._request, order)
        ):
            return self._result(TermsChanged(preview))
        if not isinstance(decision, tuple):
            return self._result(decision)
        return await self._patch(decision) if self.may_send else self._not_recorded()

    async def _apply_reading(self) -> None:
        """Note what the order shows of earlier attempts, and which items they still hold."""
        attempts = await self._attempts.of_order(self._order.identifier)
        self._held = held_by(
            [await self._attempts.note_reading(attempt, self._order) for attempt in attempts]
        )

    def _not_recorded(self) -> CancellationResult:
        """The result when the journal fails: nothing is sent that could not be recorded first."""
        self.cause = causes.JOURNAL
        return self._result(CancellationUnavailable(is_journal_unread=True))

    def _result(self, outcome: Outcome) -> CancellationResult:
        return CancellationResult(outcome, self._order, self.cause)

    def _unchanged(self) -> CancellationResult:
        return self._result(unchanged(self._order, self._request.identifiers, self._held))

    def _success_shown(self) -> Pending | AlreadyCancelled | None:
        request = self._request
        return success_shown(request.customer, self._order, request.identifiers, self._held.accepted)

    async def _patch(self, items: tuple[OrderItem, ...]) -> CancellationResult:
        """Send the PATCH, and find out what became of it."""
        if not self._patcher.is_in_time():
            self.cause = causes.NO_TIME
            return self._unchanged()
        identifiers = tuple(item.identifier for item in items)
        try:
            self._attempt = await self._attempts.begin(
                self._request.customer, self._request.order, identifiers, expected_refund(self._order, items)
            )
        except JournalUnavailable:
            return self._not_recorded()
        try:
            patched = await self._patcher.send(self._attempt.order, items, self._order.items)
        except NotFound:
            return await self._refused(None)
        except Refused as refusal:
            return await self._refused(refusal)
        self.cause = self._patcher.cause
        if patched is PatchResult.NOT_SENT:
            await self._note(AttemptState.NOT_TAKEN)
            return self._unchanged()
        if patched is PatchResult.ACCEPTED:
            await self._note(AttemptState.PENDING)
        return await self._read_until_known(patched)

    async def _refused(self, refusal: Refused | None) -> CancellationResult:
        """Read again: imin also refuses items that are cancelled already, once their window has closed.

        refusal: None if imin does not find the order.
        """
        newer: Order | None = None
        with suppress(IminError, TimeoutError):
            newer = await self._reader.read()
        if newer is not None:
            self._order = newer
        if shown := self._success_shown():
            await self._note(state_of(shown), is_shown=True)
            return self._result(shown)
        is_refusal = refusal is not None and refusal.kind == _NOT_PERMITTED
        # Noted first: until then the items are held, and the order would show that as the reason.
        await self._note(AttemptState.REFUSED if is_refusal else AttemptState.NOT_TAKEN)
        if refusal is None:
            # Where imin still has the order, its answer to the PATCH says nothing about that.
            self.cause = causes.REFUSED
            return CancellationResult(OrderMissing()) if newer is None else self._unchanged()
        return self._result(self._meaning(refusal))

    def _meaning(self, refusal: Refused) -> Outcome:
        """What imin's refusal means, as the order does not show a success."""
        request = self._request
        if refusal.kind in _NO_SUCH_ITEM:
            return ItemsMissing(tuple(item.id for item in request.items))
        if refusal.kind != _NOT_PERMITTED:
            self.cause = causes.REFUSED
            return unchanged(self._order, request.identifiers, self._held)
        why = refusals(items_with(self._order, request.identifiers), self._held.accepted)
        return NotPermitted(request.customer, request.order, request.identifiers, refusal.description, why)

    async def _read_until_known(self, patched: PatchResult) -> CancellationResult:
        """Read until the order shows what became of a PATCH that was accepted, failed or lost."""
        clock = asyncio.get_running_loop().time
        unchanged_seconds = _UNCHANGED * self._deadline_seconds
        first_unchanged: float | None = None
        async for newer in self._reader.read_repeatedly():
            self._order = newer
            if shown := self._success_shown():
                await self._note(state_of(shown), is_shown=True)
                return self._result(shown)
            first_unchanged = first_unchanged or clock()
            if patched is PatchResult.FAILED and clock() >= first_unchanged + unchanged_seconds:
                await self._note(AttemptState.NOT_TAKEN)
                return self._unchanged()
        request = self._request
        if patched is not PatchResult.ACCEPTED:
            return self._result(Unconfirmed(request.customer, request.order, request.identifiers))
        if first_unchanged is None:
            show_as_pending(self._order, self._attempt.items)
        return self._result(Pending(request.customer, request.order, request.identifiers))

    async def _note(self, state: AttemptState, *, is_shown: bool = False) -> None:
        self._attempt = await self._attempts.note(self._attempt, state, is_shown=is_shown)
