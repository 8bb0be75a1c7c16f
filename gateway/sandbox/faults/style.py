"""Deviations from imin's documented style that a client has to survive."""

from dataclasses import asdict, dataclass, fields
from typing import Any

CHOICES: dict[str, tuple[str, ...]] = {
    "keys": ("type", "@type", "mixed"),
    "id_style": ("imin", "openactive"),
    "refund_flag_place": ("item", "offer"),
    "enum_style": ("url", "compact", "bare"),
    "date_style": ("as_is", "z", "offset_fraction", "local"),
    "ifu_parent_key": ("facilityUse", "aggregateFacilityUse"),
    "order_status_in": ("list", "everywhere", "nowhere"),
}


@dataclass
class Style:
    """How documents are written; set attributes freely, the defaults are imin's style.

    keys: "type" | "@type" | "mixed" (type or @type, id or @id, drawn for each object).
    id_style: of order items, "imin" …/order-items/x | "openactive" …#/orderedItems/x.
    numbers_as_strings: 10 becomes "10.00" in prices, "10" elsewhere.
    strings_as_numbers: identifiers, order numbers and PINs made of digits become numbers.
    refund_flag_place: allowCustomerCancellationFullRefund on the "item" | "offer".
    float_noise: 4.75 becomes 4.750000000000001.
    enum_style: "url" (as imin writes it) | "compact" oa:X | "bare" X.
    date_style: "as_is" | "z" | "offset_fraction" …+01:00 with six digits | "local" London without offset.
    one_or_many: an array of one element becomes the element.
    drop_optional: the probability, drawn by the seed, that a member is missing.
    ifu_parent_key: "facilityUse" | "aggregateFacilityUse" for the parent of an IndividualFacilityUse.
    location_pointer: SessionSeries.location only points into the EventSeries' imin:locationSummary.
    view_lies: the last page has a next page too, and totalPages is wrong.
    order_status_in: orderStatus in the "list" only (as documented) | "everywhere" | "nowhere".
    Raises ValueError for a knob or value that does not exist.
    """

    keys: str = "type"
    id_style: str = "imin"
    numbers_as_strings: bool = False
    strings_as_numbers: bool = False
    refund_flag_place: str = "item"
    float_noise: bool = False
    enum_style: str = "url"
    date_style: str = "as_is"
    one_or_many: bool = False
    drop_optional: float = 0.0
    ifu_parent_key: str = "facilityUse"
    location_pointer: bool = False
    view_lies: bool = False
    order_status_in: str = "list"

    def __setattr__(self, name: str, value: Any) -> None:
        _check(name, value)
        object.__setattr__(self, name, value)

    def update(self, knobs: dict[str, Any]) -> None:
        """Sets several knobs by name, all or none."""
        for name, value in knobs.items():
            _check(name, value)
        for name, value in knobs.items():
            setattr(self, name, value)

    def reset(self) -> None:
        """Back to imin's style."""
        self.update(asdict(Style()))

    def is_imins(self) -> bool:
        """Whether every knob has its default."""
        return self == Style()


def _check(name: str, value: Any) -> None:
    types = {field.name: field.type for field in fields(Style)}
    if name not in types:
        raise ValueError(f"{name} is no style knob; there are {', '.join(types)}.")
    if name in CHOICES:
        if value not in CHOICES[name]:
            raise ValueError(f"{name} must be one of {', '.join(CHOICES[name])}, got {value!r}.")
    elif types[name] is bool:
        if not isinstance(value, bool):
            raise ValueError(f"{name} must be true or false, got {value!r}.")
    elif isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(f"{name} must be a number from 0 to 1, got {value!r}.")
