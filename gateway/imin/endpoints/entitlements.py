"""The broker's entitlement types, the same for every customer. Source: imin docs, Entitlements.

`GET /entitlements` answers a SKOS ConceptScheme, the identifiers of whose concepts never change.
Assumptions, as the documentation states neither: the list changes so rarely that it may be an hour old; a
broker without entitlements has an empty list, so that 404 is an error.
"""

from typing import Any

from msgspec import field

from gateway.imin import jsonld
from gateway.imin.documents import Concept
from gateway.imin.documents.thing import Thing
from gateway.imin.endpoints.declaration import Endpoint, PublicKey
from gateway.imin.errors import Unreadable


class EntitlementScheme(Thing, kw_only=True, gc=False, rename="camel"):
    """The vocabulary that the broker's entitlement types make up."""

    concepts: tuple[Concept, ...] = field(default=(), name="concept")


def _read(json: bytes, _key: PublicKey, _selection: Any) -> tuple[Concept, ...]:
    """The types. A list of which a part cannot be read is refused: it would hide prices."""
    scheme, unreadable = jsonld.read(EntitlementScheme, json)
    if unreadable or scheme.type != "ConceptScheme":
        raise Unreadable("GET /entitlements returned no readable ConceptScheme")
    return scheme.concepts


ENTITLEMENTS: Endpoint[PublicKey, tuple[Concept, ...]] = Endpoint(
    name="entitlements", path="/entitlements", read=_read, fresh_seconds=3_600
)
