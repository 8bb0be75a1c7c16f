"""Control requests that change a booked order as its seller or booking system does."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from gateway.sandbox.api.control_body import (
    BodyField,
    datetime_field,
    number_field,
    required_text_field,
    text_field,
)
from gateway.sandbox.api.control_request import ControlCall, ControlRequests, Run
from gateway.sandbox.data.vocabulary import STATUSES
from gateway.sandbox.state.changes import EVENT_STATUSES, Changes

_ORDER = "/sandbox/orders/{identifier}"
_ITEM = BodyField("item", "text or null", "the item's identifier; null: the order's first item", None)

ORDER_CHANGES = ControlRequests()

_Change = Callable[[Changes, str, str | None, dict[str, Any]], object]
"""Changes an order: (changes, order identifier, item identifier or None, body)."""


def _declare_change(
    name: str, description: str, /, *fields: BodyField, **example: Any
) -> Callable[[_Change], Run]:
    """Declare the decorated function as POST /sandbox/orders/{identifier}/{name}, which returns the order."""

    def declare(change: _Change) -> Run:
        def run(call: ControlCall) -> Any:
            change(call.sandbox.changes, call.identifier, text_field(call.body, "item"), call.body)
            return call.sandbox.order(call.identifier)

        about = f"{description} Returns the order."
        options = {"fields": (_ITEM, *fields), "example": example}
        return ORDER_CHANGES.declare("POST", f"{_ORDER}/{name}", about, **options)(run)

    return declare


@_declare_change(
    "move-session",
    "Move the item's session or slot to another time, for every item of the order that books it.",
    BodyField("start", "date-time with an offset", "the new startDate"),
    BodyField("end", "date-time with an offset or null", "the new endDate; null: keeps the length", None),
    start="2027-03-01T18:30:00+00:00",
)
def _move_session(changes: Changes, order: str, item: str | None, body: dict[str, Any]) -> None:
    end = datetime_field(body, "end") if body.get("end") is not None else None
    changes.move_session(order, item, datetime_field(body, "start"), end)


@_declare_change(
    "rename-session",
    "Rename the item's session, slot or facility.",
    BodyField("name", "text", "the new name"),
    name="Yoga for Beginners",
)
def _rename_session(changes: Changes, order: str, item: str | None, body: dict[str, Any]) -> None:
    changes.rename_session(order, item, required_text_field(body, "name"))


@_declare_change(
    "event-status",
    "Cancel, postpone or reschedule the item's session: sets its eventStatus. The item's own status stays "
    "as it is until the seller cancels the item too.",
    BodyField("status", "text", f"one of {', '.join(EVENT_STATUSES)}"),
    status="EventPostponed",
)
def _event_status(changes: Changes, order: str, item: str | None, body: dict[str, Any]) -> None:
    changes.set_event_status(order, item, required_text_field(body, "status"))


@_declare_change(
    "rename-venue",
    "Rename the venue of the item's session.",
    BodyField("name", "text", "the new name"),
    name="Putney Lido",
)
def _rename_venue(changes: Changes, order: str, item: str | None, body: dict[str, Any]) -> None:
    changes.rename_venue(order, item, required_text_field(body, "name"))


@_declare_change("change-venue", "Move the item's session to another venue of the sandbox.", item=None)
def _change_venue(changes: Changes, order: str, item: str | None, _body: dict[str, Any]) -> None:
    changes.change_venue(order, item)


@_declare_change(
    "replace-session",
    "Replace the item's session or slot by another one at the same time and price, as OpenActive allows the "
    "seller. The item keeps its identifier and status.",
    BodyField("notice", "text or null", "customerNotice of the item; null: leaves it as it is", None),
    notice="Hatha Yoga is full. We have moved you to Pilates.",
)
def _replace_session(changes: Changes, order: str, item: str | None, body: dict[str, Any]) -> None:
    changes.replace_opportunity(order, item, text_field(body, "notice"))


@_declare_change(
    "access-pass",
    "Swap the item's passes for one barcode.",
    BodyField("text", "text", "the content of the new barcode"),
    text="EXT00000001",
)
def _access_pass(changes: Changes, order: str, item: str | None, body: dict[str, Any]) -> None:
    changes.replace_access_pass(order, item, required_text_field(body, "text"))


@_declare_change(
    "access-code",
    "Swap the item's access codes for one PIN.",
    BodyField("code", "text", "the new PIN"),
    code="4711",
)
def _access_code(changes: Changes, order: str, item: str | None, body: dict[str, Any]) -> None:
    changes.set_access_code(order, item, required_text_field(body, "code"))


@_declare_change(
    "join-link",
    "Add the link of an online session to the item's accessChannel, or replace it.",
    BodyField("url", "text", "the link"),
    url="https://zoom.example.org/j/4711",
)
def _join_link(changes: Changes, order: str, item: str | None, body: dict[str, Any]) -> None:
    changes.set_join_link(order, item, required_text_field(body, "url"))


@_declare_change(
    "customer-notice",
    "Set the item's customerNotice: what the seller tells the attendees.",
    BodyField("text", "text or null", "the notice; null removes it"),
    text="Please bring a towel.",
)
def _customer_notice(changes: Changes, order: str, item: str | None, body: dict[str, Any]) -> None:
    changes.set_text(order, item, "customerNotice", text_field(body, "text"))


@_declare_change(
    "seller-message",
    "Set the item's cancellationMessage alone, without cancelling the item.",
    BodyField("message", "text or null", "the message; null removes it"),
    message="The pool is closed.",
)
def _seller_message(changes: Changes, order: str, item: str | None, body: dict[str, Any]) -> None:
    changes.set_text(order, item, "cancellationMessage", text_field(body, "message"))


@_declare_change(
    "item-status",
    "Set the item's orderItemStatus, for example to AttendeeAttended, without a refund.",
    BodyField("status", "text", f"one of {', '.join(STATUSES)}"),
    status="AttendeeAttended",
)
def _item_status(changes: Changes, order: str, item: str | None, body: dict[str, Any]) -> None:
    changes.set_item_status(order, item, required_text_field(body, "status"))


@ORDER_CHANGES.declare(
    "POST",
    f"{_ORDER}/total",
    "Set the order's totalPaymentDue. Returns the order.",
    fields=(BodyField("amount", "number", "the new total in pounds"),),
    example={"amount": 7.5},
)
def _total(call: ControlCall) -> Any:
    call.sandbox.changes.set_total(call.identifier, Decimal(str(number_field(call.body, "amount"))))
    return call.sandbox.order(call.identifier)


@ORDER_CHANGES.declare(
    "POST",
    f"{_ORDER}/seller-cancel",
    "Cancel an item on behalf of the seller and refund it. Returns the order.",
    fields=(
        _ITEM,
        BodyField("message", "text or null", "the seller's explanation, in cancellationMessage", None),
    ),
    example={"message": "The pool is closed."},
)
def _seller_cancel(call: ControlCall) -> Any:
    item = call.sandbox.changes.item_identifier(call.identifier, text_field(call.body, "item"))
    call.sandbox.seller_cancel(call.identifier, item, text_field(call.body, "message"))
    return call.sandbox.order(call.identifier)


@ORDER_CHANGES.declare(
    "POST",
    f"{_ORDER}/refuse",
    "Let the booking system refuse the order's cancellations: pending items return to OrderItemConfirmed "
    "when they are due. Returns the order.",
)
def _refuse(call: ControlCall) -> Any:
    call.sandbox.refuse_cancellations(call.identifier)
    return call.sandbox.order(call.identifier)


@ORDER_CHANGES.declare(
    "POST",
    f"{_ORDER}/confirm",
    "Confirm or refuse the order's pending cancellations now. Returns the order.",
)
def _confirm(call: ControlCall) -> Any:
    call.sandbox.confirm_now(call.identifier)
    return call.sandbox.order(call.identifier)


@ORDER_CHANGES.declare(
    "POST", f"{_ORDER}/receipts", "Add a receipt as the order's newest. Returns its entry.", status=201
)
def _add_receipt(call: ControlCall) -> Any:
    return call.sandbox.add_receipt(call.identifier)
