"""Find sessions and slots by identifier, as imin's Search API does.

Source: imin docs, Search API: it has the next 14 days only. What it has here are the sessions that
customers have booked, with one offer on the series or the slot; see assumptions.py.
"""

import copy
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote

from gateway.sandbox.data.error_documents import openactive_error
from gateway.sandbox.data.order_items import items_of, object_member, start_of, status_of
from gateway.sandbox.data.vocabulary import CANCELLED, ORDER_CONTEXT, Document
from gateway.sandbox.state.order_store import OrderStore
from gateway.sandbox.state.upcoming import upcoming_items

_AHEAD = timedelta(days=14)
_TEMPLATE = "imin:checkoutUrlTemplate"
CHECKOUT_SEGMENTS = {"ScheduledSession": "scheduled-sessions", "Slot": "slots"}
"""Names of the types in the paths of checkout's pages."""
_PLACES = ("remainingAttendeeCapacity", "remainingUses")


class Search:
    """What Search has: documents that were put, and the sessions booked in the store.

    settle: settles the cancellations that are due, which give places back.
    """

    def __init__(self, store: OrderStore, settle: Callable[[], None]) -> None:
        self._store = store
        self._settle = settle
        self._put: dict[str, Any] = {}
        self._purchases: dict[str, list[str]] = {}
        self._places: dict[str, int] = {}
        self._withdrawn: set[str] = set()

    def put(self, identifier: str, document: Any) -> None:
        """Serve exactly this JSON value for the identifier; None: nothing, a 404."""
        self._put[identifier] = document

    def opportunity(self, kind: str, identifier: str, now: datetime) -> Any:
        """The session or slot. Raises IminError (404) if Search does not have it."""
        document = self._put.get(identifier)
        if isinstance(document, dict):
            document = self._as_sold(document)
        elif identifier not in self._put:
            document = self.find(kind, identifier, now)
        if document is None:
            raise openactive_error("NotFoundError")
        return document

    def find(self, kind: str, reference: str, now: datetime) -> Document | None:
        """The session or slot of this type whose identifier or id is the reference, if Search has it."""
        for booked, read in self._listed(now):
            if booked.get("type") == kind and reference in (booked.get("identifier"), booked.get("id")):
                return self._as_sold(read())
        return None

    def all(self, now: datetime) -> list[Document]:
        """Every session and slot that Search has."""
        return [self._as_sold(read()) for _, read in self._listed(now)]

    def _listed(self, now: datetime) -> Iterator[tuple[Document, Callable[[], Document]]]:
        """Each session as it was put or booked, and how to make the document that Search has of it."""
        for name, document in self._put.items():
            if isinstance(document, dict):
                yield document, partial(self._put.__getitem__, name)
        seen = set(self._put)
        for customer in self._store.customers():
            for _, item in upcoming_items(self._store, customer, now):
                booked, start = object_member(item, "orderedItem"), start_of(item)
                identifier = booked.get("identifier")
                if not isinstance(identifier, str) or identifier in seen:
                    continue
                seen.add(identifier)
                if booked.get("type") in CHECKOUT_SEGMENTS and start and now <= start <= now + _AHEAD:
                    yield booked, partial(_document, booked, item.get("acceptedOffer"))

    def record_purchase(self, opportunity: Document, order: str) -> None:
        """Let the places of the order's items be taken, until they are cancelled."""
        identifier, left = str(opportunity.get("identifier")), places_left(opportunity)
        if left is not None:
            # From now on, as the order that Search finds may be this one, which shows fewer places.
            self._places.setdefault(identifier, left + self._taken(identifier))
        self._purchases.setdefault(identifier, []).append(order)

    def set_places(self, identifier: str, places: int) -> None:
        """Let the session have this many places left now."""
        self._places[identifier] = places + self._taken(identifier)

    def set_bookable(self, identifier: str, *, is_bookable: bool) -> None:
        """Let checkout sell the session, or not."""
        (self._withdrawn.discard if is_bookable else self._withdrawn.add)(identifier)

    def _as_sold(self, document: Document) -> Document:
        """The document with the places that are left; the same object when nothing has changed."""
        identifier = document.get("identifier")
        if not isinstance(identifier, str):
            return document
        taken, member = self._taken(identifier), _places_member(document)
        places = self._places.get(identifier, document.get(member))
        changes: Document = {}
        if isinstance(places, int) and (taken or identifier in self._places):
            changes[member] = max(places - taken, 0)
        shown = document | changes if changes else document
        if identifier in self._withdrawn:
            shown = {name: value for name, value in shown.items() if name != _TEMPLATE}
        return shown

    def _taken(self, identifier: str) -> int:
        self._settle()
        return sum(
            object_member(item, "orderedItem").get("identifier") == identifier
            and status_of(item) not in CANCELLED
            for order in self._purchases.get(identifier, ())
            for item in items_of(self._store.document(order))
        )


def places_left(document: Document) -> int | None:
    """How many can still book; None if the document does not say."""
    places = document.get(_places_member(document))
    return places if isinstance(places, int) else None


def is_bookable(document: Document) -> bool:
    """Whether checkout sells it. Source: imin docs, Checkout, Setup: it has a template of its page."""
    return bool(document.get(_TEMPLATE))


def offers_of(document: Document) -> list[Document]:
    """The offers of a session, which stand on its series, or of a slot."""
    # Source: imin docs, Authenticated checkout.
    offers = (object_member(document, "superEvent") or document).get("offers")
    return [offer for offer in offers if isinstance(offer, dict)] if isinstance(offers, list) else []


def as_booked(document: Document, places: int) -> Document:
    """The session or slot as an order item shows it, after a booking of this many places."""
    booked = copy.deepcopy(document)
    for name in ("@context", _TEMPLATE):
        booked.pop(name, None)
    (object_member(booked, "superEvent") or booked).pop("offers", None)
    left = places_left(document)
    if left is not None:
        booked[_places_member(document)] = left - places
    return booked


def _places_member(document: Document) -> str:
    return _PLACES[document.get("type") == "Slot"]


def _document(booked: Document, offer: Any) -> Document:
    document: Document = {"@context": ORDER_CONTEXT} | copy.deepcopy(booked)
    segment, identifier = CHECKOUT_SEGMENTS[booked["type"]], quote(booked["identifier"], safe="")
    document[_TEMPLATE] = f"{{checkoutBaseUrl}}/v1/{segment}/{identifier}"
    if isinstance(offer, dict):
        level = object_member(document, "superEvent") or document
        level["offers"] = [copy.deepcopy(offer)]
    return document
