"""Write opportunities as imin nests them in an OrderItem: sessions, online sessions and slots.

Sources: imin docs, Orders and Order History (ScheduledSession); imin's published types (Slot).
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from gateway.sandbox.data import dates
from gateway.sandbox.data.activities import ACTIVITIES_BY_KIND, Activity
from gateway.sandbox.data.order_plan import ItemPlan
from gateway.sandbox.data.pictures import logo_url, session_url
from gateway.sandbox.data.sellers import Seller, Venue
from gateway.sandbox.data.vocabulary import Document, search_url

EVENT_SCHEDULED = "https://schema.org/EventScheduled"

_PARENTS = ("superEvent", "facilityUse", "aggregateFacilityUse")


def opportunity(seller: Seller, item: ItemPlan, number: int) -> Document:
    """The booked opportunity. number: makes its identifier unique."""
    if item.activity.kind in {"slot", "individual_slot"}:
        return _slot(seller, item, number)
    return _session(seller, item, number)


def replacement(seller: Seller, booked: Document, start: datetime, number: int) -> Document:
    """Another opportunity of the same kind and time, with another name. number: as in `opportunity`."""
    names = {str(level.get("name")) for level in levels(booked)}
    activity = next(one for one in _activities_like(booked) if one.name not in names)
    return opportunity(seller, ItemPlan(activity, seller.venues[-1], start, Decimal(0)), number)


def organization(seller: Seller) -> Document:
    """The seller with all its members, as organizer or provider."""
    return {
        "type": "Organization",
        "id": seller.url,
        "name": seller.name,
        "url": seller.url,
        "logo": {"type": "ImageObject", "url": logo_url(seller.slug)},
        "telephone": seller.telephone,
        "email": f"hello@{seller.slug}.example.org",
    }


def place(seller: Seller, venue: Venue) -> Document:
    """A venue as a schema.org Place."""
    return {
        "type": "Place",
        "identifier": venue.identifier,
        "name": venue.name,
        "url": f"{seller.url}/venues/{venue.identifier}",
        "geo": {"type": "GeoCoordinates", "latitude": venue.latitude, "longitude": venue.longitude},
        "address": {
            "type": "PostalAddress",
            "addressLocality": venue.locality,
            "postalCode": venue.postcode,
            "addressRegion": venue.region,
            "addressCountry": "GB",
            "streetAddress": venue.street,
        },
    }


def levels(booked: Document) -> Iterator[Document]:
    """The session or slot, then the series or facilities above it, as far as they are more than an IRI."""
    level: Any = booked
    while isinstance(level, dict):
        yield level
        level = next((level[parent] for parent in _PARENTS if parent in level), None)


def _activities_like(booked: Document) -> tuple[Activity, ...]:
    if booked.get("type") == "Slot":
        return ACTIVITIES_BY_KIND["slot"] + ACTIVITIES_BY_KIND["individual_slot"]
    has_location = any("location" in level for level in levels(booked))
    return ACTIVITIES_BY_KIND["session" if has_location else "virtual"]


def _session(seller: Seller, item: ItemPlan, number: int) -> Document:
    activity = item.activity
    identifier = f"{seller.open_data}/api/feeds/scheduled-sessions/{number:020d}"
    series: Document = {"type": "SessionSeries"}
    if activity.kind != "virtual":
        series["location"] = place(seller, item.venue)
    series["superEvent"] = _event_series(seller, activity)
    taken = number % activity.capacity
    return {
        "type": "ScheduledSession",
        "id": search_url("events-api/v2/scheduled-sessions", identifier),
        "identifier": identifier,
        "eventStatus": EVENT_SCHEDULED,
        "startDate": dates.utc(item.start),
        "endDate": dates.utc(item.end),
        "superEvent": series,
        "duration": dates.duration(activity.minutes),
        "maximumAttendeeCapacity": activity.capacity,
        "remainingAttendeeCapacity": activity.capacity - taken,
    }


def _event_series(seller: Seller, activity: Activity) -> Document:
    series: Document = {
        "type": "EventSeries",
        "name": activity.name,
        "organizer": organization(seller),
        "activity": [_concept("activity-list", activity)],
        "image": [_image(activity)],
    }
    if activity.kind == "virtual":
        # Source: Open Booking API, eventAttendanceMode. An online session has no location.
        series["eventAttendanceMode"] = "schema:OnlineEventAttendanceMode"
    return series


def _slot(seller: Seller, item: ItemPlan, number: int) -> Document:
    activity = item.activity
    identifier = f"{seller.open_data}/api/feeds/facility-uses/{activity.slug}/slots/{_slot_time(item.start)}"
    slot: dict[str, Any] = {
        "type": "Slot",
        "id": search_url("facilities-api/v2/slots", identifier),
        "identifier": identifier,
        "startDate": dates.utc(item.start),
        "endDate": dates.utc(item.end),
        "duration": dates.duration(activity.minutes),
        "remainingUses": max(activity.capacity - 1, 0),
        "maximumUses": activity.capacity,
        "facilityUse": _facility_use(seller, item),
    }
    if activity.kind == "individual_slot":
        slot["facilityUse"] = _individual(seller, item, number)
    # A slot has an endDate, a duration or both; imin's types require neither.
    absent = (None, "duration", "endDate")[number % 3]
    if absent:
        del slot[absent]
    return slot


def _facility_use(seller: Seller, item: ItemPlan) -> Document:
    identifier = f"{seller.open_data}/api/feeds/facility-uses/{item.activity.slug}"
    return {
        "type": "FacilityUse",
        "id": search_url("facilities-api/v2/facility-uses", identifier),
        "identifier": identifier,
        "name": item.activity.name,
        "facilityType": [_concept("facility-types", item.activity)],
        "location": place(seller, item.venue),
        "provider": organization(seller),
        "image": [_image(item.activity)],
    }


def _individual(seller: Seller, item: ItemPlan, number: int) -> Document:
    court = 1 + number % 4
    identifier = f"{seller.open_data}/api/feeds/facility-uses/{item.activity.slug}/{court}"
    return {
        "type": "IndividualFacilityUse",
        "id": search_url("facilities-api/v2/individual-facility-uses", identifier),
        "identifier": identifier,
        "name": f"{item.activity.name} {court}",
        "facilityUse": _facility_use(seller, item),
    }


def _slot_time(start: datetime) -> str:
    # imin writes dates in slot ids without colons.
    return start.strftime("%Y-%m-%dT%H-%M-%S")


def _concept(scheme: str, activity: Activity) -> Document:
    return {
        "type": "Concept",
        "id": f"https://openactive.io/{scheme}#{activity.concept}",
        "prefLabel": activity.label,
        "inScheme": f"https://openactive.io/{scheme}",
    }


def _image(activity: Activity) -> Document:
    # In imin's data, the width of a thumbnail is a text with a unit.
    thumbnail = {"type": "ImageObject", "url": session_url(activity.slug, "-300"), "width": "300 px"}
    return {"type": "ImageObject", "url": session_url(activity.slug), "thumbnail": [thumbnail]}
