"""Rewrite a document from imin's style into another style. Does not change the given document."""

import math
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import orjson

from gateway.sandbox.data import dates
from gateway.sandbox.data.order_items import items_of
from gateway.sandbox.data.random import fraction
from gateway.sandbox.data.vocabulary import Document, tail
from gateway.sandbox.faults.location_pointer import point_to_location
from gateway.sandbox.faults.style import Style

LeafRewrite = Callable[[str, Any], Any]
"""(key, value) to the new value."""

_ENUMS = frozenset({"orderItemStatus", "eventStatus", "eventAttendanceMode", "brokerRole", "gender"})
_NUMERIC_TEXTS = frozenset({"identifier", "orderNumber", "description", "text"})
# Never dropped: without these it would be another kind of document.
_REQUIRED = frozenset(
    {
        "type",
        "@type",
        "id",
        "identifier",
        "orderDate",
        "orderedItem",
        "orderItemStatus",
        "startDate",
        "imin:order",
    }
)
_DATE_TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d")
_PENCE = Decimal("0.01")


def restyle(document: Document, style: Style, seed: int) -> Any:
    """The Order or OrderItem in this style. seed: decides the random parts."""
    if style.is_default():
        return document
    changed = orjson.loads(orjson.dumps(document))
    for item in items_of(changed) or [changed]:
        _restructure(item, style)
    if style.drop_optional:
        changed = _drop(changed, style.drop_optional, seed, str(document.get("identifier")))
    for rewrite in _leaf_rewrites(style):
        changed = _map(changed, rewrite)
    if style.one_or_many:
        changed = _unwrap(changed)
    return restyle_keys(changed, style.keys, seed, str(document.get("identifier")))


def restyle_keys(value: Any, keys: str, seed: int, path: str = "") -> Any:
    """The value with its type and id keys as the option `keys` says; @context is not changed."""
    if keys == "type":
        return value
    if isinstance(value, list):
        return [restyle_keys(one, keys, seed, f"{path}/{index}") for index, one in enumerate(value)]
    if not isinstance(value, dict):
        return value
    return {
        _key(key, keys, seed, path): restyle_keys(inner, keys, seed, f"{path}/{key}")
        for key, inner in value.items()
    }


def _key(key: str, keys: str, seed: int, path: str) -> str:
    name = key.removeprefix("@")
    if name not in {"type", "id"}:
        return key
    with_at = keys == "@type" or fraction(seed, "key", path, name) < 0.5  # noqa: PLR2004  # one half
    return f"@{name}" if with_at else name


def _restructure(item: Document, style: Style) -> None:
    if style.id_style == "openactive" and isinstance(item.get("id"), str):
        item["id"] = item["id"].replace("/order-items/", "#/orderedItems/")
    if style.refund_flag_place == "offer" and "allowCustomerCancellationFullRefund" in item:
        flag = item.pop("allowCustomerCancellationFullRefund")
        item.setdefault("acceptedOffer", {"type": "Offer"})["allowCustomerCancellationFullRefund"] = flag
    booked = item.get("orderedItem")
    if not isinstance(booked, dict):
        return
    use = booked.get("facilityUse")
    if style.ifu_parent_key != "facilityUse" and isinstance(use, dict) and "facilityUse" in use:
        use[style.ifu_parent_key] = use.pop("facilityUse")
    if style.location_pointer:
        point_to_location(booked)


def _leaf_rewrites(style: Style) -> list[LeafRewrite]:
    rewrites: list[LeafRewrite] = []
    if style.date_style != "as_is":
        rewrites.append(lambda _, value: _date(value, style.date_style))
    if style.enum_style != "url":
        rewrites.append(lambda key, value: _enum(value, style.enum_style) if key in _ENUMS else value)
    if style.float_noise:
        rewrites.append(lambda key, value: _noisy(value) if key == "price" else value)
    if style.strings_as_numbers:
        rewrites.append(lambda key, value: _as_number(value) if key in _NUMERIC_TEXTS else value)
    if style.numbers_as_strings:
        rewrites.append(_as_string)
    return rewrites


def _map(value: Any, rewrite: LeafRewrite, key: str = "") -> Any:
    if isinstance(value, list):
        return [_map(one, rewrite, key) for one in value]
    if isinstance(value, dict):
        return {name: _map(inner, rewrite, name) for name, inner in value.items()}
    return rewrite(key, value)


def _drop(value: Any, probability: float, seed: int, path: str) -> Any:
    if isinstance(value, list):
        return [_drop(one, probability, seed, f"{path}/{index}") for index, one in enumerate(value)]
    if not isinstance(value, dict):
        return value
    return {
        key: _drop(inner, probability, seed, f"{path}/{key}")
        for key, inner in value.items()
        if key in _REQUIRED or fraction(seed, "drop", path, key) >= probability
    }


def _unwrap(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _unwrap(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return _unwrap(value[0]) if len(value) == 1 else [_unwrap(one) for one in value]
    return value


def _date(value: Any, date_style: str) -> Any:
    when = dates.parse(value) if isinstance(value, str) and _DATE_TIME.match(value) else None
    if when is None:
        return value
    if date_style == "z":
        return dates.zulu(when)
    if date_style == "local":
        return when.astimezone(dates.LONDON).replace(tzinfo=None).isoformat(timespec="seconds")
    return dates.london(when)


def _enum(value: Any, enum_style: str) -> Any:
    prefix = "oa" if "openactive" in str(value) else "schema"
    return tail(value) if enum_style == "bare" else f"{prefix}:{tail(value)}"


def _noisy(value: Any) -> Any:
    return math.nextafter(value, math.inf) if isinstance(value, int | float) and value else value


def _as_number(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value


def _as_string(key: str, value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    exact = Decimal(str(value))
    if key == "price" and exact == exact.quantize(_PENCE):
        exact = exact.quantize(_PENCE)
    return str(exact)
