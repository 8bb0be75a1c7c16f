"""A booked item as an event of a calendar."""

import hashlib
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from gateway.artefacts.icalendar import component, text, times, uri, utc
from gateway.imin.dates import parse_date_time
from gateway.imin.documents import Event, OrderItem, Place
from gateway.imin.documents.local_time import has_time
from gateway.imin.documents.vocabulary import AttendanceMode, EventStatus, OrderItemStatus
from gateway.imin.errors import InvalidValue

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://openactive.io/OrderItem")
_FIRST_YEAR, _LAST_YEAR = 1970, 2200
_A_DAY, _A_SECOND = timedelta(days=1), timedelta(seconds=1)
_MAX_SUMMARY, _MAX_DESCRIPTION = 200, 4_000

CANCELLED, TENTATIVE, CONFIRMED = "CANCELLED", "TENTATIVE", "CONFIRMED"

_ITEM_STATES = {
    OrderItemStatus.CUSTOMER_CANCELLED: (CANCELLED, "You have cancelled this booking."),
    OrderItemStatus.SELLER_CANCELLED: (CANCELLED, "The seller has cancelled this booking."),
    OrderItemStatus.CUSTOMER_CANCELLATION_PENDING: (
        TENTATIVE,
        "You have asked to cancel this booking. The venue has not confirmed it yet.",
    ),
    OrderItemStatus.ORDER_ITEM_PROPOSED: (TENTATIVE, "The seller has not approved this booking yet."),
    OrderItemStatus.UNKNOWN: (TENTATIVE, ""),
}
_SESSION_STATES = {
    EventStatus.EVENT_CANCELLED: (CANCELLED, "This session does not take place."),
    EventStatus.EVENT_POSTPONED: (TENTATIVE, "This session is postponed, without a new date yet."),
}


class CalendarEvent(NamedTuple):
    """zone: its IANA time zone. content: properties that say what, when and where it is."""

    uid: str
    starts: datetime
    zone: str
    summary: str
    status: str
    content: tuple[str, ...]

    @property
    def digest(self) -> str:
        """The same as long as nothing in it has changed."""
        return hashlib.blake2b("\n".join(self.content).encode("utf-8", "replace"), digest_size=12).hexdigest()

    def lines(self, sequence: int, changed_at: datetime, alarm_minutes: int) -> list[str]:
        """The component. sequence: of this version. changed_at: when it was first seen."""
        revision = [f"DTSTAMP:{utc(changed_at)}", f"LAST-MODIFIED:{utc(changed_at)}", f"SEQUENCE:{sequence}"]
        alarm = _alarm(self.summary, alarm_minutes) if alarm_minutes and self.status == CONFIRMED else ()
        return component("VEVENT", (f"UID:{self.uid}", *revision, *self.content, *alarm))


def event_of(item: OrderItem) -> CalendarEvent | None:
    """The event; None if the item's session has no date that a calendar could show."""
    session = item.session
    starts = session.starts if session else None
    if session is None or starts is None or not _FIRST_YEAR <= starts.year <= _LAST_YEAR:
        return None
    zone, (status, notice) = session.time_zone, state_of(item, session)
    summary = shortened(" ".join((session.name or "Booking").split()), _MAX_SUMMARY)
    join = join_url(item, session)
    lines = [f"SUMMARY:{text(summary)}", f"STATUS:{status}"]
    # A cancelled booking does not block its time.
    lines.append(f"TRANSP:{'TRANSPARENT' if status == CANCELLED else 'OPAQUE'}")
    lines += _times(session, starts, zone)
    lines += _where(session, join)
    if description := "\n\n".join(_paragraphs(item, session, notice, join)):
        lines.append(f"DESCRIPTION:{text(shortened(description, _MAX_DESCRIPTION))}")
    if address := join or uri(session.url):
        lines.append(f"URL:{address}")
    return CalendarEvent(uid_of(item), starts, zone, summary, status, tuple(lines))


def uid_of(item: OrderItem) -> str:
    """The same for ever, whatever signs ids, and without a name of anything."""
    return str(uuid.uuid5(_NAMESPACE, f"{item.order_identifier}/{item.unique_name}"))


def state_of(item: OrderItem, session: Event) -> tuple[str, str]:
    """Status, and a sentence that explains one that is not usual. What is cancelled comes first."""
    usual = CONFIRMED, ""
    states = _ITEM_STATES.get(item.status, usual), _SESSION_STATES.get(session.event_status, usual)  # type: ignore[arg-type]  # None is no state
    return min(states, key=lambda state: (CANCELLED, TENTATIVE, CONFIRMED).index(state[0]))


def _times(session: Event, starts: datetime, zone: str) -> list[str]:
    ends = usable_end(session, starts)
    if not has_time(session.start_date):
        # The end of days is the day after the last. Source: RFC 5545, 3.6.1.
        last = starts if ends is None else ends
        return [f"DTSTART;VALUE=DATE:{starts:%Y%m%d}", f"DTEND;VALUE=DATE:{last + _A_DAY:%Y%m%d}"]
    return times(zone, DTSTART=starts, **({"DTEND": ends} if ends else {}))


def usable_end(session: Event, starts: datetime) -> datetime | None:
    """The end; None if it cannot be used: one that is not after the start is not allowed."""
    try:
        ends = parse_date_time(session.end_date)
    except InvalidValue:
        return None
    is_usable = ends is not None and ends - starts >= _A_SECOND and ends.year <= _LAST_YEAR
    return ends if is_usable else None


def join_url(item: OrderItem, session: Event) -> str | None:
    is_online = session.attendance_mode in {
        AttendanceMode.ONLINE_EVENT_ATTENDANCE_MODE,
        AttendanceMode.MIXED_EVENT_ATTENDANCE_MODE,
    }
    channel = item.access_channel
    return uri(channel.url) if channel and (is_online or session.venue is None) else None


def _where(session: Event, join: str | None) -> Iterator[str]:
    is_online = session.attendance_mode is AttendanceMode.ONLINE_EVENT_ATTENDANCE_MODE
    place = session.venue
    if place is None or (is_online and join):
        if join:
            yield f"LOCATION:{text(join)}"
        return
    if label := _label(place):
        yield f"LOCATION:{text(label)}"
    if place.latitude is not None and place.longitude is not None:
        yield f"GEO:{place.latitude:.6f};{place.longitude:.6f}"


def _label(place: Place) -> str:
    parts = [" ".join(part.split()) for part in (place.name, place.formatted_address) if part]
    return ", ".join(filter(None, parts))


def _paragraphs(item: OrderItem, session: Event, notice: str, join: str | None) -> Iterator[str]:
    """What the description says. No passes, codes or persons: the calendar's provider can read it."""
    organizer = session.organizer
    paragraphs = (
        notice,
        item.cancellation_message,
        item.customer_notice,
        f"Organizer: {organizer.name}" if organizer and organizer.name else "",
        f"Meeting point: {session.meeting_point}" if session.meeting_point else "",
        session.attendee_instructions,
        f"Join online: {join}" if join else "",
    )
    return (paragraph.strip() for paragraph in paragraphs if paragraph and paragraph.strip())


def _alarm(summary: str, minutes: int) -> list[str]:
    lines = ("ACTION:DISPLAY", f"DESCRIPTION:{text(summary)}", f"TRIGGER:-PT{minutes}M")
    return component("VALARM", lines)


def shortened(words: str, most: int) -> str:
    """The text; if it is longer than `most` characters, cut off to that length, with an ellipsis."""
    return words if len(words) <= most else words[: most - 1] + "…"
