"""How the numbers of the world become imin's identifiers, and back.

Every order of the world has a number. Its items and receipts have numbers derived from it, so that an
identifier leads to its order without a table: 8 items and 8 receipts an order at most.
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
# Any factor without a divisor in common with 36 spreads neighbouring numbers apart and can be undone.
_FACTOR = 1_234_567_891
_UNDO: int = pow(_FACTOR, -1, _SPACE)


def order_identifier(seed: int, number: int) -> str:
    """The UUID of the order with this number; number 29 is the one in imin's documentation."""
    if number == DOCUMENTED_NUMBER:
        return DOCUMENTED_IDENTIFIER
    return str(uuid.UUID(bytes=digest(seed, "order", number), version=4))


def put_identifier(seed: int, index: int) -> str:
    """The identifier under which a document without one of its own is served."""
    return f"put-{digest(seed, 'put', index).hex()[:12]}"


def item_identifier(number: int, position: int) -> str:
    """The short identifier of an order's item."""
    if number == DOCUMENTED_NUMBER and position == 0:
        return DOCUMENTED_ITEM
    rest = (number * PER_ORDER + position) * _FACTOR % _SPACE
    text = ""
    for _ in range(_LENGTH):
        rest, digit = divmod(rest, len(_DIGITS))
        text = _DIGITS[digit] + text
    return text


def order_number_of_item(identifier: str) -> int | None:
    """The number of the order an item identifier would belong to; None when it cannot be one."""
    if identifier == DOCUMENTED_ITEM:
        return DOCUMENTED_NUMBER
    if len(identifier) != _LENGTH or not set(identifier) <= set(_DIGITS):
        return None
    number: int = int(identifier, len(_DIGITS)) * _UNDO % _SPACE // PER_ORDER
    return number


def receipt_identifier(number: int, position: int) -> int:
    """The small integer that names a receipt of an order, oldest at position 0."""
    if number == DOCUMENTED_NUMBER and position == 0:
        return DOCUMENTED_RECEIPT
    return number * PER_ORDER + position


def order_number_of_receipt(identifier: int) -> int:
    """The number of the order a receipt would belong to."""
    return DOCUMENTED_NUMBER if identifier == DOCUMENTED_RECEIPT else identifier // PER_ORDER
