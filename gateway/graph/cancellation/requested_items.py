"""The order and the items that a client names, as a request to the cancellation service."""

from collections.abc import Sequence

from gateway.cancellation.request import CancellationRequest, RequestedItem
from gateway.context import Context
from gateway.errors import BAD_USER_INPUT, GatewayError

MAX_ITEMS = 100


def check_items(ids: Sequence[str]) -> None:
    """Raise GatewayError if there are none or too many."""
    if not 1 <= len(ids) <= MAX_ITEMS:
        raise GatewayError(BAD_USER_INPUT, f"orderItemIds must be 1 to {MAX_ITEMS}, got {len(ids)}.")


def request_of(
    context: Context, customer: str, order: str, ids: Sequence[str], preview_token: str | None = None
) -> CancellationRequest:
    """customer, order: imin's identifiers. ids: of the items, as the client wrote them."""
    items = tuple(_item(context, order, id_) for id_ in dict.fromkeys(ids))
    return CancellationRequest(customer, order, items, preview_token)


def _item(context: Context, order: str, id_: str) -> RequestedItem:
    """The item with this global id or identifier."""
    known = context.services.signer.verify(id_)
    if known is None:
        return RequestedItem(id_, id_)
    if known.kind != "OrderItem" or not context.caller.may_see(known.customer):
        return RequestedItem(id_, "")
    return RequestedItem(id_, known.parts[-1], is_elsewhere=known.parts[0] != order)
