"""Customer accounts. Source: imin docs, Customer Accounts, Updates and Entitlements."""

import copy
from itertools import count
from typing import Any

from gateway.sandbox.api.errors import Refusal, invalid_body, openactive
from gateway.sandbox.data import documented
from gateway.sandbox.data.customers import BY_IDENTIFIER, Customer
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


class Accounts:
    """The accounts of every customer; the named ones exist from the start."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._changed: dict[str, Document] = {}
        self._erased: set[str] = set()
        self._numbers = count(1)

    def get(self, identifier: str) -> Document:
        """The account. Raises Refusal (404) when there is none, or none any more."""
        if identifier in self._erased:
            raise openactive("NotFoundError")
        if identifier in self._changed:
            return self._changed[identifier]
        if identifier not in BY_IDENTIFIER:
            raise openactive("NotFoundError")
        return _generated(BY_IDENTIFIER[identifier])

    def create(self, body: Any) -> Document:
        """A new account with what the body says. Raises Refusal when a required member is missing."""
        customer = body.get("customer") if isinstance(body, dict) else None
        required = ("email", "givenName", "familyName")
        if not isinstance(customer, dict) or not all(customer.get(name) for name in required):
            raise openactive("IncompleteCustomerDetailsError")
        identifier = letters(self._seed, _IDENTIFIER_LENGTH, next(self._numbers))
        self._changed[identifier] = _account(identifier, customer)
        return self._changed[identifier]

    def act(self, identifier: str, action: Any) -> Document:
        """Applies an action to an account and gives the action as it was completed."""
        account = copy.deepcopy(self.get(identifier))
        if not isinstance(action, dict) or not isinstance(action.get("object"), dict):
            raise invalid_body("An action must have an object.")
        done = _apply(account, action.get("@type", action.get("type")), action["object"])
        self._changed[identifier] = account
        return done

    def erase(self, identifier: str) -> None:
        """Forgets the person; the orders stay. Raises Refusal (404) for an unknown account."""
        self.get(identifier)
        self._erased.add(identifier)

    def is_erased(self, identifier: str) -> bool:
        """Whether the person asked to be forgotten."""
        return identifier in self._erased

    def person(self, identifier: str) -> Document | None:
        """The customer as an order shows them; None for an unknown or erased one."""
        if identifier in self._erased or (
            identifier not in self._changed and identifier not in BY_IDENTIFIER
        ):
            return None
        customer = self.get(identifier)["customer"]
        shown = ("telephone", "email", "givenName", "familyName")
        return {"type": "Person"} | {name: customer[name] for name in shown if name in customer}


def _generated(customer: Customer) -> Document:
    if customer.identifier == "abc":
        return documented.customer_account()
    person = {key: value for key, value in customer.person.items() if key != "type"}
    return _account(customer.identifier, {"@type": "Person"} | person)


def _account(identifier: str, customer: Document) -> Document:
    return {
        "@context": OPENACTIVE,
        "@type": "CustomerAccount",
        "@id": customer_account_url(identifier),
        "identifier": identifier,
        "customer": copy.deepcopy(customer),
    }


def _apply(account: Document, action_type: Any, change: Document) -> Document:
    done = {"@context": OPENACTIVE, "@type": action_type}
    if action_type == "CustomerUpdateAction":
        account["customer"] |= {key: value for key, value in change.items() if key not in {"@type", "type"}}
        return done | {"actionStatus": "https://schema.org/CompletedActionStatus", "object": change}
    if action_type == "imin:AccessPassUpdateAction":
        if not str(change.get("text", "")).startswith(_BARCODE_PREFIX):
            raise _update_failed("Barcode did not include the expected prefix")
        account["accessPass"] = change
        return done | {"object": change}
    if action_type == "imin:EntitlementUpdateAction":
        account["entitlement"] = change
        return done | {"object": change}
    raise _update_failed(f"Unknown action {action_type!r}")


def _update_failed(description: str) -> Refusal:
    return Refusal(400, {"@context": OPENACTIVE, "@type": "UpdateFailedError", "description": description})
