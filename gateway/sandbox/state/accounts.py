"""Customer accounts. Source: imin docs, Customer Accounts."""

import copy
from collections.abc import Callable
from datetime import datetime
from itertools import count
from typing import Any

from gateway.sandbox.data.customers import CUSTOMERS_BY_IDENTIFIER, Customer
from gateway.sandbox.data.documented import documented_account
from gateway.sandbox.data.entitlements import BEYOND_THE_DOCUMENTATION
from gateway.sandbox.data.error_documents import invalid_body, openactive_error
from gateway.sandbox.data.random import letters
from gateway.sandbox.data.vocabulary import OPENACTIVE, Document, customer_account_url, tail
from gateway.sandbox.data.working_days import next_working_day
from gateway.sandbox.state.account_actions import AccountActions
from gateway.sandbox.state.linked_accounts import LinkedAccounts

_IDENTIFIER_LENGTH = 10
_REQUIRED = ("email", "givenName", "familyName")


class Accounts:
    """The accounts of all customers; those in customers.py exist from the start."""

    def __init__(self, seed: int, now: Callable[[], datetime]) -> None:
        self.linked = LinkedAccounts()
        self.actions = AccountActions(self.linked)
        self._seed = seed
        self._now = now
        self._changed: dict[str, Document] = {}
        self._erased_at: dict[str, datetime] = {}
        """When the data of deleted accounts is erased."""
        self._numbers = count(1)

    def get(self, identifier: str) -> Document:
        """The account. Raises IminError (404) when it does not exist or was erased."""
        if self.is_erased(identifier):
            raise openactive_error("NotFoundError")
        if identifier in self._changed:
            return self._changed[identifier]
        if identifier not in CUSTOMERS_BY_IDENTIFIER:
            raise openactive_error("NotFoundError")
        return _generated(CUSTOMERS_BY_IDENTIFIER[identifier])

    def create(self, body: Any) -> Document:
        """Create an account from the body. Raises IminError when a required member is missing.

        The body is a CustomerAccount, or a Person as in imin's example scenario; so is the result.
        """
        kind = tail(_type(body)) if isinstance(body, dict) else ""
        if kind not in {"CustomerAccount", "Person"} or "@context" not in body:
            raise invalid_body("The body must be a CustomerAccount or a Person, with an @context.")
        customer = body.get("customer") if kind == "CustomerAccount" else _details(body)
        if not isinstance(customer, dict) or tail(_type(customer)) != "Person":
            raise openactive_error("IncompleteCustomerDetailsError")
        if not all(isinstance(customer.get(name), str) and customer[name] for name in _REQUIRED):
            raise openactive_error("IncompleteCustomerDetailsError")
        identifier = letters(self._seed, _IDENTIFIER_LENGTH, next(self._numbers))
        self._changed[identifier] = _account(identifier, customer)
        return self._changed[identifier] if kind == "CustomerAccount" else self._flat(identifier)

    def update(self, identifier: str, body: Any) -> Document:
        """Update an account with the details in the body; returns its Person. Raises IminError.

        Source: imin docs, Example Scenario.
        """
        change = _details(body) if isinstance(body, dict) else body
        self.act(identifier, {"@type": "CustomerUpdateAction", "object": change})
        return self._flat(identifier)

    def act(self, identifier: str, action: Any) -> Document:
        """Apply an action to an account; returns the completed action. Raises IminError."""
        account = copy.deepcopy(self.get(identifier))
        completed = self.actions.apply(identifier, account, action)
        self._changed[identifier] = account
        return completed

    def delete(self, identifier: str) -> None:
        """Accept the deletion of an account. Raises IminError (404) for one that does not exist."""
        self.get(identifier)
        # Assumption: complete when the next working day begins, and until then as before.
        self._erased_at.setdefault(identifier, next_working_day(self._now()))

    def erase(self, identifier: str) -> None:
        """Erase the personal data now; the orders remain. Raises IminError (404) for an unknown account."""
        self.get(identifier)
        self._erased_at[identifier] = self._now()

    def _flat(self, identifier: str) -> Document:
        account = self.get(identifier)
        return {**account["customer"], "identifier": identifier, "@id": account["@id"]}

    def linked_accounts(self, identifier: str) -> Document:
        """The customer's accounts at sellers. Raises IminError (404) for an unknown account."""
        self.get(identifier)
        return self.linked.collection(identifier)

    def exists(self, identifier: str) -> bool:
        """Whether there is an account that was not erased."""
        return self.person(identifier) is not None

    def with_email(self, email: str) -> str | None:
        """The identifier of the account with this e-mail address, in any case; the newest of several."""
        for identifier in (*reversed(self._changed), *CUSTOMERS_BY_IDENTIFIER):
            person = self.person(identifier)
            if person and str(person.get("email")).lower() == email.lower():
                return identifier
        return None

    def is_erased(self, identifier: str) -> bool:
        """Whether the customer's personal data was erased."""
        return identifier in self._erased_at and self._erased_at[identifier] <= self._now()

    def person(self, identifier: str) -> Document | None:
        """The customer as a member of an order; None for an unknown or erased customer."""
        if self.is_erased(identifier) or (
            identifier not in self._changed and identifier not in CUSTOMERS_BY_IDENTIFIER
        ):
            return None
        customer = self.get(identifier)["customer"]
        shown = ("telephone", "email", "givenName", "familyName")
        return {"type": "Person"} | {name: customer[name] for name in shown if name in customer}


def _type(document: Document) -> Any:
    return document.get("@type", document.get("type"))


def _details(person: Document) -> Document:
    return {name: value for name, value in person.items() if name != "@context"}


def _generated(customer: Customer) -> Document:
    if customer.identifier == "abc":
        return documented_account()
    person = {key: value for key, value in customer.person.items() if key != "type"}
    account = _account(customer.identifier, {"@type": "Person"} | person)
    return account | copy.deepcopy(BEYOND_THE_DOCUMENTATION) if customer.identifier == "small" else account


def _account(identifier: str, customer: Document) -> Document:
    return {
        "@context": OPENACTIVE,
        "@type": "CustomerAccount",
        "@id": customer_account_url(identifier),
        "identifier": identifier,
        "customer": copy.deepcopy(customer),
    }
