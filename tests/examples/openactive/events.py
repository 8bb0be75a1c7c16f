"""How the graph shows the properties of sessions, series, facilities and what else can be booked."""

from tests.examples.openactive.declared import (
    Declared,
    Omitted,
    Shown,
    flag,
    labelled,
    named,
    named_list,
    number,
    pictures,
    ranged,
    term,
    text,
    texts,
    url,
)

_ACCOUNT = Omitted("for whoever offers the booking; of an early release of OpenActive")

COMMON: Declared = {
    "accessibilityInformation": text("accessibilityInformation"),
    "accessibilitySupport": labelled("accessibilitySupport"),
    "activity": labelled("activities"),
    "additionalAdmissionRestriction": texts("additionalAdmissionRestrictions"),
    "alternateName": texts("alternateNames"),
    "attendeeInstructions": text("attendeeInstructions"),
    "beta:facilitySetting": term(
        "facilitySetting", "https://openactive.io/ns-beta#OutdoorFacility", "OUTDOOR_FACILITY"
    ),
    "beta:formattedDescription": text("formattedDescription", "<p>Some <b>text</b></p>"),
    "beta:isWheelchairAccessible": flag("isWheelchairAccessible"),
    "beta:offerValidityPeriod": text("offerValidityPeriod", "P14D"),
    "beta:video": pictures("videos"),
    "category": labelled("categories"),
    "customerAccountBookingRestriction": _ACCOUNT,
    "description": text("description"),
    "endDate": text("endDate", "2030-01-27T12:00:00Z"),
    "identifier": text("identifier", "SB1234"),
    "image": pictures("images"),
    "isOpenBookingWithCustomerAccountAllowed": _ACCOUNT,
    "location": named("venue"),
    "name": text("name", "Some name"),
    "offers": named_list("offers"),
    "startDate": text("startDate", "2030-01-27T11:00:00Z"),
    "url": url("url"),
}

EVENT: Declared = COMMON | {
    "activities": Omitted("not OpenActive's, which says activity; one publisher's"),
    "ageRange": ranged("ageRange"),
    "ageRestriction": ranged("ageRestriction"),
    "aggregateRating": Omitted("no feed states it of an event"),
    "author": named("author"),
    "beta:affiliatedLocation": named("affiliatedLocation"),
    "beta:attendeeCount": number("attendeeCount"),
    "beta:contactPoint": named("contactPoint"),
    "beta:course": Omitted("an earlier name of instanceOfCourse, which 33 of 115,178 objects have"),
    "beta:distance": Shown(
        {"value": 5.25, "unitCode": "KMT"},
        "{ distance { value unitCode } }",
        {"distance": {"value": 5.25, "unitCode": "KMT"}},
    ),
    "beta:donationPaymentUrl": url("donationPaymentUrl"),
    "beta:estimatedDuration": ranged("estimatedDuration"),
    "beta:isFirstSessionAccessibleForFree": flag("isFirstSessionAccessibleForFree"),
    "beta:isInteractivityPreferred": flag("isInteractivityPreferred"),
    "beta:isScheduledAsSlots": Omitted("how to list a series before booking, not about a booked session"),
    "beta:isVirtuallyCoached": flag("isVirtuallyCoached"),
    "beta:participantSuppliedEquipment": term(
        "participantSuppliedEquipment", "https://openactive.io/Optional", "OPTIONAL"
    ),
    "beta:sportsActivityLocation": Shown(
        [{"name": "Court 1"}, {"name": "Court 2"}],
        "{ sportsActivityLocations { prefLabel } }",
        {"sportsActivityLocations": [{"prefLabel": "Court 1"}, {"prefLabel": "Court 2"}]},
    ),
    "beta:virtualLocation": named("virtualLocation"),
    "contributor": named_list("contributors"),
    "courseFeatures": Shown(
        [{"name": "Lake", "value": True}, {"name": "Surface", "value": "Tarmac"}],
        "{ courseFeatures { name value } }",
        {"courseFeatures": [{"name": "Lake", "value": "true"}, {"name": "Surface", "value": "Tarmac"}]},
    ),
    "disambiguatingDescription": text("disambiguatingDescription"),
    "duration": text("duration", "PT1H"),
    "eventAttendanceMode": term(
        "attendanceMode", "https://schema.org/MixedEventAttendanceMode", "MIXED_EVENT_ATTENDANCE_MODE"
    ),
    "eventSchedule": Shown(
        [{"startTime": "10:00"}],
        "{ eventSchedule { startTime } }",
        {"eventSchedule": [{"startTime": "10:00"}]},
    ),
    "eventStatus": term("eventStatus", "https://schema.org/EventCancelled", "EVENT_CANCELLED"),
    "facilityUse": named("facilityUse"),
    "genderRestriction": term("genderRestriction", "https://openactive.io/FemaleOnly", "FEMALE_ONLY"),
    "instanceOfCourse": Shown({"description": "Some text"}, "{ description }", {"description": "Some text"}),
    "isAccessibleForFree": flag("isAccessibleForFree"),
    "isCoached": flag("isCoached"),
    "leader": named_list("leaders"),
    "level": labelled("skillLevels"),
    "logo": Omitted("not OpenActive's; the logos of organizer and programme are shown"),
    "maximumAttendeeCapacity": number("maximumAttendeeCapacity"),
    "maximumUses": number("maximumUses"),
    "maximumVirtualAttendeeCapacity": Omitted("no feed states it; the limit of the booking system's service"),
    "meetingPoint": text("meetingPoint"),
    "organizer": named("organizer"),
    "programme": named("programme"),
    "remainingAttendeeCapacity": number("remainingAttendeeCapacity"),
    "remainingUses": number("remainingUses"),
    "schedulingNote": text("schedulingNote"),
    "specialRequirements": Omitted(
        "not OpenActive's, which has attendeeInstructions; 62 of 115,178 objects have it"
    ),
    "subEvent": named_list("subEvents"),
    "subEventUrl": Omitted("not OpenActive's: where a program can read the events below"),
    "superEvent": named("superEvent"),
    "workFeatured": Shown(
        {"url": "https://example.com/1"},
        "{ workFeatured { url } }",
        {"workFeatured": {"url": "https://example.com/1"}},
    ),
}

FACILITY_USE: Declared = COMMON | {
    "aggregateFacilityUse": named("aggregateFacilityUse"),
    "beta:facilityType": labelled("facilityTypes"),
    "event": Omitted("slots of the facility that can be booked, not the booked one"),
    "facilityType": labelled("facilityTypes"),
    "hoursAvailable": Shown(
        [{"opens": "09:00"}], "{ openingHours { opens } }", {"openingHours": [{"opens": "09:00"}]}
    ),
    "individualFacilityUse": named_list("individualFacilityUses"),
    "provider": named("provider"),
}

COURSE: Declared = EVENT | {
    name: Omitted("no feed states it; its runs show it")
    for name in EVENT
    if name not in {"description", "identifier", "name", "url"}
}

SLOT: Declared = EVENT | {"superEvent": Omitted("no feed states it; a slot belongs to a facility")}

OF_ITS_LEVEL = {
    "identifier",
    "startDate",
    "endDate",
    "offers",
    "eventSchedule",
    "schedulingNote",
    "maximumAttendeeCapacity",
    "remainingAttendeeCapacity",
    "beta:attendeeCount",
    "subEvent",
    "superEvent",
}
"""Properties of an event that the events below it do not inherit."""
