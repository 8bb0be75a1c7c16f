"""Bodies of `POST /api/checkout-sessions`, and sessions that the sandbox sells."""

from typing import Any

from gateway.sandbox import Sandbox

PATH = "/api/checkout-sessions"
CONTEXT = ["https://openactive.io/", "https://imin.co/"]
LINKS = [
    {
        "type": "WebPage",
        "name": "Back to Globex",
        "imin:linkType": "https://imin.co/BackToBrokerLink",
        "url": "https://globex.example/done",
    },
    {
        "type": "WebPage",
        "name": "Your profile",
        "imin:linkType": "https://imin.co/BackToBrokerUserProfileLink",
        "url": "https://globex.example/me",
    },
]


def booked(sandbox: Sandbox, **options: Any) -> tuple[dict[str, Any], str]:
    """(session that is for sale, its offer)."""
    order = sandbox.add_order("small", **{"days_ahead": 3} | options)
    item = order["orderedItem"][0]
    return item["orderedItem"], item["acceptedOffer"]["id"]


def item(session: dict[str, Any], offer: str | None = None, attendee: str | None = None) -> dict[str, Any]:
    named = {"type": session["type"], "identifier": session["identifier"]}
    document = {"type": "OrderItem", "orderedItem": named, "acceptedOffer": offer, "attendee": attendee}
    return {name: value for name, value in document.items() if value is not None}


def body(*items: dict[str, Any], **order: Any) -> dict[str, Any]:
    return {
        "@context": CONTEXT,
        "type": "imin:CheckoutSession",
        "imin:initialOrder": {"type": "OrderQuote", **order, "orderedItem": list(items)},
    }
