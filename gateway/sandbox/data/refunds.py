"""Apply a confirmed cancellation to an order document: status, totals and receipts. Changes it in place.

Source: Open Booking API 8.3 and 8.4 (full refund of the item's price; totals drop; a new invoice).
"""

from datetime import datetime
from decimal import Decimal

from gateway.sandbox.data import dates
from gateway.sandbox.data.money import amount, number
from gateway.sandbox.data.sellers import SELLERS
from gateway.sandbox.data.vocabulary import OPENACTIVE, Document, receipt_url, tail

_NET_SELLERS = frozenset(seller.url for seller in SELLERS if seller.tax == "net")


def invoice(identifier: int, created: datetime) -> Document:
    """An entry of imin:receipt."""
    return {"type": "Invoice", "url": receipt_url(identifier), "dateCreated": dates.london(created)}


def refund(order: Document, item: Document, status: str, receipt: Document) -> None:
    """Cancel an item, reduce the order's totals by its price and prepend the receipt."""
    item["orderItemStatus"] = f"{OPENACTIVE}{status}"
    taxes = [line for line in item.get("unitTaxSpecification", []) if isinstance(line, dict)]
    price = amount(item.get("acceptedOffer", {}).get("price"))
    if _is_net(order):
        price += sum((amount(line.get("price")) for line in taxes), Decimal(0))
    if "totalPaymentDue" in order:
        order["totalPaymentDue"] = _reduced(order["totalPaymentDue"], price)
    if "totalPaymentTax" in order:
        order["totalPaymentTax"] = [_reduced_by_taxes(line, taxes) for line in order["totalPaymentTax"]]
    order["imin:receipt"] = [receipt, *order.get("imin:receipt", [])]


def _is_net(order: Document) -> bool:
    seller = order.get("seller", {})
    return tail(seller.get("taxMode")) == "TaxNet" or seller.get("id") in _NET_SELLERS


def _reduced(line: Document, price: Decimal) -> Document:
    return line | {"price": number(max(amount(line.get("price")) - price, Decimal(0)))}


def _reduced_by_taxes(line: Document, taxes: list[Document]) -> Document:
    same = [
        tax for tax in taxes if (tax.get("name"), tax.get("rate")) == (line.get("name"), line.get("rate"))
    ]
    return _reduced(line, sum((amount(tax.get("price")) for tax in same), Decimal(0)))
