"""The parts of live updates that subscriptions use."""

from dataclasses import dataclass

from gateway.imin.documents import Order, OrderItem
from gateway.live.account_feed import AccountFeed
from gateway.live.customer_watcher import CustomerWatcher
from gateway.live.list_feed import ListFeed
from gateway.live.order_watcher import OrderWatcher
from gateway.live.subscriber_limit import SubscriberLimit


@dataclass(frozen=True)
class LiveUpdates:
    """limit: of subscribers of all kinds. orders, upcoming_items, account: for `customer_watcher.states`."""

    limit: SubscriberLimit
    order_watcher: OrderWatcher
    customer_watcher: CustomerWatcher
    orders: ListFeed[Order]
    upcoming_items: ListFeed[OrderItem]
    account: AccountFeed

    async def stop(self) -> None:
        """End every subscription."""
        await self.order_watcher.stop()
        await self.customer_watcher.stop()
