"""What is booked: sessions and slots."""

from typing import Any

import strawberry

from gateway.graph.agent import Organization, Person
from gateway.graph.enums import AttendanceMode, DayOfWeek, EventStatus, GenderRestriction
from gateway.graph.order.access_pass import AccessChannel
from gateway.graph.order.offer import AgeRange, AggregateOffer, Offer
from gateway.graph.scalars import URL, DateTime, Duration
from gateway.graph.session.concept import Concept
from gateway.graph.session.image import Image
from gateway.graph.session.place import OpeningHours, Place
from gateway.hints import depends_only_on
from gateway.imin.documents import Event


@strawberry.type(description="When the sessions of a series take place; dates and times are local.")
class Schedule:
    """Runtime object: documents.Schedule."""

    by_day: list[DayOfWeek] = strawberry.field(description="Days of the week.")
    start_date: str | None = strawberry.field(description="First day.")
    end_date: str | None = strawberry.field(description="Last day.")
    start_time: str | None = strawberry.field(description="Start, HH:MM.")
    end_time: str | None = strawberry.field(description="End, HH:MM.")
    duration: Duration | None = strawberry.field(description="Length of a session.")
    repeat_frequency: Duration | None = strawberry.field(description="Time from one session to the next.")
    repeat_count: int | None = strawberry.field(description="How many sessions there are.")
    schedule_timezone: str | None = strawberry.field(description="Time zone, such as Europe/London.")
    except_dates: list[str] = strawberry.field(description="Days on which it does not take place.")


@strawberry.type
class _Event:
    """Fields of every level; each says what the level itself or one above it says."""

    identifier: strawberry.ID | None = strawberry.field(
        description="The booking system's identifier of the session."
    )
    iri: str | None = strawberry.field(description="IRI imin or the booking system names it by.")
    type: str | None = strawberry.field(
        description="Kind of event, such as ScheduledSession, Slot or SessionSeries."
    )
    name: str | None = strawberry.field(description="Title to show.")
    description: str | None = strawberry.field(description="About the session, plain text.")
    formatted_description: str | None = strawberry.field(description="About the session, HTML.")
    url: URL | None = strawberry.field(description="The session's page.")
    start_date: DateTime | None = strawberry.field(description="Start.")
    end_date: DateTime | None = strawberry.field(
        description="End; start plus duration where imin leaves it out."
    )
    duration: Duration | None = strawberry.field(
        description="Length; end minus start where imin leaves it out."
    )
    event_status: EventStatus | None = strawberry.field(
        description="Whether it takes place as planned; scheduled where imin says nothing."
    )
    attendance_mode: AttendanceMode | None = strawberry.field(
        description="Whether it is attended in person; offline where imin says nothing."
    )
    venue: Place | None = strawberry.field(description="Where it takes place.")
    virtual_location: AccessChannel | None = strawberry.field(description="Where it can be joined online.")
    affiliated_location: Place | None = strawberry.field(description="Place a virtual session is run from.")
    organizer: Organization | None = strawberry.field(
        description="Who runs the session or provides the facility."
    )
    leaders: list[Person] = strawberry.field(description="Who leads it.")
    images: list[Image] = strawberry.field(description="Pictures.")
    activities: list[Concept] = strawberry.field(description="Activities.")
    categories: list[Concept] = strawberry.field(description="Categories, in the seller's own words.")
    skill_levels: list[Concept] = strawberry.field(description="Levels of experience it is meant for.")
    sports_activity_locations: list[Concept] = strawberry.field(
        description="Parts of the venue it takes place in."
    )
    age_range: AgeRange | None = strawberry.field(description="Ages it is meant for.")
    gender_restriction: GenderRestriction | None = strawberry.field(description="Who may attend.")
    is_coached: bool | None = strawberry.field(description="Whether a coach is there.")
    is_accessible_for_free: bool | None = strawberry.field(description="Whether it is free for everybody.")
    attendee_instructions: str | None = strawberry.field(description="What to bring or do.")
    meeting_point: str | None = strawberry.field(description="Where to meet.")
    accessibility_information: str | None = strawberry.field(description="What disabled people need to know.")
    accessibility_support: list[Concept] = strawberry.field(description="Disabilities that are catered for.")
    offers: list[Offer] = strawberry.field(description="Prices that stand on this very event.")
    aggregate_offer: AggregateOffer | None = strawberry.field(
        description="Lowest price for each group of people."
    )
    event_schedule: list[Schedule] = strawberry.field(description="When its sessions take place.")
    scheduling_note: str | None = strawberry.field(description="Remarks on the schedule.")
    location_summary: list[Place] = strawberry.field(
        name="places", description="Places of all its sessions, where imin lists them."
    )
    data_source: str | None = strawberry.field(description="Identifier of the feed its data came from.")
    maximum_attendee_capacity: int | None = strawberry.field(description="Places in all.")
    remaining_attendee_capacity: int | None = strawberry.field(
        description="Places left when imin last looked."
    )
    sub_events: list["SuperEvent"] = strawberry.field(description="Events below, where imin lists them.")


@strawberry.interface(
    description="What is booked. Says everything that imin says at whichever level: the session itself, its "
    "series, or the facility."
)
class Session(_Event):
    """Runtime object: documents.Event."""

    @classmethod
    @depends_only_on("type_name")
    def resolve_type(cls, value: Any, _info: Any, _interface: Any) -> str | None:
        """Which of the types below it is. Without this each of them is asked, for every session."""
        return _type_of(value)


@strawberry.type(description="A series that sessions belong to, or the event above it.")
class SuperEvent(_Event):
    """Runtime object: documents.Event."""

    super_event: "SuperEvent | None" = strawberry.field(description="The event above.")


@strawberry.type(
    description="A facility that can be booked, such as a squash court; or the whole of several."
)
class FacilityUse:
    """Runtime object: documents.Event."""

    identifier: strawberry.ID | None = strawberry.field(description="The booking system's identifier.")
    iri: str | None = strawberry.field(description="IRI imin or the booking system names it by.")
    type: str | None = strawberry.field(description="FacilityUse or IndividualFacilityUse.")
    name: str | None = strawberry.field(description="Name to show, such as Court 4.")
    description: str | None = strawberry.field(description="About the facility.")
    formatted_description: str | None = strawberry.field(description="About the facility, HTML.")
    url: URL | None = strawberry.field(description="The facility's page.")
    facility_types: list[Concept] = strawberry.field(description="Kinds of facility.")
    activities: list[Concept] = strawberry.field(description="Activities it is meant for.")
    categories: list[Concept] = strawberry.field(description="Categories, in the seller's own words.")
    attendee_instructions: str | None = strawberry.field(description="What to bring or do.")
    accessibility_information: str | None = strawberry.field(description="What disabled people need to know.")
    accessibility_support: list[Concept] = strawberry.field(description="Disabilities that are catered for.")
    opening_hours: list[OpeningHours] = strawberry.field(description="When it can be booked.")
    images: list[Image] = strawberry.field(description="Pictures.")
    venue: Place | None = strawberry.field(description="Where it is.")
    organizer: Organization | None = strawberry.field(name="provider", description="Who provides it.")
    offers: list[Offer] = strawberry.field(description="Prices.")
    parent: "FacilityUse | None" = strawberry.field(
        name="aggregateFacilityUse", description="The facility this one is a part of."
    )


_TYPES = {
    "ScheduledSession": "ScheduledSession",
    "Slot": "Slot",
    "FacilityUseSlot": "Slot",
    "IndividualFacilityUseSlot": "Slot",
}
"""Type of a session by what imin calls it."""


def _type_of(value: Any) -> str | None:
    return _TYPES.get(value.type or "", "OtherSession") if isinstance(value, Event) else None


@strawberry.type(description="A session on a date, of a series.")
class ScheduledSession(Session):
    """Runtime object: documents.Event."""

    super_event: SuperEvent | None = strawberry.field(description="The series it belongs to.")

    @classmethod
    @depends_only_on("type_name")
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Whether the event is a scheduled session."""
        return _type_of(value) == "ScheduledSession"


@strawberry.type(description="A stretch of time on a facility, such as an hour on a court.")
class Slot(Session):
    """Runtime object: documents.Event."""

    maximum_uses: int | None = strawberry.field(description="How many can book it.")
    remaining_uses: int | None = strawberry.field(description="How many still can, when imin last looked.")
    facility_types: list[Concept] = strawberry.field(description="Kinds of facility.")
    parent: FacilityUse | None = strawberry.field(name="facilityUse", description="The facility.")

    @classmethod
    @depends_only_on("type_name")
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Whether the event is a slot."""
        return _type_of(value) == "Slot"


@strawberry.type(description="Whatever else imin may book, such as a course; or a session imin only names.")
class OtherSession(Session):
    """Runtime object: documents.Event."""

    maximum_uses: int | None = strawberry.field(description="How many can book it.")
    remaining_uses: int | None = strawberry.field(description="How many still can, when imin last looked.")
    super_event: SuperEvent | None = strawberry.field(description="The event above.")
    facility_use: FacilityUse | None = strawberry.field(description="The facility it is on.")

    @classmethod
    @depends_only_on("type_name")
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Whether the event is neither of the others."""
        return _type_of(value) == "OtherSession"
