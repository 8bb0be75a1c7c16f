"""The sentence that a customer reads about a change, with the values that matter."""

from collections.abc import Callable
from datetime import datetime

from gateway.cancellation.attempts import AttemptState
from gateway.imin.dates import LOCAL_TIME, parse_date_time
from gateway.imin.documents import CancellationBlock, Priced
from gateway.imin.documents.thing import DEFAULT_CURRENCY, filled
from gateway.imin.documents.vocabulary import OrderItemStatus
from gateway.imin.errors import InvalidValue
from gateway.live.change_code import ChangeCode
from gateway.live.snapshot import Snapshot

_STATUSES = {
    OrderItemStatus.ORDER_ITEM_CONFIRMED: "{subject} is booked.",
    OrderItemStatus.ORDER_ITEM_PROPOSED: "The seller has yet to approve the booking of {subject}.",
    OrderItemStatus.CUSTOMER_CANCELLATION_PENDING: "The cancellation of {subject} is on its way.",
    OrderItemStatus.CUSTOMER_CANCELLED: "{subject} is cancelled.",
    OrderItemStatus.ATTENDEE_ATTENDED: "Attendance at {subject} was recorded.",
    OrderItemStatus.ATTENDEE_ABSENT: "Absence from {subject} was recorded.",
}
_CANCELLATIONS = {
    AttemptState.UNCONFIRMED: "The cancellation of {subject} was sent. It is not known yet whether it was "
    "accepted.",
    AttemptState.PENDING: "The cancellation of {subject} was accepted and has yet to be confirmed.",
    AttemptState.CANCELLED: "The cancellation of {subject} is confirmed.",
    AttemptState.REFUSED: "The cancellation of {subject} was refused.",
    AttemptState.NOT_TAKEN: "The cancellation of {subject} had no effect. It can be requested again.",
}
_SENTENCES = {
    ChangeCode.CANCELLED_BY_SELLER: "The seller has cancelled {subject}.",
    ChangeCode.SESSION_CANCELLED: "{subject} will not take place.",
    ChangeCode.SESSION_POSTPONED: "{subject} is postponed. There is no new date yet.",
    ChangeCode.SESSION_RESCHEDULED: "{subject} will take place at another time.",
    ChangeCode.SESSION_REINSTATED: "{subject} will take place as planned.",
    ChangeCode.ACCESS_PASS_CHANGED: "The pass for {subject} has changed.",
    ChangeCode.ACCESS_CODE_CHANGED: "The code for {subject} has changed.",
    ChangeCode.RECEIPT_ADDED: "There is a new receipt.",
    ChangeCode.ORDER_STATUS_CHANGED: "The status of the booking has changed.",
}


def sentence(code: ChangeCode, before: Snapshot, after: Snapshot) -> str:
    """A sentence for the customer about a change with that code."""
    template = _SENTENCES.get(code) or _VARYING[code](before, after)
    text = template.replace("{subject}", _subject(after))
    return text[:1].upper() + text[1:]


def _moved(before: Snapshot, after: Snapshot) -> str:
    start, end = _local(after.start_date), _local(_end(after))
    if start is not None and before.start_date != after.start_date:
        return f"{{subject}} now starts on {_date_and_time(start)}."
    return f"{{subject}} now ends on {_date_and_time(end)}." if end else "The time of {subject} has changed."


def _replaced(before: Snapshot, after: Snapshot) -> str:
    start = _local(after.start_date)
    when = f", which starts on {_date_and_time(start)}" if start else ""
    name = filled(before.session_name) or "the session that you booked"
    return f"The seller has replaced {name} with {{subject}}{when}."


def _venue(before: Snapshot, after: Snapshot) -> str:
    names = [filled(one.venue.name) if one.venue else None for one in (before, after)]
    if names[1] is None or names[0] == names[1]:
        return "The details of the venue of {subject} have changed."
    return f"{{subject}} now takes place at {names[1]}."


def _status(_before: Snapshot, after: Snapshot) -> str:
    unknown = "The status of {subject} has changed."
    return _STATUSES.get(after.status, unknown) if after.status else unknown


def _cancellation(_before: Snapshot, after: Snapshot) -> str:
    return _CANCELLATIONS[after.cancellation_state or AttemptState.UNCONFIRMED]


def _cancellability(_before: Snapshot, after: Snapshot) -> str:
    if after.is_presently_cancellable:
        return "{subject} can be cancelled."
    if after.cancellation_blocked_because is CancellationBlock.WINDOW_PASSED:
        return "The deadline for cancelling {subject} has passed."
    if after.is_presently_cancellable is None:
        return "It is not known whether {subject} can be cancelled."
    return "{subject} cannot be cancelled any more."


def _notice(_before: Snapshot, after: Snapshot) -> str:
    text = filled(after.customer_notice)
    return f"A notice about {{subject}}: {text}" if text else "The notice about {subject} was withdrawn."


def _seller_message(_before: Snapshot, after: Snapshot) -> str:
    text = filled(after.cancellation_message)
    if text is None:
        return "The seller's message about {subject} was withdrawn."
    return f"The seller about {{subject}}: {text}"


def _join_link(before: Snapshot, after: Snapshot) -> str:
    had, has = (any(channel.url for channel in one.access_channels) for one in (before, after))
    if has and not had:
        return "The link for joining {subject} has arrived."
    return "How to join {subject} has changed."


def _total(_before: Snapshot, after: Snapshot) -> str:
    total = after.total_payment_due
    return f"The total of {{subject}} is now {_amount(total)}." if total else "{subject} has no total now."


_VARYING: dict[ChangeCode, Callable[[Snapshot, Snapshot], str]] = {
    ChangeCode.SESSION_REPLACED: _replaced,
    ChangeCode.SESSION_MOVED: _moved,
    ChangeCode.VENUE_CHANGED: _venue,
    ChangeCode.STATUS_CHANGED: _status,
    ChangeCode.CANCELLATION_CHANGED: _cancellation,
    ChangeCode.CANCELLABILITY_CHANGED: _cancellability,
    ChangeCode.CUSTOMER_NOTICE: _notice,
    ChangeCode.SELLER_MESSAGE: _seller_message,
    ChangeCode.JOIN_LINK_CHANGED: _join_link,
    ChangeCode.TOTAL_CHANGED: _total,
    ChangeCode.OTHER: lambda _before, _after: "Details of {subject} have changed.",
}


def _subject(after: Snapshot) -> str:
    if after.item is None:
        return "the booking"
    return filled(after.session_name) or "your session"


def _end(after: Snapshot) -> str | None:
    try:
        return after.end_date
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
