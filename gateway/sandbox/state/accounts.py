"""Customer accounts. Source: imin docs, Customer Accounts, Updates and Entitlements."""

import copy
from itertools import count
from typing import Any

from gateway.sandbox.data.customers import CUSTOMERS_BY_IDENTIFIER, Customer
from gateway.sandbox.data.documented import documented_account
from gateway.sandbox.data.error_documents import IminError, invalid_body, openactive_error
from gateway.sandbox.data.random import letters
from gateway.sandbox.data.vocabulary import OPENACTIVE, Document, customer_account_url

_ENTITLEMENTS = "https://meta.imin.co/v2/globex-broker/entitlements"
_IDENTIFIER_LENGTH = 10
_BARCODE_PREFIX = "ABC"

ENTITLEMENTS: Document = {
    "@context": OPENACTIVE,
    "id": _ENTITLEMENTS,
    "title": "Globex entitlements",
    "type": "ConceptScheme",
    "license": "https://creativecommons.org/licenses/by/4.0/",
    "concept": [
        {
            "id": f"{_ENTITLEMENTS}#8dfbad55-fdb5-4479-86a4-b873b18ecff1",
            "type": "Concept",
            "prefLabel": "Adult Resident",
            "inScheme": _ENTITLEMENTS,
        },
        {
            "id": f"{_ENTITLEMENTS}#1f5b2a0c-7f3e-4b1d-9d61-5a9a2f0f6c57",
            "type": "Concept",
            "prefLabel": "Junior Resident",
            "inScheme": _ENTITLEMENTS,
        },
    ],
}


_BEYOND_THE_DOCUMENTATION: Document = {
    "accountNumber": "0042-1871",
    "entitlement": {
        "@type": "Entitlement",
        "validFrom": "2026-09-01T00:00:00+01:00",
        "validUntil": "2027-08-31T23:59:59+01:00",
        "entitlementType": ENTITLEMENTS["concept"][1],
        "evidenceRequestAction": {
            "@type": "Action",
            "name": "Prove your age",
            "description": "Upload a picture of your student card.",
            "actionStatus": "https://schema.org/PotentialActionStatus",
            "target": {"@type": "EntryPoint", "url": "https://globex.example.org/evidence/42"},
        },
    },
    "hasHiddenEntitlements": True,
    "outstandingAction": [
        {
            "@type": "PayAction",
            "@id": "https://globex.example.org/debts/7",
            "name": "Pay your late fee",
            "description": "You did not attend on 12 October.",
            "actionStatus": "https://schema.org/ActiveActionStatus",
            "target": "https://globex.example.org/debts/7/pay",
        }
    ],
}
"""Members of the account of the customer "small" that only OpenActive documents, see assumptions.py."""


class Accounts:
    """The accounts of all customers; those in customers.py exist from the start."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._changed: dict[str, Document] = {}
        self._erased: set[str] = set()
        self._numbers = count(1)

    def get(self, identifier: str) -> Document:
        """The account. Raises IminError (404) when it does not exist or was erased."""
        if identifier in self._erased:
            raise openactive_error("NotFoundError")
        if identifier in self._changed:
            return self._changed[identifier]
        if identifier not in CUSTOMERS_BY_IDENTIFIER:
            raise openactive_error("NotFoundError")
        return _generated(CUSTOMERS_BY_IDENTIFIER[identifier])

    def create(self, body: Any) -> Document:
        """Create an account from the body. Raises IminError when a required member is missing."""
        customer = body.get("customer") if isinstance(body, dict) else None
        required = ("email", "givenName", "familyName")
        if not isinstance(customer, dict) or not all(customer.get(name) for name in required):
            raise openactive_error("IncompleteCustomerDetailsError")
        identifier = letters(self._seed, _IDENTIFIER_LENGTH, next(self._numbers))
        self._changed[identifier] = _account(identifier, customer)
        return self._changed[identifier]

    def act(self, identifier: str, action: Any) -> Document:
        """Apply an action to an account; returns the completed action."""
        account = copy.deepcopy(self.get(identifier))
        if not isinstance(action, dict) or not isinstance(action.get("object"), dict):
            raise invalid_body("An action must have an object.")
        completed = _apply(account, action.get("@type", action.get("type")), action["object"])
        self._changed[identifier] = account
        return completed

    def erase(self, identifier: str) -> None:
        """Erase the personal data; the orders remain. Raises IminError (404) for an unknown account."""
        self.get(identifier)
        self._erased.add(identifier)

    def with_email(self, email: str) -> str | None:
        """The identifier of the account with this e-mail address, in any case; the newest of several."""
        for identifier in (*reversed(self._changed), *CUSTOMERS_BY_IDENTIFIER):
            person = self.person(identifier)
            if person and str(person.get("email")).lower() == email.lower():
                return identifier
        return None

    def is_erased(self, identifier: str) -> bool:
        """Whether the customer's personal data was erased."""
        return identifier in self._erased

    def person(self, identifier: str) -> Document | None:
        """The customer as a member of an order; None for an unknown or erased customer."""
        if identifier in self._erased or (
            identifier not in self._changed and identifier not in CUSTOMERS_BY_IDENTIFIER
        ):
            return None
        customer = self.get(identifier)["customer"]
        shown = ("telephone", "email", "givenName", "familyName")
        return {"type": "Person"} | {name: customer[name] for name in shown if name in customer}


def _generated(customer: Customer) -> Document:
    if customer.identifier == "abc":
        return documented_account()
    person = {key: value for key, value in customer.person.items() if key != "type"}
    account = _account(customer.identifier, {"@type": "Person"} | person)
    return account | copy.deepcopy(_BEYOND_THE_DOCUMENTATION) if customer.identifier == "small" else account


def _account(identifier: str, customer: Document) -> Document:
    return {
        "@context": OPENACTIVE,
        "@type": "CustomerAccount",
        "@id": customer_account_url(identifier),
        "identifier": identifier,
        "customer": copy.deepcopy(customer),
    }


def _apply(account: Document, action_type: Any, change: Document) -> Document:
    completed = {"@context": OPENACTIVE, "@type": action_type}
    if action_type == "CustomerUpdateAction":
        account["customer"] |= {key: value for key, value in change.items() if key not in {"@type", "type"}}
        return completed | {"actionStatus": "https://schema.org/CompletedActionStatus", "object": change}
    if action_type == "imin:AccessPassUpdateAction":
        if not str(change.get("text", "")).startswith(_BARCODE_PREFIX):
            raise _update_failed("Barcode did not include the expected prefix")
        account["accessPass"] = change
        return completed | {"object": change}
    if action_type == "imin:EntitlementUpdateAction":
        account["entitlement"] = change
        return completed | {"object": change}
    raise _update_failed(f"Unknown action {action_type!r}")


def _update_failed(description: str) -> IminError:
    return IminError(400, {"@context": OPENACTIVE, "@type": "UpdateFailedError", "description": description})
