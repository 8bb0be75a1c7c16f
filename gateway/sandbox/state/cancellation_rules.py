"""When an item may be cancelled, and when it takes place.

Source: Open Booking API 8.3.2: neither cancelled nor attended, a full refund allowed, and not later than
latestCancellationBeforeStartDate before the start.
"""

from datetime import datetime, timedelta
from typing import Any

from gateway.sandbox.data import dates as moments
from gateway.sandbox.data.vocabulary import BOOKED, CANCELLED, Document, tail


def items_of(order: Any) -> list[Document]:
    """The order items of a document; none where it has no such shape."""
    items = order.get("orderedItem") if isinstance(order, dict) else None
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def status_of(item: Document) -> str:
    """The last segment of the item's orderItemStatus."""
    return tail(item.get("orderItemStatus"))


def start_of(item: Document) -> datetime | None:
    """When the booked session or slot starts."""
    return moments.parse(_member(item, "orderedItem").get("startDate"))


def end_of(item: Document) -> datetime | None:
    """When it ends: its endDate, else its start and duration, else its start."""
    booked = _member(item, "orderedItem")
    start = start_of(item)
    end = moments.parse(booked.get("endDate"))
    if end or not start:
        return end
    return start + (moments.parse_duration(booked.get("duration")) or timedelta())


def is_upcoming(item: Document, now: datetime) -> bool:
    """Whether it belongs to the upcoming order items: until its end, a cancelled one until its start."""
    until = start_of(item) if status_of(item) in CANCELLED else end_of(item)
    return until is not None and until >= now


def refusal(item: Document, now: datetime) -> str | None:
    """Why the customer cannot cancel the item now, in words for the customer; None when they can."""
    if status_of(item) not in BOOKED:
        return "This booking can no longer be cancelled."
    offer = _member(item, "acceptedOffer")
    allowed = item.get(
        "allowCustomerCancellationFullRefund", offer.get("allowCustomerCancellationFullRefund")
    )
    if allowed is not True:
        return "Customer cancellation not permitted as the offer does not include a refund"
    start = start_of(item)
    window = moments.parse_duration(offer.get("latestCancellationBeforeStartDate")) or timedelta()
    if start is None or start - window < now:
        what = "slot" if _member(item, "orderedItem").get("type") == "Slot" else "session"
        return f"Customer cancellation not permitted as outside the refund window for the {what}"
    return None


def _member(document: Document, key: str) -> dict[str, Any]:
    value = document.get(key)
    return value if isinstance(value, dict) else {}
