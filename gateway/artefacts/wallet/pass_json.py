"""The content of Apple's passes. Source: Apple, Wallet Passes, Pass."""

from datetime import datetime, timedelta
from typing import Any

from gateway.artefacts.calendar_event import join_url, shortened
from gateway.artefacts.wallet.icon import BACKGROUND
from gateway.artefacts.wallet.symbologies import APPLE
from gateway.artefacts.wallet.ticket import Barcode, Ticket
from gateway.imin.documents import Order, OrderItem
from gateway.imin.documents.pass_vocabulary import BarcodeSymbology
from gateway.imin.errors import InvalidValue
from gateway.time_zones import time_zone

_MAX_LABEL, _MAX_BACK = 100, 1_000
_MAX_SHOWN_TEXT = 40
_SHOWN_AFTER = timedelta(days=1)


def content_of(ticket: Ticket, order: Order, item: OrderItem) -> dict[str, Any]:
    """What the pass shows, without the names and keys by which it is signed and updated."""
    starts, ends = _date(ticket.starts), _date(ticket.ends)
    latest = ticket.ends or ticket.starts
    content = {
        "formatVersion": 1,
        "description": ", ".join(part for part in (ticket.name, ticket.venue) if part),
        "logoText": ticket.organizer,
        "backgroundColor": f"rgb{BACKGROUND}",
        "foregroundColor": "rgb(255, 255, 255)",
        "labelColor": "rgb(190, 208, 232)",
        "relevantDate": starts,
        "relevantDates": _relevant_dates(starts, ends),
        "locations": _locations(ticket),
        # From then on it is among the expired passes. A day may last longer in another time zone.
        "expirationDate": _date(latest + _SHOWN_AFTER) if latest else None,
        "voided": ticket.is_cancelled,
        "barcode": _older(ticket.barcode),
        "barcodes": [_barcode(ticket.barcode)] if ticket.barcode else None,
        "eventTicket": _filled(
            {
                "headerFields": _fields(("state", "STATE", "Cancelled")) if ticket.is_cancelled else None,
                "primaryFields": _fields(("name", "SESSION", ticket.name)),
                "secondaryFields": _times(ticket),
                "auxiliaryFields": _fields(("venue", "PLACE", ticket.venue)),
                "backFields": _fields(*_back(ticket, order, item)),
            }
        ),
    }
    return _filled(content)


def _relevant_dates(starts: str | None, ends: str | None) -> list[dict[str, str]] | None:
    if starts is None:
        return None
    return [{"startDate": starts, "endDate": ends} if ends else {"date": starts}]


def _locations(ticket: Ticket) -> list[dict[str, Any]] | None:
    if ticket.latitude is None:
        return None
    text = f"{ticket.name} at {ticket.venue}" if ticket.venue else ticket.name
    return [{"latitude": ticket.latitude, "longitude": ticket.longitude, "relevantText": text}]


def _barcode(barcode: Barcode) -> dict[str, str]:
    text = barcode.text
    shown = {"altText": text} if len(text) <= _MAX_SHOWN_TEXT and text.isprintable() else {}
    return {
        "format": APPLE[barcode.symbology],
        "message": text,
        # Scanners guess the encoding of letters outside ASCII; of UTF-8 they guess it right.
        "messageEncoding": "iso-8859-1" if text.isascii() else "utf-8",
        **shown,
    }


def _older(barcode: Barcode | None) -> dict[str, str] | None:
    """The member that older wallets read. It cannot be Code 128."""
    if barcode is None or barcode.symbology is BarcodeSymbology.CODE_128:
        return None
    return _barcode(barcode)


def _times(ticket: Ticket) -> list[dict[str, Any]]:
    """Shown as clocks at the venue do, wherever the phone is."""
    style = {
        "dateStyle": "PKDateStyleMedium",
        "timeStyle": "PKDateStyleNone" if ticket.is_day else "PKDateStyleShort",
        "ignoresTimeZone": True,
    }
    moments = ("starts", "STARTS", ticket.starts), ("ends", "ENDS", ticket.ends)
    return [
        {"key": key, "label": shortened(_clean(label), _MAX_LABEL), "value": moment.isoformat(), **style}
        for key, label, moment in moments
        if moment is not None
    ]


def _back(ticket: Ticket, order: Order, item: OrderItem) -> list[tuple[str, str, str]]:
    """Key, label and text of what is on the back."""
    session, seller = item.session, order.seller
    codes = [
        (f"code{at}", code.name or "Access code", code.value or code.description or "")
        for at, code in enumerate(item.access_codes)
    ]
    terms = [
        (f"terms{at}", one.name or "Terms", one.url or "")
        for at, one in enumerate(seller.terms_of_service if seller else ())
    ]
    contact = (seller.name, seller.telephone, seller.email) if seller else ()
    others = [one.text or one.url for one in item.access_passes]
    shown = ticket.barcode.text if ticket.barcode else None
    channel = join_url(item, session) if session else None
    return [
        ("notice", "Please note", ticket.notice),
        ("message", "Message", item.cancellation_message or item.customer_notice or ""),
        ("booking", "Booking number", str(order.order_number or ticket.booking)),
        *codes,
        ("passes", "Further passes", "\n".join(one for one in others if one and one != shown)),
        ("address", "Address", ticket.address),
        ("meetingPoint", "Meeting point", (session.meeting_point if session else None) or ""),
        ("instructions", "Instructions", (session.attendee_instructions if session else None) or ""),
        ("join", "Join online", channel or ""),
        ("cancel", "How to cancel", "" if ticket.is_cancelled else _how_to_cancel(item)),
        *terms,
        ("contact", "Contact", "\n".join(one for one in contact if one)),
    ]


def _how_to_cancel(item: OrderItem) -> str:
    try:
        until = item.cancellable_until
    except InvalidValue:
        until = None
    session = item.session
    if item.allows_full_refund is False or until is None or session is None:
        return "Please ask the seller."
    local = until.astimezone(time_zone(session.time_zone))
    last = f"{local.day} {local:%B %Y, %H:%M}"
    refund = " The payment is then refunded." if item.allows_full_refund else ""
    return f"Until {last}, where you booked: in the app or on the website.{refund}"


def _fields(*fields: tuple[str, str, str]) -> list[dict[str, str]]:
    return [
        {"key": key, "label": label, "value": shortened(_clean(text), _MAX_BACK)}
        for key, label, text in fields
        if text.strip()
    ]


def _clean(text: str) -> str:
    return text.strip().encode("utf-8", "replace").decode()


def _date(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _filled(members: dict[str, Any]) -> dict[str, Any]:
    """Without those that state nothing."""
    return {name: value for name, value in members.items() if value}
