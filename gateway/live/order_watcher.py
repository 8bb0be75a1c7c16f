"""Watching orders for subscribers: one reading loop per order, however many subscribers it has.

imin sends no notifications of orders, so they are read repeatedly: see order_watch. A subscriber gets the
current state, then each change. A slow subscriber may miss states in between, but never the last one.
"""

from collections.abc import AsyncGenerator

from gateway.cancellation.attempts import Attempt
from gateway.live.order_changes import Change, changes_between
from gateway.live.order_state import OrderState
from gateway.live.order_watch import OrderWatch, WatchParts
from gateway.live.subscriber_limit import SubscriberLimit


class OrderWatcher:
    """Reads the orders that have subscribers. limit: shared with other watchers."""

    def __init__(self, parts: WatchParts, limit: SubscriberLimit) -> None:
        self._parts = parts
        self._limit = limit
        self._watches: dict[str, dict[str, OrderWatch]] = {}  # by order, then by customer

    async def states(self, customer: str, order: str) -> AsyncGenerator[OrderState, None]:
        """Yield the order's current state, then each other one, until it is over (see OrderWatch).

        Where imin has no such order, the only or last state has none. Raises TooManySubscribers, and
        IminError if the first reading fails or takes longer than the caller's own request may. Later failures
        are retried with the backoff.
        """
        self._limit.join(customer)
        watch = self._join(customer, order)
        try:
            state: OrderState | None = await watch.current()
            while state is not None:
                yield state
                state = await watch.after(state)
        finally:
            self._leave(watch, customer, order)

    def changes(self, before: OrderState, after: OrderState) -> tuple[Change, ...]:
        """What has changed between two states of one order; found once for all its subscribers."""
        if after.changes is None or after.changes[0] != before.number:
            after.changes = before.number, changes_between(before, after, self._parts.comparison)
        return after.changes[1]

    def poll_now(self, order: str) -> None:
        """Read the order at once and restart its backoff; call this when something has been done to it."""
        for watch in self._watches_of(order):
            watch.poll_now()

    def attempt_changed(self, attempt: Attempt) -> None:
        """Show subscribers what is known of a cancellation now."""
        for watch in self._watches_of(attempt.order):
            watch.attempt_changed(attempt)

    def poll_customer(self, customer: str) -> None:
        """Read all watched orders of a customer at once and restart their backoff."""
        for watches in self._watches.values():
            if customer in watches:
                watches[customer].poll_now()

    def end_customer(self, customer: str) -> None:
        """End the subscriptions to a customer's orders."""
        for watches in self._watches.values():
            if customer in watches:
                watches[customer].end()

    async def stop(self) -> None:
        """End every subscription."""
        self._limit.close()
        for order in self._watches:
            for watch in self._watches_of(order):
                watch.end()

    def _watches_of(self, order: str) -> list[OrderWatch]:
        return [*self._watches.get(order, {}).values()]

    def _join(self, customer: str, order: str) -> OrderWatch:
        watches = self._watches.setdefault(order, {})
        if customer not in watches:
            watches[customer] = OrderWatch(self._parts, customer, order)
        watches[customer].subscribers += 1
        return watches[customer]

    def _leave(self, watch: OrderWatch, customer: str, order: str) -> None:
        watch.subscribers -= 1
        self._limit.leave(customer)
        if watch.subscribers:
            return
        watch.end()
        del self._watches[order][customer]
        if not self._watches[order]:
            del self._watches[order]
