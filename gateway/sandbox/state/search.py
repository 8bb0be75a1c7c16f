"""Find sessions and slots by identifier, as imin's Search API does.

Source: imin docs, Search API: it has the next 14 days only. What it has here are the sessions that the
customers of customers.py have booked, with one offer on the series or the slot; see assumptions.py.
"""

import copy
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from gateway.sandbox.data.customers import CUSTOMERS
from gateway.sandbox.data.error_documents import openactive_error
from gateway.sandbox.data.order_items import object_member, start_of
from gateway.sandbox.data.vocabulary import ORDER_CONTEXT, Document
from gateway.sandbox.state.order_store import OrderStore
from gateway.sandbox.state.upcoming import upcoming_items

_AHEAD = timedelta(days=14)
_CHECKOUT = {"ScheduledSession": "scheduled-sessions", "Slot": "slots"}


class Search:
    """What Search has: documents that were put, and the sessions booked in the store."""

    def __init__(self, store: OrderStore) -> None:
        self._store = store
        self._put: dict[str, Any] = {}

    def put(self, identifier: str, document: Any) -> None:
        """Serve exactly this JSON value for the identifier; None: nothing, a 404."""
        self._put[identifier] = document

    def opportunity(self, kind: str, identifier: str, now: datetime) -> Any:
        """The session or slot. Raises IminError (404) if Search does not have it."""
        document = self._put[identifier] if identifier in self._put else self._booked(kind, identifier, now)
        if document is None:
            raise openactive_error("NotFoundError")
        return document

    def _booked(self, kind: str, identifier: str, now: datetime) -> Document | None:
        for customer in CUSTOMERS:
            for _, item in upcoming_items(self._store, customer.identifier, now):
                booked, start = item.get("orderedItem"), start_of(item)
                if not isinstance(booked, dict) or booked.get("identifier") != identifier:
                    continue
                is_listed = booked.get("type") == kind and start is not None and now <= start <= now + _AHEAD
                return _document(booked, item.get("acceptedOffer")) if is_listed else None
        return None


def _document(booked: Document, offer: Any) -> Document:
    document: Document = {"@context": ORDER_CONTEXT} | copy.deepcopy(booked)
    segment, identifier = _CHECKOUT[booked["type"]], quote(booked["identifier"], safe="")
    document["imin:checkoutUrlTemplate"] = f"{{checkoutBaseUrl}}/v1/{segment}/{identifier}"
    if isinstance(offer, dict):
        level = object_member(document, "superEvent") or document
        level["offers"] = [copy.deepcopy(offer)]
    return document
