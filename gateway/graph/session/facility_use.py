"""Facilities that can be booked."""

import strawberry

from gateway.graph.agent import Organization
from gateway.graph.order.offer import Offer
from gateway.graph.scalars import URL
from gateway.graph.session.concept import Concept
from gateway.graph.session.image import Image
from gateway.graph.session.place import OpeningHours, Place


@strawberry.type(
    description="A facility that can be booked, for example a squash court, or a group of several such "
    "facilities."
)
class FacilityUse:
    """Runtime object: documents.Event."""

    identifier: strawberry.ID | None = strawberry.field(
        description="Identifier in the booking system; the IRI if it has none."
    )
    iri: str | None = strawberry.field(
        description="IRI, a URL that identifies it in imin or the booking system."
    )
    type: str | None = strawberry.field(
        description="OpenActive type: FacilityUse, or IndividualFacilityUse for one of a group."
    )
    name: str | None = strawberry.field(description="Display name, for example Court 4.")
    description: str | None = strawberry.field(description="Description in plain text.")
    formatted_description: str | None = strawberry.field(description="Description in HTML.")
    url: URL | None = strawberry.field(description="Web page for customers.")
    facility_types: list[Concept] = strawberry.field(
        description="Kinds of facility, for example Squash Court."
    )
    activities: list[Concept] = strawberry.field(description="Activities that it is suitable for.")
    categories: list[Concept] = strawberry.field(description="Categories in the seller's own words.")
    attendee_instructions: str | None = strawberry.field(
        description="Instructions for attendees, for example what to bring."
    )
    accessibility_information: str | None = strawberry.field(
        description="Information for disabled people, as text."
    )
    accessibility_support: list[Concept] = strawberry.field(
        description="Disabilities for which support is provided."
    )
    opening_hours: list[OpeningHours] = strawberry.field(description="Hours when it can be booked.")
    images: list[Image] = strawberry.field(description="Pictures.")
    venue: Place | None = strawberry.field(description="Venue where it is.")
    organizer: Organization | None = strawberry.field(
        name="provider", description="Organization that provides it."
    )
    offers: list[Offer] = strawberry.field(description="Offers for booking it.")
    parent: "FacilityUse | None" = strawberry.field(
        name="aggregateFacilityUse", description="Group of facilities that it is one of."
    )
