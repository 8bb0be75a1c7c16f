"""A customer's upcoming order items. Source: imin docs, Upcoming OrderItems."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from gateway.sandbox.data.vocabulary import Document
from gateway.sandbox.state.cancellation_rules import is_upcoming, items_of, start_of
from gateway.sandbox.state.order_store import OrderStore

# No generated session starts later than this after its order.
LONGEST_LEAD = timedelta(days=30)


def upcoming_items(store: OrderStore, customer: str, now: datetime) -> list[tuple[str, Document]]:
    """(order identifier, item) of everything still to come, earliest start first."""
    found = [
        (order, item)
        for order in _worth_reading(store, customer, now)
        for item in items_of(store.document(order))
        if is_upcoming(item, now)
    ]
    return sorted(found, key=lambda pair: (start_of(pair[1]) or now, str(pair[1].get("identifier"))))


def _worth_reading(store: OrderStore, customer: str, now: datetime) -> Iterator[str]:
    """The orders that may have something to come, so that a long history is not generated for a few."""
    recent = True
    for order in store.identifiers(customer):
        if store.is_changed(order):
            yield order
        elif recent:
            placed = store.generated_date(order)
            recent = placed is not None and placed + LONGEST_LEAD >= now
            if recent:
                yield order
