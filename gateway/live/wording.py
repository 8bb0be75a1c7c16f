"""The sentence that a customer reads about a change, with the values that matter."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from gateway.cancellation.attempts import AttemptState
from gateway.imin.dates import LOCAL_TIME, parse_date_time
from gateway.imin.documents import CancellationBlock, Event, OrderItem, Place, Priced
from gateway.imin.documents.thing import DEFAULT_CURRENCY, filled
from gateway.imin.documents.vocabulary import OrderItemStatus
from gateway.imin.errors import InvalidValue
from gateway.live.change_code import ChangeCode

_STATUSES = {
    OrderItemStatus.ORDER_ITEM_CONFIRMED: "{session} is booked.",
    OrderItemStatus.ORDER_ITEM_PROPOSED: "The seller has yet to approve the booking of {session}.",
    OrderItemStatus.CUSTOMER_CANCELLATION_PENDING: "The cancellation of {session} is on its way.",
    OrderItemStatus.CUSTOMER_CANCELLED: "{session} is cancelled.",
    OrderItemStatus.ATTENDEE_ATTENDED: "Attendance at {session} was recorded.",
    OrderItemStatus.ATTENDEE_ABSENT: "Absence from {session} was recorded.",
}
_CANCELLATIONS = {
    AttemptState.UNCONFIRMED: "The cancellation of {session} was sent. It is not known yet whether it was "
    "accepted.",
    AttemptState.PENDING: "The cancellation of {session} was accepted and has yet to be confirmed.",
    AttemptState.CANCELLED: "The cancellation of {session} is confirmed.",
    AttemptState.REFUSED: "The cancellation of {session} was refused.",
    AttemptState.NOT_TAKEN: "The cancellation of {session} had no effect. It can be requested again.",
}
_SENTENCES = {
    ChangeCode.CANCELLED_BY_SELLER: "The seller has cancelled {session}.",
    ChangeCode.SESSION_CANCELLED: "{session} will not take place.",
    ChangeCode.SESSION_POSTPONED: "{session} is postponed. There is no new date yet.",
    ChangeCode.SESSION_RESCHEDULED: "{session} will take place at another time.",
    ChangeCode.SESSION_REINSTATED: "{session} will take place as planned.",
    ChangeCode.ACCESS_PASS_CHANGED: "The pass for {session} has changed.",
    ChangeCode.ACCESS_CODE_CHANGED: "The code for {session} has changed.",
    ChangeCode.RECEIPT_ADDED: "There is a new receipt.",
    ChangeCode.ORDER_STATUS_CHANGED: "The status of the booking has changed.",
}


def sentence(code: ChangeCode, item: OrderItem | None, before: Any, after: Any) -> str:
    """A sentence for the customer. item: as it is now; before, after: as in Change."""
    template = _SENTENCES.get(code) or _VARYING[code](before, after)
    text = template.replace("{session}", _name(item))
    return text[:1].upper() + text[1:]


def _moved(before: Event | None, after: Event | None) -> str:
    start, end = _local(after.start_date if after else None), _local(_end(after))
    if start is not None and (before is None or before.start_date != (after and after.start_date)):
        return f"{{session}} now starts on {_date_and_time(start)}."
    return f"{{session}} now ends on {_date_and_time(end)}." if end else "The time of {session} has changed."


def _replaced(before: Event | None, after: Event | None) -> str:
    start = _local(after.start_date if after else None)
    when = f", which starts on {_date_and_time(start)}" if start else ""
    name = (filled(before.name) if before else None) or "the session that you booked"
    return f"The seller has replaced {name} with {{session}}{when}."


def _venue(before: Place | None, after: Place | None) -> str:
    name = filled(after.name) if after else None
    if name is None or (before is not None and before.name == name):
        return "The details of the venue of {session} have changed."
    return f"{{session}} now takes place at {name}."


def _status(_before: Any, after: OrderItem) -> str:
    return _STATUSES.get(after.status, "The status of {session} has changed.")


def _cancellability(_before: Any, after: Any) -> str:
    if after is not None and after.is_presently_cancellable:
        return "{session} can be cancelled."
    if after is not None and after.cancellation_blocked_because is CancellationBlock.WINDOW_PASSED:
        return "The deadline for cancelling {session} has passed."
    if after is not None and after.is_presently_cancellable is None:
        return "It is not known whether {session} can be cancelled."
    return "{session} cannot be cancelled any more."


def _notice(_before: Any, after: OrderItem) -> str:
    text = filled(after.customer_notice)
    return f"A notice about {{session}}: {text}" if text else "The notice about {session} was withdrawn."


def _seller_message(_before: Any, after: OrderItem) -> str:
    text = filled(after.cancellation_message)
    if text is None:
        return "The seller's message about {session} was withdrawn."
    return f"The seller about {{session}}: {text}"


def _join_link(before: OrderItem, after: OrderItem) -> str:
    had, has = (any(channel.url for channel in item.access_channels) for item in (before, after))
    if has and not had:
        return "The link for joining {session} has arrived."
    return "How to join {session} has changed."


def _total(_before: Any, after: Priced | None) -> str:
    return f"The total of {{session}} is now {_amount(after)}." if after else "{session} has no total now."


_VARYING: dict[ChangeCode, Callable[[Any, Any], str]] = {
    ChangeCode.SESSION_REPLACED: _replaced,
    ChangeCode.SESSION_MOVED: _moved,
    ChangeCode.VENUE_CHANGED: _venue,
    ChangeCode.STATUS_CHANGED: _status,
    ChangeCode.CANCELLATION_CHANGED: lambda _before, after: _CANCELLATIONS[after.state],
    ChangeCode.CANCELLABILITY_CHANGED: _cancellability,
    ChangeCode.CUSTOMER_NOTICE: _notice,
    ChangeCode.SELLER_MESSAGE: _seller_message,
    ChangeCode.JOIN_LINK_CHANGED: _join_link,
    ChangeCode.TOTAL_CHANGED: _total,
    ChangeCode.OTHER: lambda _before, _after: "Details of {session} have changed.",
}


def _name(item: OrderItem | None) -> str:
    if item is None:
        return "the booking"
    return (filled(item.session.name) if item.session else None) or "your session"


def _end(session: Event | None) -> str | None:
    try:
        return session.end_date if session else None
    except InvalidValue:
        return None


def _local(text: str | None) -> datetime | None:
    """The British local time, in which sessions are advertised. Assumption: all take place there."""
    moment = parse_date_time(text)
    try:
        return moment.astimezone(LOCAL_TIME) if moment else None
    except OverflowError:  # at the very end or start of the calendar
        return None


def _date_and_time(moment: datetime) -> str:
    return f"{moment:%A} {moment.day} {moment:%B %Y} at {moment:%H:%M}"


def _amount(price: Priced) -> str:
    """Pounds in the usual way; otherwise the amount with its currency."""
    amount = price.amount
    if amount is None:
        return "not known"
    if price.currency != DEFAULT_CURRENCY:
        return f"{amount} {price.currency}"
    return f"£{amount:.2f}" if amount == round(amount, 2) else f"£{amount}"
