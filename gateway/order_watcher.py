"""Watching orders for subscribers: one polling loop per order, however many subscribers it has.

imin sends no notifications, so an order is read repeatedly: soon after it changed, then at growing intervals
while nothing happens. A subscriber gets the current state, then each change. A slow subscriber may miss
states in between, but never the last one.
"""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from gateway.backoff import Backoff
from gateway.imin.documents import Order
from gateway.imin.documents.vocabulary import OrderItemStatus
from gateway.imin.endpoints.orders import ORDER
from gateway.imin.errors import IminError
from gateway.imin.repository import Repository
from gateway.imin.transport.call_counter import stop_counting_calls
from gateway.imin.transport.deadline import REQUEST_DEADLINE, join

_FINAL = {
    OrderItemStatus.CUSTOMER_CANCELLED,
    OrderItemStatus.SELLER_CANCELLED,
    OrderItemStatus.ATTENDEE_ATTENDED,
    OrderItemStatus.ATTENDEE_ABSENT,
}


class TooManySubscribers(Exception):
    """The limit of subscribers is reached, in total or for this customer."""


class OrderWatcher:
    """Polls the orders that have subscribers.

    max_subscribers: at one time, in this process. max_per_customer: of these, for one customer's orders.
    """

    def __init__(
        self, repository: Repository, backoff: Backoff, max_subscribers: int, max_per_customer: int
    ) -> None:
        self._repository = repository
        self._backoff = backoff
        self._max_subscribers = max_subscribers
        self._max_per_customer = max_per_customer
        self._watches: dict[tuple[str, str], _Watch] = {}
        self._is_stopped = False

    @property
    def subscribers(self) -> int:
        """Subscribers at present."""
        return sum(watch.subscribers for watch in self._watches.values())

    async def changes(self, customer: str, order: str) -> AsyncGenerator[Order | None, None]:
        """Yield the current order, then each change of status, total or receipts, until all items are final.

        Yields None once where imin has no such order. Raises TooManySubscribers, and IminError if the first
        reading fails or takes longer than the caller's own request may. Later failures are retried with the
        backoff.
        """
        if (
            self._is_stopped
            or self.subscribers >= self._max_subscribers
            or self._subscribers_of(customer) >= self._max_per_customer
        ):
            raise TooManySubscribers
        watch = self._watches.setdefault(
            (customer, order), _Watch(self._repository, self._backoff, customer, order)
        )
        watch.subscribers += 1
        try:
            first, version = await watch.start()
            yield first
            while await watch.changed_since(version):
                version = watch.version
                yield watch.order
        finally:
            watch.subscribers -= 1
            if not watch.subscribers:
                watch.end()
                if self._watches.get((customer, order)) is watch:
                    del self._watches[customer, order]

    def _subscribers_of(self, customer: str) -> int:
        return sum(watch.subscribers for (owner, _), watch in self._watches.items() if owner == customer)

    def poll_now(self, order: str) -> None:
        """Read the order at once and restart its backoff; call this when something has been done to it."""
        for (_, identifier), watch in self._watches.items():
            if identifier == order:
                watch.poll_now()

    def poll_customer(self, customer: str) -> None:
        """Read all watched orders of a customer at once and restart their backoff."""
        for (owner, _), watch in self._watches.items():
            if owner == customer:
                watch.poll_now()

    async def stop(self) -> None:
        """End every subscription."""
        self._is_stopped = True
        for watch in self._watches.values():
            watch.end()


class _Watch:
    """One order that has subscribers. version: number of different states seen so far."""

    def __init__(self, repository: Repository, backoff: Backoff, customer: str, order: str) -> None:
        self.subscribers = 0
        self.version = 0
        self.order: Order | None = None
        self._repository = repository
        self._key = customer, order
        self._backoff = backoff
        self._first_poll: asyncio.Task[tuple[Order | None, int]] | None = None
        self._loop: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._wake = asyncio.Event()
        self._is_over = False

    async def start(self) -> tuple[Order | None, int]:
        """The current order and its version. Subscribers that arrive during a reading share it."""
        if self._first_poll is None or self._first_poll.done():
            self._first_poll = asyncio.ensure_future(self._poll())
        state = await join(self._first_poll)
        if self._loop is None and not self._is_over:
            self._loop = asyncio.ensure_future(self._poll_until_over())
        return state

    async def changed_since(self, version: int) -> bool:
        """Wait for a newer version; False if there will be none."""
        while self.version == version and not self._is_over:
            await self._changed.wait()
        return self.version != version

    def poll_now(self) -> None:
        self._wake.set()

    def end(self) -> None:
        self._is_over = True
        if self._loop and self._loop is not asyncio.current_task():
            self._loop.cancel()
        self._notify()

    async def _poll(self) -> tuple[Order | None, int]:
        # The result also serves other requests than the one that started it, whose deadline must not apply.
        REQUEST_DEADLINE.set(float("inf"))
        order = await self._repository.get_now(ORDER, self._key)
        if self.version == 0 or _compared(order) != _compared(self.order):
            self.order = order
            self.version += 1
            self._notify()
        if order is None or _is_final(order):
            self._is_over = True
            self._notify()
        return order, self.version

    async def _poll_until_over(self) -> None:
        stop_counting_calls()
        unchanged = 0
        while not self._is_over:
            if await self._woken_within(self._backoff.delay(unchanged)):
                unchanged = 0
            before = self.version
            try:
                await self._poll()
            except IminError:
                unchanged += 1
                continue
            unchanged = 0 if self.version != before else unchanged + 1

    async def _woken_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return False
        self._wake.clear()
        return True

    def _notify(self) -> None:
        # Waiters hold the old event; the next change needs one that is not set yet.
        self._changed.set()
        self._changed = asyncio.Event()


def _compared(order: Order | None) -> Any:
    """The parts of an order whose changes are sent to subscribers."""
    if order is None:
        return None
    total = order.total_payment_due
    return (
        tuple((item.identifier, item.status_text) for item in order.items),
        (total.amount, total.currency) if total else None,
        tuple(receipt.identifier for receipt in order.receipts),
    )


def _is_final(order: Order) -> bool:
    return bool(order.items) and all(item.status in _FINAL for item in order.items)
