"""Cancelling booked items: input, outcomes, and the exchange with imin.

Read the order, send one PATCH for all items, read again. imin's 204 means that
it passed the request on, not that anything is cancelled; so the answer shows the
items as they read afterwards. The PATCH is never repeated.
Source: imin docs, Cancellations; Open Booking API 9.2.8.
"""

import asyncio
from enum import Enum
from typing import Annotated, TypeAlias

import strawberry
from strawberry import UNSET

from gateway.context import Context
from gateway.errors import BAD_USER_INPUT, GatewayError
from gateway.graph.field import resolved
from gateway.graph.info import Info
from gateway.graph.lookup import find_order
from gateway.graph.order import Order
from gateway.graph.order_item import OrderItem
from gateway.idempotency import LONGEST_KEY, KeyReused
from gateway.imin import documents
from gateway.imin.client import is_identifier
from gateway.imin.documents.vocabulary import OrderItemStatus
from gateway.imin.errors import IminError, NotFound, Refused, Unavailable

MOST_ITEMS = 100

_UNDER_WAY = {OrderItemStatus.CUSTOMER_CANCELLATION_PENDING, OrderItemStatus.CUSTOMER_CANCELLED}


@strawberry.enum(description="What kind of refusal it is, for programs.")
class ErrorCode(Enum):
    """Codes of the typed errors."""

    CANCELLATION_NOT_PERMITTED = strawberry.enum_value(
        "CANCELLATION_NOT_PERMITTED", description="The seller's rules forbid it."
    )
    CANCELLATION_UNCONFIRMED = strawberry.enum_value(
        "CANCELLATION_UNCONFIRMED", description="It was sent, and nothing tells yet whether it arrived."
    )
    IDEMPOTENCY_KEY_REUSED = strawberry.enum_value(
        "IDEMPOTENCY_KEY_REUSED", description="The key was used for another cancellation before."
    )
    ORDER_NOT_FOUND = strawberry.enum_value(
        "ORDER_NOT_FOUND", description="There is no such order of the caller's."
    )
    ORDER_ITEM_NOT_FOUND = strawberry.enum_value(
        "ORDER_ITEM_NOT_FOUND", description="The order has no such item."
    )


@strawberry.interface(description="A refusal that a person can be told.")
class Error:
    """What every typed error has."""

    code: ErrorCode = strawberry.field(description="Kind of refusal.")
    message: str = strawberry.field(description="A sentence for the customer.")


@strawberry.type(description="imin took the cancellation; the booking system has yet to confirm it.")
class CancellationPending:
    """Outcome: accepted."""

    order: Order = strawberry.field(description="The order as it reads now.")
    order_items: list[OrderItem] = strawberry.field(
        description="The items that were named, as they read now."
    )


@strawberry.type(description="The seller's rules forbid the cancellation. Nothing was cancelled.")
class CancellationNotPermittedError(Error):
    """Outcome: refused by imin, with imin's sentence for customers."""


@strawberry.type(description="There is no such order, or it is not the caller's.")
class OrderNotFoundError(Error):
    """Outcome: nothing was sent."""


@strawberry.type(description="The order has no such item. Nothing was cancelled.")
class OrderItemNotFoundError(Error):
    """Outcome: nothing was cancelled."""

    order_item_ids: list[strawberry.ID] = strawberry.field(
        description="The ids that name no item of the order."
    )


@strawberry.type(
    description="The cancellation was sent, but no answer tells whether it arrived. Look at the order again "
    "before trying once more."
)
class CancellationUnconfirmedError(Error):
    """Outcome: unknown."""


@strawberry.type(
    description="The idempotency key was used for another cancellation before. Nothing was sent."
)
class IdempotencyKeyReusedError(Error):
    """Outcome: nothing was sent."""


CancelOrderItemsResult: TypeAlias = Annotated[
    CancellationPending
    | CancellationNotPermittedError
    | OrderNotFoundError
    | OrderItemNotFoundError
    | CancellationUnconfirmedError
    | IdempotencyKeyReusedError,
    strawberry.union("CancelOrderItemsResult", description="What became of a cancellation."),
]


@strawberry.input(description="Which items of which order to cancel: all of them or none.")
class CancelOrderItemsInput:
    """Input of cancelOrderItems."""

    order_id: strawberry.ID = strawberry.field(description="The order's id.")
    order_item_ids: list[strawberry.ID] = strawberry.field(description="The items' ids, 1 to 100.")
    idempotency_key: str | None = strawberry.field(
        default=UNSET,
        description="A text of the client's own, 1 to 255 characters, the same on each attempt: for 24 hours "
        "the same key and input give the first outcome again, without a second cancellation.",
    )


@strawberry.type(description="Answer to cancelOrderItems.")
class CancelOrderItemsPayload:
    """Payload: the outcome."""

    result: CancelOrderItemsResult = strawberry.field(description="What became of it.")


def order_not_found() -> OrderNotFoundError:
    """The same for an order that is not there and one that is not the caller's."""
    return OrderNotFoundError(code=ErrorCode.ORDER_NOT_FOUND, message="There is no such order.")


def items_not_found(ids: list[str]) -> OrderItemNotFoundError:
    """Some ids name no item of the order."""
    return OrderItemNotFoundError(
        code=ErrorCode.ORDER_ITEM_NOT_FOUND,
        message="The order has no such item.",
        order_item_ids=[strawberry.ID(id_) for id_ in ids],
    )


def unconfirmed() -> CancellationUnconfirmedError:
    """Sent, outcome unknown."""
    return CancellationUnconfirmedError(
        code=ErrorCode.CANCELLATION_UNCONFIRMED,
        message="We asked for the cancellation but do not know yet whether it went through. "
        "Please look at the booking again in a moment.",
    )


def not_permitted(refusal: Refused) -> CancellationNotPermittedError:
    """Refused, with imin's sentence where it gave one."""
    return CancellationNotPermittedError(
        code=ErrorCode.CANCELLATION_NOT_PERMITTED,
        message=refusal.description or "The seller does not permit this cancellation.",
    )


@strawberry.type(description="Changing.")
class Mutation:
    """Root type; has no state."""

    @resolved(
        "Ask for the cancellation of items of an order: all that are named, or none.",
        CancelOrderItemsPayload | None,
    )
    async def cancel_order_items(
        self,
        info: Info,
        input: Annotated[  # noqa: A002  # Relay names the argument
            CancelOrderItemsInput, strawberry.argument(description="What to cancel.")
        ],
    ) -> CancelOrderItemsPayload | None:
        """Cancel. Goes on to its end even if the client hangs up."""
        if not 1 <= len(input.order_item_ids) <= MOST_ITEMS:
            raise GatewayError(
                BAD_USER_INPUT, f"orderItemIds must be 1 to {MOST_ITEMS}, got {len(input.order_item_ids)}."
            )
        return CancelOrderItemsPayload(result=await _cancel_once(info.context, input))


async def _cancel_once(context: Context, wanted: CancelOrderItemsInput) -> CancelOrderItemsResult:
    """Cancel, or give the outcome that the idempotency key stands for."""
    key = wanted.idempotency_key
    if key is None or key is UNSET:
        return await asyncio.shield(asyncio.ensure_future(_cancel(context, wanted)))
    if not 1 <= len(key) <= LONGEST_KEY:
        reason = f"idempotencyKey must be 1 to {LONGEST_KEY} characters, got {len(key)}."
        raise GatewayError(BAD_USER_INPUT, reason)
    payload = (wanted.order_id, frozenset(wanted.order_item_ids))
    try:
        outcome: CancelOrderItemsResult = await context.services.cancellations.once(
            context.caller.customer or "", key, payload, lambda: _cancel(context, wanted)
        )
    except KeyReused:
        return IdempotencyKeyReusedError(
            code=ErrorCode.IDEMPOTENCY_KEY_REUSED,
            message="This idempotency key was used for another cancellation before.",
        )
    return outcome


async def _cancel(  # noqa: PLR0911  # one return an outcome
    context: Context, wanted: CancelOrderItemsInput
) -> CancelOrderItemsResult:
    key = await _own_order(context, wanted.order_id)
    order = await context.orders.get(key) if key else None
    if key is None or order is None:
        return order_not_found()
    items, strangers = _named_items(context, order, list(dict.fromkeys(wanted.order_item_ids)))
    if strangers:
        return items_not_found(strangers)
    try:
        await context.services.client.cancel(order.identifier, [_name(context, item) for item in items])
    except NotFound:
        return order_not_found()
    except Refused as refusal:
        return _refused(refusal, wanted)
    except Unavailable as error:
        if not error.sent:
            raise
        return await _read_again(context, key, items) or unconfirmed()
    except IminError:
        return await _read_again(context, key, items) or unconfirmed()
    pending = await _read_again(context, key, items, accepted=True)
    return pending or unconfirmed()


async def _own_order(context: Context, text: str) -> tuple[str, str] | None:
    """Customer and identifier of an order the caller may cancel items of, by global id or number."""
    known = context.services.seal.read(text)
    if known is not None:
        mine = (
            known.kind == "Order" and context.caller.may_see(known.customer) and is_identifier(known.parts[0])
        )
        return (known.customer, known.parts[0]) if mine else None
    order = await find_order(context, text)
    return (context.caller.customer or "", order.identifier) if order else None


def _named_items(
    context: Context, order: documents.Order, ids: list[strawberry.ID]
) -> tuple[list[documents.OrderItem], list[str]]:
    """The order's items of those ids, and the ids that name none."""
    items: list[documents.OrderItem] = []
    strangers: list[str] = []
    for id_ in ids:
        known = context.services.seal.read(id_)
        name: str = id_
        if known is not None:
            name = known.parts[-1] if known.kind == "OrderItem" and known.parts[0] == order.identifier else ""
        found = next((item for item in order.items if item.identifier == name), None)
        if found is None:
            strangers.append(id_)
        else:
            items.append(found)
    return items, strangers


def _name(context: Context, item: documents.OrderItem) -> str:
    """What a PATCH names the item by; an item without an identifier of its own by its IRI."""
    by_iri = context.services.cancel_item_id == "iri" or item.own_identifier is None
    return item.iri if by_iri and item.iri else item.identifier


def _refused(refusal: Refused, wanted: CancelOrderItemsInput) -> CancelOrderItemsResult:
    if refusal.kind in {"OrderItemNotWithinOrderError", "OrderItemIdInvalidError"}:
        return items_not_found(list(wanted.order_item_ids))
    if refusal.kind == "CancellationNotPermittedError":
        return not_permitted(refusal)
    raise refusal


async def _read_again(
    context: Context, key: tuple[str, str], items: list[documents.OrderItem], *, accepted: bool = False
) -> CancellationPending | None:
    """The outcome as the order reads now; None where it does not show.

    accepted: imin said yes, so the cancellation is under way whatever the order reads.
    """
    try:
        order = await context.orders.get_anew(key)
    except IminError:
        return None
    if order is None:
        return None
    names = {item.identifier for item in items}
    now = [item for item in order.items if item.identifier in names]
    if accepted or all(item.status in _UNDER_WAY for item in now):
        return CancellationPending(order=order, order_items=now)  # type: ignore[arg-type]  # documents are the objects
    return None
