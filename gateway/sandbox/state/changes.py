"""Change booked orders as sellers and booking systems do after a booking.

Source: Open Booking API, notifications of an Order (change of logistics, access, customer notice,
replacement), and the actions of OpenActive's test interface.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from itertools import count

from gateway.sandbox.data import dates
from gateway.sandbox.data.money import amount, number
from gateway.sandbox.data.opportunities import levels, place, replacement
from gateway.sandbox.data.order_items import items_of, object_member
from gateway.sandbox.data.sellers import SELLERS, Seller
from gateway.sandbox.data.vocabulary import CANCELLED, OPENACTIVE, SCHEMA_ORG, STATUSES, Document, tail
from gateway.sandbox.state.cancellations import Cancellations
from gateway.sandbox.state.order_store import OrderStore

EVENT_STATUSES = ("EventScheduled", "EventRescheduled", "EventPostponed", "EventCancelled")
_FIRST_REPLACEMENT = 9_000_001


class Changes:
    """Changes of orders in a store. `item` is an item's identifier; None is the order's first item.

    Every change raises LookupError for an unknown order or item, and ValueError for one that is impossible.
    settle: settles the cancellations that are due, so that a change sees what a response would show.
    """

    def __init__(self, store: OrderStore, cancellations: Cancellations, settle: Callable[[], None]) -> None:
        self._store = store
        self._cancellations = cancellations
        self._settle = settle
        self._replacements = count(_FIRST_REPLACEMENT)

    def item_identifier(self, order: str, item: str | None) -> str:
        """The identifier of the item."""
        return str(self._item(order, item).get("identifier"))

    def move_session(self, order: str, item: str | None, start: datetime, end: datetime | None) -> None:
        """Move the session or slot to another start. end: None keeps its length."""
        if end is not None and end < start:
            raise ValueError(f"end must not be before start, got {end.isoformat()}.")
        for session in self._sessions(order, item):
            old_start, old_end = dates.parse(session.get("startDate")), dates.parse(session.get("endDate"))
            session["startDate"] = dates.utc(start)
            if end is not None:
                session["endDate"] = dates.utc(end)
                session.pop("duration", None)
            elif old_start and old_end:
                session["endDate"] = dates.utc(start + (old_end - old_start))

    def rename_session(self, order: str, item: str | None, name: str) -> None:
        """Give the session or slot another name, which stands on the top level that has one."""
        for session in self._sessions(order, item):
            (_holder(session, "name") or session)["name"] = name

    def set_event_status(self, order: str, item: str | None, status: str) -> None:
        """Cancel, postpone or reschedule the session; the order item keeps its status."""
        if status not in EVENT_STATUSES:
            raise ValueError(f"status must be one of {', '.join(EVENT_STATUSES)}, got {status!r}.")
        for session in self._sessions(order, item):
            session["eventStatus"] = f"{SCHEMA_ORG}{status}"

    def rename_venue(self, order: str, item: str | None, name: str) -> None:
        """Give the venue another name."""
        for location in self._locations(order, item):
            location["location"] = object_member(location, "location") | {"name": name}

    def change_venue(self, order: str, item: str | None) -> None:
        """Move the session or slot to another venue, of the same seller if it has one."""
        seller = _seller_of(self._update(order))
        locations = list(self._locations(order, item))
        venues = (*seller.venues, *(venue for other in SELLERS for venue in other.venues))
        current = object_member(locations[0], "location")
        venue = next(
            one
            for one in venues
            if one.identifier != current.get("identifier") and one.name != current.get("name")
        )
        for location in locations:
            location["location"] = place(seller, venue)

    def replace_opportunity(self, order: str, item: str | None, notice: str | None) -> None:
        """Replace the booked session or slot by another one at the same price.

        Source: Open Booking API, replacement by the seller. The order item keeps its id and status.
        """
        document = self._update(order)
        replaced = self._item(order, item)
        booked = object_member(replaced, "orderedItem")
        start = dates.parse(booked.get("startDate"))
        if start is None:
            raise ValueError("the session has no startDate.")
        replaced["orderedItem"] = replacement(_seller_of(document), booked, start, next(self._replacements))
        if notice:
            replaced["customerNotice"] = notice

    def replace_access_pass(self, order: str, item: str | None, text: str) -> None:
        """Replace all passes of the item by one barcode."""
        self._item(order, item)["accessPass"] = [{"@type": "Barcode", "text": text}]

    def set_access_code(self, order: str, item: str | None, code: str) -> None:
        """Replace all access codes of the item by one PIN."""
        pin = {"type": "PropertyValue", "name": "PIN Code", "description": code}
        self._item(order, item)["accessCode"] = [pin]

    def set_join_link(self, order: str, item: str | None, url: str) -> None:
        """Add the link of an online session, or replace it."""
        changed = self._item(order, item)
        channel = {"type": "VirtualLocation", "name": "Zoom Video Chat"} | object_member(
            changed, "accessChannel"
        )
        changed["accessChannel"] = channel | {"url": url}

    def set_text(self, order: str, item: str | None, member: str, text: str | None) -> None:
        """Set a text of the item, for example customerNotice; None removes it."""
        changed = self._item(order, item)
        changed.pop(member, None)
        if text is not None:
            changed[member] = text

    def set_item_status(self, order: str, item: str | None, status: str) -> None:
        """Give the item another status, for example AttendeeAttended, without a refund."""
        if status not in STATUSES:
            raise ValueError(f"status must be one of {', '.join(STATUSES)}, got {status!r}.")
        changed = self._item(order, item)
        if tail(changed.get("orderItemStatus")) in CANCELLED:
            raise ValueError(f"item {changed.get('identifier')!r} is cancelled, which is final")
        self._cancellations.forget(order, str(changed.get("identifier")))
        changed["orderItemStatus"] = f"{OPENACTIVE}{status}"

    def set_total(self, order: str, total: Decimal) -> None:
        """Set the total of the order, in its currency."""
        if not total.is_finite() or total < 0:
            raise ValueError(f"amount must be pounds from 0, got {total}.")
        document = self._update(order)
        due = {"type": "PriceSpecification", "priceCurrency": "GBP"} | object_member(
            document, "totalPaymentDue"
        )
        document["totalPaymentDue"] = due | {"price": number(amount(total))}

    def _update(self, order: str) -> Document:
        self._settle()
        if not self._store.has(order):
            raise LookupError(f"there is no order {order!r}")
        return self._store.for_update(order)

    def _item(self, order: str, item: str | None) -> Document:
        items = items_of(self._update(order))
        found = next((one for one in items if item is None or one.get("identifier") == item), None)
        if found is None:
            raise LookupError(f"order {order} has no item" + (f" {item!r}" if item else ""))
        return found

    def _sessions(self, order: str, item: str | None) -> Iterator[Document]:
        """The session of the item, as every item of the order that books it has it."""
        booked = object_member(self._item(order, item), "orderedItem")
        if not booked:
            raise ValueError("the item names no session.")
        yield booked
        for other in items_of(self._update(order)):
            session = object_member(other, "orderedItem")
            if session is not booked and session.get("identifier") == booked.get("identifier"):
                yield session

    def _locations(self, order: str, item: str | None) -> Iterator[Document]:
        """The objects that hold the location of the session."""
        for session in self._sessions(order, item):
            holder = _holder(session, "location")
            if holder is None:
                raise ValueError("the session has no venue.")
            yield holder


def _holder(session: Document, member: str) -> Document | None:
    """The first object with this member, from the session upwards to its series or facility."""
    return next((level for level in levels(session) if member in level), None)


def _seller_of(order: Document) -> Seller:
    identifier = object_member(order, "seller").get("id")
    return next((seller for seller in SELLERS if seller.url == identifier), SELLERS[0])
