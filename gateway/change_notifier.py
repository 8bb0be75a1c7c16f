"""Pass on what has changed in imin to what holds data of it: the cache and the watchers, on every replica."""

from collections.abc import Iterable

from gateway.cancellation.attempts import Attempt
from gateway.imin.cache import Cache
from gateway.imin.changes import Change
from gateway.live.customer_watcher import CustomerWatcher
from gateway.live.order_watcher import OrderWatcher
from gateway.replicas.announcements import Announcements


class ChangeNotifier:
    """cache, announcements: None without a cache, without replicas."""

    def __init__(
        self,
        cache: Cache | None,
        order_watcher: OrderWatcher,
        customer_watcher: CustomerWatcher,
        announcements: Announcements | None,
    ) -> None:
        self._cache = cache
        self._order_watcher = order_watcher
        self._customer_watcher = customer_watcher
        self._announcements = announcements
        if announcements is not None:
            announcements.on_announcement(self._changed_elsewhere)

    async def order_changed(self, order: str) -> None:
        """An order changes through this process: drop it from the cache, and let other replicas poll it."""
        if self._cache is not None:
            await self._cache.order_changed(order)
        await self._announce(Change(order=order))

    async def customer_changed(self, customer: str) -> None:
        """Anything of a customer may have changed: drop it from the cache, and poll what is watched of it."""
        if self._cache is not None:
            await self._cache.customer_changed(customer)
        self._poll(Change(customer=customer))
        await self._announce(Change(customer=customer))

    async def customer_erased(self, customer: str) -> None:
        """A customer's personal data is erased, or will be: end their subscriptions, on every replica."""
        if self._cache is not None:
            await self._cache.customer_changed(customer)
        self._end(customer)
        await self._announce(Change(customer=customer, is_erasure=True))

    async def booked(self, orders: Iterable[str], customers: Iterable[str]) -> None:
        """Bookings were completed or changed elsewhere. An order may be new, and its customer unknown."""
        orders, customers = list(orders), list(customers)
        if self._cache is not None:
            customers += filter(None, map(self._cache.holder, orders))
        for customer in dict.fromkeys(customers):
            await self.customer_changed(customer)
        for order in orders:
            if self._cache is not None:
                await self._cache.order_changed(order)
            change = Change(order=order, is_new_order=not customers)
            self._poll(change)
            await self._announce(change)

    async def _changed_elsewhere(self, change: Change) -> None:
        """Another replica has announced a change."""
        if self._cache is not None and change.order:
            await self._cache.order_changed(change.order)
        self._poll(change)

    def cancellation_ended(self, order: str) -> None:
        """An exchange with imin about a cancellation has ended, with any outcome."""
        self._poll(Change(order=order))

    def attempt_changed(self, attempt: Attempt) -> None:
        """A cancellation was begun, or it was learned what became of it."""
        self._order_watcher.attempt_changed(attempt)
        self._customer_watcher.attempt_changed(attempt)

    def _end(self, customer: str) -> None:
        self._order_watcher.end_customer(customer)
        self._customer_watcher.end_customer(customer)

    def _poll(self, change: Change) -> None:
        if change.is_erasure:
            self._end(change.customer)
            return
        if change.topic:
            self._customer_watcher.poll_customer(change.customer, change.topic)
            return
        if change.customer:
            self._order_watcher.poll_customer(change.customer)
            self._customer_watcher.poll_customer(change.customer)
        if change.order:
            self._order_watcher.poll_now(change.order)
            self._customer_watcher.poll_order(change.order)
        if change.is_new_order:
            self._customer_watcher.poll_for_new_order()

    async def _announce(self, change: Change) -> None:
        if self._announcements is not None:
            await self._announcements.announce(change)
