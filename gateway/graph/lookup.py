"""Finding an object by its global id or by imin's identifier, if the caller may see it."""

from typing import Any

from gateway.context import Context
from gateway.graph.customer import Customer
from gateway.graph.info import Info
from gateway.graph.partial_errors import report_unreadable
from gateway.graph.session.live_session import find_by_global_id
from gateway.imin import documents
from gateway.imin.endpoints.declaration import PUBLIC
from gateway.imin.endpoints.orders import ORDER, ORDER_PAGE
from gateway.imin.errors import IminError, Refused, Unreadable
from gateway.imin.routes import is_identifier
from gateway.pagination.fetch import run_search
from gateway.pagination.history import OrderSearch, Sought
from gateway.pagination.lists import ORDER_HISTORY, identity
from gateway.pagination.scan import Scan
from gateway.signing.global_ids import GlobalId

_COMPARED = ("customer", "email")
"""What the search for an order reads of others, besides what paging reads."""

_TEN_YEARS_SECONDS = 10 * 365 * 86_400


async def find_order(context: Context, identifier: str) -> documents.Order | None:
    """An order by imin's identifier; None if it does not exist or the caller may not see it.

    An order does not say whose it is, so for a customer it must be found in their own history. That search
    is made for a missing order too, and shares nothing with other loads: otherwise time and cost would
    distinguish it from another customer's order. Raises IminError, also if too little of the history was read
    to know whether it holds the order.
    """
    if not is_identifier(identifier):
        return None
    caller = context.caller
    customer = caller.customer or ""
    if caller.may_name_any_customer or (customer, identifier) in context.own_orders:
        loader = context.loader(ORDER)
        order = await loader.get((customer, identifier))
        if order is not None and order.identifier != identifier:
            loader.remember((customer, order.identifier), order)
        return order
    return await _find_own_order(context, customer, identifier)


async def _find_own_order(context: Context, customer: str, identifier: str) -> documents.Order | None:
    problem: IminError | None = None
    order: documents.Order | None = None
    try:
        [order] = await context.read_apart(ORDER, (customer, identifier))
    except (Unreadable, Refused) as error:
        problem = error
    # imin may ignore case: its own spelling is in the history.
    name = order.identifier if order else identifier
    if not await _is_in_history(context, customer, name, order):
        return None
    if problem is not None:
        raise problem
    if order is not None:
        context.own_orders[customer, name] = True
        context.loader(ORDER).remember((customer, name), order)
    return order


async def _is_in_history(
    context: Context, customer: str, identifier: str, order: documents.Order | None
) -> bool:
    """Whether an order is in a customer's history. order: None if imin has none, or it cannot be read."""
    date = ORDER_HISTORY.date(order) if order else None
    sought = Sought(
        identity(identifier),
        _made_up_date(context, identifier) if date is None else date,
        is_undated=order is not None and date is None,
        person=_person_of(order) if order else None,
        person_of=_person_of,
    )
    search = OrderSearch(ORDER_HISTORY, sought)
    while numbers := search.next_pages():
        keys = ((customer, number) for number in numbers)
        search.add(await context.read_apart(ORDER_PAGE, *keys, selection=documents.fields_read_by(_COMPARED)))
    return search.is_found()


def _person_of(order: documents.Order) -> str | None:
    """The e-mail address that an order states, as it is compared; None if it states none."""
    email = order.customer.email if order.customer else None
    return (email or "").strip().casefold() or None


async def find_order_by_id(context: Context, text: str) -> documents.Order | None:
    """An order by its global id; None if it does not exist or the caller may not see it.

    Raises IminError.
    """
    id_ = context.signer.verify(text)
    if id_ is None or id_.kind != "Order" or not context.caller.may_see(id_.customer):
        return None
    key = id_.customer, id_.parts[0]
    return await context.loader(ORDER).get(key) if is_identifier(key[1]) else None


def prefetch_order(context: Context, identifier: str | None = None, **others: str | None) -> bool:
    """Start loading what `find_order` waits for; see `resolved`. True for a trusted service only."""
    caller = context.caller
    is_alone = all(value is None for value in others.values())
    if identifier is None or not is_alone or not caller.may_name_any_customer:
        return False
    if is_identifier(identifier):
        context.loader(ORDER).prefetch((caller.customer or "", identifier))
    return True


def _made_up_date(context: Context, identifier: str) -> int:
    """A date within the last ten years, in microseconds since 1970. It depends on the identifier alone."""
    services = context.services
    share = int(services.signer.pseudonym(identifier), 16) / 2**48  # no client can compute it
    return round((services.now().timestamp() - _TEN_YEARS_SECONDS * share) * 1_000_000)


async def own_order(context: Context, text: str) -> tuple[str, str] | None:
    """Customer and identifier of an order, given its global id or imin's identifier.

    None if there is no such order or the caller may not see it. An order given by its global id may have been
    erased since.
    """
    id_ = context.signer.verify(text)
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
    id_ = context.signer.verify(text)
    if id_ is not None and id_.customer == PUBLIC:
        return await find_by_global_id(context, id_)
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
    return _named_by(id_, order) if order else None


def _named_by(id_: GlobalId, order: documents.Order) -> Any:
    """What an id names: an order, or an item, session, place, receipt or the seller of it."""
    match id_.kind, id_.parts:
        case "OrderItem", (_, identifier):
            return next((item for item in order.items if item.unique_name == identifier), None)
        case "Receipt", (_, identifier):
            return next((receipt for receipt in order.receipts if receipt.identifier == identifier), None)
        case "Session", (_, identifier):
            return next((item.session for item in order.items if item.unique_name == identifier), None)
        case "Place", (_, name):
            return documents.find_place(order.items, name)
        case "Seller", _:
            return order.seller
    return order


async def _find_seller(context: Context, id_: GlobalId) -> documents.Seller | None:
    """A seller by IRI, from the newest order with that seller: imin has no endpoint for sellers."""
    scan: Scan[documents.Order] = Scan(lambda order: _has_seller(order, id_.parts[1]))
    await run_search(scan, context.loader(ORDER_PAGE), id_.customer)
    return scan.found.seller if scan.found else None


def _has_seller(order: documents.Order, identifier: str) -> bool:
    return order.seller is not None and order.seller.agent.iri == identifier
