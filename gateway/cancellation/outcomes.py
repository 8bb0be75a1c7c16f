"""What can be said of a cancellation. Only what was read or answered is ever said.

They name orders and items by imin's identifiers, so that they can be kept and read again.
"""

from typing import TypeAlias

import msgspec
from msgspec import Struct


class Refusal(Struct, frozen=True):
    """Why one item could not be cancelled. reason: name of a CancellationBlock."""

    item: str
    reason: str


class _OfItems(Struct, frozen=True, tag=True):
    """customer: whose order it is. items: those that were named."""

    customer: str
    order: str
    items: tuple[str, ...]


class Pending(_OfItems, frozen=True):
    """imin took the request, now or before; the booking system has yet to confirm."""


class AlreadyCancelled(_OfItems, frozen=True):
    """All items read as cancelled."""


class Unconfirmed(_OfItems, frozen=True):
    """It was sent, and neither an answer nor a reading tells whether imin took it."""


class NotPermitted(_OfItems, frozen=True):
    """imin or the items' own state forbids it. text: imin's sentence for customers, or ""."""

    text: str
    refusals: tuple[Refusal, ...]


class OrderMissing(Struct, frozen=True, tag=True):
    """There is no such order of the caller's. Nothing was sent."""


class ItemsMissing(Struct, frozen=True, tag=True):
    """ids, as the client named them, that are no items of the order. Nothing was cancelled."""

    ids: tuple[str, ...]


class ItemsElsewhere(Struct, frozen=True, tag=True):
    """ids, as the client named them, of items of another order. Nothing was sent."""

    ids: tuple[str, ...]


class Unavailable(Struct, frozen=True, tag=True):
    """Not sent, or imin answered that it failed and the order reads unchanged. Nothing was cancelled."""

    was_sent: bool = False


class KeyReused(Struct, frozen=True, tag=True):
    """The idempotency key stands for another cancellation. Nothing was sent."""


Outcome: TypeAlias = (
    Pending
    | AlreadyCancelled
    | Unconfirmed
    | NotPermitted
    | OrderMissing
    | ItemsMissing
    | ItemsElsewhere
    | Unavailable
    | KeyReused
)

_decoder: msgspec.json.Decoder[Outcome] = msgspec.json.Decoder(Outcome)


def write(outcome: Outcome) -> bytes:
    """The outcome as the journal keeps it."""
    return msgspec.json.encode(outcome)


def read(text: bytes) -> Outcome:
    """The outcome that was kept."""
    return _decoder.decode(text)


def is_final(outcome: Outcome) -> bool:
    """Whether asking again under the same key must give it again; the others may yet turn out otherwise."""
    return not isinstance(outcome, Unconfirmed | Unavailable | KeyReused)
