"""Watching lists and accounts of customers: one reading loop for each, however many subscribers it has.

A subscriber gets the current state, then each change. A slow subscriber may miss states in between, but never
the last one.
"""

from collections.abc import AsyncGenerator, Iterator
from typing import Any, TypeVar

from gateway.cancellation.attempts import Attempt
from gateway.live.customer_watch import CustomerWatch, CustomerWatchParts, Feed
from gateway.live.subscriber_limit import SubscriberLimit

S = TypeVar("S")

MAX_POLLED_FOR_NEW_ORDER = 100
"""Customers who are watched at one time, at most, for all of them to be read when a new order states none."""


class CustomerWatcher:
    """Reads what has subscribers. limit: shared with other watchers."""

    def __init__(self, parts: CustomerWatchParts, limit: SubscriberLimit) -> None:
        self._parts = parts
        self._limit = limit
        self._watches: dict[str, dict[str, CustomerWatch[Any]]] = {}  # by customer, then by topic

    async def states(self, feed: Feed[S], customer: str, size: int = 1) -> AsyncGenerator[S, None]:
        """Yield the feed's current state of that size, then each other one.

        Raises IminError if the first reading fails, and TooManySubscribers. Later failures are retried with
        the backoff.
        """
        self._limit.join(customer)
        watch = self._join(feed, customer, size)
        try:
            state: S | None = await watch.current(size)
            while state is not None:
                yield state
                state = await watch.after(state, size)
        finally:
            self._leave(watch, feed.topic, customer, size)

    def poll_customer(self, customer: str, topic: str = "") -> None:
        """Read a customer's feeds at once and restart their backoff. topic: only this one."""
        for name, watch in self._watches.get(customer, {}).items():
            if topic in {"", name}:
                watch.poll_now()

    def poll_order(self, order: str) -> None:
        """Read the feeds that show an order."""
        for watch in self._all():
            if watch.shows(order):
                watch.poll_now()

    def poll_for_new_order(self) -> None:
        """Read every feed, if they are few: a new order may belong to any of them."""
        if len(self._watches) <= MAX_POLLED_FOR_NEW_ORDER:
            for watch in self._all():
                watch.poll_now()

    def attempt_changed(self, attempt: Attempt) -> None:
        """Show subscribers what is known of a cancellation now."""
        for watch in self._all():
            if watch.shows(attempt.order):
                watch.attempt_changed(attempt)

    def end_customer(self, customer: str) -> None:
        """End the subscriptions to a customer's lists and account."""
        for watch in [*self._watches.get(customer, {}).values()]:
            watch.end()

    async def stop(self) -> None:
        """End every subscription."""
        self._limit.close()
        for watch in [*self._all()]:
            watch.end()

    def _all(self) -> Iterator[CustomerWatch[Any]]:
        return (watch for watches in self._watches.values() for watch in watches.values())

    def _join(self, feed: Feed[S], customer: str, size: int) -> CustomerWatch[S]:
        watches = self._watches.setdefault(customer, {})
        if feed.topic not in watches:
            watches[feed.topic] = CustomerWatch(self._parts, feed, customer)
        watch: CustomerWatch[S] = watches[feed.topic]
        watch.sizes[size] += 1
        return watch

    def _leave(self, watch: CustomerWatch[Any], topic: str, customer: str, size: int) -> None:
        self._limit.leave(customer)
        watch.leave(size)
        if watch.sizes:
            return
        watch.end()
        del self._watches[customer][topic]
        if not self._watches[customer]:
            del self._watches[customer]
