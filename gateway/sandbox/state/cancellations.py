"""The life of a cancellation: asked for, pending, then confirmed or refused by the booking system."""

from datetime import datetime, timedelta
from itertools import count

from gateway.sandbox.api.errors import cancellation_not_permitted, openactive
from gateway.sandbox.data.vocabulary import (
    CANCELLED,
    CONFIRMED,
    CUSTOMER_CANCELLED,
    OPENACTIVE,
    PENDING,
    SELLER_CANCELLED,
    Document,
)
from gateway.sandbox.state.cancellation_request import split_item_id
from gateway.sandbox.state.cancellation_rules import items_of, refusal, status_of
from gateway.sandbox.state.order_store import OrderStore
from gateway.sandbox.state.refunds import invoice, refund

_FIRST_NEW_RECEIPT = 500_001


class Cancellations:
    """Cancels items of the store's orders. Cancelled items stay cancelled."""

    def __init__(self, store: OrderStore, confirm_after_seconds: float) -> None:
        self.confirm_after_seconds = confirm_after_seconds
        self._store = store
        self._due: dict[tuple[str, str], datetime] = {}
        self._refused: set[str] = set()
        self._refuse_all = False
        self._receipts = count(_FIRST_NEW_RECEIPT)
        # Every request that was accepted: its order, and the items that it made pending (none on a repeat).
        self.accepted: list[tuple[str, frozenset[str]]] = []

    def request(self, order: str, requested: list[str], now: datetime) -> None:
        """Makes the items pending, all of them or none.

        Raises Refusal when the order or an item is unknown, or an item may not be cancelled now.
        """
        document = self._store.document(order)
        if not isinstance(document, dict):
            raise openactive("UnknownOrderError")
        items = [_find(self._store, order, document, identifier) for identifier in requested]
        open_items = [item for item in items if status_of(item) not in {CUSTOMER_CANCELLED, PENDING}]
        for item in open_items:
            if reason := refusal(item, now):
                raise cancellation_not_permitted(reason)
        wanted = {str(item["identifier"]) for item in open_items}
        self.accepted.append((order, frozenset(wanted)))
        due = now + timedelta(seconds=self.confirm_after_seconds)
        for item in items_of(self._store.changeable(order)) if wanted else ():
            if item.get("identifier") in wanted:
                item["orderItemStatus"] = f"{OPENACTIVE}{PENDING}"
                self._due[order, item["identifier"]] = due

    def settle_due(self, now: datetime) -> None:
        """Confirms or refuses every pending item whose time has come."""
        for (order, item), due in list(self._due.items()):
            if due <= now:
                self._settle(order, item, due)

    def settle_order(self, order: str, now: datetime) -> None:
        """Confirms or refuses every pending item of an order at once."""
        for item in items_of(self._store.changeable(order)):
            if status_of(item) == PENDING:
                self._settle(order, item["identifier"], now)

    def refuse(self, order: str | None) -> None:
        """From now on the booking system refuses the cancellations of this order, or (None) of all."""
        if order is None:
            self._refuse_all = True
        else:
            self._refused.add(order)

    def cancel_by_seller(self, order: str, identifier: str, message: str | None, now: datetime) -> None:
        """The seller cancels an item, whatever the customer has asked for; money goes back at once."""
        document = self._store.changeable(order)
        item = next((one for one in items_of(document) if one.get("identifier") == identifier), None)
        if item is None:
            raise LookupError(f"order {order} has no item {identifier!r}")
        if status_of(item) in CANCELLED:
            raise ValueError(f"item {identifier!r} is {status_of(item)} already, which is final")
        if message:
            item["cancellationMessage"] = message
        self._due.pop((order, identifier), None)
        refund(document, item, SELLER_CANCELLED, self.new_receipt(order, now))

    def new_receipt(self, order: str, now: datetime) -> Document:
        """A receipt of its own for an order, as an entry of imin:receipt."""
        identifier = next(self._receipts)
        self._store.remember_receipt(identifier, order)
        return invoice(identifier, now)

    def _settle(self, order: str, identifier: str, when: datetime) -> None:
        self._due.pop((order, identifier), None)
        document = self._store.changeable(order)
        for item in items_of(document):
            if item.get("identifier") != identifier or status_of(item) != PENDING:
                continue
            if self._refuse_all or order in self._refused:
                item["orderItemStatus"] = f"{OPENACTIVE}{CONFIRMED}"
            else:
                refund(document, item, CUSTOMER_CANCELLED, self.new_receipt(order, when))


def _find(store: OrderStore, order: str, document: Document, requested: str) -> Document:
    named_order, identifier = split_item_id(requested)
    for item in items_of(document):
        if item.get("identifier") == identifier and named_order in {None, order}:
            return item
    other = store.order_of_item(identifier)
    if other is None:
        raise openactive("OrderItemIdInvalidError")
    raise openactive("OrderItemNotWithinOrderError")
