"""Parse the PATCH request that cancels order items.

Source: imin docs, Cancellations; Open Booking API 9.2.8 and the responses of its reference implementation.
"""

import json
from typing import Any
from urllib.parse import unquote

from gateway.sandbox.data.error_documents import invalid_body, openactive_error
from gateway.sandbox.data.vocabulary import CUSTOMER_CANCELLED, OPENACTIVE

_ORDER_MEMBERS = frozenset({"@context", "context", "type", "@type", "orderedItem"})
_ITEM_MEMBERS = frozenset({"type", "@type", "id", "@id", "orderItemStatus"})


def requested_items(body: bytes) -> list[str]:
    """The ids (identifiers or URLs) of the items to cancel, in the order of the request.

    Raises IminError for malformed JSON, members that are not allowed in a PATCH, and any status other than
    CustomerCancelled.
    """
    order = _object(_parse(body))
    _check_members(order, _ORDER_MEMBERS)
    items = order.get("orderedItem")
    items = [items] if isinstance(items, dict) else items
    if not isinstance(items, list) or not items:
        raise openactive_error(
            "PatchNotAllowedOnPropertyError", "orderedItem must list at least one OrderItem."
        )
    return [_requested_item(_object(item)) for item in items]


def split_item_id(identifier: str) -> tuple[str | None, str]:
    """(order identifier, item identifier) of an item's id.

    The id is a URL in imin's or OpenActive's form, or an item identifier; then the order is None.
    """
    url, hash_mark, fragment = identifier.partition("#")
    if hash_mark:
        return unquote(url.rsplit("/", 1)[-1]), unquote(fragment.rsplit("/", 1)[-1])
    parts = url.split("/")
    if len(parts) > 2 and parts[-2] == "order-items":  # noqa: PLR2004  # …/{order}/order-items/{item}
        return unquote(parts[-3]), unquote(parts[-1])
    return None, identifier


def _requested_item(item: dict[str, Any]) -> str:
    _check_members(item, _ITEM_MEMBERS)
    if item.get("orderItemStatus") != f"{OPENACTIVE}{CUSTOMER_CANCELLED}":
        raise openactive_error(
            "PatchNotAllowedOnPropertyError",
            f"Only '{OPENACTIVE}{CUSTOMER_CANCELLED}' is permitted for this property.",
        )
    identifier = item.get("id", item.get("@id"))
    if not isinstance(identifier, str):
        raise openactive_error("OrderItemIdInvalidError")
    return identifier


def _parse(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError as error:
        raise invalid_body(f"The request body is not JSON: {error}") from error


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise invalid_body(f"Expected a JSON object, got {json.dumps(value)[:80]}")
    return value


def _check_members(document: dict[str, Any], members: frozenset[str]) -> None:
    # Source: PatchContainsExcessivePropertiesError. Members of custom namespaces are ignored.
    if any(key not in members and ":" not in key for key in document):
        raise openactive_error("PatchContainsExcessivePropertiesError")
