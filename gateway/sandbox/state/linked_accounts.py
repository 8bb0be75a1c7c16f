"""Accounts of a customer at sellers, linked to their account at the broker or not.

Source: imin docs, Linked Accounts. Assumptions are in assumptions.py.
"""

import base64
import json
from dataclasses import dataclass

from gateway.sandbox.data.entitlements import ENTITLEMENTS
from gateway.sandbox.data.sellers import SELLERS, Seller
from gateway.sandbox.data.vocabulary import OPENACTIVE, Document, customer_account_url

# The sellers where these customers have a linked account, and those where their e-mail address is known.
_LINKED = {"1234": SELLERS[:2], "abc": SELLERS[:2]}
_KNOWN = {"1234": SELLERS[2:3], "abc": SELLERS[2:3]}


@dataclass(slots=True)
class SellerAccount:
    """A customer at one seller.

    fails: whether the seller refuses every change of a linked account.
    is_known: whether the seller knows the e-mail address of a customer whose account is not linked.
    """

    seller: Seller
    is_linked: bool
    is_known: bool
    fails: bool = False


class LinkedAccounts:
    """The accounts of every customer at every seller."""

    def __init__(self) -> None:
        self._accounts: dict[str, list[SellerAccount]] = {}

    def of(self, customer: str) -> list[SellerAccount]:
        """The customer's account at each seller, to be changed in place."""
        linked, known = _LINKED.get(customer, ()), _KNOWN.get(customer, ())
        accounts = [SellerAccount(seller, seller in linked, seller in known) for seller in SELLERS]
        return self._accounts.setdefault(customer, accounts)

    def collection(self, customer: str) -> Document:
        """GET /customer-accounts/:id/linked-accounts."""
        items = [_document(customer, account) for account in self.of(customer)]
        return {
            "@context": OPENACTIVE,
            "@id": f"{customer_account_url(customer)}/linked-accounts",
            "@type": "imin:RestrictedCollection",
            "imin:totalItems": len(items),
            "imin:item": items,
        }

    def refusals(self, customer: str, error: Document, sellers: list[str] | None = None) -> list[Document]:
        """An error for each seller that does not make a change.

        sellers: ids of those that the change is for; None: all linked ones. One without a linked account
        does not make it.
        """
        accounts = {account.seller.url: account for account in self.of(customer)}
        if sellers is None:
            sellers = [url for url, account in accounts.items() if account.is_linked]
        makes_it = {url for url, account in accounts.items() if account.is_linked and not account.fails}
        names = {url: account.seller.name for url, account in accounts.items()}
        return [error | {"seller": _seller(url, names.get(url))} for url in sellers if url not in makes_it]


def _document(customer: str, account: SellerAccount) -> Document:
    seller = account.seller
    document = {"@type": "CustomerAccount", "seller": _seller(seller.url, seller.name)}
    if account.is_linked:
        number = f"{seller.slug[:3].upper()}-{customer}"
        return document | {"accountNumber": number, "imin:entitlementFilter": _entitlement_filter(seller)}
    actions = [
        {"@type": kind, "name": f"{name} at {seller.name}", "target": f"{seller.url}/accounts/{path}"}
        for kind, name, path in (
            ("RegisterAction", "Link your account", "link"),
            ("CreateAction", "Open an account", "new"),
        )
    ]
    return document | {"imin:matchingEmailExists": account.is_known, "potentialAction": actions}


def _seller(url: str, name: str | None) -> Document:
    named = {"name": name} if name else {}
    return {"@type": "Organization", "@id": url} | named


def _entitlement_filter(seller: Seller) -> str:
    # Source: imin docs, Entitlement pricing. An opaque token; this is what the documented one decodes to.
    token = json.dumps([seller.url, ENTITLEMENTS["concept"][0]["id"], True])
    return base64.b64encode(token.encode()).decode()
