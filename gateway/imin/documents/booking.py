"""The booking that a session and its places belong to, and their names in it.

imin's order is a snapshot: two orders may show one session or venue differently. So their global ids hold the
order, and a client's normalised cache never merges what two orders show.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from msgspec import Struct

from gateway.imin.documents.event import Event
from gateway.imin.documents.order_item import OrderItem
from gateway.imin.documents.place import Place
from gateway.imin.documents.thing import Owner
from gateway.imin.names import is_name, make_up_name

_MAX_CLASSES = 1_024
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

    def session_id(self) -> str:
        """Global id of the session."""
        return self.owner.global_id("Session", self.order, self.item)

    def place_id(self) -> str:
        """Global id of the place."""
        return self.owner.global_id("Place", self.order, self.place)


def bind_sessions(items: tuple[OrderItem, ...]) -> None:
    """Give the sessions of bound items, the levels above them and their places their booking.

    Does nothing for partial items of an operation that reads no booking.
    """
    if not items or not items[0].binds_sessions:
        return
    places: list[tuple[Place, Booking, str]] = []
    for item in items:
        booking = Booking(item.owner, item.order_identifier, item.unique_name)
        for document, path in _documents_of(item):
            if isinstance(document, Place):
                places.append((document, booking, path))
            else:
                document.booking = booking
    names = _names_of(places)
    for (place, booking, _), name in zip(places, names, strict=True):
        place.booking = Booking(booking.owner, booking.order, booking.item, name)


def find_place(items: tuple[OrderItem, ...], name: str) -> Place | None:
    """The place that has this name in an order, given the order's bound items."""
    for item in items:
        for document, _ in _documents_of(item):
            if isinstance(document, Place) and document.booking.place == name:
                return document
    return None


def _names_of(places: list[tuple[Place, Booking, str]]) -> list[str]:
    """A place is named by its IRI or identifier; by its item and role if there is none.

    By these too if the order shows another place under that IRI or identifier, of which this would be another
    version.
    """
    first: dict[tuple[str, str], Place] = {}
    names = []
    for place, booking, path in places:
        name = _stated_name(place)
        if not name or first.setdefault((booking.order, name), place) != place:
            name = make_up_name("place", [booking.item, path])
        names.append(name)
    return names


def _stated_name(place: Place) -> str:
    iri = place.plain_id or place.at_id
    if iri and not iri.startswith(_IN_ONE_DOCUMENT) and is_name(iri):
        return iri
    identifier = "" if place.own_identifier is None else str(place.own_identifier)
    return identifier if is_name(identifier) else ""


def _documents_of(item: OrderItem) -> Iterator[tuple[Event | Place, str]]:
    """The session of an item with all levels and places, nearest first, and the path to each.

    Without recursion: imin's JSON may be nested deeply.
    """
    waiting: list[tuple[Event | Place, str]] = [(item.session, "")] if item.session is not None else []
    for document, path in waiting:
        yield document, path
        for name in _nested(type(document)):
            value: Any = getattr(document, name)
            if isinstance(value, tuple):
                waiting += [(one, f"{path}.{name}.{number}") for number, one in enumerate(value)]
            elif value is not None:
                waiting.append((value, f"{path}.{name}"))


@lru_cache(_MAX_CLASSES)
def _nested(cls: type[Event | Place]) -> tuple[str, ...]:
    """Names of the decoded fields that hold events and places. cls: also a partial one."""
    return tuple(name for name in cls.__struct_fields__ if name in _HOLD_LEVELS)


_HOLD_LEVELS = frozenset(
    {
        *("own_location", "own_affiliated_location", "location_summary", "contained_in_place"),
        *("super_event", "facility_use", "aggregate_facility_use", "instance_of_course"),
        *("own_sub_events", "own_individual_facility_uses"),
    }
)
