"""Convert Tailcall's answers, which resemble imin's, to the other peers' shape. Not timed."""

import re
from typing import Any

from bench.upstream import CUSTOMER

LEVELS = ("superEvent", "facilityUse")


def as_ours(workload: str, data: Any) -> Any:
    """`data` as the other servers answer it."""
    if workload in {"W2", "W3"}:
        return {name: _order(order) for name, order in data.items()}
    pages = [data[name] for name in sorted(data)]
    nodes = [_order(order) for page in pages for order in page["imin_item"]]
    total = pages[0]["imin_totalItems"]
    connection = {
        "totalCount": total,
        "pageInfo": {"hasNextPage": len(nodes) < total, "endCursor": ""},
        "edges": [{"cursor": "", "node": node} for node in nodes],
    }
    # Its answer does not repeat the customer, who is in the request.
    return {"customer": {"identifier": CUSTOMER, "orders": connection}}


def _order(order: Any) -> Any:
    order["status"] = _term(order.pop("orderStatus"))
    items = order.get("items") or order.pop("orderedItem", None) or []
    if seller := order.get("seller"):
        sessions = [item["session"] for item in items]
        named = [_inherited(one, "organizer") or _inherited(one, "provider") for one in sessions]
        like: Any = next((one for one in named if one and one["id"] in seller.values()), {})
        seller["name"] = seller["name"] or like.get("name")
        seller.pop("id", None)
    if "receipts" in order:
        order["receipts"] = [
            {**one, "identifier": one["url"].rpartition("/")[2]} for one in order["receipts"] or []
        ]
    if "items" in order:
        order["items"] = [_item(item) for item in items]
    return order


def _item(item: Any) -> Any:
    session = item["session"]
    session["name"] = _inherited(session, "name")
    place = _inherited(session, "location")
    if place and "geo" in place:
        geo = place.pop("geo") or {}
        place.update(latitude=geo.get("latitude"), longitude=geo.get("longitude"))
    shown = {k: v for k, v in session.items() if k not in {*LEVELS, "organizer", "provider", "location"}}
    if "location" in session:
        shown["venue"] = place
    return {**item, "status": _term(item["status"]), "session": shown}


def _inherited(event: Any, name: str) -> Any:
    level = event
    while level:
        if level.get(name) is not None:
            return level[name]
        level = level.get("superEvent") or level.get("facilityUse")
    return None


def _term(iri: str | None) -> str | None:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", iri.rpartition("/")[2]).upper() if iri else None
