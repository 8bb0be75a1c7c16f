"""What is booked: sessions and slots."""

from typing import Any

import strawberry

from gateway.graph.access import AccessChannel
from gateway.graph.agent import Organization, Person
from gateway.graph.enums import AttendanceMode, DayOfWeek, EventStatus, GenderRestriction
from gateway.graph.image import Concept, Image
from gateway.graph.offer import AggregateOffer, Offer
from gateway.graph.place import Place
from gateway.graph.scalars import URL, DateTime, Duration
from gateway.imin.documents import Event


@strawberry.type(description="Ages a session is meant for; either end may be open.")
class AgeRange:
    """Runtime object: documents.QuantitativeValue."""

    min_value: int | None = strawberry.field(description="Youngest age.")
    max_value: int | None = strawberry.field(description="Oldest age.")


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


@strawberry.type
class _Event:
    """Fields of every level; each says what the level itself or one above it says."""

    identifier: strawberry.ID | None = strawberry.field(
        description="The booking system's identifier of the session."
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


@strawberry.interface(
    description="What is booked. Says everything that imin says at whichever level: the session itself, its "
    "series, or the facility."
)
class Session(_Event):
    """Runtime object: documents.Event."""


@strawberry.type(description="A series that sessions belong to, or the event above it.")
class SuperEvent(_Event):
    """Runtime object: documents.Event."""

    type: str | None = strawberry.field(description="Kind of event, such as SessionSeries or EventSeries.")
    super_event: "SuperEvent | None" = strawberry.field(description="The event above.")
    event_schedule: list[Schedule] = strawberry.field(description="When its sessions take place.")
    scheduling_note: str | None = strawberry.field(description="Remarks on the schedule.")
    offers: list[Offer] = strawberry.field(description="Prices.")
    aggregate_offer: AggregateOffer | None = strawberry.field(
        description="Lowest price for each group of people."
    )
    sub_events: list["SuperEvent"] = strawberry.field(description="Events below, where imin lists them.")


@strawberry.type(
    description="A facility that can be booked, such as a squash court; or the whole of several."
)
class FacilityUse:
    """Runtime object: documents.Event."""

    identifier: strawberry.ID | None = strawberry.field(description="The booking system's identifier.")
    type: str | None = strawberry.field(description="FacilityUse or IndividualFacilityUse.")
    name: str | None = strawberry.field(description="Name to show, such as Court 4.")
    description: str | None = strawberry.field(description="About the facility.")
    url: URL | None = strawberry.field(description="The facility's page.")
    facility_types: list[Concept] = strawberry.field(description="Kinds of facility.")
    activities: list[Concept] = strawberry.field(description="Activities it is meant for.")
    images: list[Image] = strawberry.field(description="Pictures.")
    venue: Place | None = strawberry.field(description="Where it is.")
    organizer: Organization | None = strawberry.field(name="provider", description="Who provides it.")
    offers: list[Offer] = strawberry.field(description="Prices.")
    parent: "FacilityUse | None" = strawberry.field(
        name="aggregateFacilityUse", description="The facility this one is a part of."
    )


def _kind(event: Any) -> str | None:
    return event.type if isinstance(event, Event) else None


@strawberry.type(description="A session on a date, of a series.")
class ScheduledSession(Session):
    """Runtime object: documents.Event."""

    maximum_attendee_capacity: int | None = strawberry.field(description="Places in all.")
    remaining_attendee_capacity: int | None = strawberry.field(
        description="Places left when imin last looked."
    )
    super_event: SuperEvent | None = strawberry.field(description="The series it belongs to.")

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Whether the event is a scheduled session."""
        return _kind(value) == "ScheduledSession"


@strawberry.type(description="A stretch of time on a facility, such as an hour on a court.")
class Slot(Session):
    """Runtime object: documents.Event."""

    maximum_uses: int | None = strawberry.field(description="How many can book it.")
    remaining_uses: int | None = strawberry.field(description="How many still can, when imin last looked.")
    facility_types: list[Concept] = strawberry.field(description="Kinds of facility.")
    parent: FacilityUse | None = strawberry.field(name="facilityUse", description="The facility.")

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Whether the event is a slot."""
        return _kind(value) in {"Slot", "FacilityUseSlot", "IndividualFacilityUseSlot"}


@strawberry.type(description="Whatever else imin may book, such as a course; or a session imin only names.")
class OtherSession(Session):
    """Runtime object: documents.Event."""

    type: str | None = strawberry.field(description="Kind of event.")
    maximum_attendee_capacity: int | None = strawberry.field(description="Places in all.")
    remaining_attendee_capacity: int | None = strawberry.field(
        description="Places left when imin last looked."
    )
    event_schedule: list[Schedule] = strawberry.field(description="When its sessions take place.")
    offers: list[Offer] = strawberry.field(description="Prices.")
    super_event: SuperEvent | None = strawberry.field(description="The event above.")
    facility_use: FacilityUse | None = strawberry.field(description="The facility it is on.")

    @classmethod
    def is_type_of(cls, value: Any, info: Any) -> bool:
        """Whether the event is neither of the others."""
        return isinstance(value, Event) and not (
            ScheduledSession.is_type_of(value, info) or Slot.is_type_of(value, info)
        )
