"""Convert order numbers to imin's identifiers and back.

Every order has a number. The numbers of its items and receipts are derived from it, so the order of an
identifier is computed without a lookup table. An order has at most 8 items and 8 receipts.
"""

import uuid

from gateway.sandbox.data.random import digest

PER_ORDER = 8
DOCUMENTED_NUMBER = 29
DOCUMENTED_IDENTIFIER = "0bac05e5-b207-4794-80b8-6c94211643c5"
DOCUMENTED_ITEM = "abcd"
DOCUMENTED_RECEIPT = 1

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_LENGTH = 6
_SPACE = len(_DIGITS) ** _LENGTH
# Spreads neighbouring numbers apart. Has an inverse because it shares no divisor with 36.
_FACTOR = 1_234_567_891
_INVERSE: int = pow(_FACTOR, -1, _SPACE)


def order_identifier(seed: int, number: int) -> str:
    """The UUID of the order with this number; number 29 is the order of imin's documentation."""
    if number == DOCUMENTED_NUMBER:
        return DOCUMENTED_IDENTIFIER
    return str(uuid.UUID(bytes=digest(seed, "order", number), version=4))


def put_identifier(seed: int, index: int) -> str:
    """The identifier for the index-th document that was put without an identifier."""
    return f"put-{digest(seed, 'put', index).hex()[:12]}"


def item_identifier(number: int, position: int) -> str:
    """The short identifier of the item at this position of an order."""
    if number == DOCUMENTED_NUMBER and position == 0:
        return DOCUMENTED_ITEM
    rest = (number * PER_ORDER + position) * _FACTOR % _SPACE
    text = ""
    for _ in range(_LENGTH):
        rest, digit = divmod(rest, len(_DIGITS))
        text = _DIGITS[digit] + text
    return text


def order_number_of_item(identifier: str) -> int | None:
    """The number of the order that this item identifier belongs to; None when it has another format.

    The order need not exist.
    """
    if identifier == DOCUMENTED_ITEM:
        return DOCUMENTED_NUMBER
    if len(identifier) != _LENGTH or not set(identifier) <= set(_DIGITS):
        return None
    number: int = int(identifier, len(_DIGITS)) * _INVERSE % _SPACE // PER_ORDER
    return number


def receipt_identifier(number: int, position: int) -> int:
    """The small integer that identifies a receipt of an order; position 0 is the oldest."""
    if number == DOCUMENTED_NUMBER and position == 0:
        return DOCUMENTED_RECEIPT
    return number * PER_ORDER + position


def order_number_of_receipt(identifier: int) -> int:
    """The number of the order that this receipt belongs to. The order need not exist."""
    return DOCUMENTED_NUMBER if identifier == DOCUMENTED_RECEIPT else identifier // PER_ORDER
