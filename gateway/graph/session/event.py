"""What every level of a booked event has, and the series and events above sessions."""

import strawberry

from gateway.graph.agent import ContactPoint, Organization, Person
from gateway.graph.enums import (
    AttendanceMode,
    DayOfWeek,
    EventStatus,
    FacilitySettingType,
    GenderRestriction,
    RequiredStatusType,
)
from gateway.graph.order.access_pass import AccessChannel
from gateway.graph.order.offer import AggregateOffer, Offer
from gateway.graph.scalars import URL, Date, DateTime, Duration, Time
from gateway.graph.session.brand import Brand
from gateway.graph.session.concept import Concept
from gateway.graph.session.course import Course
from gateway.graph.session.image import Image
from gateway.graph.session.media_object import MediaObject
from gateway.graph.session.place import Place
from gateway.graph.session.quantitative_value import AgeRange, QuantitativeValue


@strawberry.type(description="When the sessions of a series take place. Dates and times are local.")
class Schedule:
    """Runtime object: documents.Schedule."""

    by_day: list[DayOfWeek] = strawberry.field(description="Days of the week.")
    first_date: Date | None = strawberry.field(description="First day.")
    last_date: Date | None = strawberry.field(description="Last day.")
    start_time_of_day: Time | None = strawberry.field(description="When each session starts.")
    end_time_of_day: Time | None = strawberry.field(description="When each session ends.")
    duration: Duration | None = strawberry.field(description="Length of each session.")
    repeat_frequency: Duration | None = strawberry.field(
        description="Time from one session to the next, for example `P1W` for weekly."
    )
    repeat_count: int | None = strawberry.field(description="Number of sessions.")
    schedule_timezone: str | None = strawberry.field(description="IANA time zone, for example Europe/London.")
    excluded_dates: list[Date | None] = strawberry.field(description="Days on which no session takes place.")
    by_month: list[int] = strawberry.field(description="Months of the year, 1 to 12.")
    by_month_day: list[int] = strawberry.field(description="Days of the month, 1 to 31.")
    start_date: str | None = strawberry.field(
        description="First day, as imin writes it.", deprecation_reason="Use `firstDate`, which is a Date."
    )
    end_date: str | None = strawberry.field(
        description="Last day, as imin writes it.", deprecation_reason="Use `lastDate`, which is a Date."
    )
    start_time: str | None = strawberry.field(
        description="Start time, as imin writes it.",
        deprecation_reason="Use `startTimeOfDay`, which is a Time.",
    )
    end_time: str | None = strawberry.field(
        description="End time, as imin writes it.",
        deprecation_reason="Use `endTimeOfDay`, which is a Time.",
    )
    except_dates: list[str] = strawberry.field(
        description="Days on which no session takes place, as imin writes them.",
        deprecation_reason="Use `excludedDates`, which are Dates.",
    )


@strawberry.type(description="A feature of a course, for example of a race.")
class CourseFeature:
    """Runtime object: documents.PropertyValue."""

    name: str | None = strawberry.field(description="Display name.")
    value: str | None = strawberry.field(description="Value as text; `true` if the course has the feature.")


@strawberry.type
class EventFields:
    """Fields of every level: of a session, and of the series or event above it."""

    identifier: strawberry.ID | None = strawberry.field(
        description="Identifier in the booking system; the IRI if it has none."
    )
    iri: str | None = strawberry.field(
        description="IRI, a URL that identifies it in imin or the booking system."
    )
    type: str | None = strawberry.field(
        description="OpenActive type, for example ScheduledSession, Slot or SessionSeries."
    )
    name: str | None = strawberry.field(description="Title to display.")
    description: str | None = strawberry.field(description="Description in plain text.")
    formatted_description: str | None = strawberry.field(description="Description in HTML.")
    url: URL | None = strawberry.field(description="Web page for customers.")
    start_date: DateTime | None = strawberry.field(description="Start date and time.")
    end_date: DateTime | None = strawberry.field(
        description="End date and time; the start plus the duration if imin does not state it."
    )
    duration: Duration | None = strawberry.field(
        description="Length; the time from start to end if imin does not state it."
    )
    event_status: EventStatus | None = strawberry.field(
        description="Whether it takes place as planned; EVENT_SCHEDULED if imin states no status. Null only "
        "if imin gives no more of it than its identifier."
    )
    attendance_mode: AttendanceMode | None = strawberry.field(
        description="Whether it is attended in person or online; OFFLINE_EVENT_ATTENDANCE_MODE if imin "
        "states no mode. Null only if imin gives no more of it than its identifier."
    )
    venue: Place | None = strawberry.field(description="Venue where it takes place.")
    virtual_location: AccessChannel | None = strawberry.field(
        description="How it can be joined online, if it is virtual."
    )
    affiliated_location: Place | None = strawberry.field(
        description="Place that a virtual session is run from."
    )
    organizer: Organization | None = strawberry.field(
        description="Organizer of the session, or provider of the facility."
    )
    leaders: list[Person] = strawberry.field(description="People who lead it.")
    images: list[Image] = strawberry.field(description="Pictures.")
    activities: list[Concept] = strawberry.field(description="Activities.")
    categories: list[Concept] = strawberry.field(description="Categories in the seller's own words.")
    skill_levels: list[Concept] = strawberry.field(
        description="Levels of experience that it is suitable for."
    )
    sports_activity_locations: list[Concept] = strawberry.field(
        description="Parts of the venue where it takes place, for example a pool or a court."
    )
    age_range: AgeRange | None = strawberry.field(description="Ages that it is suitable for.")
    gender_restriction: GenderRestriction | None = strawberry.field(
        description="Restriction of attendance by gender."
    )
    is_coached: bool | None = strawberry.field(description="Whether a coach is present.")
    is_accessible_for_free: bool | None = strawberry.field(
        description="Whether it is free of charge for everyone."
    )
    attendee_instructions: str | None = strawberry.field(
        description="Instructions for attendees, for example what to bring."
    )
    meeting_point: str | None = strawberry.field(description="Meeting point at the venue.")
    accessibility_information: str | None = strawberry.field(
        description="Information for disabled people, as text."
    )
    accessibility_support: list[Concept] = strawberry.field(
        description="Disabilities for which support is provided."
    )
    offers: list[Offer] = strawberry.field(
        description="Offers stated on this level itself; none are inherited."
    )
    aggregate_offer: AggregateOffer | None = strawberry.field(
        description="Lowest price for each group of people."
    )
    event_schedule: list[Schedule] = strawberry.field(description="Schedules of its sessions.")
    scheduling_note: str | None = strawberry.field(description="Remarks on the schedule.")
    location_summary: list[Place] = strawberry.field(
        name="places", description="Places of all its sessions, if imin lists them."
    )
    data_source: str | None = strawberry.field(
        description="Identifier of the OpenActive feed that the data came from."
    )
    maximum_attendee_capacity: int | None = strawberry.field(
        description="Number of people who can attend in total."
    )
    remaining_attendee_capacity: int | None = strawberry.field(
        description="Number of places left when imin last checked."
    )
    course: Course | None = strawberry.field(
        description="Course that it is a run of, from which it inherits too."
    )
    work_featured: MediaObject | None = strawberry.field(
        description="Film or recording that it consists of, if it is on demand."
    )
    sub_events: list["SuperEvent"] = strawberry.field(
        description="Events that belong to it, if imin lists them."
    )
    alternate_names: list[str] = strawberry.field(description="Other names.")
    disambiguating_description: str | None = strawberry.field(
        description="Short text that distinguishes it from similar events."
    )
    programme: Brand | None = strawberry.field(description="Programme that it follows.")
    author: Organization | None = strawberry.field(description="Who designed the course that it is part of.")
    contributors: list[Person] = strawberry.field(description="People who help to run it.")
    contact_point: ContactPoint | None = strawberry.field(
        description="Contact details for questions about it, if they are not those of the organizer."
    )
    videos: list[MediaObject] = strawberry.field(description="Videos about it.")
    distance: QuantitativeValue | None = strawberry.field(description="Distance, for example of a run.")
    estimated_duration: QuantitativeValue | None = strawberry.field(
        description="Estimated length as a range, usually in minutes."
    )
    facility_setting: FacilitySettingType | None = strawberry.field(
        description="Whether it takes place indoors or outdoors."
    )
    facility_setting_text: str | None = strawberry.field(
        description="`facilitySetting` as imin writes it, without its namespace."
    )
    participant_supplied_equipment: RequiredStatusType | None = strawberry.field(
        description="Whether attendees must, may or cannot bring their own equipment."
    )
    participant_supplied_equipment_text: str | None = strawberry.field(
        description="`participantSuppliedEquipment` as imin writes it, without its namespace."
    )
    age_restriction: AgeRange | None = strawberry.field(description="Ages that may attend; it is enforced.")
    additional_admission_restrictions: list[str] = strawberry.field(
        description="Other restrictions of attendance, as texts that the customer must see before booking."
    )
    course_features: list[CourseFeature] = strawberry.field(
        description="Features of the course, for example of a race."
    )
    is_wheelchair_accessible: bool | None = strawberry.field(
        description="Whether it is suitable for wheelchair users."
    )
    is_virtually_coached: bool | None = strawberry.field(description="Whether the coach is a virtual one.")
    is_first_session_accessible_for_free: bool | None = strawberry.field(
        description="Whether the first session is free of charge."
    )
    is_interactivity_preferred: bool | None = strawberry.field(
        description="Whether a virtual session is interactive, not only a broadcast."
    )
    offer_validity_period: Duration | None = strawberry.field(
        description="How long before the start its offers are valid."
    )
    donation_payment_url: URL | None = strawberry.field(
        description="Web page where donations to the organizer can be made."
    )
    attendee_count: int | None = strawberry.field(
        description="Number of people who attended, of an event with any number of places."
    )


@strawberry.type(description="The series that a session belongs to, or another event that contains it.")
class SuperEvent(EventFields):
    """Runtime object: documents.Event."""

    super_event: "SuperEvent | None" = strawberry.field(description="Event that contains this one.")
