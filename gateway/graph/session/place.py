"""Venues."""

from typing import Any

import strawberry

from gateway.graph.decorators import calculated_value
from gateway.graph.enums import DayOfWeek
from gateway.graph.node import Node
from gateway.graph.scalars import URL
from gateway.graph.session.concept import Concept
from gateway.graph.session.image import Image
from gateway.hints import depends_only_on
from gateway.imin import documents


@strawberry.type(description="A postal address. Any part may be missing.")
class Address:
    """Runtime object: documents.Address."""

    street_address: str | None = strawberry.field(description="House number and street.")
    address_locality: str | None = strawberry.field(description="Town, or part of a town.")
    address_region: str | None = strawberry.field(description="County or city.")
    postal_code: str | None = strawberry.field(description="Postcode as imin states it.")
    address_country: str | None = strawberry.field(description="ISO 3166 country code.")
    full_address: str | None = strawberry.field(
        description="Whole address, if imin states it as a single text."
    )
    one_line: str | None = strawberry.field(
        name="formatted",
        description="Whole address on one line, without stray spaces and with the postcode in capitals. "
        "Leaves out the country if it is GB.",
    )


@strawberry.type(description="A facility or service that a venue has or does not have.")
class Amenity:
    """Runtime object: documents.Amenity."""

    type: str | None = strawberry.field(description="Kind of amenity, for example ChangingFacilities.")
    name: str | None = strawberry.field(description="Display name.")
    value: bool | None = strawberry.field(description="Whether the venue has it.")


@strawberry.type(description="Hours when a place is open. Times are local.")
class OpeningHours:
    """Runtime object: documents.OpeningHours."""

    day_of_week: list[DayOfWeek] = strawberry.field(description="Days that the hours apply to.")
    opens: str | None = strawberry.field(description="Opening time, `HH:MM`.")
    closes: str | None = strawberry.field(description="Closing time, `HH:MM`.")
    valid_from: str | None = strawberry.field(description="First day that the hours apply to.")
    valid_through: str | None = strawberry.field(description="Last day that the hours apply to.")


def _id_of(root: strawberry.Parent[documents.Place]) -> strawberry.ID:
    return strawberry.ID(root.place_id)


@strawberry.type(
    description="A venue, as one order shows it: imin's orders are snapshots, so another order may show it "
    "differently, and has it under another id."
)
class Place(Node):
    """Runtime object: documents.Place."""

    id: strawberry.ID = calculated_value(
        "Opaque global id. The same for the same venue in all responses that show the order.",
        _id_of,
        reads=("place_id",),
    )

    identifier: str | None = strawberry.field(
        description="Identifier of the venue in the booking system; its IRI if it has none."
    )
    iri: str | None = strawberry.field(
        description="IRI, a URL that identifies the venue in imin or the booking system."
    )
    name: str | None = strawberry.field(description="Display name.")
    description: str | None = strawberry.field(description="Description of the venue.")
    url: URL | None = strawberry.field(description="Web page of the venue.")
    telephone: str | None = strawberry.field(description="Telephone number.")
    latitude: float | None = strawberry.field(
        description="Latitude in degrees north (WGS 84); null if imin gives no valid position."
    )
    longitude: float | None = strawberry.field(
        description="Longitude in degrees east (WGS 84); null if imin gives no valid position."
    )
    time_zone: str | None = strawberry.field(
        description="IANA time zone, for example Europe/London, by the address or position; that of the "
        "operator's settings if neither is known."
    )
    map_url: URL | None = strawberry.field(
        description="Link that shows the venue on a map, by its position, otherwise by its address. The "
        "operator chooses the map service."
    )
    directions_url: URL | None = strawberry.field(
        description="Link that shows the way to the venue, from where the reader is, in the same map service."
    )
    address: Address | None = strawberry.field(description="Postal address.")
    formatted_address: str | None = strawberry.field(
        description="Postal address on one line, for a label or a map."
    )
    images: list[Image] = strawberry.field(description="Pictures of the venue.")
    amenities: list[Amenity] = strawberry.field(
        description="Facilities and services that the venue has or does not have."
    )
    opening_hours: list[OpeningHours] = strawberry.field(description="Regular opening hours.")
    special_opening_hours: list[OpeningHours] = strawberry.field(
        description="Opening hours on special days, for example public holidays."
    )
    formatted_description: str | None = strawberry.field(description="Description in HTML.")
    email: str | None = strawberry.field(description="E-mail address.")
    place_types: list[Concept] = strawberry.field(description="Kinds of venue, for example Leisure Centre.")
    contained_in_place: "Place | None" = strawberry.field(
        description="Place that contains this one, for example the leisure centre of a hall."
    )

    @classmethod
    @depends_only_on()
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        return isinstance(value, documents.Place)
