"""What is booked: sessions and slots, and the series and facilities above them.

One Struct serves for every level, since OpenActive lets a level leave out what the
level above it states: see `inherited`.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar

from msgspec import field
from msgspec.structs import replace

from gateway.imin.dates import add_duration, is_before, parse_date_time
from gateway.imin.documents.agent import AccessChannel, Agent
from gateway.imin.documents.inherited import Inherited
from gateway.imin.documents.offer import AggregateOffer, Offer, Schedule
from gateway.imin.documents.place import OpeningHours, Place
from gateway.imin.documents.thing import AgeRange, Concept, Identified, Image
from gateway.imin.documents.vocabulary import AttendanceMode, EventStatus, GenderRestriction
from gateway.imin.durations import format_duration, parse_duration
from gateway.imin.errors import InvalidValue
from gateway.imin.jsonld import Bare, Exact, Int, Link


class Event(Identified, kw_only=True, gc=False, rename="camel"):
    """A session, a slot, a series or a facility use. Attributes named `own_…` hold what this level states."""

    bare: ClassVar[Bare] = Bare(text="name")
    own_name: str | None = field(default=None, name="name")
    own_description: str | None = field(default=None, name="description")
    own_formatted_description: str | None = field(default=None, name="beta:formattedDescription")
    own_url: Link | None = field(default=None, name="url")
    start_date: Exact | None = None
    own_end_date: Exact | None = field(default=None, name="endDate")
    own_duration: Exact | None = field(default=None, name="duration")
    own_event_status: Exact | None = field(default=None, name="eventStatus")
    own_attendance_mode: Exact | None = field(default=None, name="eventAttendanceMode")
    own_location: Place | None = field(default=None, name="location")
    own_affiliated_location: Place | None = field(default=None, name="beta:affiliatedLocation")
    own_virtual_location: AccessChannel | None = field(default=None, name="beta:virtualLocation")
    location_summary: tuple[Place, ...] = field(default=(), name="imin:locationSummary")
    own_organizer: Agent | None = field(default=None, name="organizer")
    own_provider: Agent | None = field(default=None, name="provider")
    own_leaders: tuple[Agent, ...] = field(default=(), name="leader")
    own_images: tuple[Image, ...] = field(default=(), name="image")
    own_activities: tuple[Concept, ...] = field(default=(), name="activity")
    own_facility_types: tuple[Concept, ...] = field(default=(), name="facilityType")
    own_categories: tuple[Concept, ...] = field(default=(), name="category")
    own_openactive_levels: tuple[Concept, ...] = field(default=(), name="level")
    own_imin_levels: tuple[Concept, ...] = field(default=(), name="imin:level")
    own_sports_locations: tuple[Concept, ...] = field(default=(), name="beta:sportsActivityLocation")
    own_age_range: AgeRange | None = field(default=None, name="ageRange")
    own_gender_restriction: Exact | None = field(default=None, name="genderRestriction")
    own_is_coached: bool | None = field(default=None, name="isCoached")
    own_is_accessible_for_free: bool | None = field(default=None, name="isAccessibleForFree")
    own_attendee_instructions: str | None = field(default=None, name="attendeeInstructions")
    own_meeting_point: str | None = field(default=None, name="meetingPoint")
    own_accessibility_information: str | None = field(default=None, name="accessibilityInformation")
    own_accessibility_support: tuple[Concept, ...] = field(default=(), name="accessibilitySupport")
    opening_hours: tuple[OpeningHours, ...] = field(default=(), name="hoursAvailable")
    scheduling_note: str | None = None
    maximum_attendee_capacity: Int | None = None
    remaining_attendee_capacity: Int | None = None
    maximum_uses: Int | None = None
    remaining_uses: Int | None = None
    offers: tuple[Offer, ...] = ()
    aggregate_offer: AggregateOffer | None = field(default=None, name="imin:aggregateOffer")
    event_schedule: tuple[Schedule, ...] = ()
    own_data_source: Identified | None = field(default=None, name="imin:dataSource")
    super_event: "Event | None" = None
    facility_use: "Event | None" = None
    aggregate_facility_use: "Event | None" = None
    own_sub_events: tuple["Event", ...] = field(default=(), name="subEvent")

    name = Inherited[str | None]("own_name")
    description = Inherited[str | None]("own_description")
    formatted_description = Inherited[str | None]("own_formatted_description")
    url = Inherited[str | None]("own_url")
    virtual_location = Inherited[AccessChannel | None]("own_virtual_location")
    leaders = Inherited[tuple[Agent, ...]]("own_leaders")
    images = Inherited[tuple[Image, ...]]("own_images")
    activities = Inherited[tuple[Concept, ...]]("own_activities")
    facility_types = Inherited[tuple[Concept, ...]]("own_facility_types")
    categories = Inherited[tuple[Concept, ...]]("own_categories")
    sports_activity_locations = Inherited[tuple[Concept, ...]]("own_sports_locations")
    age_range = Inherited[AgeRange | None]("own_age_range")
    is_coached = Inherited[bool | None]("own_is_coached")
    is_accessible_for_free = Inherited[bool | None]("own_is_accessible_for_free")
    attendee_instructions = Inherited[str | None]("own_attendee_instructions")
    meeting_point = Inherited[str | None]("own_meeting_point")
    accessibility_information = Inherited[str | None]("own_accessibility_information")
    accessibility_support = Inherited[tuple[Concept, ...]]("own_accessibility_support")
    skill_levels = Inherited[tuple[Concept, ...]]("own_levels")

    @property
    def parent(self) -> "Event | None":
        """Level above. An IndividualFacilityUse refers to its FacilityUse by either of two keys."""
        return self.super_event or self.facility_use or self.aggregate_facility_use

    def levels(self) -> Iterator["Event"]:
        """The event and the levels above it, nearest first."""
        level: Event | None = self
        while level is not None:
            yield level
            level = level.parent

    def inherited(self, attribute: str) -> Any:
        """The value on the nearest level that states one; None, or empty, if no level does."""
        level: Event | None = self
        value = None
        while level is not None:
            value = getattr(level, attribute)
            if value or (value is not None and value == 0):
                return value
            level = level.parent
        return value

    @property
    def organizer(self) -> Agent | None:
        """The organizer of a session or the provider of a facility, inherited."""
        organizer: Agent | None = self.inherited("own_organizer") or self.inherited("own_provider")
        return organizer

    @property
    def venue(self) -> Place | None:
        """Place of the nearest level that has one; a local pointer is resolved.

        A series without a location may list its only place in `imin:locationSummary`.
        """
        place = self._place("own_location")
        if place is not None or any(level.own_location for level in self.levels()):
            return place
        summary: tuple[Place, ...] = self.inherited("location_summary")
        return summary[0] if len(summary) == 1 else None

    @property
    def affiliated_location(self) -> Place | None:
        """Place where a virtual session is run from, inherited."""
        return self._place("own_affiliated_location")

    def _place(self, attribute: str) -> Place | None:
        """Place in that attribute of the nearest level that has one.

        A local pointer stands for a place that any level may list.
        """
        level: Event | None = self
        while level is not None:
            place: Place | None = getattr(level, attribute)
            # A place with a name, which is the usual case, is no pointer.
            if place is not None and not place.name and (pointer := place.pointer):
                listed = (place for above in self.levels() for place in above.location_summary)
                place = next((place for place in listed if place.iri == pointer), None)
            if place is not None:
                return place
            level = level.parent
        return None

    @property
    def sub_events(self) -> tuple["Event", ...]:
        """Events one level below, which inherit from this one."""
        return tuple(sub if sub.parent else replace(sub, super_event=self) for sub in self.own_sub_events)

    @property
    def own_levels(self) -> tuple[Concept, ...]:
        """Levels of experience under OpenActive's and imin's name."""
        return self.own_openactive_levels + self.own_imin_levels

    @property
    def data_source(self) -> str | None:
        """Identifier of the feed that its data came from, inherited."""
        source: Identified | None = self.inherited("own_data_source")
        return source.identifier if source else None

    @property
    def event_status(self) -> EventStatus | None:
        """Status, inherited; scheduled if no level states one, None if nothing is known of the event."""
        scheduled = EventStatus.EVENT_SCHEDULED if self.start_date else None
        return EventStatus.of(self.inherited("own_event_status")) or scheduled

    @property
    def attendance_mode(self) -> AttendanceMode | None:
        """Mode, inherited; offline if no level states one, None if nothing is known of the event."""
        offline = AttendanceMode.OFFLINE_EVENT_ATTENDANCE_MODE if self.start_date else None
        return AttendanceMode.of(self.inherited("own_attendance_mode")) or offline

    @property
    def gender_restriction(self) -> GenderRestriction | None:
        """Who may attend, inherited."""
        return GenderRestriction.of(self.inherited("own_gender_restriction"))

    @property
    def starts(self) -> datetime | None:
        """Start as an instant."""
        return parse_date_time(self.start_date)

    @property
    def end_date(self) -> str | None:
        """End; start plus duration if imin leaves it out. Raises InvalidValue if it is before the start."""
        if self.own_end_date and self.start_date:
            return _not_before(self.start_date, self.own_end_date)
        return self.own_end_date or (self._calculated_end() if self.start_date else None)

    def _calculated_end(self) -> str | None:
        length = self.inherited("own_duration")
        return _end(self.start_date, length) if length else None

    @property
    def duration(self) -> str | None:
        """Length; end minus start if imin leaves it out."""
        return self.own_duration or self._calculated_duration()

    def _calculated_duration(self) -> str | None:
        ends, starts = parse_date_time(self.own_end_date), self.starts
        if starts and ends:
            return format_duration(ends - starts)
        inherited: str | None = self.inherited("own_duration")
        return inherited


def _not_before(start: str, end: str) -> str:
    if is_before(end, start):
        raise InvalidValue("endDate")
    return end


def _end(start: str | None, duration: str) -> str | None:
    length = parse_duration(duration)
    if length is None:
        raise InvalidValue("duration")
    ends = add_duration(start, duration) if any(length) else None
    return ends.isoformat() if ends else None
