"""How imin writes documents and answers requests: as documented, and deviations from that."""

from dataclasses import asdict, dataclass
from functools import cache
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints


@dataclass
class Style:
    """How documents are written and requests are answered. The defaults are imin's documented style.

    Set attributes directly or with `update`. Raises ValueError for an unknown option or value.
    """

    keys: Annotated[
        Literal["type", "@type", "mixed"], "type and id, or @type and @id; mixed: at random for each object"
    ] = "type"
    id_style: Annotated[
        Literal["imin", "openactive"], "the id of an order item: …/order-items/x or …#/orderedItems/x"
    ] = "imin"
    numbers_as_strings: Annotated[bool, '10 becomes "10.00" in prices and "10" elsewhere'] = False
    strings_as_numbers: Annotated[bool, "identifiers, order numbers and PINs of digits become numbers"] = (
        False
    )
    refund_flag_place: Annotated[
        Literal["item", "offer"], "the object that has allowCustomerCancellationFullRefund"
    ] = "item"
    float_noise: Annotated[bool, "the price 4.75 becomes 4.750000000000001"] = False
    enum_style: Annotated[
        Literal["url", "compact", "bare"], "enum values as in imin's documents, as oa:X and schema:X, or as X"
    ] = "url"
    date_style: Annotated[
        Literal["as_is", "z", "offset_fraction", "local"],
        "date-times as in imin's documents, with Z, with offset and fraction, or London time without offset",
    ] = "as_is"
    one_or_many: Annotated[bool, "an array of one element becomes that element"] = False
    drop_optional: Annotated[float, "the probability from 0 to 1 that an optional member is missing"] = 0.0
    ifu_parent_key: Annotated[
        Literal["facilityUse", "aggregateFacilityUse"], "the key of an IndividualFacilityUse's parent"
    ] = "facilityUse"
    location_pointer: Annotated[
        bool, "the location of a SessionSeries points into imin:locationSummary of its EventSeries"
    ] = False
    view_lies: Annotated[bool, "the last page has a next page too, and imin:totalPages is wrong"] = False
    order_status_in: Annotated[
        Literal["list", "everywhere", "nowhere"],
        "orderStatus only in lists as documented, also by id, or never",
    ] = "list"
    ignores_case: Annotated[
        bool, "orders, accounts and customers are found by their identifier in any case"
    ] = False
    books_while_read: Annotated[bool, "each page of orders that is read is followed by a new booking"] = False

    def __setattr__(self, name: str, value: Any) -> None:
        _check(name, value)
        object.__setattr__(self, name, value)

    def update(self, options: dict[str, Any]) -> None:
        """Set several options by name, either all or none."""
        for name, value in options.items():
            _check(name, value)
        for name, value in options.items():
            setattr(self, name, value)

    def reset(self) -> None:
        """Return to imin's documented style."""
        self.update(asdict(Style()))

    def is_default(self) -> bool:
        """Whether every option has its default."""
        return self == Style()


@cache
def _types() -> dict[str, Any]:
    return get_type_hints(Style)


def _check(name: str, value: Any) -> None:
    if name not in _types():
        raise ValueError(f"{name} is not a style option; the options are {', '.join(_types())}.")
    expected = _types()[name]
    if get_origin(expected) is Literal:
        choices = get_args(expected)
        if value not in choices:
            raise ValueError(f"{name} must be one of {', '.join(choices)}, got {value!r}.")
    elif expected is bool:
        if not isinstance(value, bool):
            raise ValueError(f"{name} must be true or false, got {value!r}.")
    elif isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(f"{name} must be a number from 0 to 1, got {value!r}.")
