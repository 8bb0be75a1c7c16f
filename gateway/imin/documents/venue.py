"""Where an event takes place: the places of its levels, of which some are pointers or empty."""

from typing import TYPE_CHECKING

from gateway.imin.documents.place import Place

if TYPE_CHECKING:
    from gateway.imin.documents.event import Event


def venue_of(event: "Event") -> Place | None:
    """Place of the nearest level that has one.

    A series without a location may list its only place in `imin:locationSummary`.
    """
    place = place_of(event, "own_location")
    if place is not None and (((name := place.name) and not name.isspace()) or place.is_place):
        return place
    locations = [level.own_location for level in event.levels()]
    if any(location is not None and location.is_place for location in locations):  # a pointer to no place
        return place
    summary: tuple[Place, ...] = event.inherited("location_summary")
    return summary[0] if len(summary) == 1 else place


def place_of(event: "Event", attribute: str) -> Place | None:
    """Place in that attribute of the nearest level that has one; an empty one only if there is no other.

    A local pointer stands for a place that any level may list.
    """
    level: Event | None = event
    course: Event | None = None
    empty: Place | None = None
    while level is not None:
        place: Place | None = getattr(level, attribute)
        if place is not None:
            # A place with a name, which is the usual case, is no pointer.
            if (name := place.name) and not name.isspace():
                return place
            if pointer := place.pointer:
                listed = (place for above in event.levels() for place in above.location_summary)
                place = next((place for place in listed if place.iri == pointer), None)
            if place is not None and place.is_place:
                return place
            empty = empty or place
        course = course or level.instance_of_course
        level = level.parent
    return empty if course is None else place_of(course, attribute) or empty
