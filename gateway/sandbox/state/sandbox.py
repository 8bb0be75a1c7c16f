"""The sandbox itself: imin's state, and the hands that tests and developers change it with.

Assumptions about imin, where its documentation is silent
---------------------------------------------------------
* An unknown customer has an empty history: 200, imin:totalItems 0, totalPages 0, no imin:item.
* A page after the last is 200 without imin:item, with `previous`; page below 1 or not a number is 400.
* Upcoming means: until the end of the session; cancelled items stay listed until their start.
* imin:order of an upcoming item has type, id and identifier.
* The pending status is https://openactive.io/CustomerCancellationPending.
* PATCH takes an item's identifier or its URL (imin's or OpenActive's form).
* Cancelling again what is cancelled or pending is 204 again, also after the window has closed.
* An item whose allowCustomerCancellationFullRefund is missing is not cancellable.
* Cancelling exactly at the last allowed moment still works.
* A cancellation the booking system refuses returns the item to OrderItemConfirmed.
* orderStatus is in the list and absent by id, as in the two documented examples.
* A deleted customer is erased at once: the account is 404, orders carry placeholders.
* Missing or wrong key: Kong's stock 401; a body that is not JSON: 400 in Express's shape.
* Receipts are application/pdf; an unknown one is OpenActive's 404 NotFoundError.
"""

from datetime import datetime, timedelta
from typing import Any

from gateway.sandbox.api.errors import openactive
from gateway.sandbox.data import dates as moments
from gateway.sandbox.data.customers import BY_IDENTIFIER
from gateway.sandbox.data.identifiers import put_identifier, receipt_identifier
from gateway.sandbox.data.order_documents import order_document
from gateway.sandbox.data.vocabulary import Document
from gateway.sandbox.faults.faults import Faults
from gateway.sandbox.faults.presentation import Presenter
from gateway.sandbox.faults.restyle import restyle_keys
from gateway.sandbox.faults.style import Style
from gateway.sandbox.state.accounts import Accounts
from gateway.sandbox.state.added_orders import Booking, NewOrder, plan_added
from gateway.sandbox.state.cancellation_request import requested_items
from gateway.sandbox.state.cancellation_rules import items_of
from gateway.sandbox.state.cancellations import Cancellations
from gateway.sandbox.state.clock import Clock
from gateway.sandbox.state.order_store import OrderStore
from gateway.sandbox.state.page import Page
from gateway.sandbox.state.receipts import receipt_pdf
from gateway.sandbox.state.request_log import RequestLog
from gateway.sandbox.state.settings import SandboxSettings
from gateway.sandbox.state.upcoming import upcoming_items


class Sandbox:
    """A simulated imin. Every method is deterministic for a seed and a clock."""

    def __init__(self, settings: SandboxSettings) -> None:
        self.settings = settings
        self.clock = Clock(settings.now)
        self.request_log = RequestLog()
        self.faults = Faults()
        self.style = Style()
        self.accounts = Accounts(settings.seed)
        self.store = OrderStore(settings.seed, self.clock.now().replace(microsecond=0))
        self.cancellations = Cancellations(self.store, settings.confirm_after_seconds)
        self._added: dict[str, int] = {}
        self._put = 0

    # What imin answers.

    def orders_page(self, customer: str, page: int) -> Document:
        """GET /orders."""
        self._settle()
        identifiers = self.store.identifiers(customer)
        here = Page("orders", customer, page, len(identifiers), self.style.view_lies)
        return self._page(here, [self._shown(one, listed=True) for one in identifiers[here.part]])

    def order(self, identifier: str) -> Any:
        """GET /orders/:id. Raises Refusal (404) for an unknown one."""
        self._settle()
        if not self.store.has(identifier):
            raise openactive("UnknownOrderError")
        return self._shown(identifier, listed=False)

    def order_items_page(self, customer: str, page: int) -> Document:
        """GET /order-items."""
        self._settle()
        items = upcoming_items(self.store, customer, self.clock.now())
        here = Page("order-items", customer, page, len(items), self.style.view_lies)
        presenter = self._presenter(customer)
        return self._page(here, [presenter.order_item(item, order) for order, item in items[here.part]])

    def receipt(self, identifier: int) -> bytes:
        """GET /receipts/:id, a PDF. Raises Refusal (404) for an unknown one."""
        self._settle()
        pdf = receipt_pdf(self.store, identifier)
        if pdf is None:
            raise openactive("NotFoundError")
        return pdf

    def cancel(self, identifier: str, body: bytes) -> None:
        """PATCH /orders/:id. Raises Refusal; then nothing has changed."""
        self._settle()
        requested = requested_items(body)
        self.cancellations.request(identifier, requested, self.clock.now())

    # What tests and developers do to it.

    def add_order(self, customer: str = "1234", **options: Any) -> Document:
        """Books at the head of the customer's history; options are the members of NewOrder.

        Gives the order as the list shows it.
        """
        plan = plan_added(self.settings.seed, self._booking(customer), NewOrder(**options))
        self._added[customer] = self._added.get(customer, 0) + 1
        document = order_document(plan)
        self.store.put(customer, plan.identifier, document, exact=False)
        self._remember_items(plan.identifier, document)
        for position in range(len(document.get("imin:receipt", []))):
            self.store.remember_receipt(receipt_identifier(plan.number, position), plan.identifier)
        shown: Document = self._shown(plan.identifier, listed=True)
        return shown

    def put_order(self, customer: str, document: Any, identifier: str | None = None) -> str:
        """Serves this exact JSON value as an order: in place when its identifier is known, else at the head.

        Gives the identifier it is served under: the one given, the document's own, or a made-up one.
        """
        own = document.get("identifier") if isinstance(document, dict) else None
        if identifier is None:
            self._put += 1
            identifier = own if isinstance(own, str) else put_identifier(self.settings.seed, self._put)
        self.store.put(customer, identifier, document, exact=True)
        self._remember_items(identifier, document)
        return identifier

    def remove_order(self, identifier: str) -> None:
        """The order vanishes from the lists and is unknown by its id."""
        self._existing(identifier)
        self.store.remove(identifier)

    def erase_customer(self, identifier: str) -> None:
        """The customer is forgotten: the account is gone, orders stay with placeholders."""
        self.accounts.erase(identifier)

    def seller_cancel(self, order_identifier: str, item_identifier: str, message: str | None = None) -> None:
        """The seller cancels an item and may say why."""
        self._existing(order_identifier)
        self.cancellations.cancel_by_seller(order_identifier, item_identifier, message, self.clock.now())

    def refuse_cancellations(self, order_identifier: str | None = None) -> None:
        """Pending items of this order (None: of every order) return to confirmed when their time comes."""
        if order_identifier is not None:
            self._existing(order_identifier)
        self.cancellations.refuse(order_identifier)

    def confirm_now(self, order_identifier: str) -> None:
        """The booking system answers for an order's pending items at once."""
        self._existing(order_identifier)
        self.cancellations.settle_order(order_identifier, self.clock.now())

    def add_receipt(self, order_identifier: str) -> Document:
        """Issues another receipt, newest first; gives its entry of imin:receipt."""
        self._existing(order_identifier)
        receipt = self.cancellations.new_receipt(order_identifier, self.clock.now())
        order = self.store.changeable(order_identifier)
        order["imin:receipt"] = [receipt, *order.get("imin:receipt", [])]
        return receipt

    # The rest.

    def _settle(self) -> None:
        self.cancellations.settle_due(self.clock.now())

    def _existing(self, identifier: str) -> None:
        self._settle()
        if not self.store.has(identifier):
            raise LookupError(f"there is no order {identifier!r}")

    def _page(self, page: Page, items: list[Any]) -> Document:
        # By imin's rule for empty arrays a page without items has no imin:item.
        shown = {"imin:item": items} if items else {}
        envelope: Document = restyle_keys(page.envelope(), self.style.keys, self.settings.seed)
        return envelope | shown

    def _presenter(self, customer: str) -> Presenter:
        erased = self.accounts.is_erased(customer)
        return Presenter(self.clock.now(), self.style, self.settings.seed, erased=erased)

    def _shown(self, identifier: str, *, listed: bool) -> Any:
        document = self.store.document(identifier)
        if self.store.is_exact(identifier):
            return document
        return self._presenter(self.store.customer_of(identifier) or "").order(document, listed=listed)

    def _remember_items(self, order: str, document: Any) -> None:
        for item in items_of(document):
            if isinstance(item.get("identifier"), str):
                self.store.remember_item(item["identifier"], order)

    def _booking(self, customer: str) -> Booking:
        known = BY_IDENTIFIER.get(customer)
        number = (known.numbers.stop if known else 1) + self._added.get(customer, 0)
        person = self.accounts.person(customer) or {"type": "Person"}
        return Booking(sum(self._added.values()), str(number), self._next_date(customer), person)

    def _next_date(self, customer: str) -> datetime:
        now = self.clock.now().replace(microsecond=0)
        newest = next(iter(self.store.identifiers(customer)), None)
        document = self.store.document(newest) if newest else None
        placed = moments.parse(document.get("orderDate")) if isinstance(document, dict) else None
        return max(now, placed + timedelta(seconds=1)) if placed else now
