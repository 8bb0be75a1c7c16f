"""The simulated imin: its responses, and the changes that tests and developers make to it.

Where imin's documentation is silent, it follows gateway/sandbox/assumptions.py.
"""

from datetime import datetime, timedelta
from typing import Any

from gateway.sandbox.data import dates
from gateway.sandbox.data.customers import CUSTOMERS_BY_IDENTIFIER
from gateway.sandbox.data.error_documents import openactive_error
from gateway.sandbox.data.identifiers import put_identifier, receipt_identifier
from gateway.sandbox.data.order_documents import order_document
from gateway.sandbox.data.order_items import items_of
from gateway.sandbox.data.order_plan import OrderPlan
from gateway.sandbox.data.vocabulary import Document
from gateway.sandbox.faults.faults import Faults
from gateway.sandbox.faults.restyle import restyle_keys
from gateway.sandbox.faults.style import Style
from gateway.sandbox.state.accounts import Accounts
from gateway.sandbox.state.added_orders import Booking, NewOrder, plan_added_order
from gateway.sandbox.state.cancellation_request import requested_items
from gateway.sandbox.state.cancellations import Cancellations
from gateway.sandbox.state.changes import Changes
from gateway.sandbox.state.checkout import Checkout
from gateway.sandbox.state.clock import SandboxClock
from gateway.sandbox.state.order_store import OrderStore
from gateway.sandbox.state.page import Page
from gateway.sandbox.state.presentation import Presenter
from gateway.sandbox.state.purchase import Purchase, plan_purchase
from gateway.sandbox.state.receipts import receipt_pdf
from gateway.sandbox.state.request_log import RequestLog
from gateway.sandbox.state.search import Search
from gateway.sandbox.state.settings import SandboxSettings
from gateway.sandbox.state.upcoming import upcoming_items


class Sandbox:
    """A simulated imin. Everything it does is determined by its seed, its clock and the calls it receives."""

    def __init__(self, settings: SandboxSettings) -> None:
        self.settings = settings
        self.clock = SandboxClock(settings.now)
        self.request_log = RequestLog()
        self.faults = Faults()
        self.style = Style()
        self.accounts = Accounts(settings.seed, self.clock.now)
        self.store = OrderStore(settings.seed, self.clock.now().replace(microsecond=0))
        self.cancellations = Cancellations(self.store, settings.confirm_after_seconds)
        self.changes = Changes(self.store, self.cancellations, self._settle)
        self.search = Search(self.store, self._settle)
        self.checkout = Checkout(settings.seed, self.search, self.accounts, self.book, self.clock.now)
        self._added: dict[str, int] = {}
        self._put = 0

    # The responses of imin.

    def orders_page(self, customer: str, number: int) -> Document:
        """GET /orders."""
        self._settle()
        customer = self._spelt(customer)
        identifiers = self.store.identifiers(customer)
        page = Page("orders", customer, number, len(identifiers), self.style.view_lies)
        document = self._page(page, [self._presented(one, listed=True) for one in identifiers[page.items]])
        if self.style.books_while_read:
            self.add_order(customer)
        return document

    def order(self, identifier: str) -> Any:
        """GET /orders/:id. Raises IminError (404) for an unknown order."""
        self._settle()
        identifier = self._spelt(identifier)
        if not self.store.has(identifier):
            raise openactive_error("UnknownOrderError")
        return self._presented(identifier, listed=False)

    def order_items_page(self, customer: str, number: int) -> Document:
        """GET /order-items."""
        self._settle()
        customer = self._spelt(customer)
        items = upcoming_items(self.store, customer, self.clock.now())
        page = Page("order-items", customer, number, len(items), self.style.view_lies)
        presenter = self._presenter(customer)
        return self._page(page, [presenter.order_item(item, order) for order, item in items[page.items]])

    def receipt(self, identifier: int) -> bytes:
        """GET /receipts/:id, a PDF. Raises IminError (404) for an unknown receipt."""
        self._settle()
        pdf = receipt_pdf(self.store, identifier)
        if pdf is None:
            raise openactive_error("NotFoundError")
        return pdf

    def cancel(self, identifier: str, body: bytes) -> None:
        """PATCH /orders/:id. Raises IminError; then nothing has changed."""
        self._settle()
        identifier = self._spelt(identifier)
        requested = requested_items(body)
        self.cancellations.request(identifier, requested, self.clock.now())

    def account(self, identifier: str) -> Any:
        """GET /customer-accounts/:id. Raises IminError (404) for an unknown account."""
        return self.in_style(self.accounts.get(self._spelt(identifier)))

    def opportunity(self, kind: str, identifier: str) -> Any:
        """GET a session or slot from Search. Raises IminError (404) for one that it does not have."""
        return self.search.opportunity(kind, identifier, self.clock.now())

    def in_style(self, document: Document) -> Any:
        """A document that is neither an order nor an order item, with its keys in the sandbox's style."""
        return restyle_keys(document, self.style.keys, self.settings.seed)

    # Changes by tests and developers.

    def add_order(self, customer: str = "1234", **options: Any) -> Document:
        """Add an order as the newest of the customer's history; returns it as the list shows it.

        options: the members of NewOrder. Raises TypeError or ValueError for invalid ones.
        """
        plan = plan_added_order(self.settings.seed, self._booking(customer), NewOrder(**options))
        self._add(customer, plan)
        added: Document = self._presented(plan.identifier, listed=True)
        return added

    def book(self, customer: str, person: Document, purchase: Purchase) -> str:
        """Add the order of a completed checkout as the customer's newest; returns its identifier.

        customer: GUEST for one without an account. person: the customer as the order shows them.
        """
        plan = plan_purchase(self.settings.seed, self._booking(customer, person), purchase)
        self._add(customer, plan)
        self.search.record_purchase(purchase.opportunity, plan.identifier)
        return plan.identifier

    def put_order(self, customer: str, document: Any, identifier: str | None = None) -> str:
        """Serve exactly this JSON value as an order; returns its identifier.

        The identifier is the argument; without one, the document's own; without that, a generated one. The
        document replaces the order with this identifier, or becomes the customer's newest order.
        """
        own = document.get("identifier") if isinstance(document, dict) else None
        if identifier is None:
            self._put += 1
            identifier = own if isinstance(own, str) else put_identifier(self.settings.seed, self._put)
        self.store.put(customer, identifier, document, exact=True)
        self._index_items(identifier, document)
        return identifier

    def remove_order(self, identifier: str) -> None:
        """Remove the order from the lists and by its id. Raises LookupError for an unknown order."""
        self._check_order(identifier)
        self.store.remove(identifier)

    def erase_customer(self, identifier: str) -> None:
        """Erase the customer's account now; the orders remain, with placeholders for personal data."""
        self.accounts.erase(identifier)

    def seller_cancel(self, order_identifier: str, item_identifier: str, message: str | None = None) -> None:
        """Cancel an item on behalf of the seller. message: the seller's explanation for the customer."""
        self._check_order(order_identifier)
        self.cancellations.cancel_by_seller(order_identifier, item_identifier, message, self.clock.now())

    def refuse_cancellations(self, order_identifier: str | None = None) -> None:
        """Let pending items of this order (None: of every order) return to confirmed when they are due."""
        if order_identifier is not None:
            self._check_order(order_identifier)
        self.cancellations.refuse(order_identifier)

    def confirm_now(self, order_identifier: str) -> None:
        """Confirm (or refuse) the order's pending items now."""
        self._check_order(order_identifier)
        self.cancellations.settle_order(order_identifier, self.clock.now())

    def add_receipt(self, order_identifier: str) -> Document:
        """Add a receipt as the newest of the order; returns its entry of imin:receipt."""
        self._check_order(order_identifier)
        receipt = self.cancellations.new_receipt(order_identifier, self.clock.now())
        order = self.store.for_update(order_identifier)
        order["imin:receipt"] = [receipt, *order.get("imin:receipt", [])]
        return receipt

    def opportunities(self) -> list[Document]:
        """Every session and slot that Search has."""
        return self.search.all(self.clock.now())

    def customer_of(self, order_identifier: str) -> str | None:
        """The identifier of the order's customer. Raises LookupError for an unknown order."""
        self._check_order(order_identifier)
        return self.store.customer_of(order_identifier)

    def _settle(self) -> None:
        self.cancellations.settle_due(self.clock.now())

    def _spelt(self, identifier: str) -> str:
        """The identifier as the sandbox spells it, which has no capitals, if its style ignores case."""
        return identifier.lower() if self.style.ignores_case else identifier

    def _check_order(self, identifier: str) -> None:
        self._settle()
        if not self.store.has(identifier):
            raise LookupError(f"there is no order {identifier!r}")

    def _page(self, page: Page, items: list[Any]) -> Document:
        # Source: imin docs, Understanding Responses. Empty arrays are left out.
        shown = {"imin:item": items} if items else {}
        envelope: Document = restyle_keys(page.envelope(), self.style.keys, self.settings.seed)
        return envelope | shown

    def _presenter(self, customer: str) -> Presenter:
        erased = self.accounts.is_erased(customer)
        return Presenter(self.clock.now(), self.style, self.settings.seed, erased=erased)

    def _presented(self, identifier: str, *, listed: bool) -> Any:
        document = self.store.document(identifier)
        if self.store.is_exact(identifier):
            return document
        return self._presenter(self.store.customer_of(identifier) or "").order(document, listed=listed)

    def _add(self, customer: str, plan: OrderPlan) -> None:
        self._added[customer] = self._added.get(customer, 0) + 1
        document = order_document(plan)
        self.store.put(customer, plan.identifier, document, exact=False)
        self._index_items(plan.identifier, document)
        for position in range(len(document.get("imin:receipt", []))):
            self.store.index_receipt(receipt_identifier(plan.number, position), plan.identifier)

    def _index_items(self, order: str, document: Any) -> None:
        for item in items_of(document):
            if isinstance(item.get("identifier"), str):
                self.store.index_item(item["identifier"], order)

    def _booking(self, customer: str, person: Document | None = None) -> Booking:
        generated = CUSTOMERS_BY_IDENTIFIER.get(customer)
        number = (generated.numbers.stop if generated else 1) + self._added.get(customer, 0)
        person = person or self.accounts.person(customer) or {"type": "Person"}
        return Booking(sum(self._added.values()), str(number), self._next_date(customer), person)

    def _next_date(self, customer: str) -> datetime:
        now = self.clock.now().replace(microsecond=0)
        newest = next(iter(self.store.identifiers(customer)), None)
        document = self.store.document(newest) if newest else None
        placed = dates.parse(document.get("orderDate")) if isinstance(document, dict) else None
        return max(now, placed + timedelta(seconds=1)) if placed else now
