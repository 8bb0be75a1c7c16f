"""The levels above an event, and what it inherits from them.

See `inherited` for properties that are inherited; these methods are for those that the usual three levels
do not state.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gateway.imin.documents.event import Event


class Levels:
    """An event as one of several levels."""

    __slots__ = ()

    super_event: "Event | None"
    facility_use: "Event | None"
    aggregate_facility_use: "Event | None"
    instance_of_course: "Event | None"

    @property
    def parent(self) -> "Event | None":
        """Level above. An IndividualFacilityUse refers to its FacilityUse by either of two keys."""
        return self.super_event or self.facility_use or self.aggregate_facility_use

    def levels(self) -> Iterator["Event"]:
        """The event and the levels above it, nearest first; then the course that one is an instance of."""
        level: Any = self
        course: Any = None
        while level is not None:
            yield level
            course = course or level.instance_of_course
            level = level.parent
        if course is not None:
            yield course

    # The three methods below go through the levels without a generator, which would take twice as long.

    def inherited(self, attribute: str) -> Any:
        """The value on the nearest level that states one; None, or empty, if no level does."""
        level: Any = self
        course: Any = None
        value = None
        while level is not None:
            value = getattr(level, attribute)
            if value or (value is not None and value == 0):
                if not (isinstance(value, str) and value.isspace()):
                    return value
                value = None
            course = course or level.instance_of_course
            level = level.parent
        return value if course is None else course.inherited(attribute)

    def inherited_object(self, attribute: str, test: str) -> Any:
        """The document on the nearest level whose attribute `test` is true; without one, the nearest."""
        level: Any = self
        course: Any = None
        nearest = None
        while level is not None:
            value = getattr(level, attribute)
            if value is not None:
                if getattr(value, test):
                    return value
                nearest = nearest or value
            course = course or level.instance_of_course
            level = level.parent
        return nearest if course is None else course.inherited_object(attribute, test) or nearest

    def inherited_list(self, attribute: str, test: str) -> Any:
        """As inherited_object, of several documents, of which the first is tested."""
        level: Any = self
        course: Any = None
        nearest: Any = ()
        while level is not None:
            values = getattr(level, attribute)
            if values:
                if getattr(values[0], test):
                    return values
                nearest = nearest or values
            course = course or level.instance_of_course
            level = level.parent
        return nearest if course is None else course.inherited_list(attribute, test) or nearest
