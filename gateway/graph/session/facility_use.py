"""Facilities that can be booked."""

import strawberry

from gateway.graph.agent import Organization
from gateway.graph.enums import FacilitySettingType
from gateway.graph.order.offer import Offer
from gateway.graph.scalars import URL, DateTime, Duration
from gateway.graph.session.concept import Concept
from gateway.graph.session.image import Image
from gateway.graph.session.media_object import MediaObject
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
    individual_facility_uses: list["FacilityUse"] = strawberry.field(
        description="Facilities that belong to it, if it is a group of facilities."
    )
    start_date: DateTime | None = strawberry.field(description="When it begins to be available.")
    available_through: DateTime | None = strawberry.field(
        name="endDate", description="When it ceases to be available."
    )
    alternate_names: list[str] = strawberry.field(description="Other names.")
    videos: list[MediaObject] = strawberry.field(description="Videos about it.")
    facility_setting: FacilitySettingType | None = strawberry.field(
        description="Whether it is indoors or outdoors."
    )
    facility_setting_text: str | None = strawberry.field(
        description="`facilitySetting` as imin writes it, without its namespace."
    )
    is_wheelchair_accessible: bool | None = strawberry.field(
        description="Whether it is suitable for wheelchair users."
    )
    additional_admission_restrictions: list[str] = strawberry.field(
        description="Restrictions of its use, as texts that the customer must see before booking."
    )
    offer_validity_period: Duration | None = strawberry.field(
        description="How long before the start of a slot its offers are valid."
    )
