"""Cancel order items: a request makes them pending, then the booking system confirms or refuses."""

from datetime import datetime, timedelta
from itertools import count

from gateway.sandbox.data.error_documents import cancellation_not_permitted, openactive_error
from gateway.sandbox.data.order_items import items_of, status_of
from gateway.sandbox.data.refunds import invoice, refund
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
from gateway.sandbox.state.cancellation_rules import reason_not_cancellable
from gateway.sandbox.state.order_store import OrderStore

_FIRST_NEW_RECEIPT = 500_001


class Cancellations:
    """Cancels items of the orders in a store. A cancelled item stays cancelled.

    accepted: each accepted request as (order, items that it made pending); no items for a repeated request.
    show_after_seconds: for how long the order does not show yet that its items are pending.
    """

    def __init__(self, store: OrderStore, confirm_after_seconds: float) -> None:
        self.confirm_after_seconds = confirm_after_seconds
        self.show_after_seconds = 0.0
        self._store = store
        self._due: dict[tuple[str, str], datetime] = {}
        self._shown_at: dict[tuple[str, str], datetime] = {}
        """When the accepted items that are not shown as pending yet will be."""
        self._refused: set[str] = set()
        self._refuse_all = False
        self._receipts = count(_FIRST_NEW_RECEIPT)
        self.accepted: list[tuple[str, frozenset[str]]] = []

    def request(self, order: str, requested: list[str], now: datetime) -> None:
        """Make all requested items pending, or none.

        Raises IminError when the order or an item is unknown, or an item cannot be cancelled now.
        """
        document = self._store.document(order)
        if not isinstance(document, dict):
            raise openactive_error("UnknownOrderError")
        items = [_find(self._store, order, document, identifier) for identifier in requested]
        not_cancelled = [item for item in items if status_of(item) not in {CUSTOMER_CANCELLED, PENDING}]
        for item in not_cancelled:
            if reason := reason_not_cancellable(item, now):
                raise cancellation_not_permitted(reason)
        pending = {str(item["identifier"]) for item in not_cancelled}
        self.accepted.append((order, frozenset(pending)))
        due = now + timedelta(seconds=self.confirm_after_seconds)
        for identifier in pending:
            self._due[order, identifier] = due
            self._shown_at.setdefault((order, identifier), now + timedelta(seconds=self.show_after_seconds))
        self._show(now)

    def settle_due(self, now: datetime) -> None:
        """Show accepted items as pending, and confirm or refuse those that are pending, where that is due."""
        self._show(now)
        for (order, item), due in list(self._due.items()):
            if due <= now and (order, item) not in self._shown_at:
                self._settle(order, item, due)

    def settle_order(self, order: str, now: datetime) -> None:
        """Confirm or refuse every accepted item of an order now."""
        for identifier in [item for named, item in self._shown_at if named == order]:
            self._shown_at[order, identifier] = now
        self._show(now)
        for item in items_of(self._store.for_update(order)):
            if status_of(item) == PENDING:
                self._settle(order, item["identifier"], now)

    def refuse(self, order: str | None) -> None:
        """Refuse the cancellations of this order (None: of every order) when they are due."""
        if order is None:
            self._refuse_all = True
        else:
            self._refused.add(order)

    def cancel_by_seller(self, order: str, identifier: str, message: str | None, now: datetime) -> None:
        """Cancel an item on behalf of the seller and refund it, also when a cancellation is pending.

        Raises LookupError for an unknown item, ValueError for one that is already cancelled.
        """
        document = self._store.for_update(order)
        item = next((one for one in items_of(document) if one.get("identifier") == identifier), None)
        if item is None:
            raise LookupError(f"order {order} has no item {identifier!r}")
        if status_of(item) in CANCELLED:
            raise ValueError(f"item {identifier!r} is {status_of(item)} already, which is final")
        if message:
            item["cancellationMessage"] = message
        self.forget(order, identifier)
        refund(document, item, SELLER_CANCELLED, self.new_receipt(order, now))

    def forget(self, order: str, identifier: str) -> None:
        """Drop an accepted request for this item, which something else has overtaken."""
        self._due.pop((order, identifier), None)
        self._shown_at.pop((order, identifier), None)

    def new_receipt(self, order: str, now: datetime) -> Document:
        """A new receipt for an order, as an entry of imin:receipt."""
        identifier = next(self._receipts)
        self._store.index_receipt(identifier, order)
        return invoice(identifier, now)

    def _show(self, now: datetime) -> None:
        for (order, identifier), at in list(self._shown_at.items()):
            if at > now:
                continue
            del self._shown_at[order, identifier]
            for item in items_of(self._store.for_update(order)):
                if item.get("identifier") == identifier:
                    item["orderItemStatus"] = f"{OPENACTIVE}{PENDING}"

    def _settle(self, order: str, identifier: str, when: datetime) -> None:
        self._due.pop((order, identifier), None)
        document = self._store.for_update(order)
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
        raise openactive_error("OrderItemIdInvalidError")
    raise openactive_error("OrderItemNotWithinOrderError")
