"""Write an order plan as imin's JSON document. Source: imin docs, Orders and Order History."""

import hashlib
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from gateway.sandbox.data import dates
from gateway.sandbox.data.identifiers import PER_ORDER, item_identifier, receipt_identifier
from gateway.sandbox.data.money import number as json_number
from gateway.sandbox.data.opportunities import opportunity
from gateway.sandbox.data.order_plan import ItemPlan, OrderPlan
from gateway.sandbox.data.pictures import logo_url, ticket_url
from gateway.sandbox.data.refunds import invoice, refund
from gateway.sandbox.data.sellers import Seller, Tax
from gateway.sandbox.data.vocabulary import (
    CANCELLED,
    CONFIRMED,
    OPENACTIVE,
    ORDER_CONTEXT,
    Document,
    order_item_url,
    order_url,
)

VAT = Decimal("0.2")

BROKER: Document = {
    "type": "Organization",
    "name": "LukeTestOrg",
    "description": "A fitness app for all the community",
    "url": "https://imin.co/luke-test-org",
    "address": {
        "type": "PostalAddress",
        "addressLocality": "Madeupsville",
        "postalCode": "TS4 3AE",
        "addressRegion": "Middlesbrough",
        "addressCountry": "GB",
        "streetAddress": "123 Fake Street",
    },
    "logo": {"type": "ImageObject", "url": logo_url("luke-test-org")},
}
BOOKING_SERVICE: Document = {
    "type": "BookingService",
    "id": "https://partnerportal.mcractive.com",
    "name": "MCRactive Partner Portal",
}


def order_document(plan: OrderPlan) -> Document:
    """The order after the cancellations in the plan."""
    order = _as_booked(plan)
    for position, item in enumerate(plan.items):
        _apply_status(plan, order, position, item)
    for path in plan.omitted:
        _omit(order, path)
    return order


def _as_booked(plan: OrderPlan) -> Document:
    taxes = [_tax(plan.seller.tax, item.price) for item in plan.items]
    total = sum((item.price for item in plan.items), Decimal(0))
    tax = sum(taxes, Decimal(0))
    order: Document = {
        "type": "Order",
        "@context": ORDER_CONTEXT,
        "id": order_url(plan.identifier),
        "identifier": plan.identifier,
        "orderStatus": "OrderDelivered",
        "orderDate": dates.zulu(plan.order_date),
        "imin:receipt": [_first_receipt(plan)],
        "seller": _seller(plan.seller),
        "orderedItem": [_order_item(plan, position) for position in range(len(plan.items))],
        "orderNumber": plan.order_number,
        "broker": BROKER,
        "customer": plan.person,
        "bookingService": BOOKING_SERVICE,
        "brokerRole": "https://openactive.io/AgentBroker",
        "payment": _payment(plan.identifier),
        "totalPaymentDue": {
            "type": "PriceSpecification",
            "price": json_number(total + tax if plan.seller.tax == "net" else total),
            "priceCurrency": "GBP",
        },
        "totalPaymentTax": [_tax_charge(plan.seller.tax, tax)],
    }
    if not plan.receipt:
        del order["imin:receipt"]
    if not total:
        # A free order has no payment.
        del order["payment"]
    return order


def _first_receipt(plan: OrderPlan) -> Document:
    return invoice(receipt_identifier(plan.number, 0), plan.order_date + timedelta(seconds=3))


def _seller(seller: Seller) -> Document:
    # imin names the seller only as the organizer or provider of the opportunity.
    return {
        "type": "Organization",
        "id": seller.url,
        "termsOfService": [
            {"type": "PrivacyPolicy", "name": "Privacy Policy", "url": f"{seller.open_data}/privacy-policy"},
            {
                "type": "TermsOfUse",
                "name": "Terms and Conditions",
                "url": f"{seller.open_data}/terms-and-conditions",
            },
        ],
    }


def _payment(identifier: str) -> Document:
    charge = hashlib.blake2b(identifier.encode(), digest_size=12).hexdigest()
    return {"type": "Payment", "identifier": f"ch_{charge}", "name": "Stripe payment"}


def _tax(mode: Tax, price: Decimal) -> Decimal:
    # As in OpenActive's reference implementation: price * rate for TaxGross too, so the totals do not add up.
    return Decimal(0) if mode == "exempt" else price * VAT


def _tax_charge(mode: Tax, tax: Decimal) -> Document:
    return {
        "type": "TaxChargeSpecification",
        "name": "VAT" if mode == "exempt" else "VAT at 20%",
        "price": json_number(tax),
        "priceCurrency": "GBP",
        "rate": 0 if mode == "exempt" else json_number(VAT),
    }


def _order_item(plan: OrderPlan, position: int) -> Document:
    item = plan.items[position]
    identifier = item_identifier(plan.number, position)
    document: Document = {
        "type": "OrderItem",
        "id": order_item_url(plan.identifier, identifier),
        "identifier": identifier,
        "orderedItem": item.booked or opportunity(plan.seller, item, _opportunity_number(plan, position)),
        "orderItemStatus": f"{OPENACTIVE}{CONFIRMED}",
        "acceptedOffer": item.offer or _offer(plan.seller, item),
    }
    if item.refundable is not None:
        document["allowCustomerCancellationFullRefund"] = item.refundable
    document["unitTaxSpecification"] = [_tax_charge(plan.seller.tax, _tax(plan.seller.tax, item.price))]
    if item.attendee:
        document["attendee"] = item.attendee
    return document | _access(plan, item, identifier)


def _opportunity_number(plan: OrderPlan, position: int) -> int:
    # A group books one session, with an item for each attendee.
    return plan.number * PER_ORDER + (0 if plan.items[position].attendee else position)


def _offer(seller: Seller, item: ItemPlan) -> Document:
    offer: Document = {
        "type": "Offer",
        "id": f"{seller.open_data}/api/feeds/offers/{item.activity.slug}-{item.price}",
        "name": "Adult",
        "price": json_number(item.price),
        "priceCurrency": "GBP",
        "validFromBeforeStartDate": "P6D",
    }
    if item.window:
        offer["latestCancellationBeforeStartDate"] = item.window
    return offer


def _access(plan: OrderPlan, item: ItemPlan, identifier: str) -> Document:
    digits = f"{plan.number * 7919 % 10**8:08d}"
    text = f"EXT{digits}{identifier.upper()}"
    image, barcode = ticket_url(text), {"@type": "Barcode", "text": text}
    pin = {"type": "PropertyValue", "name": "PIN Code", "description": digits[-4:]}
    if item.activity.access == "barcode":
        return {"accessPass": [barcode]}
    if item.activity.access == "image":
        return {"accessPass": [{"@type": "ImageObject", "url": image}]}
    if item.activity.access == "pin":
        return {"accessCode": [pin]}
    if item.activity.access == "barcode_and_pin":
        with_image = barcode | {"url": image, "beta:codeType": "code128"}
        return {"accessPass": [{"@type": "ImageObject", "url": image}, with_image], "accessCode": [pin]}
    return {"accessChannel": _access_channel(plan, digits)}


def _access_channel(plan: OrderPlan, digits: str) -> Document:
    channel = {
        "type": "VirtualLocation",
        "name": "Zoom Video Chat",
        "description": "Please log into Zoom a few minutes before the event",
        "url": f"https://zoom.example.org/j/{digits}",
        "accessId": digits,
        "accessCode": digits[::-1],
    }
    if plan.number % 4 == 0:
        # imin often adds the link later, shortly before the session.
        del channel["url"]
    return channel


def _apply_status(plan: OrderPlan, order: Document, position: int, item: ItemPlan) -> None:
    document = order["orderedItem"][position]
    if item.status not in CANCELLED:
        document["orderItemStatus"] = f"{OPENACTIVE}{item.status}"
        return
    if item.message:
        document["cancellationMessage"] = item.message
    existing = len(order.get("imin:receipt", []))
    when: datetime = plan.order_date + timedelta(minutes=10 * (position + 1))
    refund(order, document, item.status, invoice(receipt_identifier(plan.number, existing), when))


def _omit(document: Any, path: tuple[str, ...]) -> None:
    for one in document if isinstance(document, list) else [document]:
        if len(path) == 1:
            one.pop(path[0], None)
        elif path[0] in one:
            # Orders share these objects, so copy before changing.
            inner = one[path[0]]
            if isinstance(inner, dict):
                inner = one[path[0]] = dict(inner)
            _omit(inner, path[1:])
