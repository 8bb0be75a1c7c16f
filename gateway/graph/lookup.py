"""Finding one thing by what a client names it by, if it is the caller's to see."""

import asyncio
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.context import Context
from gateway.global_ids import GlobalId
from gateway.graph.customer import Customer
from gateway.graph.info import Info
from gateway.graph.partial_errors import report_unreadable
from gateway.imin import documents
from gateway.imin.client import is_identifier
from gateway.imin.dates import parse_date_time
from gateway.pagination.history import is_in_history

MOST_PAGES_AT_ONCE = 16


async def find_order(context: Context, identifier: str) -> documents.Order | None:
    """An order by imin's identifier. A customer's own is told by their history, where it must stand.

    An order that is not there is looked for all the same: else its answer would come sooner than
    the one about somebody else's.
    """
    if not is_identifier(identifier):
        return None
    caller = context.caller
    customer = caller.customer or ""
    order = await context.orders.get((customer, identifier))
    if caller.may_name_any_customer:
        return order
    ordered = parse_date_time(order.order_date) if order else None
    proved = await is_in_history(
        identifier,
        ordered or _some_date(identifier),
        lambda number: context.order_pages.get((customer, number)),
    )
    return order if proved else None


def begin_order(context: Context, identifier: str) -> bool:
    """Begin what `find_order` waits for; tells whether that is all, which it is for a trusted service."""
    caller = context.caller
    if not caller.may_name_any_customer:
        return False
    if is_identifier(identifier):
        context.orders.begin((caller.customer or "", identifier))
    return True


def _some_date(identifier: str) -> datetime:
    """A date within the last ten years, always the same for an identifier."""
    share = zlib.crc32(identifier.encode()) / 2**32
    return datetime.now(UTC) - timedelta(days=3_650 * share)


async def own_order(context: Context, text: str) -> tuple[str, str] | None:
    """Customer and identifier of an order that is the caller's to see, by global id or number."""
    known = context.services.signer.verify(text)
    if known is not None:
        mine = (
            known.kind == "Order" and context.caller.may_see(known.customer) and is_identifier(known.parts[0])
        )
        return (known.customer, known.parts[0]) if mine else None
    order = await find_order(context, text)
    return (context.caller.customer or "", order.identifier) if order else None


async def find_node(info: Info, text: str, path: list[str | int]) -> Any:
    """The thing with a global id; None where there is none, or it is not the caller's."""
    context = info.context
    known = context.services.signer.verify(text)
    if known is None or not (context.caller.may_see(known.customer)):
        return None
    if known.kind == "Customer":
        return Customer.of(known.customer, context)
    if known.kind == "Seller" and known.parts[0] == "":
        return await _find_seller(context, known)
    order = (
        await context.orders.get((known.customer, known.parts[0])) if is_identifier(known.parts[0]) else None
    )
    report_unreadable(info, order, path=path)
    return _part(order, known) if order else None


def _part(order: documents.Order, known: GlobalId) -> Any:
    """The order itself, or what the id names of it."""
    match known.kind, known.parts:
        case "OrderItem", (_, identifier):
            return next((item for item in order.items if item.identifier == identifier), None)
        case "Receipt", (_, identifier):
            return next((receipt for receipt in order.receipts if receipt.identifier == identifier), None)
        case "Seller", _:
            return order.seller
    return order


async def _find_seller(context: Context, known: GlobalId) -> documents.Seller | None:
    """A seller by IRI: imin has no endpoint for them, so the newest order with that seller is looked for."""
    first, last, width = 1, 1, 1
    while first <= last:
        numbers = range(first, min(last, first + width - 1) + 1)
        pages = await asyncio.gather(
            *(context.order_pages.get((known.customer, number)) for number in numbers)
        )
        for seller in (order.seller for page in pages for order in page.items):
            if seller and seller.identifier == known.parts[1]:
                return seller
        first, width = first + len(numbers), min(width * 2, MOST_PAGES_AT_ONCE)
        last = -(-pages[-1].total // pages[-1].size)
    return None
