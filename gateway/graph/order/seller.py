"""Sellers."""

from typing import Any

import strawberry

from gateway.graph.agent import Terms
from gateway.graph.enums import TaxMode
from gateway.graph.node import Node
from gateway.graph.scalars import URL
from gateway.graph.session.image import Image
from gateway.graph.session.place import Address
from gateway.hints import depends_only_on
from gateway.imin import documents


@strawberry.type(
    description="Who sold the booking. Completed from the organizer or provider of the sessions where "
    "that is the same organization, since imin's orders name a seller by its terms alone."
)
class Seller(Node):
    """Runtime object: documents.Seller."""

    identifier: str | None = strawberry.field(description="IRI of the seller.")
    type: str | None = strawberry.field(description="Organization or Person.")
    local_identifier: str | None = strawberry.field(
        description="The booking system's identifier of the seller beside the IRI, if any."
    )
    name: str | None = strawberry.field(description="Name to show.")
    given_name: str | None = strawberry.field(description="First name, of a person.")
    family_name: str | None = strawberry.field(description="Last name, of a person.")
    legal_name: str | None = strawberry.field(description="Name in law.")
    description: str | None = strawberry.field(description="About the seller.")
    url: URL | None = strawberry.field(description="The seller's site.")
    logo: Image | None = strawberry.field(description="The seller's logo.")
    image: Image | None = strawberry.field(description="Picture.")
    telephone: str | None = strawberry.field(description="Number to call.")
    email: str | None = strawberry.field(description="Address to write to.")
    address: Address | None = strawberry.field(description="Postal address.")
    vat_id: str | None = strawberry.field(name="vatID", description="VAT number.")
    tax_mode: TaxMode | None = strawberry.field(description="Whether the seller's prices contain the tax.")
    is_open_booking_allowed: bool | None = strawberry.field(
        description="Whether the seller takes open bookings."
    )
    same_as: list[str] = strawberry.field(description="The seller elsewhere on the web.")
    terms_of_service: list[Terms] = strawberry.field(description="The seller's terms.")

    @classmethod
    @depends_only_on()
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Whether the document is a seller."""
        return isinstance(value, documents.Seller)
