"""The booking that a session and its places belong to, and their names in it.

imin's order is a snapshot: two orders may show one session or venue differently. So their global ids hold the
order, and a client's normalised cache never merges what two orders show.
"""

from functools import lru_cache
from typing import Any, NamedTuple

from msgspec import Struct

from gateway.imin.documents.event import Event
from gateway.imin.documents.order_item import OrderItem
from gateway.imin.documents.place import Place
from gateway.imin.documents.thing import PARTIAL_OF, Owner
from gateway.imin.names import MADE_UP, is_name, make_up_name

_MAX_CLASSES = 1_024
LIVE = f"{MADE_UP}live"
"""Stands for the item in the booking of a session that is not booked. No item has that name."""

_IN_ONE_DOCUMENT = ("_:", "#")
"""Starts of IRIs that have no meaning outside their document."""


class Booking(Struct, frozen=True, gc=False):
    """Owner of a booked item, and the names of its order and of itself.

    place: name in the order of the place that has this booking; "" for sessions and the levels above them.
    No reference to a document: documents refer to bookings, and cycles of them would never be freed.
    """

    owner: Owner
    order: str
    item: str
    place: str = ""

    @property
    def is_live(self) -> bool:
        """Whether the session comes from Search, and not from an order."""
        return self.item == LIVE

    def session_id(self) -> str:
        """Global id of the session."""
        return self.owner.global_id("Session", self.order, self.item)

    def place_id(self) -> str:
        """Global id of the place."""
        return self.owner.global_id("Place", self.order, self.place)


_Found = tuple[Any, "_Found | None", str, int]
"""An event or a place in an item; what holds it, None if the item does; in which field, at which index."""


class _Kind(NamedTuple):
    """Of a class, whole or partial. nested: names of its decoded fields that hold events or places."""

    is_place: bool
    nested: tuple[str, ...]


def bind_sessions(items: tuple[OrderItem, ...]) -> None:
    """Give the sessions of bound items, the levels above them and their places their booking.

    Does nothing for partial items of an operation that reads no booking.
    """
    if not items or not items[0].binds_sessions:
        return
    first: dict[tuple[str, str], Place] = {}
    places: list[tuple[Place, Booking]] = []
    for item in items:
        owner, order, name = item.owner, item.order_identifier, item.unique_name
        booking = Booking(owner, order, name)
        for found in _found_in(item.session):
            document = found[0]
            if _kind_of(document.__class__).is_place:
                place = _stated_name(document)
                known = first.setdefault((order, place), document) if place else None
                if known is not document and known != document:
                    place = make_up_name("place", [name, _path(found)])
                places.append((document, Booking(owner, order, name, place)))
            else:
                document.booking = booking
    # Not before, since bookings would count when places are compared.
    for document, booking in places:
        document.booking = booking


def find_place(items: tuple[OrderItem, ...], name: str) -> Place | None:
    """The place that has this name in an order, given the order's bound items."""
    for item in items:
        if (place := _place_in(item.session, name)) is not None:
            return place
    return None


def bind_opportunity(session: Event, owner: Owner, name: str) -> None:
    """Give a session that is not booked, the levels above it and its places a name in place of a booking.

    name: of the opportunity; `owner` is no customer.
    """
    places: list[tuple[Place, Booking]] = []
    for found in _found_in(session):
        document = found[0]
        if _kind_of(document.__class__).is_place:
            place = _stated_name(document) or make_up_name("place", [name, _path(found)])
            places.append((document, Booking(owner, name, LIVE, place)))
        else:
            document.booking = Booking(owner, name, LIVE)
    for document, booking in places:
        document.booking = booking


def find_opportunity_place(session: Event, name: str) -> Place | None:
    """The place that has this name in an opportunity that is bound."""
    return _place_in(session, name)


def _place_in(session: Event | None, name: str) -> Place | None:
    for found in _found_in(session):
        document = found[0]
        if isinstance(document, Place) and document.booking.place == name:
            return document
    return None


def _stated_name(place: Place) -> str:
    """IRI or identifier, by which a place is named in its order; "" if it has neither.

    Without either it is named by its item and role, as if the order shows another place under that name.
    """
    iri = place.plain_id or place.at_id
    if iri and not iri.startswith(_IN_ONE_DOCUMENT) and is_name(iri):
        return iri
    identifier = "" if place.own_identifier is None else str(place.own_identifier)
    return identifier if is_name(identifier) else ""


def _path(found: _Found) -> str:
    """The fields and indexes that lead from the item to what was found."""
    steps: list[str] = []
    at: _Found | None = found
    while at is not None:
        _, at, field, index = at
        steps += [field, str(index)]
    return ".".join(steps)


def _found_in(session: Event | None) -> list[_Found]:
    """A session with all levels and places, nearest first.

    Without recursion: imin's JSON may be nested deeply.
    """
    waiting: list[_Found] = [(session, None, "", 0)] if session is not None else []
    for found in waiting:  # grows: what a level holds is appended
        document = found[0]
        for name in _kind_of(document.__class__).nested:
            value = getattr(document, name)
            if value.__class__ is tuple:
                waiting += [(one, found, name, index) for index, one in enumerate(value)]
            elif value is not None:
                waiting.append((value, found, name, 0))
    return waiting


@lru_cache(_MAX_CLASSES)
def _kind_of(cls: Any) -> _Kind:
    nested = tuple(name for name in cls.__struct_fields__ if name in _HOLD_LEVELS)
    return _Kind(Place in getattr(cls, PARTIAL_OF, cls.__mro__), nested)


_HOLD_LEVELS = frozenset(
    {
        *("own_location", "own_affiliated_location", "location_summary", "contained_in_place"),
        *("super_event", "facility_use", "aggregate_facility_use", "instance_of_course"),
        *("own_sub_events", "own_individual_facility_uses"),
    }
)
