"""The parts of live updates that subscriptions use."""

import asyncio
from dataclasses import dataclass

from gateway.cancellation.attempt_log import AttemptLog
from gateway.imin.documents import Order, OrderItem
from gateway.live.account_feed import AccountFeed
from gateway.live.customer_watcher import CustomerWatcher
from gateway.live.list_feed import ListFeed
from gateway.live.order_watcher import OrderWatcher
from gateway.live.subscriber_limit import SubscriberLimit

_JOURNAL_SECONDS = 1.0


@dataclass(frozen=True)
class LiveUpdates:
    """attempts: on all orders. limit: of subscribers of all kinds.

    orders, upcoming_items, account: for `customer_watcher.states`.
    """

    attempts: AttemptLog
    limit: SubscriberLimit
    order_watcher: OrderWatcher
    customer_watcher: CustomerWatcher
    orders: ListFeed[Order]
    upcoming_items: ListFeed[OrderItem]
    account: AccountFeed

    async def follow_other_processes(self) -> None:
        """Notice what other workers write to the journal, for ever."""
        while True:
            await asyncio.sleep(_JOURNAL_SECONDS)
            if self.limit.total:
                await self.attempts.notice_other_processes()

    async def stop(self) -> None:
        """End every subscription."""
        await self.order_watcher.stop()
        await self.customer_watcher.stop()
