"""What a settled cancellation does to an order: its status, its totals, its receipts. Changes in place.

Source: Open Booking API 8.3 and 8.4 (full refund of the item's price; totals drop; a new invoice).
"""

from datetime import datetime
from decimal import Decimal

from gateway.sandbox.data import dates as moments
from gateway.sandbox.data.money import amount, number
from gateway.sandbox.data.sellers import SELLERS
from gateway.sandbox.data.vocabulary import OPENACTIVE, Document, receipt_url, tail

_NET_SELLERS = frozenset(seller.url for seller in SELLERS if seller.tax == "net")


def invoice(identifier: int, created: datetime) -> Document:
    """An entry of imin:receipt."""
    return {"type": "Invoice", "url": receipt_url(identifier), "dateCreated": moments.london(created)}


def refund(order: Document, item: Document, status: str, receipt: Document) -> None:
    """Cancels one item for good and gives its money back."""
    item["orderItemStatus"] = f"{OPENACTIVE}{status}"
    taxes = [line for line in item.get("unitTaxSpecification", []) if isinstance(line, dict)]
    price = amount(item.get("acceptedOffer", {}).get("price"))
    if _is_net(order):
        price += sum((amount(line.get("price")) for line in taxes), Decimal(0))
    if "totalPaymentDue" in order:
        order["totalPaymentDue"] = _less(order["totalPaymentDue"], price)
    if "totalPaymentTax" in order:
        order["totalPaymentTax"] = [_less_taxes(line, taxes) for line in order["totalPaymentTax"]]
    order["imin:receipt"] = [receipt, *order.get("imin:receipt", [])]


def _is_net(order: Document) -> bool:
    seller = order.get("seller", {})
    return tail(seller.get("taxMode")) == "TaxNet" or seller.get("id") in _NET_SELLERS


def _less(line: Document, price: Decimal) -> Document:
    return line | {"price": number(max(amount(line.get("price")) - price, Decimal(0)))}


def _less_taxes(line: Document, taxes: list[Document]) -> Document:
    same = [
        tax for tax in taxes if (tax.get("name"), tax.get("rate")) == (line.get("name"), line.get("rate"))
    ]
    return _less(line, sum((amount(tax.get("price")) for tax in same), Decimal(0)))
