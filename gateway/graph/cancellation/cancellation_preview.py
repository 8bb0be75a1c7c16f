"""cancellationPreview: what a cancellation would do, before it is requested."""

from collections.abc import Sequence

import strawberry

from gateway.cancellation.preview import Preview
from gateway.graph.cancellation.requested_items import check_items, request_of
from gateway.graph.enums import CancellationBlock
from gateway.graph.info import Info
from gateway.graph.lookup import own_order
from gateway.graph.money import Money
from gateway.graph.order.order import Order
from gateway.graph.order.order_item import OrderItem
from gateway.graph.partial_errors import report_unreadable
from gateway.graph.scalars import DateTime
from gateway.imin.endpoints.orders import ORDER


@strawberry.type(description="What a cancellation would do with one of the items.")
class CancellationPreviewItem:
    """Runtime object: PreviewItem."""

    order_item: OrderItem = strawberry.field(description="The item as it is now.")
    is_permitted: bool | None = strawberry.field(
        description="Whether the customer can cancel the item now; null if neither imin nor the terms say so."
    )
    reason: CancellationBlock | None = strawberry.field(
        description="Why the customer cannot cancel the item now; null if no reason is known."
    )
    cancellable_until: DateTime | None = strawberry.field(
        description="Until when the customer can cancel the item; null if that is not known."
    )
    refund: Money | None = strawberry.field(
        description="What the customer gets back for the item: its full price, tax included. Null if that is "
        "not known, or if the cancellation is not permitted."
    )


@strawberry.type(
    description="What cancelling items of an order together would do, by the order as it is in imin now. A "
    "cancellation with the `token` is sent only under these terms."
)
class CancellationPreview:
    """Runtime object: Preview."""

    token: str | None = strawberry.field(
        description="To pass as `previewToken` of cancelOrderItems, unchanged, until `validUntil`. It stands "
        "for these items of this order under these terms. Null if the cancellation is not permitted."
    )
    is_permitted: bool = strawberry.field(
        description="Whether the customer can cancel all of the items now, as far as imin and the terms say. "
        "Items are cancelled together or not at all."
    )
    refund: Money | None = strawberry.field(
        description="What the customer gets back: the full price of each item, tax included (OpenActive has "
        "no partial refunds). Null if the cancellation is not permitted, or if the order does not show the "
        "amount: a price is missing, currencies differ, the prices do not add up to the total, or the "
        "booking need not be paid in advance."
    )
    total_after: Money | None = strawberry.field(
        description="Total price of the order once these items are cancelled, tax included. Other "
        "cancellations that are still pending are not deducted. Null if `refund` or the total is not known."
    )
    valid_until: DateTime | None = strawberry.field(
        description="Until when the token works: 10 minutes, or until the earliest deadline of the items. "
        "Null without a token."
    )
    items: list[CancellationPreviewItem] = strawberry.field(
        description="The items, in the order's own sequence."
    )
    order: Order = strawberry.field(description="The order as it was read.")


async def preview_of(info: Info, order_id: str, ids: Sequence[str]) -> Preview | None:
    """The preview; None if the order or an item does not exist, or the caller may not see it.

    The order is read from imin, whatever is cached. Raises GatewayError, IminError.
    """
    check_items(ids)
    context = info.context
    owned = await own_order(context, order_id)
    if owned is None:
        return None
    [order] = await context.read_apart(ORDER, owned)
    if order is None:
        return None
    report_unreadable(info, order)
    context.loader(ORDER).remember((owned[0], order.identifier), order)
    return await context.services.cancellations.preview(request_of(context, *owned, ids), order)
