"""What can happen to a booking, and what orderChanges is expected to say of it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from gateway.sandbox import Sandbox

Action = Callable[[Sandbox, str, str], Any]


def changing(name: str, *arguments: Any) -> Action:
    """An action of the sandbox on the order's first item."""
    return lambda sandbox, order, item: getattr(sandbox.changes, name)(order, item, *arguments)


def editing(edit: Callable[[Any], Any]) -> Action:
    """An action on the order's JSON itself."""
    return lambda sandbox, order, _item: edit(sandbox.store.for_update(order))


_TEXTS = {"customerNotice": None, "cancellationMessage": None}
_ACCESS = {"accessPasses": [], "accessCodes": [{"description": "0723"}], "accessChannels": []}
_LEITH = "Leith Victoria Swim Centre"
_STARTS = "2026-11-05T19:15:00+00:00"


def about_item(type_: str, code: str, message: str, **values: Any) -> dict[str, Any]:
    """What a change of the first item is expected to be."""
    return {"__typename": type_, "code": code, "message": message, "orderItem": "the first item"} | values


def about_order(type_: str, code: str, message: str, **values: Any) -> dict[str, Any]:
    """What a change of the order is expected to be."""
    return {"__typename": type_, "code": code, "message": message, "orderItem": None} | values


REFUND = [
    about_order(
        "TotalChange",
        "TOTAL_CHANGED",
        "The total of the booking is now £5.30.",
        before={"totalPaymentDue": {"amount": "8.3"}},
        after={"totalPaymentDue": {"amount": "5.3"}},
    ),
    about_order(
        "ReceiptAddition",
        "RECEIPT_ADDED",
        "There is a new receipt.",
        receipts=[{"identifier": "500001"}],
    ),
]

TABLE: dict[str, tuple[Action, list[dict[str, Any]]]] = {
    "seller cancels": (
        lambda sandbox, order, item: sandbox.seller_cancel(order, item, "Closed."),
        [
            about_item(
                "StatusChange",
                "CANCELLED_BY_SELLER",
                "The seller has cancelled Walking Football.",
                before={"status": "ORDER_ITEM_CONFIRMED"},
                after={"status": "SELLER_CANCELLED"},
            ),
            about_item(
                "SellerTextChange",
                "SELLER_MESSAGE",
                "The seller about Walking Football: Closed.",
                before=_TEXTS,
                after=_TEXTS | {"cancellationMessage": "Closed."},
            ),
            *REFUND,
        ],
    ),
    "session replaced": (
        changing("replace_opportunity", "Football is full."),
        [
            about_item(
                "SessionReplacement",
                "SESSION_REPLACED",
                "The seller has replaced Walking Football with Hatha Yoga, which starts on "
                "Thursday 5 November 2026 at 19:15.",
                before={"sessionName": "Walking Football", "startDate": _STARTS, "venue": {"name": _LEITH}},
                after={
                    "sessionName": "Hatha Yoga",
                    "startDate": _STARTS,
                    "venue": {"name": "Portobello Five-a-Side"},
                },
            ),
            about_item(
                "SellerTextChange",
                "CUSTOMER_NOTICE",
                "A notice about Hatha Yoga: Football is full.",
                before=_TEXTS,
                after=_TEXTS | {"customerNotice": "Football is full."},
            ),
        ],
    ),
    **{
        status: (
            changing("set_event_status", status),
            [
                about_item(
                    "SessionStatusChange",
                    code,
                    f"Walking Football {message}",
                    before={"eventStatus": "EVENT_SCHEDULED"},
                    after={"eventStatus": after},
                )
            ],
        )
        for status, after, code, message in (
            ("EventCancelled", "EVENT_CANCELLED", "SESSION_CANCELLED", "will not take place."),
            (
                "EventPostponed",
                "EVENT_POSTPONED",
                "SESSION_POSTPONED",
                "is postponed. There is no new date yet.",
            ),
            (
                "EventRescheduled",
                "EVENT_RESCHEDULED",
                "SESSION_RESCHEDULED",
                "will take place at another time.",
            ),
        )
    },
    "start moved": (
        changing("move_session", datetime(2027, 7, 1, 10, tzinfo=UTC), None),
        [
            about_item(
                "SessionTimeChange",
                "SESSION_MOVED",
                "Walking Football now starts on Thursday 1 July 2027 at 11:00.",
                before={"startDate": _STARTS, "endDate": "2026-11-05T20:45:00+00:00"},
                after={"startDate": "2027-07-01T10:00:00+00:00", "endDate": "2027-07-01T11:30:00+00:00"},
            )
        ],
    ),
    "end moved": (
        changing(
            "move_session",
            datetime(2026, 11, 5, 19, 15, tzinfo=UTC),
            datetime(2026, 11, 5, 20, 30, tzinfo=UTC),
        ),
        [
            about_item(
                "SessionTimeChange",
                "SESSION_MOVED",
                "Walking Football now ends on Thursday 5 November 2026 at 20:30.",
                before={"startDate": _STARTS, "endDate": "2026-11-05T20:45:00+00:00"},
                after={"startDate": _STARTS, "endDate": "2026-11-05T20:30:00+00:00"},
            )
        ],
    ),
    "venue renamed": (
        changing("rename_venue", "Putney Lido"),
        [
            about_item(
                "VenueChange",
                "VENUE_CHANGED",
                "Walking Football now takes place at Putney Lido.",
                before={"venue": {"name": _LEITH}},
                after={"venue": {"name": "Putney Lido"}},
            )
        ],
    ),
    "attended": (
        changing("set_item_status", "AttendeeAttended"),
        [
            about_item(
                "StatusChange",
                "STATUS_CHANGED",
                "Attendance at Walking Football was recorded.",
                before={"status": "ORDER_ITEM_CONFIRMED"},
                after={"status": "ATTENDEE_ATTENDED"},
            )
        ],
    ),
    "notice": (
        changing("set_text", "customerNotice", "Bring a towel."),
        [
            about_item(
                "SellerTextChange",
                "CUSTOMER_NOTICE",
                "A notice about Walking Football: Bring a towel.",
                before=_TEXTS,
                after=_TEXTS | {"customerNotice": "Bring a towel."},
            )
        ],
    ),
    "message": (
        changing("set_text", "cancellationMessage", "Closed."),
        [
            about_item(
                "SellerTextChange",
                "SELLER_MESSAGE",
                "The seller about Walking Football: Closed.",
                before=_TEXTS,
                after=_TEXTS | {"cancellationMessage": "Closed."},
            )
        ],
    ),
    "join link": (
        changing("set_join_link", "https://zoom.example.org/j/1"),
        [
            about_item(
                "AccessChange",
                "JOIN_LINK_CHANGED",
                "The link for joining Walking Football has arrived.",
                before=_ACCESS,
                after=_ACCESS | {"accessChannels": [{"url": "https://zoom.example.org/j/1"}]},
            )
        ],
    ),
    "pass": (
        changing("replace_access_pass", "EXT1"),
        [
            about_item(
                "AccessChange",
                "ACCESS_PASS_CHANGED",
                "The pass for Walking Football has changed.",
                before=_ACCESS,
                after=_ACCESS | {"accessPasses": [{"text": "EXT1"}]},
            )
        ],
    ),
    "code": (
        changing("set_access_code", "4711"),
        [
            about_item(
                "AccessChange",
                "ACCESS_CODE_CHANGED",
                "The code for Walking Football has changed.",
                before=_ACCESS,
                after=_ACCESS | {"accessCodes": [{"description": "4711"}]},
            )
        ],
    ),
    "total": (
        editing(lambda order: order["totalPaymentDue"].update(price="5.3")),
        REFUND[:1],
    ),
    "receipt": (lambda sandbox, order, _item: sandbox.add_receipt(order), REFUND[1:]),
    "order's approval": (
        editing(lambda order: order.update(orderProposalStatus="https://openactive.io/SellerAccepted")),
        [
            about_order(
                "OrderStatusChange",
                "ORDER_STATUS_CHANGED",
                "The status of the booking has changed.",
                before={"orderProposalStatus": None},
                after={"orderProposalStatus": "SELLER_ACCEPTED"},
            )
        ],
    ),
    "session renamed": (
        changing("rename_session", "Yoga"),
        [
            about_item(
                "OtherChange",
                "OTHER",
                "Details of Yoga have changed.",
                fields=["session.name", "session.superEvent.name", "session.superEvent.superEvent.name"],
            )
        ],
    ),
    "seller's note": (
        editing(lambda order: order.update(orderSellerNote="Thank you")),
        [
            about_order(
                "OtherChange", "OTHER", "Details of the booking have changed.", fields=["orderSellerNote"]
            )
        ],
    ),
}
