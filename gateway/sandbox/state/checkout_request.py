"""Read the body of `POST /api/checkout-sessions`. Source: imin docs, Checkout."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from gateway.sandbox.data.error_documents import invalid_body, openactive_error
from gateway.sandbox.data.identifiers import PER_ORDER
from gateway.sandbox.data.order_documents import BROKER
from gateway.sandbox.data.vocabulary import Document, tail
from gateway.sandbox.state.search import CHECKOUT_SEGMENTS

_ITEMS = "imin:initialOrder.orderedItem"


@dataclass(frozen=True, slots=True)
class RequestedItem:
    """One place to sell.

    reference: the opportunity's identifier or id. offer: None if the request leaves it to checkout.
    attendee: identifier of a customer; None: the customer.
    """

    kind: str
    reference: str
    offer: str | None
    attendee: str | None


@dataclass(frozen=True, slots=True)
class CheckoutRequest:
    """What a checkout session is to sell.

    customer: their identifier, a Person, or None when the page is to ask.
    broker: its name. return_url, profile_url: the broker's pages that the page links to.
    """

    items: tuple[RequestedItem, ...]
    customer: str | Document | None
    broker: str = BROKER["name"]
    return_url: str | None = None
    profile_url: str | None = None


def read_checkout_request(body: Any) -> CheckoutRequest:
    """The request in a decoded body. Raises IminError for a body that is not as documented."""
    order = _object(body, "the body", "CheckoutSession").get("imin:initialOrder")
    order = _object(order, "imin:initialOrder", "OrderQuote")
    items = order.get("orderedItem")
    if not isinstance(items, list) or not 1 <= len(items) <= PER_ORDER:
        raise invalid_body(f"{_ITEMS} must be an array of 1 to {PER_ORDER} items.")
    requested = tuple(_item(item) for item in items)
    customer = _customer(order.get("customer"))
    is_group = any(item.attendee for item in requested) or len(requested) > 1
    # Source: imin docs, Group booking: one opportunity and offer, an attendee for each item.
    if is_group and len({(item.reference, item.offer) for item in requested}) > 1:
        raise invalid_body("All items of a group booking must have the same opportunity and offer.")
    if is_group and not (isinstance(customer, str) and all(item.attendee for item in requested)):
        raise invalid_body("A group booking needs the identifier of the customer and of each attendee.")
    broker = order.get("broker")
    name = broker.get("name", BROKER["name"]) if isinstance(broker, dict) else BROKER["name"]
    links = _links(body.get("imin:navigationLinks", []))
    return CheckoutRequest(
        requested,
        customer,
        str(name),
        links.get("BackToBrokerLink"),
        links.get("BackToBrokerUserProfileLink"),
    )


def _object(value: Any, what: str, kind: str) -> Document:
    if not isinstance(value, dict) or tail(_member(value, "type")) != kind:
        raise invalid_body(f"{what} must be an object of type {kind}.")
    return value


def _member(document: Document, name: str) -> Any:
    return document.get(name, document.get(f"@{name}"))


def _item(item: Any) -> RequestedItem:
    item = _object(item, f"Each member of {_ITEMS}", "OrderItem")
    booked = item.get("orderedItem")
    if not isinstance(booked, dict) or _member(booked, "type") not in CHECKOUT_SEGMENTS:
        raise invalid_body(f"{_ITEMS}.orderedItem must be one of {', '.join(CHECKOUT_SEGMENTS)}.")
    reference = booked.get("identifier", _member(booked, "id"))
    offer, attendee = item.get("acceptedOffer"), item.get("attendee")
    if not isinstance(reference, str) or not reference:
        raise invalid_body(f"{_ITEMS}.orderedItem must have an identifier or an id.")
    if not isinstance(offer, str | None):
        raise invalid_body(f"{_ITEMS}.acceptedOffer must be the id of an offer.")
    if not isinstance(attendee, str | None):
        raise invalid_body(f"{_ITEMS}.attendee must be the identifier of a customer.")
    return RequestedItem(_member(booked, "type"), reference, offer, attendee)


def _customer(value: Any) -> str | Document | None:
    if value is None or isinstance(value, str):
        return value
    identifier = value.get("identifier") if isinstance(value, dict) else None
    if isinstance(identifier, str):
        return identifier
    if not isinstance(value, dict) or not isinstance(value.get("email"), str):
        raise openactive_error("IncompleteCustomerDetailsError")
    shown = ("telephone", "email", "givenName", "familyName")
    return {"type": "Person"} | {name: value[name] for name in shown if isinstance(value.get(name), str)}


def _links(links: Any) -> dict[str, str]:
    """The URLs of the navigation links, by the last segment of their type."""
    if not isinstance(links, list) or not all(isinstance(link, dict) for link in links):
        raise invalid_body("imin:navigationLinks must be an array of objects.")
    urls = {tail(link.get("imin:linkType")): link.get("url") for link in links}
    for url in urls.values():
        if not is_web_url(url):
            raise invalid_body("The url of each of imin:navigationLinks must be an http or https URL.")
    return urls


def is_web_url(url: Any) -> bool:
    """Whether a browser can be sent to the value: an absolute http or https URL of printable ASCII."""
    if not isinstance(url, str) or not url.isascii() or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False
