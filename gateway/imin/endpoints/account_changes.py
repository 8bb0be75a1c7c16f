"""Changes of customer accounts: endpoints and bodies. Source: imin docs, Customer Accounts, Access Passes.

Assumptions, since the documentation contradicts itself or is silent:
- It shows two styles of requests at the same paths. `wrapped`: the details are a `customer` of a
  CustomerAccount, and a change is a CustomerUpdateAction. `flat`, in its example scenario: the details are a
  Person, and a change is a PATCH of the account. A setting decides; `flat` cannot name sellers.
- An entitlement names its type as accounts show it: `{"type": "Concept", "id"}`.
- An entry of `error` names the seller's account in `seller`, for every action as for access passes.
- An account whose personal data was erased does not exist any more, or has no e-mail address, or one that
  cannot be: in the domain `.invalid` (RFC 2606).
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from gateway.imin.documents import CustomerAccount
from gateway.imin.endpoints.declaration import ChangeEndpoint

Style = Literal["wrapped", "flat"]
Request = tuple[ChangeEndpoint, dict[str, Any]]
"""Where a change is sent, and its body."""

CREATE = ChangeEndpoint("POST", "/{customer_accounts}")
ACT = ChangeEndpoint("POST", "/{customer_accounts}/{customer}/actions")
PATCH = ChangeEndpoint("PATCH", "/{customer_accounts}/{customer}")
DELETE = ChangeEndpoint("DELETE", "/{customer_accounts}/{customer}")

_CONTEXT = "https://openactive.io/"
_IMIN_CONTEXT = [_CONTEXT, "https://imin.co/"]


def creation(members: Mapping[str, Any], style: Style) -> Request:
    """members: details of the person, by imin's names."""
    person = {"@type": "Person", **members}
    if style == "flat":
        return CREATE, {"@context": _CONTEXT, **person}
    return CREATE, {"@context": _CONTEXT, "@type": "CustomerAccount", "customer": person}


def update(members: Mapping[str, Any], sellers: Sequence[str], style: Style) -> Request:
    """members: as above, those to change. sellers: IRIs of those whose linked accounts change too."""
    if style == "flat":
        return PATCH, dict(members)
    action = {
        "@context": _CONTEXT,
        "@type": "CustomerUpdateAction",
        "object": {"@type": "Person", **members},
    }
    return ACT, action | ({"seller": list(sellers)} if sellers else {})


def pass_update(text: str) -> Request:
    """text: of the barcode."""
    return ACT, {
        "@context": _IMIN_CONTEXT,
        "@type": "imin:AccessPassUpdateAction",
        "object": {"@type": "Barcode", "text": text},
    }


def entitlement_update(type_iri: str, valid_until: str) -> Request:
    """type_iri: of one of the broker's entitlement types. valid_until: date and time."""
    return ACT, {
        "@context": _IMIN_CONTEXT,
        "@type": "imin:EntitlementUpdateAction",
        "object": {
            "@type": "Entitlement",
            "validUntil": valid_until,
            "entitlementType": {"type": "Concept", "id": type_iri},
        },
    }


def is_erased(account: CustomerAccount | None) -> bool:
    """Whether the personal data of an account, as it was read, is erased. None: imin has no account."""
    if account is None or account.unreadable:
        return account is None
    email = account.customer.email
    return not email or email.lower().endswith(".invalid")
