"""Finding an order by the number that its customer quotes, in their own history only.

imin has no request for it. Nothing but the caller's own pages is read, so a number of a foreign order
costs what a number costs that does not exist.
"""

from gateway.context import Context
from gateway.errors import BAD_USER_INPUT, GatewayError
from gateway.imin import documents
from gateway.imin.endpoints.orders import ORDER_PAGE
from gateway.imin.errors import Unreadable
from gateway.pagination.fetch import run_search
from gateway.pagination.history import MAX_PAGES, SearchIncomplete
from gateway.pagination.scan import Scan


async def find_order_by_number(context: Context, number: str) -> documents.Order | None:
    """The newest order of the caller with that number; None if their whole history has none.

    Raises GatewayError for a service, IminError, and SearchIncomplete if MAX_PAGES pages were not the whole;
    Unreadable if the number was not found, but that of some order cannot be read.
    """
    customer = context.caller.customer
    if customer is None:
        raise GatewayError(
            BAD_USER_INPUT,
            "orderNumber is looked for in the caller's own orders, and a service has none: use identifier, "
            "id, or the orders of a customer.",
        )
    sought = number.strip()
    if not sought:
        return None
    unclear: list[documents.Order] = []

    def fits(order: documents.Order) -> bool:
        numbers = _numbers(order)
        if order.unreadable and not numbers:
            unclear.append(order)
        return sought in numbers

    scan: Scan[documents.Order] = Scan(fits, MAX_PAGES)
    await run_search(scan, context.loader(ORDER_PAGE), customer)
    if scan.found is None and not scan.is_complete:
        raise SearchIncomplete(f"an order number was not on the first {MAX_PAGES} pages of a longer history")
    if scan.found is None and unclear:
        raise Unreadable("an order whose number cannot be read may be the one")
    return scan.found


def _numbers(order: documents.Order) -> set[str]:
    """The numbers that an order may be quoted by."""
    stated = (order.order_number, order.confirmation_number)
    return {str(number).strip() for number in stated if number is not None}
