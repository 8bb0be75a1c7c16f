"""The time zone of places and sessions, and their times as clocks there show them."""

import re
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from gateway.hints import pure
from gateway.imin.dates import parse_date_time
from gateway.imin.documents.thing import Owner
from gateway.imin.errors import InvalidValue
from gateway.imin.jsonld import iri_tail
from gateway.time_zones import DEFAULT_TIME_ZONE, regional_name, time_zone, zone_at, zone_of_country

if TYPE_CHECKING:
    from gateway.imin.documents.event import Event
    from gateway.imin.documents.place import Place

_CACHE_SIZE = 4_096
_HAS_TIME = re.compile(r"[T ]\d")
_CROWN_DEPENDENCY = re.compile(r"\b(IM|JE|GY)\d\d? ?\d[A-Z]{2}\b")
_COUNTRY_OF_POSTCODE = {"IM": "IM", "JE": "JE", "GY": "GG"}


def zone_of_place(place: "Place | None") -> str | None:
    """Name of the zone of a place, or of the place that contains it; None if nothing tells where it is."""
    while place is not None:
        zone = _stated_zone(place)
        if zone is None and place.latitude is not None and place.longitude is not None:
            zone = zone_at(place.latitude, place.longitude)
        if zone is not None:
            return zone
        place = place.contained_in_place
    return None


def _stated_zone(place: "Place") -> str | None:
    """By the address alone, which needs no library. Britain, and most countries, have one zone."""
    address = place.address
    if address is None:
        return None
    if address.is_british:
        return british_zone(address.postal_code or address.full_address or "")
    country = address.address_country
    return zone_of_country(iri_tail(country)) if country else None


@pure
@lru_cache(_CACHE_SIZE)
def british_zone(postcode: str) -> str | None:
    """Zone of a British address: that of an island where Britain's postcodes are used, or of Britain."""
    found = _CROWN_DEPENDENCY.search(postcode.upper())
    return zone_of_country(_COUNTRY_OF_POSTCODE[found[1]]) if found else DEFAULT_TIME_ZONE


def zone_of_session(session: "Event") -> str | None:
    """Name of the zone that a session's schedule states, otherwise that of its place; None without both."""
    for level in session.levels():
        for schedule in level.event_schedule:
            zone = regional_name(schedule.schedule_timezone)
            if zone is not None:
                return zone
    return zone_of_place(session.venue) or zone_of_place(session.affiliated_location)


@pure
@lru_cache(_CACHE_SIZE)
def has_time(text: str | None) -> bool:
    """Whether a date has a time of day."""
    return text is not None and _HAS_TIME.search(text.upper()) is not None


@pure
@lru_cache(_CACHE_SIZE)
def local_time(text: str | None, zone: str, member: str) -> datetime | None:
    """The instant with the offset that the zone has then; None for a date without a time.

    The offset is fixed: datetimes that share a zone are equal in the hour that the clocks repeat. Raises
    InvalidValue, with the member's name, if the text is no date.
    """
    if not text or text.isspace():
        return None
    moment = parse_date_time(text)
    if moment is None:
        raise InvalidValue(member)
    if not has_time(text):
        return None
    try:
        local = moment.astimezone(time_zone(zone))
    except OverflowError:
        return None
    offset = local.utcoffset() or timedelta()
    # RFC 3339 has no seconds in an offset, as most places had until about 1900.
    return None if offset.seconds % 60 else local.replace(tzinfo=timezone(offset))


class LocalTimes:
    """The time zone of an event, and its times there."""

    __slots__ = ()

    booking: Any
    start_date: str | None
    own_end_date: str | None

    @property
    def time_zone(self) -> str:
        """IANA name of its time zone; the home zone of the gateway if neither schedule nor place tells it."""
        owner: Owner = self.booking.owner
        return zone_of_session(cast("Event", self)) or owner.time_zone

    @property
    def start_date_local(self) -> datetime | None:
        """Start with the offset of its time zone; None if it is a day without a time. Raises InvalidValue."""
        return local_time(self.start_date, self.time_zone, "startDate")

    @property
    def end_date_local(self) -> datetime | None:
        """End with the offset of its time zone; None if it is a day without a time. Raises InvalidValue."""
        own = self.own_end_date
        if (not own or own.isspace()) and not has_time(self.start_date):
            return None  # what is calculated from a day has no time either
        end: str | None = cast("Event", self).end_date
        return local_time(end, self.time_zone, "endDate")
