"""Rows of the table of attempts, of any release, or damaged. What cannot be read is None."""

from typing import Any

import msgspec

from gateway.cancellation.attempts import Attempt, Refund

COLUMNS = (
    "id, customer, order_id, items, requested_at, state, settled_at, boot, sent_seconds, is_shown, refund"
)

Row = tuple[Any, ...]


def row_of(attempt: Attempt) -> Row:
    """The values of COLUMNS."""
    return (
        attempt.id,
        attempt.customer,
        attempt.order,
        msgspec.json.encode(attempt.items).decode(),
        attempt.requested_at,
        attempt.state.value,
        attempt.settled_at,
        attempt.sent.boot,
        attempt.sent.seconds,
        attempt.is_shown,
        None if attempt.refund is None else msgspec.json.encode(attempt.refund).decode(),
    )


def attempt_in(row: Row) -> Attempt | None:
    """The attempt with these values of COLUMNS; None if they cannot be read."""
    id_, customer, order, items, requested_at, state, settled_at, boot, sent_seconds, is_shown, refund = row
    try:
        fields = {
            "id": id_,
            "customer": customer,
            "order": order,
            "items": msgspec.json.decode(items),
            "requested_at": requested_at,
            "state": state,
            "settled_at": settled_at,
            "sent": {"boot": boot, "seconds": sent_seconds},
            "is_shown": bool(is_shown),
            "refund": _refund_in(refund),
        }
        attempt = msgspec.convert(fields, Attempt)
    except (msgspec.MsgspecError, ValueError, TypeError, RecursionError):
        return None
    return attempt if attempt.is_plausible else None


def _refund_in(text: Any) -> Refund | None:
    """One that cannot be read is not known: the items are held all the same."""
    try:
        return msgspec.json.decode(text, type=Refund | None)
    except (msgspec.MsgspecError, ValueError, TypeError, RecursionError):
        return None
