"""Venues."""

import strawberry

from gateway.graph.enums import DayOfWeek
from gateway.graph.scalars import URL
from gateway.graph.session.image import Image


@strawberry.type(description="A postal address; any part may be missing.")
class Address:
    """Runtime object: documents.Address."""

    street_address: str | None = strawberry.field(description="House and street.")
    address_locality: str | None = strawberry.field(description="Town or part of it.")
    address_region: str | None = strawberry.field(description="County or city.")
    postal_code: str | None = strawberry.field(description="Postcode as imin has it.")
    address_country: str | None = strawberry.field(description="ISO 3166 code.")
    full_address: str | None = strawberry.field(
        description="The whole address, where imin gives it as one text."
    )
    one_line: str | None = strawberry.field(
        name="formatted", description="The whole address on one line, tidied."
    )


@strawberry.type(description="Something a venue has or has not.")
class Amenity:
    """Runtime object: documents.Amenity."""

    type: str | None = strawberry.field(description="Kind of amenity, such as ChangingFacilities.")
    name: str | None = strawberry.field(description="Name to show.")
    value: bool | None = strawberry.field(description="Whether the venue has it.")


@strawberry.type(description="When a venue is open; times are local.")
class OpeningHours:
    """Runtime object: documents.OpeningHours."""

    day_of_week: list[DayOfWeek] = strawberry.field(description="Days it applies to.")
    opens: str | None = strawberry.field(description="Opening time, HH:MM.")
    closes: str | None = strawberry.field(description="Closing time, HH:MM.")
    valid_from: str | None = strawberry.field(description="First day it applies.")
    valid_through: str | None = strawberry.field(description="Last day it applies.")


@strawberry.type(description="A venue.")
class Place:
    """Runtime object: documents.Place."""

    identifier: str | None = strawberry.field(description="The booking system's identifier of the venue.")
    iri: str | None = strawberry.field(description="IRI imin or the booking system names it by.")
    name: str | None = strawberry.field(description="Name to show.")
    description: str | None = strawberry.field(description="About the venue.")
    url: URL | None = strawberry.field(description="The venue's page.")
    telephone: str | None = strawberry.field(description="Number to call.")
    latitude: float | None = strawberry.field(
        description="Degrees north; null where imin gives no real place."
    )
    longitude: float | None = strawberry.field(
        description="Degrees east; null where imin gives no real place."
    )
    address: Address | None = strawberry.field(description="Postal address.")
    formatted_address: str | None = strawberry.field(
        description="The address on one line, for a label or a map."
    )
    images: list[Image] = strawberry.field(description="Pictures.")
    amenities: list[Amenity] = strawberry.field(description="What the venue has.")
    opening_hours: list[OpeningHours] = strawberry.field(description="When the venue is open.")
    special_opening_hours: list[OpeningHours] = strawberry.field(
        description="When the venue is open on holidays and the like."
    )
