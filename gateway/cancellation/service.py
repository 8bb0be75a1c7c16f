"""The entry point of this package: one call cancels, remembers, and settles what was left open."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace

from gateway.backoff import Backoff
from gateway.cancellation.attempt_log import AttemptLog
from gateway.cancellation.attempts import Attempt, Journal
from gateway.cancellation.causes import SEARCH_INCOMPLETE, cause_of
from gateway.cancellation.exchange import Exchange, ExchangeOptions
from gateway.cancellation.held_items import HeldItems
from gateway.cancellation.outcomes import (
    AlreadyCancelled,
    CancellationResult,
    CancellationUnavailable,
    NotPermitted,
    OrderMissing,
    Outcome,
    Pending,
    Unconfirmed,
    is_final,
    name_of,
)
from gateway.cancellation.preview import Preview, Previews
from gateway.cancellation.request import CancellationRequest, OwnershipCheck
from gateway.cancellation.rules import items_not_in
from gateway.cancellation.settling import Settler
from gateway.cancellation.under_key import CancellationUnderKey
from gateway.clock import Clock
from gateway.imin.client import IminClient
from gateway.imin.documents import Order
from gateway.imin.endpoints.orders import ORDER
from gateway.imin.errors import IminError
from gateway.imin.repository import Repository
from gateway.journal.errors import JournalUnavailable, StateUnusable
from gateway.journal.idempotency import IdempotencyKeys
from gateway.journal.keys import IdempotencyKey
from gateway.journal.locks import Locks
from gateway.journal.rejections import despite_rejections
from gateway.pagination.history import SearchIncomplete

_ExchangeName = tuple[str, str, frozenset[str], str | None, bool]


@dataclass(frozen=True)
class CancellationOptions:
    """backoff: between the reads that settle an attempt."""

    exchange: ExchangeOptions
    backoff: Backoff


class Cancellations:
    """Cancels items of orders.

    held: updated with the items that open cancellations hold. previews: makes previews and compares them.
    """

    def __init__(  # noqa: PLR0913  # the parts that the app puts together
        self,
        client: IminClient,
        repository: Repository,
        now: Clock,
        held: HeldItems,
        options: CancellationOptions,
        *,
        previews: Previews,
        journal: Journal,
        locks: Locks,
    ) -> None:
        self._repository = repository
        self._previews = previews
        self.attempts = AttemptLog(journal, now, held)
        self._exchange = Exchange(
            client, repository, self.attempts, locks, options.exchange, previews=previews
        )
        self._keys = IdempotencyKeys(journal, now, held.doubt.clock)
        self._settler = Settler(repository, self.attempts, options.backoff)
        self.on_end: Callable[[str], None] = lambda _order: None
        """Called with imin's identifier of an order when an exchange about it ends, with any outcome."""
        self.counts: Counter[str] = Counter()
        """Cancellations by the name of their outcome."""
        self.causes: Counter[str] = Counter()
        """Cancellations that ended as unavailable, by their cause."""
        self._calls: set[asyncio.Task[CancellationResult]] = set()
        self._exchanges: dict[_ExchangeName, asyncio.Task[CancellationResult]] = {}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Settle what an earlier process left; at the end, wait for running calls. The journal is open.

        Raises StateUnusable if the journal cannot be read.
        """
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._settler.stop)
            try:
                await self._settler.start()
            except JournalUnavailable as error:
                raise StateUnusable(str(error)) from error
            try:
                yield
            finally:
                await asyncio.gather(*self._calls, return_exceptions=True)

    async def cancel(
        self,
        request: CancellationRequest | OrderMissing | NotPermitted,
        key: IdempotencyKey | None = None,
        ownership: OwnershipCheck | None = None,
    ) -> CancellationResult:
        """Cancel items of an order, once per key. Continues to its end even if the caller is cancelled.

        request: what to cancel, or the outcome if it is certain without imin. ownership: how
        to prove that the order is the caller's; None if that is proven. The result contains the order if its
        outcome shows the order.
        """
        call = asyncio.ensure_future(self._cancel(request, key, ownership))
        self._calls.add(call)
        call.add_done_callback(self._ended)
        return await asyncio.shield(call)

    def _ended(self, call: asyncio.Task[CancellationResult]) -> None:
        self._calls.discard(call)
        if call.cancelled() or call.exception() is not None:
            return
        result = call.result()
        self.counts[name_of(result.outcome)] += 1
        if isinstance(result.outcome, CancellationUnavailable):
            self.causes[result.cause] += 1

    async def _cancel(
        self,
        request: CancellationRequest | OrderMissing | NotPermitted,
        key: IdempotencyKey | None,
        ownership: OwnershipCheck | None,
    ) -> CancellationResult:
        if not isinstance(request, CancellationRequest):
            return CancellationResult(request)

        async def prove() -> CancellationRequest | CancellationResult:
            return request if ownership is None else await self._prove(request, ownership)

        if key is not None:
            under_key = CancellationUnderKey(key, request, prove, self._join_exchange)
            result = await self._keys.once(under_key)
            return await self._show(result, request)
        proven = await prove()
        if isinstance(proven, CancellationRequest):
            return await self._join_exchange(proven, may_send=True)
        return proven

    async def _prove(
        self, request: CancellationRequest, ownership: OwnershipCheck
    ) -> CancellationRequest | CancellationResult:
        """The request as proven, by the journal or by a search; otherwise the result.

        The journal holds cancellations of orders that were proven to be their customer's.
        """
        with suppress(JournalUnavailable):
            for attempt in await self.attempts.of_order(request.order):
                if ownership.may_see(attempt.customer):
                    # With imin's spelling of the order: it may ignore case.
                    return replace(request, customer=attempt.customer, order=attempt.order)
        try:
            return await ownership.search() or CancellationResult(OrderMissing())
        except SearchIncomplete:
            return CancellationResult(
                CancellationUnavailable(is_search_incomplete=True), cause=SEARCH_INCOMPLETE
            )
        except IminError as error:
            return await self._exchange.order_unread(request, cause_of("search", error))

    async def _join_exchange(self, request: CancellationRequest, *, may_send: bool) -> CancellationResult:
        """A double click is one exchange with imin: both calls get its result."""
        items = frozenset(item.id for item in request.items)
        name = (request.customer, request.order, items, request.preview_token, may_send)
        if name not in self._exchanges:
            task = asyncio.ensure_future(self._run_exchange(request, may_send=may_send))
            self._exchanges[name] = task
            task.add_done_callback(lambda _: self._exchanges.pop(name, None))
        return await asyncio.shield(self._exchanges[name])

    async def _run_exchange(self, request: CancellationRequest, *, may_send: bool) -> CancellationResult:
        result = await self._exchange.run(request, may_send=may_send)
        self._settler.settle(request.order)
        self.on_end(request.order)
        return result

    async def _show(self, result: CancellationResult, request: CancellationRequest) -> CancellationResult:
        """Read the order for a stored outcome, which comes without one but must show it as it is now."""
        outcome = result.outcome
        if result.order is not None or not is_final(outcome) or isinstance(outcome, OrderMissing):
            return result
        try:
            order = await despite_rejections(
                lambda: self._repository.get_now(ORDER, (request.customer, request.order))
            )
        except IminError:
            return CancellationResult(_without_order(outcome))
        return CancellationResult(outcome if order else OrderMissing(), order)

    async def preview(self, request: CancellationRequest, order: Order) -> Preview | None:
        """What the request would do. order: as imin shows it now. None if it lacks a requested item."""
        if items_not_in(order, request.items):
            return None
        with suppress(JournalUnavailable):
            await self.attempts.of_order(order.identifier)  # other processes may have cancelled items
        return self._previews.of(request, order)

    async def of_order(self, order: Order) -> list[Attempt]:
        """Attempts on an order, oldest first, as they can be shown beside it. Raises JournalUnavailable.

        order: may have only some of its items.
        """
        attempts = await self.attempts.of_order(order.identifier)
        return [await self._settler.beside(order, attempt) for attempt in attempts]


def _without_order(outcome: Outcome) -> Outcome:
    """A stored outcome while the order cannot be read. A refusal needs no order to be shown."""
    if not isinstance(outcome, Pending | AlreadyCancelled):
        return outcome
    were_cancelled = isinstance(outcome, AlreadyCancelled)
    return Unconfirmed(outcome.customer, outcome.order, outcome.items, were_cancelled)
