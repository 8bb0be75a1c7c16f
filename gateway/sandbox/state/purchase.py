"""Plan the order that a completed checkout makes."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from gateway.sandbox.data import dates
from gateway.sandbox.data.activities import ACTIVITIES, ACTIVITIES_BY_KIND, Activity
from gateway.sandbox.data.identifiers import order_identifier
from gateway.sandbox.data.money import amount
from gateway.sandbox.data.opportunities import levels
from gateway.sandbox.data.order_documents import order_document
from gateway.sandbox.data.order_items import object_member
from gateway.sandbox.data.order_plan import ItemPlan, OrderPlan
from gateway.sandbox.data.sellers import SELLERS, Seller
from gateway.sandbox.data.vocabulary import Document
from gateway.sandbox.state.added_orders import FIRST_NUMBER, Booking
from gateway.sandbox.state.search import as_booked


@dataclass(frozen=True, slots=True)
class Purchase:
    """What a customer buys: a place for each attendee; None stands for the customer.

    opportunity: as Search has it. offer: one of its own.
    """

    opportunity: Document
    offer: Document
    attendees: tuple[Document | None, ...]


def plan_purchase(seed: int, booking: Booking, purchase: Purchase) -> OrderPlan:
    """The plan of the order; equal arguments give equal plans."""
    seller = _seller(purchase.opportunity)
    places = len(purchase.attendees)
    start = dates.parse(purchase.opportunity.get("startDate")) or booking.placed
    items = [
        ItemPlan(
            _activity(purchase.opportunity),
            seller.venues[0],
            start,
            amount(purchase.offer.get("price")),
            window=None,
            attendee=attendee,
            booked=as_booked(purchase.opportunity, places),
            offer=purchase.offer,
        )
        for attendee in purchase.attendees
    ]
    number = FIRST_NUMBER + booking.index
    identifier = order_identifier(seed, number)
    return OrderPlan(number, identifier, booking.order_number, booking.placed, booking.person, seller, items)


def quote(seed: int, purchase: Purchase, now: datetime) -> tuple[Decimal, Document]:
    """The total of the order, and its tax."""
    document = order_document(plan_purchase(seed, Booking(0, "", now, {}), purchase))
    return amount(document["totalPaymentDue"]["price"]), document["totalPaymentTax"][0]


def seller_identifier(opportunity: Document) -> Any:
    """The id of the organizer or provider of a session or slot."""
    for level in levels(opportunity):
        for member in ("organizer", "provider"):
            if member in level:
                return object_member(level, member).get("id")
    return None


def _seller(opportunity: Document) -> Seller:
    # A document that a test has put may name a seller that is not one of the sandbox's.
    identifier = seller_identifier(opportunity)
    return next((seller for seller in SELLERS if seller.url == identifier), SELLERS[0])


def _activity(booked: Document) -> Activity:
    """The activity, which decides how the customer gets in."""
    names = {level.get("name") for level in levels(booked)}
    default = ACTIVITIES_BY_KIND["slot" if booked.get("type") == "Slot" else "session"][0]
    return next((activity for activity in ACTIVITIES if activity.name in names), default)
