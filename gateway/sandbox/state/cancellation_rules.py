"""Decide whether the customer may cancel an item.

Source: Open Booking API 8.3.2: neither cancelled nor attended, a full refund allowed, and not later than
latestCancellationBeforeStartDate before the start.
"""

from datetime import datetime

from gateway.sandbox.data import dates
from gateway.sandbox.data.order_items import object_member, start_of, status_of
from gateway.sandbox.data.vocabulary import BOOKED, Document


def reason_not_cancellable(item: Document, now: datetime) -> str | None:
    """Why the customer cannot cancel the item now, in words for the customer; None when they can."""
    if status_of(item) not in BOOKED:
        return "This booking can no longer be cancelled."
    offer = object_member(item, "acceptedOffer")
    allowed = item.get(
        "allowCustomerCancellationFullRefund", offer.get("allowCustomerCancellationFullRefund")
    )
    if allowed is not True:
        return "Customer cancellation not permitted as the offer does not include a refund"
    start = start_of(item)
    window = dates.parse_duration(offer.get("latestCancellationBeforeStartDate"))
    if start is None or dates.shifted(start, window, back=True) < now:
        what = "slot" if object_member(item, "orderedItem").get("type") == "Slot" else "session"
        return f"Customer cancellation not permitted as outside the refund window for the {what}"
    return None
