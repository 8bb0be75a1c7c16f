"""Constants of imin's API: hosts, contexts, enum values and the URLs of its resources."""

from typing import Any, TypeAlias
from urllib.parse import quote

Document: TypeAlias = dict[str, Any]

API_PATH = "/api/v2"
BOOK = f"https://book.imin.co{API_PATH}"
SEARCH = "https://search.imin.co"
SEARCH_PATH = "/search"
"""Where the sandbox serves what imin serves at SEARCH."""
CHECKOUT_API_PATH = "/api/checkout-sessions"
"""On the host of the broker's checkout, which the sandbox is too."""
OPENACTIVE = "https://openactive.io/"
SCHEMA_ORG = "https://schema.org/"

ORDER_CONTEXT = [OPENACTIVE, "https://openactive.io/ns-beta"]
CHECKOUT_CONTEXT = [OPENACTIVE, "https://imin.co/"]
COLLECTION_CONTEXT = [OPENACTIVE, "https://schema.imin.co/", "https://openactive.io/ns-beta"]

CONFIRMED = "OrderItemConfirmed"
PENDING = "CustomerCancellationPending"
CUSTOMER_CANCELLED = "CustomerCancelled"
SELLER_CANCELLED = "SellerCancelled"
ATTENDED = "AttendeeAttended"
ABSENT = "AttendeeAbsent"
PROPOSED = "OrderItemProposed"
# From older drafts of the Open Booking API; orders from that time still have them.
CONFIRMED_2020 = "OrderConfirmed"
PROPOSED_2020 = "OrderProposed"
ATTENDED_2021 = "CustomerAttended"

CANCELLED = frozenset({CUSTOMER_CANCELLED, SELLER_CANCELLED})
BOOKED = frozenset({CONFIRMED, CONFIRMED_2020})
STATUSES = (
    CONFIRMED,
    PENDING,
    CUSTOMER_CANCELLED,
    SELLER_CANCELLED,
    ATTENDED,
    ABSENT,
    PROPOSED,
    CONFIRMED_2020,
    ATTENDED_2021,
    PROPOSED_2020,
)

DELETED_PERSON: Document = {
    "type": "Person",
    "email": "deleted@deleted.invalid",
    "givenName": "Deleted",
    "familyName": "Deleted",
}


def order_url(identifier: str) -> str:
    """The id of an Order."""
    return f"{BOOK}/orders/{identifier}"


def order_item_url(order: str, identifier: str) -> str:
    """The id of an OrderItem in imin's form."""
    return f"{BOOK}/orders/{order}/order-items/{identifier}"


def receipt_url(identifier: int) -> str:
    """The URL of a receipt."""
    return f"{BOOK}/receipts/{identifier}"


def customer_account_url(identifier: str) -> str:
    """The id of a customer account."""
    return f"{BOOK}/customer-accounts/{identifier}"


def search_url(collection: str, identifier: str) -> str:
    """The id of an opportunity on imin's search host; the identifier is quoted into one path segment."""
    return f"{SEARCH}/{collection}/{quote(identifier, safe='')}"


def tail(value: object) -> str:
    """The last segment of an enum value in any spelling (URL, compact, bare); "" for anything but text."""
    if not isinstance(value, str):
        return ""
    return value.replace("#", "/").replace(":", "/").rsplit("/", 1)[-1]
