"""The entitlements of the sandbox's broker. Source: imin docs, Entitlements."""

from typing import Any

from gateway.sandbox.data.vocabulary import OPENACTIVE, Document

_SCHEME = "https://meta.imin.co/v2/globex-broker/entitlements"

ENTITLEMENTS: Document = {
    "@context": OPENACTIVE,
    "id": _SCHEME,
    "title": "Globex entitlements",
    "type": "ConceptScheme",
    "license": "https://creativecommons.org/licenses/by/4.0/",
    "concept": [
        {
            "id": f"{_SCHEME}#8dfbad55-fdb5-4479-86a4-b873b18ecff1",
            "type": "Concept",
            "prefLabel": "Adult Resident",
            "inScheme": _SCHEME,
        },
        {
            "id": f"{_SCHEME}#1f5b2a0c-7f3e-4b1d-9d61-5a9a2f0f6c57",
            "type": "Concept",
            "prefLabel": "Junior Resident",
            "inScheme": _SCHEME,
        },
    ],
}

BEYOND_THE_DOCUMENTATION: Document = {
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


def entitlement_concept(named: Any) -> Document | None:
    """The concept that an entitlementType names by its id, alone or in an object; None if there is none."""
    identifier = named.get("id", named.get("@id")) if isinstance(named, dict) else named
    return next((one for one in ENTITLEMENTS["concept"] if one["id"] == identifier), None)
