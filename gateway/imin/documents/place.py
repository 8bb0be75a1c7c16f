"""Where a session takes place."""

from typing import Any, ClassVar

from msgspec import field

from gateway.imin.documents.agent import Address
from gateway.imin.documents.local_time import zone_of_place
from gateway.imin.documents.map_links import directions_link, map_link, target_of
from gateway.imin.documents.thing import BOOKING, Concept, Identified, Image, Owner, Thing, filled
from gateway.imin.documents.vocabulary import DayOfWeek
from gateway.imin.jsonld import Bare, Exact, Link

LOCAL_POINTER = "#/imin:locationSummary/"
"""An id with this prefix refers to a place in the EventSeries' list. Source: imin docs, Search API."""

# Floats, since they are compared with floats: the interpreter takes longer with whole numbers.
NORTH_POLE, DATE_LINE = 90.0, 180.0
# A box around the British Isles.
SOUTH, NORTH, WEST, EAST = 49.0, 61.5, -9.0, 2.5


class Coordinates(Thing, kw_only=True, gc=False, rename="camel"):
    """Degrees, WGS 84."""

    latitude: float | None = None
    longitude: float | None = None

    @property
    def on_earth(self) -> bool:
        """Whether they are complete, in range, and not imin's placeholder "Null Island" (0, 0)."""
        return (
            self.latitude is not None
            and self.longitude is not None
            and (self.latitude != 0.0 or self.longitude != 0.0)
            and -NORTH_POLE <= self.latitude <= NORTH_POLE
            and -DATE_LINE <= self.longitude <= DATE_LINE
        )


class Amenity(Thing, kw_only=True, gc=False, rename="camel"):
    """Something that a venue has or lacks, for example showers."""

    bare: ClassVar[Bare] = Bare(text="name")
    name: str | None = None
    value: bool | None = None


class OpeningHours(Thing, kw_only=True, gc=False, rename="camel"):
    """When a venue is open. Times are local, `HH:MM`."""

    own_days: tuple[Exact, ...] = field(default=(), name="dayOfWeek")
    opens: str | None = None
    closes: str | None = None
    valid_from: str | None = None
    valid_through: str | None = None

    @property
    def day_of_week(self) -> tuple[DayOfWeek, ...]:
        """Days it applies to."""
        return tuple(DayOfWeek.of(day) or DayOfWeek.UNKNOWN for day in self.own_days)


class Place(Identified, kw_only=True, gc=False, rename="camel"):
    """A venue.

    booking: of the item that it came with, see Booking.
    """

    bare: ClassVar[Bare] = Bare(text="name")
    name: str | None = None
    url: Link | None = None
    geo: Coordinates | None = None
    address: Address | None = None
    description: str | None = None
    telephone: str | None = None
    images: tuple[Image, ...] = field(default=(), name="image")
    amenities: tuple[Amenity, ...] = field(default=(), name="amenityFeature")
    opening_hours: tuple[OpeningHours, ...] = field(default=(), name="openingHoursSpecification")
    special_opening_hours: tuple[OpeningHours, ...] = field(
        default=(), name="specialOpeningHoursSpecification"
    )
    email: str | None = None
    formatted_description: str | None = field(default=None, name="beta:formattedDescription")
    place_types: tuple[Concept, ...] = field(default=(), name="beta:placeType")
    contained_in_place: "Place | None" = None
    booking: Any = field(default=None, name=BOOKING)

    @property
    def place_id(self) -> str:
        """Global id."""
        return self.booking.place_id()  # type: ignore[no-any-return]  # a Booking

    @property
    def time_zone(self) -> str:
        """IANA name of its time zone; the home zone of the gateway if nothing tells where it is."""
        owner: Owner = self.booking.owner
        return zone_of_place(self) or owner.time_zone

    @property
    def map_url(self) -> str | None:
        """Link to the place on a map."""
        owner: Owner = self.booking.owner
        target = target_of(self)
        return map_link(owner.map_provider, target) if target is not None else None

    @property
    def directions_url(self) -> str | None:
        """Link to the way to the place."""
        owner: Owner = self.booking.owner
        target = target_of(self)
        return directions_link(owner.map_provider, target) if target is not None else None

    @property
    def is_place(self) -> bool:
        """Whether it says where it is."""
        return bool(
            filled(self.name) or self.iri or self.address or self.geo or self.own_identifier is not None
        )

    @property
    def pointer(self) -> str | None:
        """Local pointer to the real place, if this is only a pointer."""
        if filled(self.name):
            return None
        iri = self.iri
        return iri if iri and iri.startswith(LOCAL_POINTER) else None

    @property
    def latitude(self) -> float | None:
        """Degrees north; None if imin gives no real place."""
        geo = self.geo
        if geo is None or not geo.on_earth:
            return None
        return geo.longitude if self.has_swapped_degrees else geo.latitude

    @property
    def longitude(self) -> float | None:
        """Degrees east; None if imin gives no real place."""
        geo = self.geo
        if geo is None or not geo.on_earth:
            return None
        return geo.latitude if self.has_swapped_degrees else geo.longitude

    @property
    def has_swapped_degrees(self) -> bool:
        """Whether a British address has degrees off Somalia, which are British ones in the wrong order."""
        geo = self.geo
        if geo is None or geo.latitude is None or geo.longitude is None or geo.longitude < SOUTH:
            return False
        is_swapped = geo.longitude <= NORTH and WEST <= geo.latitude <= EAST
        return is_swapped and self.address is not None and self.address.is_british

    @property
    def formatted_address(self) -> str | None:
        """The address as one line."""
        return self.address.one_line if self.address else None
