"""Read the order items of a document: status, start and end."""

from datetime import datetime
from typing import Any

from gateway.sandbox.data import dates
from gateway.sandbox.data.vocabulary import Document, tail


def items_of(order: Any) -> list[Document]:
    """The order items of a document; empty when its shape is not an order's."""
    items = order.get("orderedItem") if isinstance(order, dict) else None
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def status_of(item: Document) -> str:
    """The last segment of the item's orderItemStatus."""
    return tail(item.get("orderItemStatus"))


def start_of(item: Document) -> datetime | None:
    """When the booked session or slot starts."""
    return dates.parse(object_member(item, "orderedItem").get("startDate"))


def end_of(item: Document) -> datetime | None:
    """When the session or slot ends: its endDate, or start plus duration, or its start."""
    booked = object_member(item, "orderedItem")
    start = start_of(item)
    end = dates.parse(booked.get("endDate"))
    if end or not start:
        return end
    return dates.shifted(start, dates.parse_duration(booked.get("duration")))


def object_member(document: Document, key: str) -> Document:
    """The JSON object under this key; empty when it is missing or not an object."""
    value = document.get(key)
    return value if isinstance(value, dict) else {}
