"""The outcomes of a cancellation. Each claims only what imin answered, an order showed, or the journal holds.

Which fact makes each of them true, and where it comes from: docs/cancellation.md.
They refer to orders and items by imin's identifiers, so that the journal can store them. The tag of a class
is its name in the journal and in metrics.
"""

from dataclasses import dataclass
from typing import TypeAlias

import msgspec
from msgspec import Struct

from gateway.cancellation.preview import Preview
from gateway.cancellation.request import CancellationRequest
from gateway.imin.documents import Order


class Refusal(Struct, frozen=True):
    """Why one item could not be cancelled.

    item: its identifier, or its made-up name. reason: name of a CancellationBlock.
    """

    item: str
    reason: str


class _OfItems(Struct, frozen=True, tag=True):
    """customer: whose order it is. items: those that were named in the request."""

    customer: str
    order: str
    items: tuple[str, ...]


class Pending(_OfItems, frozen=True):
    """imin accepted a request, this one or an earlier one; the booking system has not confirmed it yet."""


class AlreadyCancelled(_OfItems, frozen=True):
    """imin shows all items as cancelled."""


class Unconfirmed(_OfItems, frozen=True):
    """Some of the items were sent, by this call or an earlier one, and no reading shows what became of them.

    were_cancelled: whether an earlier reading showed all items as cancelled, and only the order cannot be
    read now to show them.
    """

    were_cancelled: bool = False


class NotPermitted(_OfItems, frozen=True):
    """imin refused, or an item's status rules it out. text: imin's message to the customer, or ""."""

    text: str
    refusals: tuple[Refusal, ...]


class OrderMissing(Struct, frozen=True, tag=True):
    """The caller has no such order. Nothing was sent."""


class ItemsMissing(Struct, frozen=True, tag=True):
    """The order has no items with these ids, as the client wrote them. Nothing was cancelled."""

    ids: tuple[str, ...]


class ItemsElsewhere(Struct, frozen=True, tag=True):
    """These ids, as the client wrote them, are of items of another order. Nothing was sent."""

    ids: tuple[str, ...]


class CancellationUnavailable(Struct, frozen=True, tag="Unavailable"):
    """Not sent; or imin answered with a failure and the order is unchanged. Nothing was cancelled.

    is_partly_done: whether some of the items were cancelled before, or are pending. is_journal_unread:
    whether it is not known if an earlier call has sent the items, since the journal could not be read or
    written; this one has not. is_search_incomplete: whether it is not known if the caller has the order,
    since their history was not searched to its end.
    """

    is_partly_done: bool = False
    is_journal_unread: bool = False
    is_search_incomplete: bool = False


class TermsChanged(Struct, frozen=True, tag=True):
    """The order does not have the terms that the request's preview promised, or no longer. Nothing was sent.

    preview: as it is now.
    """

    preview: Preview


class KeyReused(Struct, frozen=True, tag=True):
    """The idempotency key was used for a different cancellation. Nothing was sent."""


Outcome: TypeAlias = (
    Pending
    | AlreadyCancelled
    | Unconfirmed
    | NotPermitted
    | OrderMissing
    | ItemsMissing
    | ItemsElsewhere
    | CancellationUnavailable
    | TermsChanged
    | KeyReused
)


@dataclass(frozen=True)
class CancellationResult:
    """An outcome, and the order as it was last read, if it was. cause: what failed, see causes.py."""

    outcome: Outcome
    order: Order | None = None
    cause: str = ""


class _Stored(Struct, frozen=True, omit_defaults=True):
    """An outcome in the journal, without what the request says: version 0.1 stored that too.

    ids: places of the ids that it lists among the request's, sorted.
    """

    type: str
    text: str = ""
    refusals: tuple[Refusal, ...] = ()
    ids: tuple[int, ...] = ()


_decoder = msgspec.json.Decoder(_Stored)


def encode(outcome: Outcome, request: CancellationRequest) -> bytes:
    """For the journal, which stores the outcome of a request under its idempotency key."""
    text, refusals = (outcome.text, outcome.refusals) if isinstance(outcome, NotPermitted) else ("", ())
    listed = outcome.ids if isinstance(outcome, ItemsMissing | ItemsElsewhere) else ()
    places = tuple(place for place, id_ in enumerate(_sorted_ids(request)) if id_ in listed)
    return msgspec.json.encode(_Stored(name_of(outcome), text, refusals, places))


def decode(stored: bytes, request: CancellationRequest) -> Outcome | None:
    """From the journal, for the same request. None if it cannot be read: then it is found out again."""
    try:
        outcome = _decoder.decode(stored)
    except msgspec.MsgspecError:
        return None
    ids = _sorted_ids(request)
    listed = tuple(ids[place] for place in outcome.ids if place < len(ids))
    of_items = request.customer, request.order, request.identifiers
    outcomes: dict[str, Outcome] = {
        "Pending": Pending(*of_items),
        "AlreadyCancelled": AlreadyCancelled(*of_items),
        "NotPermitted": NotPermitted(*of_items, outcome.text, outcome.refusals),
        "ItemsMissing": ItemsMissing(listed),
        "ItemsElsewhere": ItemsElsewhere(listed),
        "OrderMissing": OrderMissing(),
    }
    return outcomes.get(outcome.type)


def _sorted_ids(request: CancellationRequest) -> list[str]:
    return sorted(item.id for item in request.items)


def name_of(outcome: Outcome) -> str:
    """The outcome's name in metrics."""
    return str(type(outcome).__struct_config__.tag)


def is_final(outcome: Outcome) -> bool:
    """Whether the same idempotency key must give this outcome again. The others may still change."""
    return not isinstance(outcome, Unconfirmed | CancellationUnavailable | TermsChanged | KeyReused)
