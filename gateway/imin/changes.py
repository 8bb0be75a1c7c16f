"""What may have changed in imin, as far as the gateway learns of it."""

from msgspec import Struct


class Change(Struct, frozen=True):
    """A change, made or about to be made.

    order: imin's identifier of an order that changed. customer: of whom anything may have changed. "" where
    it is not known. topic: what of the customer was seen to change, if it is known.
    is_erasure: whether the customer's personal data is erased, or will be.
    is_new_order: whether the order may be new, so that lists in which it has never been seen may show it.
    """

    order: str = ""
    customer: str = ""
    topic: str = ""
    is_new_order: bool = False
    is_erasure: bool = False
