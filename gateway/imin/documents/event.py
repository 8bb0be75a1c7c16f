"""What is booked: sessions and slots, and the series and facilities above them.

One Struct serves for every level, since OpenActive lets a level leave out what the
level above it states: see `inherited`.
"""

from datetime import datetime
from typing import Any, ClassVar

from msgspec import field
from msgspec.structs import replace

from gateway.imin.dates import parse_date_time, until_end_of_day
from gateway.imin.documents.agent import AccessChannel, Agent, ContactPoint, Person
from gateway.imin.documents.bookability import Bookability
from gateway.imin.documents.brand import Brand
from gateway.imin.documents.inherited import Inherited, InheritedObject, InheritedText
from gateway.imin.documents.levels import Levels
from gateway.imin.documents.local_time import LocalTimes
from gateway.imin.documents.media import MediaObject
from gateway.imin.documents.offer import AggregateOffer, Offer, Schedule
from gateway.imin.documents.place import OpeningHours, Place
from gateway.imin.documents.thing import (
    BOOKING,
    AgeRange,
    Concept,
    Identified,
    Image,
    PropertyValue,
    QuantitativeValue,
    filled,
)
from gateway.imin.documents.times import end_of, length_of
from gateway.imin.documents.venue import place_of, venue_of
from gateway.imin.documents.vocabulary import (
    AttendanceMode,
    EventStatus,
    FacilitySettingType,
    GenderRestriction,
    RequiredStatusType,
)
from gateway.imin.jsonld import Bare, Exact, Int, Link, iri_tail


class Event(Identified, Levels, LocalTimes, Bookability, kw_only=True, gc=False, rename="camel"):
    """A session, a slot, a series or a facility use. Attributes named `own_…` hold what this level states.

    The attributes that imin's documentation shows come first, in its order: see Thing.
    booking: of the item that it came with, see Booking.
    """

    bare: ClassVar[Bare] = Bare(text="name")
    own_event_status: Exact | None = field(default=None, name="eventStatus")
    start_date: Exact | None = None
    own_end_date: Exact | None = field(default=None, name="endDate")
    own_name: str | None = field(default=None, name="name")
    own_organizer: Agent | None = field(default=None, name="organizer")
    own_facility_types: tuple[Concept, ...] = field(default=(), name="facilityType")
    own_activities: tuple[Concept, ...] = field(default=(), name="activity")
    own_location: Place | None = field(default=None, name="location")
    own_provider: Agent | None = field(default=None, name="provider")
    own_images: tuple[Image, ...] = field(default=(), name="image")
    super_event: "Event | None" = None
    own_duration: Exact | None = field(default=None, name="duration")
    maximum_attendee_capacity: Int | None = None
    remaining_attendee_capacity: Int | None = None
    remaining_uses: Int | None = None
    maximum_uses: Int | None = None
    facility_use: "Event | None" = None
    own_description: str | None = field(default=None, name="description")
    own_formatted_description: str | None = field(default=None, name="beta:formattedDescription")
    own_url: Link | None = field(default=None, name="url")
    own_attendance_mode: Exact | None = field(default=None, name="eventAttendanceMode")
    own_affiliated_location: Place | None = field(default=None, name="beta:affiliatedLocation")
    own_virtual_location: AccessChannel | None = field(default=None, name="beta:virtualLocation")
    location_summary: tuple[Place, ...] = field(default=(), name="imin:locationSummary")
    own_leaders: tuple[Person, ...] = field(default=(), name="leader")
    beta_facility_types: tuple[Concept, ...] = field(default=(), name="beta:facilityType")
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
    offers: tuple[Offer, ...] = ()
    aggregate_offer: AggregateOffer | None = field(default=None, name="imin:aggregateOffer")
    event_schedule: tuple[Schedule, ...] = ()
    own_data_source: Identified | None = field(default=None, name="imin:dataSource")
    aggregate_facility_use: "Event | None" = None
    instance_of_course: "Event | None" = None
    own_work_featured: MediaObject | None = field(default=None, name="workFeatured")
    own_sub_events: tuple["Event", ...] = field(default=(), name="subEvent")
    own_individual_facility_uses: tuple["Event", ...] = field(default=(), name="individualFacilityUse")
    own_alternate_names: tuple[str, ...] = field(default=(), name="alternateName")
    own_disambiguating_description: str | None = field(default=None, name="disambiguatingDescription")
    own_programme: Brand | None = field(default=None, name="programme")
    own_author: Agent | None = field(default=None, name="author")
    own_contributors: tuple[Person, ...] = field(default=(), name="contributor")
    own_contact_point: ContactPoint | None = field(default=None, name="beta:contactPoint")
    own_videos: tuple[MediaObject, ...] = field(default=(), name="beta:video")
    own_distance: QuantitativeValue | None = field(default=None, name="beta:distance")
    own_estimated_duration: QuantitativeValue | None = field(default=None, name="beta:estimatedDuration")
    own_facility_setting: Exact | None = field(default=None, name="beta:facilitySetting")
    own_supplied_equipment: Exact | None = field(default=None, name="beta:participantSuppliedEquipment")
    own_age_restriction: AgeRange | None = field(default=None, name="ageRestriction")
    own_admission_restrictions: tuple[str, ...] = field(default=(), name="additionalAdmissionRestriction")
    own_course_features: tuple[PropertyValue, ...] = field(default=(), name="courseFeatures")
    own_is_wheelchair_accessible: bool | None = field(default=None, name="beta:isWheelchairAccessible")
    own_is_virtually_coached: bool | None = field(default=None, name="beta:isVirtuallyCoached")
    own_is_first_free: bool | None = field(default=None, name="beta:isFirstSessionAccessibleForFree")
    own_is_interactive: bool | None = field(default=None, name="beta:isInteractivityPreferred")
    own_offer_validity_period: Exact | None = field(default=None, name="beta:offerValidityPeriod")
    own_donation_payment_url: Link | None = field(default=None, name="beta:donationPaymentUrl")
    attendee_count: Int | None = field(default=None, name="beta:attendeeCount")
    checkout_url_template: str | None = field(default=None, name="imin:checkoutUrlTemplate")
    booking: Any = field(default=None, name=BOOKING)

    name = InheritedText("own_name")
    description = InheritedText("own_description")
    formatted_description = InheritedText("own_formatted_description")
    url = InheritedText("own_url")
    virtual_location = InheritedObject[AccessChannel | None]("own_virtual_location", "is_channel")
    stated_organizer = InheritedObject[Agent | None]("own_organizer", "is_named")
    stated_provider = InheritedObject[Agent | None]("own_provider", "is_named")
    leaders = InheritedObject[tuple[Person, ...]]("own_leaders", "is_named", several=True)
    images = InheritedObject[tuple[Image, ...]]("own_images", "is_picture", several=True)
    activities = InheritedObject[tuple[Concept, ...]]("own_activities", "is_term", several=True)
    facility_types = InheritedObject[tuple[Concept, ...]](
        "own_facility_types", "is_term", several=True, other="beta_facility_types"
    )
    categories = InheritedObject[tuple[Concept, ...]]("own_categories", "is_term", several=True)
    sports_activity_locations = InheritedObject[tuple[Concept, ...]](
        "own_sports_locations", "is_term", several=True
    )
    age_range = InheritedObject[AgeRange | None]("own_age_range", "has_limit")
    is_coached = Inherited[bool | None]("own_is_coached")
    is_accessible_for_free = Inherited[bool | None]("own_is_accessible_for_free")
    attendee_instructions = InheritedText("own_attendee_instructions")
    meeting_point = InheritedText("own_meeting_point")
    accessibility_information = InheritedText("own_accessibility_information")
    accessibility_support = InheritedObject[tuple[Concept, ...]](
        "own_accessibility_support", "is_term", several=True
    )
    work_featured = InheritedObject[MediaObject | None]("own_work_featured", "is_media")
    course = Inherited["Event | None"]("instance_of_course")
    skill_levels = InheritedObject[tuple[Concept, ...]]("own_levels", "is_term", several=True)
    alternate_names = Inherited[tuple[str, ...]]("own_alternate_names")
    disambiguating_description = InheritedText("own_disambiguating_description")
    programme = InheritedObject[Brand | None]("own_programme", "is_named")
    author = InheritedObject[Agent | None]("own_author", "is_named")
    contributors = InheritedObject[tuple[Person, ...]]("own_contributors", "is_named", several=True)
    contact_point = InheritedObject[ContactPoint | None]("own_contact_point", "is_contact")
    videos = InheritedObject[tuple[MediaObject, ...]]("own_videos", "is_media", several=True)
    distance = InheritedObject[QuantitativeValue | None]("own_distance", "is_amount")
    estimated_duration = InheritedObject[QuantitativeValue | None]("own_estimated_duration", "is_amount")
    age_restriction = InheritedObject[AgeRange | None]("own_age_restriction", "has_limit")
    additional_admission_restrictions = Inherited[tuple[str, ...]]("own_admission_restrictions")
    course_features = Inherited[tuple[PropertyValue, ...]]("own_course_features")
    is_wheelchair_accessible = Inherited[bool | None]("own_is_wheelchair_accessible")
    is_virtually_coached = Inherited[bool | None]("own_is_virtually_coached")
    is_first_session_accessible_for_free = Inherited[bool | None]("own_is_first_free")
    is_interactivity_preferred = Inherited[bool | None]("own_is_interactive")
    offer_validity_period = InheritedText("own_offer_validity_period")
    donation_payment_url = InheritedText("own_donation_payment_url")

    @property
    def session_id(self) -> str:
        """Global id of the session that it is, or of which it is a level."""
        return self.booking.session_id()  # type: ignore[no-any-return]  # a Booking

    @property
    def organizer(self) -> Agent | None:
        """The organizer of a session or the provider of a facility, inherited."""
        organizer = self.stated_organizer
        if organizer is not None and (organizer.own_name or organizer.is_named):
            return organizer
        return self.stated_provider or organizer

    def offer_like(self, reference: Offer) -> Offer | None:
        """The offer that is meant by a reference, on any level; None if several with other terms may be."""
        for level in self.levels():
            meant = [offer for offer in level.offers if offer.is_meant_by(reference)]
            if meant:
                terms = [offer.accepted_terms for offer in meant]
                return meant[0] if terms.count(terms[0]) == len(terms) else None
        return None

    @property
    def venue(self) -> Place | None:
        """Where it takes place, inherited."""
        return venue_of(self)

    @property
    def affiliated_location(self) -> Place | None:
        """Place where a virtual session is run from, inherited."""
        return place_of(self, "own_affiliated_location")

    @property
    def sub_events(self) -> tuple["Event", ...]:
        """Events one level below, which inherit from this one."""
        return tuple(sub if sub.parent else replace(sub, super_event=self) for sub in self.own_sub_events)

    @property
    def individual_facility_uses(self) -> tuple["Event", ...]:
        """Facilities of which a facility use is the group, which inherit from it."""
        return tuple(
            one if one.parent else replace(one, aggregate_facility_use=self)
            for one in self.own_individual_facility_uses
        )

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
    def is_described(self) -> bool:
        """Whether more is known of it than what identifies it."""
        return bool(
            self.start_date
            or self.own_name
            or self.parent
            or self.own_end_date
            or self.own_duration
            or self.instance_of_course
        ) or (not self.iri and self.own_identifier is None)

    @property
    def event_status(self) -> EventStatus | None:
        """Status, inherited; scheduled if no level states one, None if nothing is known of the event."""
        stated = EventStatus.of(self.inherited("own_event_status"))
        return stated or (EventStatus.EVENT_SCHEDULED if self.start_date or self.is_described else None)

    @property
    def attendance_mode(self) -> AttendanceMode | None:
        """Mode, inherited; offline if no level states one, None if nothing is known of the event."""
        stated = AttendanceMode.of(self.inherited("own_attendance_mode"))
        is_known = self.start_date or self.is_described
        return stated or (AttendanceMode.OFFLINE_EVENT_ATTENDANCE_MODE if is_known else None)

    @property
    def gender_restriction(self) -> GenderRestriction | None:
        """Who may attend, inherited."""
        return GenderRestriction.of(self.inherited("own_gender_restriction"))

    @property
    def available_through(self) -> str | None:
        """When a facility ceases to be available."""
        return until_end_of_day(self.own_end_date)

    @property
    def facility_setting(self) -> FacilitySettingType | None:
        """Whether it is indoors or outdoors, inherited."""
        return FacilitySettingType.of(self.inherited("own_facility_setting"))

    @property
    def facility_setting_text(self) -> str | None:
        """Last segment of the setting as imin wrote it."""
        setting: str | None = self.inherited("own_facility_setting")
        return iri_tail(setting) if setting else None

    @property
    def participant_supplied_equipment(self) -> RequiredStatusType | None:
        """Whether attendees bring equipment, inherited."""
        return RequiredStatusType.of(self.inherited("own_supplied_equipment"))

    @property
    def participant_supplied_equipment_text(self) -> str | None:
        """Last segment of the text that imin wrote of the equipment."""
        equipment: str | None = self.inherited("own_supplied_equipment")
        return iri_tail(equipment) if equipment else None

    @property
    def starts(self) -> datetime | None:
        """Start as an instant."""
        return parse_date_time(self.start_date)

    @property
    def end_date(self) -> str | None:
        """End; start plus duration if imin leaves it out. Raises InvalidValue if it is before the start."""
        own = self.own_end_date
        if own and not own.isspace():
            return end_of(self.start_date, own, None)
        return end_of(self.start_date, None, self.inherited("own_duration"))

    @property
    def duration(self) -> str | None:
        """Length; end minus start if imin leaves it out."""
        own = filled(self.own_duration)
        return own or length_of(self.start_date, self.own_end_date) or self.inherited("own_duration")
