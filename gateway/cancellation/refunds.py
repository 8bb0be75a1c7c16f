"""What a cancellation gives back, and what the order costs afterwards: exact, or None if it is not known.

OpenActive knows no partial refunds and no fees: an item is refunded in full or not at all. Prices either
include the tax (TaxGross), or the order's total adds it (TaxNet). Where the seller does not say which, the
total shows it: it must be the sum of the items' prices, with or without their taxes.
Source: Open Booking API 8.3 and 8.4; schema of Organization.taxMode.
"""

from collections.abc import Iterable
from decimal import Context, Decimal, DecimalException, Inexact, InvalidOperation, localcontext

from gateway.cancellation.attempts import Refund
from gateway.imin.documents import Order, OrderItem, Priced
from gateway.imin.documents.vocabulary import OrderItemStatus, Prepayment, TaxMode

_EXACT = Context(prec=50, traps=[Inexact, InvalidOperation])
_NOT_IN_TOTAL = {OrderItemStatus.CUSTOMER_CANCELLED, OrderItemStatus.SELLER_CANCELLED}
_PREPAID = {None, Prepayment.REQUIRED}


def refund_of(order: Order, items: Iterable[OrderItem]) -> Priced | None:
    """What the customer gets back if these items of the order are cancelled now."""
    items = tuple(items)
    if any(item.allows_full_refund is None for item in items):
        return None
    refunded = [item for item in items if item.allows_full_refund]
    deducted = _deducted(order, refunded)
    if deducted is None or (deducted.amount and not _is_prepaid(order, refunded)):
        return None
    return deducted


def expected_refund(order: Order, items: Iterable[OrderItem]) -> Refund | None:
    """The same, for the journal."""
    refund = refund_of(order, items)
    return None if refund is None or refund.price is None else Refund(refund.price, refund.currency)


def total_after(order: Order, items: Iterable[OrderItem]) -> Priced | None:
    """The order's total, tax included, once these items are cancelled and refunded."""
    refund, total = refund_of(order, items), _amount(order.total_payment_due)
    if refund is None or refund.amount is None or total is None or refund.amount > total:
        return None
    try:
        with localcontext(_EXACT):
            after = _plain(total - refund.amount)
    except DecimalException:
        return None
    return Priced(price=after, price_currency=refund.price_currency)


def _is_prepaid(order: Order, items: Iterable[OrderItem]) -> bool:
    """Whether the price was paid when booking, as far as the order says: otherwise there may be no refund."""
    offers = [item.accepted_offer for item in items]
    return order.prepayment in _PREPAID and all(offer.prepayment in _PREPAID for offer in offers if offer)


def _deducted(order: Order, items: Iterable[OrderItem]) -> Priced | None:
    """By how much the total falls. None if it is not known, or depends on what the order does not show."""
    items = tuple(items)
    currency = _currency(order, items)
    if currency is None:
        return None
    try:
        with localcontext(_EXACT):
            amounts = {
                _sum(_price(order, item, is_net=is_net) for item in items)
                for is_net in _tax_modes(order)
                if _fits_total(order, is_net=is_net)
            }
    except DecimalException:
        return None
    amount = amounts.pop() if len(amounts) == 1 else None
    if amount is None:
        return None
    # The price of one item is shown as imin wrote it.
    return Priced(price=amount if len(items) == 1 else _plain(amount), price_currency=currency)


def _tax_modes(order: Order) -> tuple[bool, ...]:
    """Whether the taxes are added to the prices: both, if the seller does not say."""
    stated = order.seller.tax_mode if order.seller else None
    return {TaxMode.TAX_GROSS: (False,), TaxMode.TAX_NET: (True,)}.get(stated, (False, True))  # type: ignore[arg-type]  # None is no key


def _fits_total(order: Order, *, is_net: bool) -> bool:
    """Whether nothing contradicts that mode: prices and total may be missing, but must not differ."""
    total = _amount(order.total_payment_due)
    active = [item for item in order.items if item.status not in _NOT_IN_TOTAL]
    expected = _sum(_price(order, item, is_net=is_net) for item in active)
    if expected is None and is_net:
        prices = _sum(_price(order, item, is_net=False) for item in active)
        expected = _sum((prices, _order_tax(order)))
    return total is None or expected is None or total == expected


def _price(order: Order, item: OrderItem, *, is_net: bool) -> Decimal | None:
    price = _amount(item.item_price)
    return _sum((price, _item_tax(order, item))) if is_net else price


def _item_tax(order: Order, item: OrderItem) -> Decimal | None:
    """Tax of an item. None is stated: 0 if the order has none either."""
    if "tax" in item.unclear:
        return None
    if not item.tax:
        return None if _order_tax(order) else Decimal(0)
    return _sum(_amount(line) for line in item.tax)


def _order_tax(order: Order) -> Decimal | None:
    """The order's total tax; None if it is not stated."""
    if not order.total_payment_tax or any(path.startswith("totalPaymentTax") for path in order.unreadable):
        return None
    return _sum(_amount(line) for line in order.total_payment_tax)


def _currency(order: Order, items: Iterable[OrderItem]) -> str | None:
    """The currency of all amounts; None if there are several. An amount of 0 has any."""
    counted = {id(item): item for item in (*order.items, *items)}.values()
    amounts = [order.total_payment_due, *order.total_payment_tax]
    for item in counted:
        amounts += [item.item_price, *item.tax]
    found = {amount.currency for amount in amounts if amount and amount.price}
    found = found or {amount.currency for amount in amounts if amount}
    return found.pop() if len(found) == 1 else None


def _plain(amount: Decimal) -> Decimal:
    """Without zeros at the end, as imin writes a total: 8.3 - 5.3 is 3."""
    whole = amount.to_integral_value()
    return whole if whole == amount else amount.normalize(_EXACT)


def _amount(priced: Priced | None) -> Decimal | None:
    """An amount that can be paid; None if it is none, or not stated."""
    amount = priced.amount if priced else None
    return amount if amount is not None and amount.is_finite() and amount >= 0 else None


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum; None if any of them is."""
    total = Decimal(0)
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total
