"""What an order is to contain, before it is written as a document."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from gateway.sandbox.data.activities import Activity
from gateway.sandbox.data.sellers import Seller, Venue
from gateway.sandbox.data.vocabulary import CONFIRMED, Document


@dataclass(slots=True)
class ItemPlan:
    """One thing booked.

    refundable: allowCustomerCancellationFullRefund; None leaves the flag out.
    window: latestCancellationBeforeStartDate; None leaves it out.
    status: the OrderItemStatus to end up with. message: the seller's, with a cancellation.
    """

    activity: Activity
    venue: Venue
    start: datetime
    price: Decimal
    refundable: bool | None = True
    window: str | None = "P1D"
    status: str = CONFIRMED
    attendee: Document | None = None
    message: str | None = None

    @property
    def end(self) -> datetime:
        """When it is over."""
        return self.start + timedelta(minutes=self.activity.minutes)


@dataclass(slots=True)
class OrderPlan:
    """One order. omitted: members that the document goes without, as a path of keys each."""

    number: int
    identifier: str
    order_number: str
    order_date: datetime
    person: Document
    seller: Seller
    items: list[ItemPlan]
    receipt: bool = True
    omitted: tuple[tuple[str, ...], ...] = field(default=())
