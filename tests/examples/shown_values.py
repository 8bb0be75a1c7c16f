"""Compares documents with responses: is every value of a document shown, under its name in the graph?"""

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

Path = tuple[str | int, ...]

RENAMED = {
    "id": {"iri", "identifier"},
    "type": {"type", "__typename"},
    "price": {"amount"},
    "priceCurrency": {"currency"},
    "orderItemStatus": {"statusText"},
    "orderStatus": {"status"},
    "eventAttendanceMode": {"attendanceMode"},
    "openBookingPrepayment": {"prepayment"},
    "allowCustomerCancellationFullRefund": {"allowCustomerCancellationFullRefund", "allowsFullRefund"},
    "name": {"name", "prefLabel"},
    "category": {"prefLabel"},
    "orderedItem": {"iri"},
    "valueOption": {"valueOptions"},
    "expires": {"validThrough"},
}
"""Names in the graph that differ from imin's. Other names are the same, without the namespace."""

IMPLIED_TYPES = {
    *("Order", "OrderItem", "CustomerAccount", "Invoice", "Place", "PostalAddress", "GeoCoordinates"),
    *("ImageObject", "Offer", "AggregateOffer", "PriceSpecification", "TaxChargeSpecification"),
    *("PropertyValue", "VirtualLocation", "OpeningHoursSpecification", "QuantitativeValue", "WebAPI"),
    *("BookingService", "PartialSchedule", "Entitlement"),
}
"""Types that a client knows from the field: `address` is a PostalAddress."""


def scalars(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every scalar of a document, with its path."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from scalars(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from scalars(inner, (*path, index))
    else:
        yield path, value


def is_omitted(path: Path, value: Any) -> bool:
    """Whether the graph omits a value on purpose."""
    keys = [part for part in path if isinstance(part, str)]
    if "@context" in keys:
        return True  # the meaning of the names, which the gateway knows
    if keys[0] in {"payment", "_note"}:
        return True  # the payment provider's reference is not for browsers; the note was added to the file
    if "imin:distanceFromGeoQueryCenter" in keys:
        return True  # belongs to a search, not to a booking
    if keys[-1] in {"type", "@type"}:
        is_implied = str(value).rpartition(":")[2] in IMPLIED_TYPES
        # The flat account of 2020 is a Person itself.
        return is_implied or (len(keys) == 1 and value == "Person")
    if keys[-1] in {"id", "@id"}:
        # The URL of an order, item or account: its end is the identifier, and the global id replaces it.
        return keys[:-1] in ([], ["orderedItem"])
    return keys == ["imin:receipt", "url"]  # needs the API key; the graph has a URL of the gateway instead


def missing_values(document: Any, answer: Any) -> list[str]:
    """The values of a document that a response lacks. An item's values must be in that item."""
    lost = []
    whole = _values(answer)
    items = [_values(item) for item in answer.get("items", ())]
    for path, value in expected_values(document):
        in_item = path[0] == "orderedItem" and isinstance(path[1], int)
        found = items[int(path[1])] if in_item else whole
        if not any(_forms(value) & found[name] for name in _names(path)):
            lost.append(f"{'.'.join(map(str, path))} = {value!r}")
    return lost


def expected_values(document: Any) -> Iterator[tuple[Path, Any]]:
    """Every value of a document that the graph should show."""
    return ((path, value) for path, value in scalars(document) if not is_omitted(path, value))


def _names(path: Path) -> set[str]:
    keys = [part for part in path if isinstance(part, str)]
    if keys[-2:] == ["imin:dataSource", "identifier"]:
        return {"dataSource"}
    name = keys[-1].rpartition(":")[2].removeprefix("@")
    return RENAMED.get(name, {name})


def _values(answer: Any) -> dict[str, set[str]]:
    """The values of a response by the names of their fields."""
    found: dict[str, set[str]] = defaultdict(set)
    for path, value in scalars(answer):
        name = next(part for part in reversed(path) if isinstance(part, str))
        found[name] |= _texts(value)
        if isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value):
            found[name].add(_number(Decimal(value)))
    return found


def _forms(value: Any) -> set[str]:
    """The forms in which the graph may show a value: as it is, or an IRI as an enum's value."""
    if not isinstance(value, str):
        return _texts(value)
    tail = re.split(r"[/#:]", value)[-1]
    return {*_texts(value), tail, re.sub(r"(?<=[a-z])(?=[A-Z])", "_", tail).upper()}


def _texts(value: Any) -> set[str]:
    if value is None:
        return set()
    if isinstance(value, bool):
        return {str(value).lower()}
    if isinstance(value, int | float | Decimal):
        return {_number(Decimal(str(value)))}
    texts = {value}
    if re.match(r"\d{4}-\d\d-\d\dT", value):
        texts.add(datetime.fromisoformat(value).astimezone(UTC).isoformat())
    return texts


def _number(value: Decimal) -> str:
    return format(value.normalize(), "f")
