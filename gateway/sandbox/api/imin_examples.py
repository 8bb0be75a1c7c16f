"""Examples of the requests to imin that have a body, for the sandbox's list."""

from typing import Any

from gateway.sandbox.data.documented import documented_account
from gateway.sandbox.data.entitlements import ENTITLEMENTS
from gateway.sandbox.data.order_items import items_of
from gateway.sandbox.data.sellers import SELLERS
from gateway.sandbox.data.vocabulary import (
    API_PATH,
    CHECKOUT_API_PATH,
    CHECKOUT_CONTEXT,
    OPENACTIVE,
    Document,
)
from gateway.sandbox.state.sandbox import Sandbox
from gateway.sandbox.state.search import offers_of

_ACCOUNTS = f"{API_PATH}/customer-accounts"
_LINK_TYPE = "https://imin.co/BackToBrokerLink"


def imin_examples(sandbox: Sandbox, customer: str, return_url: str) -> list[Document]:
    """Requests that work as they stand: method, path, description and body. None for no body.

    customer: has an account and an order. return_url: where checkout sends the customer back to.
    """
    return [
        *_checkout(sandbox, customer, return_url),
        *_accounts(customer),
        *_cancellation(sandbox, customer),
    ]


def _accounts(customer: str) -> list[Document]:
    person = documented_account()["customer"]
    entitlement = {
        "@type": "Entitlement",
        "validUntil": "2030-12-31T23:59:59+00:00",
        "entitlementType": {"id": ENTITLEMENTS["concept"][0]["id"], "type": "Concept"},
    }
    update = {"@type": "Person", "telephone": "020 7946 0999"}
    actions = f"{_ACCOUNTS}/{customer}/actions"
    return [
        _example("Create an account.", _ACCOUNTS, _typed("CustomerAccount", customer=person)),
        _example(
            "Update an account, also at a seller where it is linked.",
            actions,
            _typed("CustomerUpdateAction", object=update, seller=[SELLERS[0].url]),
        ),
        _example(
            "Set the access pass.",
            actions,
            _typed("imin:AccessPassUpdateAction", object={"@type": "Barcode", "text": "ABC123DEF"}),
        ),
        _example("Set the entitlement.", actions, _typed("imin:EntitlementUpdateAction", object=entitlement)),
        _example("Delete an account.", f"{_ACCOUNTS}/empty", None, method="DELETE"),
    ]


def _checkout(sandbox: Sandbox, customer: str, return_url: str) -> list[Document]:
    opportunity = next((one for one in sandbox.opportunities() if sandbox.checkout.sells(one, 2)), None)
    if opportunity is None:
        return []
    named = {"type": opportunity["type"], "identifier": opportunity["identifier"]}
    item = {"type": "OrderItem", "orderedItem": named, "acceptedOffer": offers_of(opportunity)[0]["id"]}
    by_id = {"type": "OrderItem", "orderedItem": {"type": named["type"], "id": named["identifier"]}}
    broker = {"type": "Organization", "name": "Globex", "url": "https://globex.example"}
    link = {"type": "WebPage", "name": "Back to Globex", "imin:linkType": _LINK_TYPE, "url": return_url}
    forms: list[tuple[str, list[Document], Document, list[Document]]] = [
        ("Sell to a guest (standalone).", [by_id], {}, []),
        ("Sell to a customer (authenticated).", [item], {"customer": customer, "broker": broker}, [link]),
        (
            "Sell to a group.",
            [item | {"attendee": attendee} for attendee in ("abc", "group")],
            {"customer": customer, "broker": broker},
            [link],
        ),
    ]
    return [
        _example(about, CHECKOUT_API_PATH, _session(items, order, links))
        for about, items, order, links in forms
    ]


def _session(items: list[Document], order: Document, links: list[Document]) -> Document:
    return {
        "@context": CHECKOUT_CONTEXT,
        "type": "imin:CheckoutSession",
        "imin:initialOrder": {"type": "OrderQuote", **order, "orderedItem": items},
        **({"imin:navigationLinks": links} if links else {}),
    }


def _cancellation(sandbox: Sandbox, customer: str) -> list[Document]:
    identifier = sandbox.store.identifiers(customer)[0]
    items = [
        {
            "type": "OrderItem",
            "id": item.get("identifier"),
            "orderItemStatus": f"{OPENACTIVE}CustomerCancelled",
        }
        for item in items_of(sandbox.store.document(identifier))[:1]
    ]
    body = {"@context": OPENACTIVE, "type": "Order", "orderedItem": items}
    return [_example("Cancel an item of an order.", f"{API_PATH}/orders/{identifier}", body, "PATCH")]


def _typed(kind: str, **members: Any) -> Document:
    return {"@context": OPENACTIVE, "@type": kind, **members}


def _example(description: str, path: str, body: Any, method: str = "POST") -> Document:
    return {"method": method, "path": path, "description": description, "body": body}
