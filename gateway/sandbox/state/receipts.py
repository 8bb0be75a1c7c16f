"""Find a receipt's order and write the receipt as a PDF."""

from typing import Any

from gateway.sandbox.data.money import amount
from gateway.sandbox.data.pdf import one_page
from gateway.sandbox.data.vocabulary import Document, receipt_url
from gateway.sandbox.state.order_store import OrderStore


def receipt_pdf(store: OrderStore, identifier: int) -> bytes | None:
    """The receipt as a PDF; None when no order has this receipt."""
    order_identifier = store.order_of_receipt(identifier)
    order = store.document(order_identifier) if order_identifier else None
    if not isinstance(order, dict):
        return None
    entry = next((one for one in _entries(order) if one.get("url") == receipt_url(identifier)), None)
    return one_page(_lines(order, entry, identifier)) if entry else None


def _entries(order: Document) -> list[Document]:
    entries: Any = order.get("imin:receipt", [])
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def _lines(order: Document, entry: Document, identifier: int) -> list[str]:
    total = order.get("totalPaymentDue", {})
    return [
        f"Receipt {identifier}",
        f"Order {order.get('orderNumber', order.get('identifier'))}",
        f"Ordered {order.get('orderDate')}",
        f"Issued {entry.get('dateCreated')}",
        f"Total {amount(total.get('price')):.2f} {total.get('priceCurrency', 'GBP')}",
    ]
