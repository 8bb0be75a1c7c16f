"""Sellers."""

from typing import Any

import strawberry

from gateway.graph.agent import Terms
from gateway.graph.enums import TaxMode
from gateway.graph.node import Node
from gateway.graph.scalars import URL
from gateway.graph.session.image import Image
from gateway.graph.session.media_object import MediaObject
from gateway.graph.session.place import Address
from gateway.hints import depends_only_on
from gateway.imin import documents


@strawberry.type(
    description="The seller of an order. imin's orders give little more than the seller's id and terms; the "
    "other fields are completed from the organizer or provider of the booked sessions, if it is the same "
    "organization."
)
class Seller(Node):
    """Runtime object: documents.Seller."""

    identifier: str | None = strawberry.field(
        description="IRI of the seller; the booking system's identifier if there is none."
    )
    type: str | None = strawberry.field(description="Schema.org type: Organization or Person.")
    local_identifier: str | None = strawberry.field(
        description="Identifier of the seller in the booking system, if there is one beside the IRI."
    )
    name: str | None = strawberry.field(description="Display name.")
    given_name: str | None = strawberry.field(description="Given name, if the seller is a person.")
    family_name: str | None = strawberry.field(description="Family name, if the seller is a person.")
    legal_name: str | None = strawberry.field(description="Registered legal name.")
    description: str | None = strawberry.field(description="Description of the seller.")
    url: URL | None = strawberry.field(description="Website of the seller.")
    logo: Image | None = strawberry.field(description="Logo of the seller.")
    image: Image | None = strawberry.field(description="Picture of the seller.")
    telephone: str | None = strawberry.field(description="Telephone number.")
    email: str | None = strawberry.field(description="E-mail address.")
    address: Address | None = strawberry.field(description="Postal address.")
    vat_id: str | None = strawberry.field(name="vatID", description="VAT registration number.")
    tax_mode: TaxMode | None = strawberry.field(description="Whether the seller's prices include tax.")
    is_open_booking_allowed: bool | None = strawberry.field(
        description="Whether the seller accepts bookings through OpenActive's Open Booking API."
    )
    same_as: list[str] = strawberry.field(description="URLs of the seller's profiles elsewhere on the web.")
    terms_of_service: list[Terms] = strawberry.field(description="Terms and policies of the seller.")
    formatted_description: str | None = strawberry.field(description="Description of the seller in HTML.")
    videos: list[MediaObject] = strawberry.field(description="Videos about the seller.")
    formal_criteria_met: list[str] = strawberry.field(
        description="URLs that describe the formal criteria that the seller meets."
    )

    @classmethod
    @depends_only_on()
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        return isinstance(value, documents.Seller)
