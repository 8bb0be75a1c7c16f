"""Convert amounts of money between Decimal and JSON numbers, without float noise."""

from decimal import Decimal, InvalidOperation
from typing import Any


def amount(value: Any) -> Decimal:
    """The exact amount of a JSON number or numeric text; 0 for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return Decimal(0)
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return Decimal(0)


def number(value: Decimal) -> int | float:
    """A number whose JSON text is exactly `value`: 10, 12.5, 16.992."""
    # A float's shortest text, which JSON uses, is the decimal it was made from.
    return int(value) if value == value.to_integral_value() else float(value)
