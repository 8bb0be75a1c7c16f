"""Finding an object by its global id or by imin's identifier, if the caller may see it."""

import asyncio
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.context import Context
from gateway.graph.customer import Customer
from gateway.graph.info import Info
from gateway.graph.partial_errors import report_unreadable
from gateway.imin import documents
from gateway.imin.dates import parse_date_time
from gateway.imin.endpoints.orders import ORDER, ORDER_PAGE
from gateway.imin.routes import is_identifier
from gateway.pagination.history import is_in_history
from gateway.signing.global_ids import GlobalId

_MOST_PARALLEL_PAGES = 16


async def find_order(context: Context, identifier: str) -> documents.Order | None:
    """An order by imin's identifier; None if it does not exist or the caller may not see it.

    An order does not say whose it is, so for a customer it must be found in their own history. That search is
    made for a missing order too: otherwise the shorter response time would distinguish it from another
    customer's order.
    """
    if not is_identifier(identifier):
        return None
    caller = context.caller
    customer = caller.customer or ""
    order = await context.loader(ORDER).get((customer, identifier))
    if caller.may_name_any_customer:
        return order
    order_date = parse_date_time(order.order_date) if order else None
    is_own = await is_in_history(
        identifier,
        order_date or _made_up_date(identifier),
        lambda number: context.loader(ORDER_PAGE).get((customer, number)),
    )
    return order if is_own else None


def prefetch_order(context: Context, identifier: str) -> bool:
    """Start loading what `find_order` waits for; see `resolved`. True for a trusted service only."""
    caller = context.caller
    if not caller.may_name_any_customer:
        return False
    if is_identifier(identifier):
        context.loader(ORDER).prefetch((caller.customer or "", identifier))
    return True


def _made_up_date(identifier: str) -> datetime:
    """A date within the last ten years that depends on the identifier alone."""
    share = zlib.crc32(identifier.encode()) / 2**32
    return datetime.now(UTC) - timedelta(days=3_650 * share)


async def own_order(context: Context, text: str) -> tuple[str, str] | None:
    """Customer and identifier of an order, given its global id or imin's identifier.

    None if there is no such order or the caller may not see it. An order given by its global id may have been
    erased since.
    """
    id_ = context.services.signer.verify(text)
    if id_ is not None:
        is_own = id_.kind == "Order" and context.caller.may_see(id_.customer) and is_identifier(id_.parts[0])
        return (id_.customer, id_.parts[0]) if is_own else None
    order = await find_order(context, text)
    return (context.caller.customer or "", order.identifier) if order else None


async def find_node(info: Info, text: str, path: list[str | int]) -> Any:
    """The object with a global id; None if it does not exist or the caller may not see it.

    path: where the response shows it.
    """
    context = info.context
    id_ = context.services.signer.verify(text)
    if id_ is None or not context.caller.may_see(id_.customer):
        return None
    if id_.kind == "Customer":
        return Customer.of(id_.customer, context)
    if id_.kind == "Seller" and id_.parts[0] == "":
        return await _find_seller(context, id_)
    order = (
        await context.loader(ORDER).get((id_.customer, id_.parts[0])) if is_identifier(id_.parts[0]) else None
    )
    report_unreadable(info, order, path=path)
    return _part_of(order, id_) if order else None


def _part_of(order: documents.Order, id_: GlobalId) -> Any:
    """The item, receipt or seller of an order that an id names, or the order itself."""
    match id_.kind, id_.parts:
        case "OrderItem", (_, identifier):
            return next((item for item in order.items if item.identifier == identifier), None)
        case "Receipt", (_, identifier):
            return next((receipt for receipt in order.receipts if receipt.identifier == identifier), None)
        case "Seller", _:
            return order.seller
    return order


async def _find_seller(context: Context, id_: GlobalId) -> documents.Seller | None:
    """A seller by IRI, from the newest order with that seller: imin has no endpoint for sellers.

    Loads one page of the history, then two, four, … in parallel.
    """
    first, last, width = 1, 1, 1
    while first <= last:
        numbers = range(first, min(last, first + width - 1) + 1)
        pages = await asyncio.gather(
            *(context.loader(ORDER_PAGE).get((id_.customer, number)) for number in numbers)
        )
        for seller in (order.seller for page in pages for order in page.items):
            if seller and seller.identifier == id_.parts[1]:
                return seller
        first, width = first + len(numbers), min(width * 2, _MOST_PARALLEL_PAGES)
        last = -(-pages[-1].total // pages[-1].size)
    return None
