"""The contents of an order before it is written as a document."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from gateway.sandbox.data.activities import Activity
from gateway.sandbox.data.sellers import Seller, Venue
from gateway.sandbox.data.vocabulary import CONFIRMED, Document


@dataclass(slots=True)
class ItemPlan:
    """The contents of one order item.

    refundable: allowCustomerCancellationFullRefund; None omits the member.
    window: latestCancellationBeforeStartDate; None omits the member.
    status: the final OrderItemStatus.
    message: the seller's cancellation message.
    booked, offer: an opportunity that exists, and one of its offers; None: those that the plan describes.
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
    booked: Document | None = None
    offer: Document | None = None

    @property
    def end(self) -> datetime:
        return self.start + timedelta(minutes=self.activity.minutes)


@dataclass(slots=True)
class OrderPlan:
    """The contents of one order.

    omitted: paths of keys; each names a member that the document leaves out.
    """

    number: int
    identifier: str
    order_number: str
    order_date: datetime
    person: Document
    seller: Seller
    items: list[ItemPlan]
    receipt: bool = True
    omitted: tuple[tuple[str, ...], ...] = ()
