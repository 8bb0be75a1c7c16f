"""Where an object of each type may stand in an order, and which selection leads to it."""

from typing import Any

from tests.examples.openactive.declared import Place

_PERSON_LACKS = frozenset({"isOpenBookingAllowed", "legalName", "taxMode", "termsOfService", "vatID"})
_ORGANIZATION_LACKS = frozenset({"emergencyContact", "gender", "jobTitle"})
_SELLER_LACKS = _ORGANIZATION_LACKS | {"identifier"}
_CUSTOMER_LACKS = frozenset(
    {"emergencyContact", "isOpenBookingAllowed", "jobTitle", "sameAs", "taxMode", "termsOfService"}
    | {"beta:formalCriteriaMet", "beta:formattedDescription"}
)
_AMOUNTS_ONLY = frozenset({"unitCode", "value"})

_ITEM = ("items", 0)
_SESSION = (*_ITEM, "session")


def _item(**members: Any) -> dict[str, Any]:
    return {"orderedItem": [{"identifier": "1", **members}]}


def _session(kind: str = "ScheduledSession", /, **members: Any) -> dict[str, Any]:
    return _item(orderedItem={"type": kind, **members})


def _slot(**facility: Any) -> dict[str, Any]:
    return _session("Slot", facilityUse={"type": "FacilityUse", **facility})


def _booked(kind: str, graph_type: str) -> Place:
    return Place(lambda it: _session(kind, **it), _SESSION, (("session", graph_type),))


_SCHEDULED = (("session", "ScheduledSession"),)
_SLOT = (("session", "Slot"),)
_SERIES = Place(lambda it: _session(superEvent=it), (*_SESSION, "superEvent"), _SCHEDULED)
_EVENT_SERIES = Place(
    lambda it: _session(superEvent={"superEvent": it}), (*_SESSION, "superEvent", "superEvent"), _SCHEDULED
)
_FACILITY = Place(lambda it: _slot(**it), (*_SESSION, "facilityUse"), _SLOT)
_GROUP = Place(
    lambda it: _slot(aggregateFacilityUse=it), (*_SESSION, "facilityUse", "aggregateFacilityUse"), _SLOT
)
_PART = Place(
    lambda it: _slot(individualFacilityUse=[it]),
    (*_SESSION, "facilityUse", "individualFacilityUses", 0),
    _SLOT,
)
_SCHEDULE = Place(
    lambda it: _session(superEvent={"eventSchedule": [it]}),
    (*_SESSION, "superEvent", "eventSchedule", 0),
    _SCHEDULED,
)
_VIDEOS = (
    Place(lambda it: _session(**{"beta:video": [it]}), (*_SESSION, "videos", 0)),
    Place(lambda it: _session(organizer={"beta:video": [it]}), (*_SESSION, "organizer", "videos", 0)),
    Place(
        lambda it: _session(superEvent={"programme": {"beta:video": [it]}}),
        (*_SESSION, "programme", "videos", 0),
    ),
)
_TERMS = (
    Place(lambda it: {"seller": {"termsOfService": [it]}}, ("seller", "termsOfService", 0)),
    Place(lambda it: {"bookingService": {"termsOfService": [it]}}, ("bookingService", "termsOfService", 0)),
)
_FORM = Place(lambda it: _item(orderItemIntakeForm=[it]), (*_ITEM, "intakeForm", 0))
_ORDER = Place(lambda it: it, ())
_NORTH_WEST = {"latitude": 50.1, "longitude": -1.1}

PLACES: dict[str, tuple[Place, ...]] = {
    "AggregateOffer": tuple(
        Place(
            lambda it, of=of: _session(superEvent={"imin:aggregateOffer": {of: it}}),  # type: ignore[misc]  # bound now
            (*_SESSION, "superEvent", "aggregateOffer", of),
            _SCHEDULED,
        )
        for of in ("publicAdult", "publicJunior", "activeEntitlement")
    ),
    "Barcode": (Place(lambda it: _item(accessPass=[it]), (*_ITEM, "accessPasses", 0)),),
    "BookingService": (Place(lambda it: {"bookingService": it}, ("bookingService",)),),
    "BooleanFormFieldSpecification": (_FORM,),
    "Brand": (Place(lambda it: _session(superEvent={"programme": it}), (*_SESSION, "programme")),),
    "Concept": (
        Place(lambda it: _session(activity=[it]), (*_SESSION, "activities", 0)),
        Place(lambda it: _session(category=[it]), (*_SESSION, "categories", 0)),
        Place(lambda it: _session(level=[it]), (*_SESSION, "skillLevels", 0)),
        Place(lambda it: _slot(facilityType=[it]), (*_SESSION, "facilityTypes", 0), _SLOT),
    ),
    "Course": (Place(lambda it: _session("CourseInstance", instanceOfCourse=it), (*_SESSION, "course")),),
    "CourseInstance": (_booked("CourseInstance", "OtherSession"),),
    "Event": (_booked("Event", "OtherSession"), _SERIES, _EVENT_SERIES),
    "EventSeries": (_SERIES, _EVENT_SERIES),
    "FacilityUse": (_FACILITY, _GROUP),
    "GeoCoordinates": (Place(lambda it: _session(location={"geo": _NORTH_WEST | it}), (*_SESSION, "venue")),),
    "HeadlineEvent": (_booked("HeadlineEvent", "OtherSession"), _SERIES),
    "ImageObject": (
        Place(lambda it: _session(image=[it]), (*_SESSION, "images", 0)),
        Place(lambda it: _session(location={"image": it}), (*_SESSION, "venue", "images", 0)),
        Place(lambda it: _session(organizer={"logo": it}), (*_SESSION, "organizer", "logo")),
    ),
    "IndividualFacilityUse": (_FACILITY, _PART),
    "LocationFeatureSpecification": (
        Place(lambda it: _session(location={"amenityFeature": [it]}), (*_SESSION, "venue", "amenities", 0)),
    ),
    "MediaObject": (
        *_VIDEOS,
        Place(lambda it: _session("OnDemandEvent", workFeatured=it), (*_SESSION, "workFeatured")),
    ),
    "Offer": (
        Place(lambda it: _item(acceptedOffer=it), (*_ITEM, "acceptedOffer")),
        Place(lambda it: _session(offers=[it]), (*_SESSION, "offers", 0)),
        Place(lambda it: _slot(offers=[it]), (*_SESSION, "facilityUse", "offers", 0), _SLOT),
    ),
    "OnDemandEvent": (_booked("OnDemandEvent", "OtherSession"),),
    "OpeningHoursSpecification": (
        Place(
            lambda it: _session(location={"openingHoursSpecification": [it]}),
            (*_SESSION, "venue", "openingHours", 0),
        ),
        Place(lambda it: _slot(hoursAvailable=[it]), (*_SESSION, "facilityUse", "openingHours", 0), _SLOT),
    ),
    "Order": (_ORDER,),
    "OrderItem": (Place(lambda it: {"orderedItem": [it]}, _ITEM),),
    "OrderProposal": (_ORDER,),
    "Organization": (
        Place(lambda it: _session(organizer=it), (*_SESSION, "organizer")),
        Place(lambda it: _session(superEvent={"author": it}), (*_SESSION, "author")),
        Place(lambda it: _slot(provider=it), (*_SESSION, "facilityUse", "provider"), _SLOT),
        Place(lambda it: {"broker": it}, ("broker",)),
        Place(lambda it: {"seller": {"id": "x:1", **it}}, ("seller",), missing=_SELLER_LACKS),
        Place(
            lambda it: {"seller": {"id": "x:1"}, **_session(organizer={"id": "x:1", **it})},
            ("seller",),
            missing=_SELLER_LACKS,
        ),
    ),
    "PartialSchedule": (_SCHEDULE,),
    "Person": (
        Place(lambda it: _session(leader=[it]), (*_SESSION, "leaders", 0), missing=_PERSON_LACKS),
        Place(lambda it: _session(contributor=[it]), (*_SESSION, "contributors", 0), missing=_PERSON_LACKS),
        Place(lambda it: _item(attendee=it), (*_ITEM, "attendee"), missing=_PERSON_LACKS),
        Place(lambda it: _session(organizer=it), (*_SESSION, "organizer"), missing=_ORGANIZATION_LACKS),
        Place(lambda it: {"customer": it}, ("customer",), missing=_CUSTOMER_LACKS),
    ),
    "Place": (
        Place(lambda it: _session(superEvent={"location": it}), (*_SESSION, "venue")),
        Place(lambda it: _session(**{"beta:affiliatedLocation": it}), (*_SESSION, "affiliatedLocation")),
        Place(lambda it: _slot(location=it), (*_SESSION, "facilityUse", "venue"), _SLOT),
        Place(
            lambda it: _session(location={"name": "Hall", "containedInPlace": it}),
            (*_SESSION, "venue", "containedInPlace"),
        ),
    ),
    "PostalAddress": (
        Place(lambda it: _session(location={"address": it}), (*_SESSION, "venue", "address")),
        Place(lambda it: _session(organizer={"address": it}), (*_SESSION, "organizer", "address")),
        Place(lambda it: {"customer": {"address": it}}, ("customer", "address")),
    ),
    "PriceSpecification": (Place(lambda it: {"totalPaymentDue": it}, ()),),
    "PrivacyPolicy": _TERMS,
    "PropertyValue": (Place(lambda it: _item(accessCode=[it]), (*_ITEM, "accessCodes", 0)),),
    "PropertyValueSpecification": (_FORM,),
    "QuantitativeValue": (
        Place(lambda it: _session(**{"beta:distance": it}), (*_SESSION, "distance")),
        Place(lambda it: _session(**{"beta:estimatedDuration": it}), (*_SESSION, "estimatedDuration")),
        Place(lambda it: _item(acceptedOffer={"beta:partySize": it}), (*_ITEM, "acceptedOffer", "partySize")),
        Place(lambda it: _session(ageRange=it), (*_SESSION, "ageRange"), missing=_AMOUNTS_ONLY),
    ),
    "Schedule": (_SCHEDULE,),
    "ScheduledSession": (_booked("ScheduledSession", "ScheduledSession"),),
    "SessionSeries": (_SERIES,),
    "Slot": (_booked("Slot", "Slot"),),
    "SportsActivityLocation": (
        Place(
            lambda it: _session(**{"beta:sportsActivityLocation": [it]}),
            (*_SESSION, "sportsActivityLocations", 0),
        ),
    ),
    "TaxChargeSpecification": (
        Place(lambda it: {"totalPaymentTax": [it]}, ("totalPaymentTax", 0)),
        Place(lambda it: _item(unitTaxSpecification=[it]), (*_ITEM, "tax", 0)),
    ),
    "Terms": _TERMS,
    "VideoObject": _VIDEOS,
    "VirtualLocation": (
        Place(lambda it: _item(accessChannel=it), (*_ITEM, "accessChannel")),
        Place(lambda it: _session(**{"beta:virtualLocation": it}), (*_SESSION, "virtualLocation")),
    ),
}
"""Of types of which the graph shows nothing, there is no place."""
