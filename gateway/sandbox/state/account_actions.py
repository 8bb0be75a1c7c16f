"""Apply actions to customer accounts. Source: imin docs, Customer Accounts, Access pass and Entitlements."""

import copy
from collections.abc import Collection
from typing import Any

from gateway.sandbox.data import dates
from gateway.sandbox.data.entitlements import entitlement_concept
from gateway.sandbox.data.error_documents import IminError, invalid_body
from gateway.sandbox.data.vocabulary import OPENACTIVE, Document
from gateway.sandbox.state.linked_accounts import LinkedAccounts

_COMPLETED = {"actionStatus": "https://schema.org/CompletedActionStatus"}
_BARCODE_PREFIX = "ABC"
_TEXTS = ("email", "telephone", "givenName", "familyName")
PROPERTIES = (*_TEXTS, "birthDate", "gender", "imin:is13OrOver", "address", "emergencyContact")
"""Members of a customer that can be updated."""

_NOT_UPDATED: Document = {
    "@context": OPENACTIVE,
    "@type": "UpdateFailedError",
    "name": "The booking system of the seller did not accept the change.",
}
_BARCODE_INVALID: Document = {
    "@context": OPENACTIVE,
    "@type": "BarcodeInvalidError",
    "name": "The barcode value specified is not permitted within this booking system.",
}


class AccountActions:
    """The actions, with what they do at the linked accounts.

    unapplied: the members that updates leave as they are, by the customer's identifier.
    """

    def __init__(self, linked: LinkedAccounts) -> None:
        self.unapplied: dict[str, Collection[str]] = {}
        self._linked = linked
        self._kinds = {
            "CustomerUpdateAction": self._update,
            "imin:AccessPassUpdateAction": self._set_pass,
            "imin:EntitlementUpdateAction": self._set_entitlement,
        }

    def apply(self, customer: str, account: Document, action: Any) -> Document:
        """Change the account in place; returns the completed action. Raises IminError if it is refused."""
        change = action.get("object") if isinstance(action, dict) else None
        if not isinstance(change, dict):
            raise invalid_body("An action must have an object.")
        kind = action.get("@type", action.get("type"))
        apply = self._kinds.get(kind) if isinstance(kind, str) else None
        if apply is None:
            raise _update_failed(f"Unknown action {kind!r}")
        applied, errors = apply(customer, account, action)
        completed = {"@context": OPENACTIVE, "@type": kind, **_COMPLETED, "object": applied}
        # Empty arrays are left out of imin's documents.
        return completed | ({"error": errors} if errors else {})

    def _update(self, customer: str, account: Document, action: Document) -> tuple[Document, list[Document]]:
        change = {name: value for name, value in action["object"].items() if name not in {"@type", "type"}}
        if not change:
            raise _update_failed("The object must have at least one property.")
        for name in _TEXTS:
            if not isinstance(change.get(name), str | None):
                raise _update_failed(f"{name} must be a text.")
        sellers = action.get("seller", [])
        if not isinstance(sellers, list) or not all(isinstance(seller, str) for seller in sellers):
            raise invalid_body("seller must be an array of ids.")
        unapplied = self.unapplied.get(customer, ())
        applied = {
            name: value
            for name, value in change.items()
            if name in PROPERTIES and name not in unapplied and value is not None
        }
        account["customer"] |= copy.deepcopy(applied)
        return {"@type": "Person"} | applied, self._linked.refusals(customer, _NOT_UPDATED, sellers)

    def _set_pass(
        self, customer: str, account: Document, action: Document
    ) -> tuple[Document, list[Document]]:
        change: Document = action["object"]
        text = change.get("text")
        if not isinstance(text, str) or not text.startswith(_BARCODE_PREFIX):
            raise _update_failed("Barcode did not include the expected prefix")
        account["accessPass"] = {"@type": "Barcode", "text": text}
        return change, self._linked.refusals(customer, _BARCODE_INVALID)

    def _set_entitlement(
        self, customer: str, account: Document, action: Document
    ) -> tuple[Document, list[Document]]:
        change: Document = action["object"]
        concept = entitlement_concept(change.get("entitlementType"))
        if concept is None:
            raise _update_failed("Unknown entitlementType")
        if dates.parse(change.get("validUntil")) is None:
            raise _update_failed("validUntil must be a date-time")
        account["entitlement"] = {
            "@type": "Entitlement",
            "validUntil": change["validUntil"],
            "entitlementType": concept,
        }
        return change, self._linked.refusals(customer, _NOT_UPDATED)


def _update_failed(description: str) -> IminError:
    return IminError(400, {"@context": OPENACTIVE, "@type": "UpdateFailedError", "description": description})
