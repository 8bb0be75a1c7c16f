"""Booked sessions and slots."""

from typing import Any

import strawberry

from gateway.graph.decorators import calculated_value
from gateway.graph.node import Node
from gateway.graph.scalars import URL, DateTime
from gateway.graph.session.concept import Concept
from gateway.graph.session.event import EventFields, SuperEvent
from gateway.graph.session.facility_use import FacilityUse
from gateway.hints import depends_only_on
from gateway.imin import documents


def _id_of(root: strawberry.Parent[documents.Event]) -> strawberry.ID:
    return strawberry.ID(root.session_id)


@strawberry.interface(
    description="A booked session or slot. In OpenActive data, some properties are stated on the session and "
    "others on its series or facility; most fields give the value of the nearest level that has one."
)
class Session(EventFields, Node):
    """Runtime object: documents.Event."""

    id: strawberry.ID = calculated_value(
        "Opaque global id. The same in all responses that show the order item; a session that is booked "
        "twice has two, since imin's orders are snapshots, which may differ. A live session has one of its "
        "own, the same for every caller.",
        _id_of,
        reads=("session_id",),
    )

    time_zone: str | None = strawberry.field(
        description="IANA time zone, for example Europe/London: that of its schedule, otherwise that of its "
        "venue, otherwise that of the operator's settings."
    )
    start_date_local: DateTime | None = strawberry.field(
        description="`startDate` with the offset of `timeZone` at that instant. Its first 16 characters are "
        "the date and time that a clock at the venue shows. Null if the start is a day without a time."
    )
    end_date_local: DateTime | None = strawberry.field(
        description="`endDate` in the same form as `startDateLocal`."
    )
    is_bookable: bool | None = strawberry.field(
        description="Whether imin's checkout sells this occurrence now. Null in an order, which is a "
        "snapshot: see `liveSession` and `opportunity`."
    )
    checkout_url: URL | None = strawberry.field(
        description="Page of the broker's checkout that sells it. Null if it is not bookable or not live, "
        "and if the operator has set no address of the checkout."
    )

    @classmethod
    @depends_only_on("type_name")
    def resolve_type(cls, value: Any, _info: Any, _interface: Any) -> str | None:
        """Name of the session's type. Without this, `is_type_of` of each type is called for every session."""
        return _type_of(value)


_TYPES = {
    "ScheduledSession": "ScheduledSession",
    "Slot": "Slot",
    "FacilityUseSlot": "Slot",
    "IndividualFacilityUseSlot": "Slot",
}
"""GraphQL type of a session by its type in imin."""


def _type_of(value: Any) -> str | None:
    return _TYPES.get(value.type or "", "OtherSession") if isinstance(value, documents.Event) else None


@strawberry.type(description="A session at a fixed date and time, usually one of a series.")
class ScheduledSession(Session):
    """Runtime object: documents.Event."""

    super_event: SuperEvent | None = strawberry.field(description="Series that the session belongs to.")

    @classmethod
    @depends_only_on("type_name")
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        return _type_of(value) == "ScheduledSession"


@strawberry.type(description="A period of time at a facility, for example an hour on a court.")
class Slot(Session):
    """Runtime object: documents.Event."""

    maximum_uses: int | None = strawberry.field(description="Number of bookings that the slot can take.")
    remaining_uses: int | None = strawberry.field(
        description="Number of bookings that the slot could still take when imin last checked."
    )
    facility_types: list[Concept] = strawberry.field(
        description="Kinds of facility, for example Squash Court."
    )
    parent: FacilityUse | None = strawberry.field(name="facilityUse", description="Facility of the slot.")

    @classmethod
    @depends_only_on("type_name")
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        return _type_of(value) == "Slot"


@strawberry.type(
    description="Any other kind of bookable event, for example a course, or a session of which imin gives "
    "only the identifier."
)
class OtherSession(Session):
    """Runtime object: documents.Event."""

    maximum_uses: int | None = strawberry.field(description="Number of bookings that it can take.")
    remaining_uses: int | None = strawberry.field(
        description="Number of bookings that it could still take when imin last checked."
    )
    super_event: SuperEvent | None = strawberry.field(description="Event that contains it.")
    facility_use: FacilityUse | None = strawberry.field(description="Facility where it takes place.")

    @classmethod
    @depends_only_on("type_name")
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        return _type_of(value) == "OtherSession"
