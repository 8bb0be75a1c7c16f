"""The broker's entitlement types, the same for every customer. Source: imin docs, Entitlements.

`GET /entitlements` returns a SKOS ConceptScheme. The identifiers of its concepts never change.
Assumptions, since the documentation states neither: the list changes so rarely that it may be up to an hour
old, and a broker without entitlements has an empty list, so 404 is an error.
"""

from typing import Any

from msgspec import field

from gateway.imin import jsonld
from gateway.imin.documents import Concept
from gateway.imin.documents.thing import Thing
from gateway.imin.endpoints.declaration import Endpoint, PublicKey
from gateway.imin.errors import Unreadable


class EntitlementScheme(Thing, kw_only=True, gc=False, rename="camel"):
    """The vocabulary of the broker's entitlement types."""

    concepts: tuple[Concept, ...] = field(default=(), name="concept")


def _read(json: bytes, _key: PublicKey, _selection: Any) -> tuple[Concept, ...]:
    """The types. Raises Unreadable if any of them cannot be read: a missing type would hide prices."""
    scheme, unreadable = jsonld.read(EntitlementScheme, json)
    if unreadable or scheme.type != "ConceptScheme":
        raise Unreadable("GET /entitlements returned no readable ConceptScheme")
    return scheme.concepts


ENTITLEMENTS: Endpoint[PublicKey, tuple[Concept, ...]] = Endpoint(
    name="entitlements", path="/entitlements", read=_read, fresh_seconds=3_600
)
