"""Sell sessions and slots as imin's checkout does. Source: imin docs, Checkout."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Literal

from gateway.sandbox.data import dates
from gateway.sandbox.data.error_documents import openactive_error, unavailable_opportunity
from gateway.sandbox.data.random import letters
from gateway.sandbox.data.vocabulary import Document, tail
from gateway.sandbox.state.accounts import Accounts
from gateway.sandbox.state.checkout_request import CheckoutRequest, RequestedItem, read_checkout_request
from gateway.sandbox.state.purchase import Purchase
from gateway.sandbox.state.search import Search, is_bookable, offers_of, places_left

GUEST = ""
"""Stands for the customer of an order whose customer has no account; no list has such orders."""
CHECKOUT_SECONDS = 1_800
_IDENTIFIER_LENGTH = 14
_NOT_HELD = frozenset({"EventCancelled", "EventPostponed"})

State = Literal["open", "paid", "cancelled", "expired"]


@dataclass(slots=True)
class CheckoutSession:
    """One visit to checkout.

    order: identifier of the order, once the customer has paid. webhook_status: of the response to the success
    webhook; 0: there was none; None: it has not been called.
    """

    identifier: str
    request: CheckoutRequest
    expires: datetime
    state: State = "open"
    order: str | None = None
    webhook_status: int | None = None


class Checkout:
    """The sessions of checkout.

    book: adds the order of a customer, shown as the given person, and returns its identifier.
    lifetime_seconds: how long the customer has for paying, by the sandbox's clock.
    """

    def __init__(
        self,
        seed: int,
        search: Search,
        accounts: Accounts,
        book: Callable[[str, Document, Purchase], str],
        now: Callable[[], datetime],
    ) -> None:
        self.lifetime_seconds: float = CHECKOUT_SECONDS
        self._seed = seed
        self._search = search
        self._accounts = accounts
        self._book = book
        self._now = now
        self._sessions: dict[str, CheckoutSession] = {}
        self._numbers = count(1)

    def create(self, body: Any) -> CheckoutSession:
        """Create the session that a decoded body asks for. Raises IminError if checkout refuses."""
        return self._open(read_checkout_request(body))

    def create_for_guest(self, kind: str, reference: str) -> CheckoutSession:
        """Create a session that sells one place to a customer who is not known yet. Raises IminError."""
        return self._open(CheckoutRequest((RequestedItem(kind, reference, None, None),), None))

    def get(self, identifier: str) -> CheckoutSession | None:
        """The session in its state now."""
        session = self._sessions.get(identifier)
        if session and session.state == "open" and session.expires <= self._now():
            session.state = "expired"
        return session

    def sessions(self) -> list[CheckoutSession]:
        """Every session, newest first."""
        return [session for session in map(self.get, reversed(self._sessions)) if session]

    def purchase(self, request: CheckoutRequest) -> Purchase:
        """What the customer would buy now. Raises IminError if that is not for sale, or not any more."""
        first = request.items[0]
        opportunity = self._search.find(first.kind, first.reference, self._now())
        if opportunity is None or not self.sells(opportunity, len(request.items)):
            raise unavailable_opportunity()
        offers = offers_of(opportunity)
        offer = next((one for one in offers if first.offer in (None, one.get("id"))), None)
        if offer is None:
            raise openactive_error("UnknownOfferError") if offers else unavailable_opportunity()
        return Purchase(opportunity, offer, tuple(self._attendee(item.attendee) for item in request.items))

    def sells(self, opportunity: Document, places: int) -> bool:
        """Whether this many places of a session or slot are for sale now."""
        start, left = dates.parse(opportunity.get("startDate")), places_left(opportunity)
        return (
            is_bookable(opportunity)
            and start is not None
            and start > self._now()
            and (left is None or left >= places)
            and tail(opportunity.get("eventStatus")) not in _NOT_HELD
        )

    def customer(self, session: CheckoutSession) -> Document | None:
        """The person who pays; None when the page has to ask."""
        customer = session.request.customer
        return self._accounts.person(customer) if isinstance(customer, str) else customer

    def pay(self, session: CheckoutSession, person: Document) -> None:
        """Book what an open session sells, for this person. Raises IminError when it has sold out since."""
        customer = session.request.customer
        if not isinstance(customer, str):
            # Assumption: an order of a guest whose e-mail address has an account belongs to that account.
            customer = self._accounts.with_email(str(person.get("email"))) or GUEST
        session.order = self._book(customer, person, self.purchase(session.request))
        session.state = "paid"

    def cancel(self, session: CheckoutSession) -> None:
        """End an open session without a booking."""
        session.state = "cancelled"

    def _open(self, request: CheckoutRequest) -> CheckoutSession:
        if isinstance(request.customer, str) and self._accounts.person(request.customer) is None:
            raise openactive_error("IncompleteCustomerDetailsError")
        self.purchase(request)
        identifier = letters(self._seed, _IDENTIFIER_LENGTH, "checkout", next(self._numbers))
        expires = self._now() + timedelta(seconds=self.lifetime_seconds)
        session = self._sessions[identifier] = CheckoutSession(identifier, request, expires)
        return session

    def _attendee(self, identifier: str | None) -> Document | None:
        if identifier is None:
            return None
        person = self._accounts.person(identifier)
        if person is None:
            raise openactive_error("IncompleteCustomerDetailsError")
        return person
