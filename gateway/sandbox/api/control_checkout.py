"""Control requests about what checkout sells."""

from dataclasses import asdict
from typing import Any

from gateway.sandbox.api.control_body import (
    BodyField,
    InputError,
    boolean_field,
    number_field,
    required_text_field,
)
from gateway.sandbox.api.control_request import ControlCall, ControlRequests
from gateway.sandbox.data.opportunities import levels
from gateway.sandbox.data.vocabulary import Document
from gateway.sandbox.state.search import is_bookable, offers_of, places_left

_MOST_PLACES = 10_000

CHECKOUT = ControlRequests()


@CHECKOUT.declare(
    "GET",
    "/sandbox/opportunities",
    "The sessions and slots that Search and checkout have: those that customers have booked within 14 days, "
    "with their places left and offers.",
)
def _opportunities(call: ControlCall) -> Any:
    found = call.sandbox.opportunities()
    return {"opportunities": sorted(map(_summary, found), key=lambda one: str(one["start"]))}


@CHECKOUT.declare(
    "PATCH",
    "/sandbox/opportunities",
    "Change what is left of a session or slot, for example to sell it out; fields that are not sent stay as "
    "they are. Returns it.",
    fields=(
        BodyField("identifier", "text or null", "its identifier; null: the first one of the list", None),
        BodyField("places", "number", f"how many can still book, 0 to {_MOST_PLACES:_}; not needed"),
        BodyField("bookable", "true or false", "whether checkout sells it at all; not needed"),
    ),
    example={"places": 0},
)
def _change_opportunity(call: ControlCall) -> Any:
    changed = _chosen(call)
    if "places" in call.body:
        places = number_field(call.body, "places")
        if not 0 <= places <= _MOST_PLACES or places != int(places):
            raise InputError(f"places must be a whole number from 0 to {_MOST_PLACES}, got {places}.")
        call.sandbox.search.set_places(changed["identifier"], int(places))
    bookable = boolean_field(call.body, "bookable", changed["bookable"])
    call.sandbox.search.set_bookable(changed["identifier"], is_bookable=bookable)
    return _summary(next(one for one in call.sandbox.opportunities() if _is(one, changed["identifier"])))


@CHECKOUT.declare(
    "GET",
    "/sandbox/checkout-sessions",
    "The sessions of checkout, newest first: open, paid, cancelled or expired, with the order's identifier "
    "and the status of the response to the success webhook (0: there was none; null: it was not called).",
)
def _sessions(call: ControlCall) -> Any:
    sessions = call.sandbox.checkout.sessions()
    return {"sessions": [asdict(one) | {"expires": one.expires.isoformat()} for one in sessions]}


def _chosen(call: ControlCall) -> Document:
    found = sorted(map(_summary, call.sandbox.opportunities()), key=lambda one: str(one["start"]))
    if call.body.get("identifier") is None:
        if not found:
            raise LookupError("Search has no session or slot at this time of the sandbox")
        return found[0]
    identifier = required_text_field(call.body, "identifier")
    chosen = next((one for one in found if _is(one, identifier)), None)
    if chosen is None:
        raise LookupError(f"Search has no session or slot {identifier!r}")
    return chosen


def _is(opportunity: Document, identifier: str) -> bool:
    return opportunity.get("identifier") == identifier


def _summary(opportunity: Document) -> Document:
    return {
        "type": opportunity.get("type"),
        "identifier": opportunity.get("identifier"),
        "name": next((level["name"] for level in levels(opportunity) if "name" in level), None),
        "start": opportunity.get("startDate"),
        "places": places_left(opportunity),
        "bookable": is_bookable(opportunity),
        "offers": [
            {name: offer.get(name) for name in ("id", "name", "price")} for offer in offers_of(opportunity)
        ],
    }
