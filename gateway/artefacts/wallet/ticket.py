"""What a wallet shows of a booked item, whichever wallet it is."""

from collections.abc import Container
from datetime import datetime

from msgspec import Struct

from gateway.artefacts.barcode import choose_symbology
from gateway.artefacts.calendar_event import CANCELLED, shortened, state_of, uid_of, usable_end
from gateway.imin.documents import Event, OrderItem, Place
from gateway.imin.documents.local_time import has_time
from gateway.imin.documents.pass_vocabulary import BarcodeSymbology
from gateway.time_zones import time_zone

_MAX_NAME, _MAX_ADDRESS = 200, 300
_FIRST_YEAR, _LAST_YEAR = 1970, 2200


class Barcode(Struct, frozen=True):
    """text: exactly what the scanner must read."""

    text: str
    symbology: BarcodeSymbology


class Ticket(Struct, frozen=True, kw_only=True):
    """A booked item as a pass shows it.

    uid: the same for the item for ever; it reveals no identifier. starts, ends: with the offset of the
    session's time zone. is_day: whether they are days without times. booking: number of the order, for
    people. is_cancelled: the item or its session. notice: why the state is not the usual one, or "".
    """

    uid: str
    name: str
    organizer: str
    starts: datetime | None
    ends: datetime | None
    is_day: bool
    venue: str
    address: str
    latitude: float | None
    longitude: float | None
    barcode: Barcode | None
    booking: str
    is_cancelled: bool
    notice: str


def ticket_of(item: OrderItem, known: Container[BarcodeSymbology]) -> Ticket | None:
    """The ticket; None for an item without a session. known: the symbologies that the wallet can show."""
    session = item.session
    if session is None:
        return None
    starts, ends = _times(session)
    place, organizer = session.venue, session.organizer
    status, notice = state_of(item, session)
    return Ticket(
        uid=uid_of(item),
        name=shortened(_text(session.name) or "Booking", _MAX_NAME),
        organizer=shortened(_text(organizer.name) if organizer else "", _MAX_NAME),
        starts=starts,
        ends=ends,
        is_day=not has_time(session.start_date),
        venue=shortened(_text(place.name) if place else "", _MAX_NAME),
        address=shortened(_text(place.formatted_address) if place else "", _MAX_ADDRESS),
        barcode=barcode_of(item, known),
        booking=item.order_identifier,
        is_cancelled=status == CANCELLED,
        notice=notice,
        **_position(place),
    )


def barcode_of(item: OrderItem, known: Container[BarcodeSymbology]) -> Barcode | None:
    """The first barcode of the item: a wallet's pass has room for one.

    A symbology that the wallet cannot show is replaced, as one is that is not stated.
    """
    default: BarcodeSymbology = item.owner.default_symbology
    for access_pass in item.access_passes:
        stated = access_pass.symbology if access_pass.symbology in known else None
        symbology = choose_symbology(access_pass.text, stated, default)
        if symbology is not None and access_pass.text:
            return Barcode(access_pass.text, symbology)
    return None


def _times(session: Event) -> tuple[datetime | None, datetime | None]:
    starts = session.starts
    if starts is None or not _FIRST_YEAR < starts.year < _LAST_YEAR:
        return None, None
    ends = usable_end(session, starts)
    if not has_time(session.start_date):
        return starts, ends
    zone = time_zone(session.time_zone)
    return starts.astimezone(zone), ends.astimezone(zone) if ends else None


def _position(place: Place | None) -> dict[str, float | None]:
    if place is None or place.latitude is None or place.longitude is None:
        return {"latitude": None, "longitude": None}
    return {"latitude": place.latitude, "longitude": place.longitude}


def _text(value: str | None) -> str:
    """On one line, without surrogates, which neither JSON nor a signature can hold."""
    return " ".join((value or "").split()).encode("utf-8", "replace").decode()
