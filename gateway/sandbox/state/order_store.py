"""Store every order of the sandbox: generated on demand, stored once it is changed."""

import copy
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from gateway.sandbox.data.booking_habits import plan_order
from gateway.sandbox.data.customers import CUSTOMERS, CUSTOMERS_BY_IDENTIFIER, customer_of_order_number
from gateway.sandbox.data.documented import documented_order
from gateway.sandbox.data.identifiers import (
    DOCUMENTED_NUMBER,
    order_identifier,
    order_number_of_item,
    order_number_of_receipt,
)
from gateway.sandbox.data.order_dates import order_date
from gateway.sandbox.data.order_documents import order_document
from gateway.sandbox.data.order_items import items_of
from gateway.sandbox.data.vocabulary import Document

_CACHED_ORDERS = 512


@cache
def _generated_histories(seed: int) -> dict[str, tuple[str, ...]]:
    """The generated order identifiers of each customer, newest first."""
    return {
        customer.identifier: tuple(order_identifier(seed, number) for number in reversed(customer.numbers))
        for customer in CUSTOMERS
    }


@cache
def _generated_numbers(seed: int) -> dict[str, int]:
    """The number of each generated order, by its identifier."""
    return {order_identifier(seed, number): number for customer in CUSTOMERS for number in customer.numbers}


class OrderStore:
    """Orders by identifier and by customer, in imin's style.

    Do not change the documents that it returns, except those of `for_update`.
    epoch: the time at which the generated histories end.
    """

    def __init__(self, seed: int, epoch: datetime) -> None:
        self.seed = seed
        self.epoch = epoch
        self._added: dict[str, list[str]] = {}
        self._customers: dict[str, str] = {}
        self._stored: dict[str, Any] = {}
        self._exact: set[str] = set()
        self._removed: set[str] = set()
        # Generated orders that are no longer at their generated position, also after they were added again.
        self._displaced: set[str] = set()
        self._orders_of_items: dict[str, str] = {}
        self._orders_of_receipts: dict[int, str] = {}
        self._generated = lru_cache(maxsize=_CACHED_ORDERS)(self._generate)

    def customers(self) -> list[str]:
        """Identifiers of every customer who may have orders."""
        return list(dict.fromkeys([*_generated_histories(self.seed), *self._added]))

    def identifiers(self, customer: str) -> list[str]:
        """The customer's order identifiers, newest first; empty for an unknown customer."""
        generated = _generated_histories(self.seed).get(customer, ())
        if self._displaced:
            generated = tuple(identifier for identifier in generated if identifier not in self._displaced)
        return [*self._added.get(customer, ()), *generated]

    def document(self, identifier: str) -> Any:
        """The order; None when it does not exist. After `put`, any JSON value, so also None (see `has`)."""
        if identifier in self._removed:
            return None
        if identifier in self._stored:
            return self._stored[identifier]
        number = self._number(identifier)
        return None if number is None else self._generated(number)

    def has(self, identifier: str) -> bool:
        """Whether the order exists."""
        exists = identifier in self._stored or self._number(identifier) is not None
        return exists and identifier not in self._removed

    def is_exact(self, identifier: str) -> bool:
        """Whether the document is served exactly as it was put."""
        return identifier in self._exact

    def customer_of(self, identifier: str) -> str | None:
        """The identifier of the order's customer."""
        if identifier in self._customers:
            return self._customers[identifier]
        number = self._number(identifier)
        customer = None if number is None else customer_of_order_number(number)
        return customer.identifier if customer else None

    def for_update(self, identifier: str) -> Document:
        """The order, to be changed in place. Copies a generated order on its first change."""
        if identifier not in self._stored:
            self._stored[identifier] = copy.deepcopy(self.document(identifier))
        document: Document = self._stored[identifier]
        return document

    def put(self, customer: str, identifier: str, document: Any, *, exact: bool) -> None:
        """Replace an order, or add it as the newest of the customer's history."""
        if not self.has(identifier):
            self._added.setdefault(customer, []).insert(0, identifier)
            self._customers[identifier] = customer
            self._removed.discard(identifier)
        self._stored[identifier] = copy.deepcopy(document)
        if exact:
            self._exact.add(identifier)

    def index_item(self, item: str, order: str) -> None:
        """Store the order of an item whose identifier does not contain the order's number."""
        self._orders_of_items[item] = order

    def index_receipt(self, receipt: int, order: str) -> None:
        """Store the order of a receipt whose identifier does not contain the order's number."""
        self._orders_of_receipts[receipt] = order

    def remove(self, identifier: str) -> None:
        """Remove an order from its customer's history."""
        added = self._added.get(self._customers.get(identifier, ""), [])
        if identifier in added:
            added.remove(identifier)
        self._stored.pop(identifier, None)
        self._exact.discard(identifier)
        self._removed.add(identifier)
        self._displaced.add(identifier)

    def order_of_item(self, item: str) -> str | None:
        """The identifier of the order that has this item, if there is one."""
        order = self._orders_of_items.get(item) or self._generated_identifier(order_number_of_item(item))
        items = items_of(self.document(order)) if order else []
        return order if any(one.get("identifier") == item for one in items) else None

    def order_of_receipt(self, receipt: int) -> str | None:
        """The identifier of the order that may have this receipt."""
        number = order_number_of_receipt(receipt)
        return self._orders_of_receipts.get(receipt) or self._generated_identifier(number)

    def generated_date(self, identifier: str) -> datetime | None:
        """The orderDate of a generated order, without generating the order."""
        number = self._number(identifier)
        customer = None if number is None else customer_of_order_number(number)
        if number is None or customer is None:
            return None
        return order_date(self.seed, self.epoch, customer, number)

    def is_changed(self, identifier: str) -> bool:
        """Whether the order was added, put or changed since the sandbox was created."""
        return identifier in self._stored

    def _number(self, identifier: str) -> int | None:
        return _generated_numbers(self.seed).get(identifier)

    def _generated_identifier(self, number: int | None) -> str | None:
        if number is None or customer_of_order_number(number) is None:
            return None
        return order_identifier(self.seed, number)

    def _generate(self, number: int) -> Document:
        if number == DOCUMENTED_NUMBER:
            return documented_order()
        customer = customer_of_order_number(number) or CUSTOMERS_BY_IDENTIFIER["1234"]
        return order_document(plan_order(self.seed, self.epoch, customer, number))
