"""Following orders: one reading loop per order, however many want to hear of it.

imin tells nobody of changes, so an order is read again and again: soon after something happened, ever more
rarely while nothing does. A follower is given the state at the start and then each change; one that is slow
misses states in between, never the last one.
"""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from gateway.backoff import Pace
from gateway.imin.documents import Order
from gateway.imin.documents.vocabulary import OrderItemStatus
from gateway.imin.errors import IminError
from gateway.imin.repository import Reads
from gateway.imin.transport.deadline import REQUEST_DEADLINE

_FINAL = {
    OrderItemStatus.CUSTOMER_CANCELLED,
    OrderItemStatus.SELLER_CANCELLED,
    OrderItemStatus.ATTENDEE_ATTENDED,
    OrderItemStatus.ATTENDEE_ABSENT,
}


class TooManyFollowers(Exception):
    """As many follow orders as can be served."""


class Following:
    """The orders that are followed. most: followers at a time; most_each: of one customer's orders."""

    def __init__(self, reads: Reads, pace: Pace, most: int, most_each: int) -> None:
        self._reads = reads
        self._pace = pace
        self._most = most
        self._most_each = most_each
        self._watches: dict[tuple[str, str], _Watch] = {}
        self._is_stopped = False

    @property
    def followers(self) -> int:
        """How many follow at present."""
        return sum(watch.followers for watch in self._watches.values())

    async def changes(self, customer: str, order: str) -> AsyncGenerator[Order | None, None]:
        """The order as it is, then each change of status, total or receipts, until all items are final.

        None alone, where imin has no such order. Raises IminError where it cannot be read at the start, and
        TooManyFollowers.
        """
        if self._is_stopped or self.followers >= self._most or self._of(customer) >= self._most_each:
            raise TooManyFollowers
        watch = self._watches.setdefault((customer, order), _Watch(self._reads, self._pace, customer, order))
        watch.followers += 1
        try:
            first, version = await watch.start()
            yield first
            while await watch.changed_since(version):
                version = watch.version
                yield watch.order
        finally:
            watch.followers -= 1
            if not watch.followers:
                watch.end()
                if self._watches.get((customer, order)) is watch:
                    del self._watches[customer, order]

    def _of(self, customer: str) -> int:
        return sum(watch.followers for (owner, _), watch in self._watches.items() if owner == customer)

    def hurry(self, order: str) -> None:
        """Something was done to an order: read it now, and often for a while."""
        for (_, identifier), watch in self._watches.items():
            if identifier == order:
                watch.hurry()

    async def changed_elsewhere(self, order: str) -> None:
        """Another replica is changing an order, or has: as hurry."""
        self.hurry(order)

    async def stop(self) -> None:
        """End every following; each follower hears that there is no more."""
        self._is_stopped = True
        for watch in self._watches.values():
            watch.end()


class _Watch:
    """One order that is followed. version: counts the states that differed."""

    def __init__(self, reads: Reads, pace: Pace, customer: str, order: str) -> None:
        self.followers = 0
        self.version = 0
        self.order: Order | None = None
        self._reads = reads
        self._key = customer, order
        self._pace = pace
        self._reading: asyncio.Task[tuple[Order | None, int]] | None = None
        self._loop: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._wake = asyncio.Event()
        self._is_over = False

    async def start(self) -> tuple[Order | None, int]:
        """The order as it is now, and its version. Followers who come at the same time share one reading."""
        if self._reading is None or self._reading.done():
            self._reading = asyncio.ensure_future(self._look())
        reading = await asyncio.shield(self._reading)
        if self._loop is None and not self._is_over:
            self._loop = asyncio.ensure_future(self._look_again_and_again())
        return reading

    async def changed_since(self, version: int) -> bool:
        """Wait for another state; False where none can come any more."""
        while self.version == version and not self._is_over:
            await self._news.wait()
        return self.version != version

    def hurry(self) -> None:
        """Look now."""
        self._wake.set()

    def end(self) -> None:
        """No more looking."""
        self._is_over = True
        if self._loop and self._loop is not asyncio.current_task():
            self._loop.cancel()
        self._tell()

    async def _look(self) -> tuple[Order | None, int]:
        # It serves others than the request that began it.
        REQUEST_DEADLINE.set(float("inf"))
        order = (await self._reads.order(*self._key, _never_stale, anew=True)).value()
        if self.version == 0 or _shown(order) != _shown(self.order):
            self.order = order
            self.version += 1
            self._tell()
        if order is None or _is_final(order):
            self._is_over = True
            self._tell()
        return order, self.version

    async def _look_again_and_again(self) -> None:
        looks = 0
        while not self._is_over:
            if await self._woken(self._pace.pause(looks)):
                looks = 0
            before = self.version
            try:
                await self._look()
            except IminError:
                looks += 1
                continue
            looks = 0 if self.version != before else looks + 1

    async def _woken(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return False
        self._wake.clear()
        return True

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()


def _never_stale(_age_seconds: float) -> None:
    """What is asked for anew is not given from before."""


def _shown(order: Order | None) -> Any:
    """What a follower is told the changes of."""
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
