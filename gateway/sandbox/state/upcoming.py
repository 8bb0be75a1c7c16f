"""List a customer's upcoming order items. Source: imin docs, Upcoming OrderItems."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from gateway.sandbox.data.order_items import end_of, items_of, start_of, status_of
from gateway.sandbox.data.vocabulary import CANCELLED, Document
from gateway.sandbox.state.order_store import OrderStore

# No generated session starts later than this after its order.
MAX_LEAD = timedelta(days=30)


def upcoming_items(store: OrderStore, customer: str, now: datetime) -> list[tuple[str, Document]]:
    """(order identifier, item) of every upcoming item, earliest start first."""
    found = [
        (order, item)
        for order in _candidates(store, customer, now)
        for item in items_of(store.document(order))
        if _is_upcoming(item, now)
    ]
    return sorted(found, key=lambda pair: (start_of(pair[1]) or now, str(pair[1].get("identifier"))))


def _is_upcoming(item: Document, now: datetime) -> bool:
    # Assumption: until the item's end; a cancelled item until its start.
    until = start_of(item) if status_of(item) in CANCELLED else end_of(item)
    return until is not None and until >= now


def _candidates(store: OrderStore, customer: str, now: datetime) -> Iterator[str]:
    """The orders that may have upcoming items, so that the rest of the history is not generated."""
    recent = True
    for order in store.identifiers(customer):
        if store.is_changed(order):
            yield order
        elif recent:
            placed = store.generated_date(order)
            recent = placed is not None and placed + MAX_LEAD >= now
            if recent:
                yield order
