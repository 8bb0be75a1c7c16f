"""Every order of the sandbox: generated when asked for, kept once changed."""

import copy
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from gateway.sandbox.data import documented
from gateway.sandbox.data.customers import BY_IDENTIFIER, CUSTOMERS, customer_of_order_number
from gateway.sandbox.data.history_dates import order_date
from gateway.sandbox.data.identifiers import (
    DOCUMENTED_NUMBER,
    order_identifier,
    order_number_of_item,
    order_number_of_receipt,
)
from gateway.sandbox.data.order_documents import order_document
from gateway.sandbox.data.order_plans import plan_order
from gateway.sandbox.data.vocabulary import Document
from gateway.sandbox.state.cancellation_rules import items_of

_KEPT = 512


@cache
def _histories(seed: int) -> dict[str, tuple[str, ...]]:
    """The generated order identifiers of each customer, newest first."""
    return {
        customer.identifier: tuple(order_identifier(seed, number) for number in reversed(customer.numbers))
        for customer in CUSTOMERS
    }


@cache
def _numbers(seed: int) -> dict[str, int]:
    return {order_identifier(seed, number): number for customer in CUSTOMERS for number in customer.numbers}


class OrderStore:
    """Orders by identifier and by customer; documents are in imin's style and not to be changed.

    epoch: the time the generated histories end at.
    """

    def __init__(self, seed: int, epoch: datetime) -> None:
        self.seed = seed
        self.epoch = epoch
        self._heads: dict[str, list[str]] = {}
        self._customers: dict[str, str] = {}
        self._own: dict[str, Any] = {}
        self._exact: set[str] = set()
        self._removed: set[str] = set()
        # Generated orders that no longer stand at their generated place.
        self._displaced: set[str] = set()
        self._items: dict[str, str] = {}
        self._receipts: dict[int, str] = {}
        self._generated = lru_cache(maxsize=_KEPT)(self._generate)

    def identifiers(self, customer: str) -> list[str]:
        """The customer's order identifiers, newest first; none for a customer nobody knows."""
        generated = _histories(self.seed).get(customer, ())
        if self._displaced:
            generated = tuple(identifier for identifier in generated if identifier not in self._displaced)
        return [*self._heads.get(customer, ()), *generated]

    def document(self, identifier: str) -> Any:
        """The order; None when there is none (see `has`). May be any JSON value after `put`."""
        if identifier in self._removed:
            return None
        if identifier in self._own:
            return self._own[identifier]
        number = _numbers(self.seed).get(identifier)
        return None if number is None else self._generated(number)

    def has(self, identifier: str) -> bool:
        """Whether there is such an order."""
        known = identifier in self._own or identifier in _numbers(self.seed)
        return known and identifier not in self._removed

    def is_exact(self, identifier: str) -> bool:
        """Whether the document is to be served as it was put."""
        return identifier in self._exact

    def customer_of(self, identifier: str) -> str | None:
        """Whose order it is."""
        if identifier in self._customers:
            return self._customers[identifier]
        number = _numbers(self.seed).get(identifier)
        customer = None if number is None else customer_of_order_number(number)
        return customer.identifier if customer else None

    def changeable(self, identifier: str) -> Document:
        """The order as a copy of its own, which later reads give."""
        if identifier not in self._own:
            self._own[identifier] = copy.deepcopy(self.document(identifier))
        document: Document = self._own[identifier]
        return document

    def put(self, customer: str, identifier: str, document: Any, *, exact: bool) -> None:
        """Replaces an order, or adds it at the head of the customer's history."""
        if not self.has(identifier):
            self._heads.setdefault(customer, []).insert(0, identifier)
            self._customers[identifier] = customer
            self._removed.discard(identifier)
        self._own[identifier] = copy.deepcopy(document)
        if exact:
            self._exact.add(identifier)

    def remember_item(self, item: str, order: str) -> None:
        """Notes to which order an item's identifier belongs, where the identifier does not tell."""
        self._items[item] = order

    def remember_receipt(self, receipt: int, order: str) -> None:
        """Notes to which order a receipt belongs, where its number does not tell."""
        self._receipts[receipt] = order

    def remove(self, identifier: str) -> None:
        """Takes an order out of its customer's history."""
        head = self._heads.get(self._customers.get(identifier, ""), [])
        if identifier in head:
            head.remove(identifier)
        self._own.pop(identifier, None)
        self._exact.discard(identifier)
        self._removed.add(identifier)
        self._displaced.add(identifier)

    def order_of_item(self, item: str) -> str | None:
        """The order an item identifier belongs to, if it exists."""
        number = order_number_of_item(item)
        order = self._items.get(item) or self._generated_identifier(number)
        items = items_of(self.document(order)) if order else []
        return order if any(one.get("identifier") == item for one in items) else None

    def order_of_receipt(self, receipt: int) -> str | None:
        """The order a receipt may belong to."""
        return self._receipts.get(receipt) or self._generated_identifier(order_number_of_receipt(receipt))

    def generated_date(self, identifier: str) -> datetime | None:
        """When a generated order was placed, without generating it."""
        number = _numbers(self.seed).get(identifier)
        customer = None if number is None else customer_of_order_number(number)
        if number is None or customer is None:
            return None
        return order_date(self.seed, self.epoch, customer, number)

    def is_changed(self, identifier: str) -> bool:
        """Whether the order was added, put or changed since the sandbox was created."""
        return identifier in self._own

    def _generated_identifier(self, number: int | None) -> str | None:
        if number is None or customer_of_order_number(number) is None:
            return None
        return order_identifier(self.seed, number)

    def _generate(self, number: int) -> Document:
        if number == DOCUMENTED_NUMBER:
            return documented.order()
        customer = customer_of_order_number(number) or BY_IDENTIFIER["1234"]
        return order_document(plan_order(self.seed, self.epoch, customer, number))
