"""The closed lists of OpenActive and schema.org, read openly.

imin spells a term as an IRI (`https://schema.org/EventScheduled`), compact
(`schema:EventScheduled`) or bare; versions rename terms; new ones appear. So a
term is told by its last segment, older names count, and one that is not known
reads as UNKNOWN, with the text itself beside it where it matters.
"""

from enum import Enum
from functools import cache, lru_cache
from typing import Self

from gateway.hints import pure
from gateway.imin.jsonld import iri_tail

_MOST_REMEMBERED = 1_024


class Term(Enum):
    """A term: its value is the last segment of its IRI.

    description: what it means, for clients. older: names it had in earlier versions.
    """

    description: str
    older: tuple[str, ...]

    def __new__(cls, value: str, description: str, *older: str) -> Self:
        """A term from its definition."""
        member = object.__new__(cls)
        member._value_ = value
        member.description = description
        member.older = older
        return member

    @classmethod
    @pure
    def of(cls, text: str | None) -> Self | None:
        """The term a text names; UNKNOWN where it is none of the list, None where there is no text."""
        return _term(cls, text) if text else None  # type: ignore[return-value]  # one of this class


@lru_cache(_MOST_REMEMBERED)
def _term(vocabulary: type[Term], text: str) -> Term:
    return _table(vocabulary).get(iri_tail(text), vocabulary["UNKNOWN"])


@cache
def _table(vocabulary: type[Term]) -> dict[str, Term]:
    return {name: term for term in vocabulary for name in (term.value, *term.older)}


_UNKNOWN = "A value that this version of the gateway does not know."


class OrderStatus(Term):
    """Status of an order as a whole. Says nothing about cancellation: see the items."""

    ORDER_CANCELLED = "OrderCancelled", "Cancelled."
    ORDER_DELIVERED = "OrderDelivered", "Booked and handed over to the customer."
    ORDER_IN_TRANSIT = "OrderInTransit", "On its way."
    ORDER_PAYMENT_DUE = "OrderPaymentDue", "Waiting for payment."
    ORDER_PICKUP_AVAILABLE = "OrderPickupAvailable", "Ready to be picked up."
    ORDER_PROBLEM = "OrderProblem", "Something went wrong."
    ORDER_PROCESSING = "OrderProcessing", "Being processed."
    ORDER_RETURNED = "OrderReturned", "Returned."
    UNKNOWN = "UNKNOWN", _UNKNOWN


class OrderItemStatus(Term):
    """Status of one booked item. Source: Open Booking API, OrderItemStatus; imin docs, Cancellations."""

    ORDER_ITEM_CONFIRMED = "OrderItemConfirmed", "Booked.", "OrderConfirmed"
    ORDER_ITEM_PROPOSED = "OrderItemProposed", "Proposed; the seller has yet to approve.", "OrderProposed"
    CUSTOMER_CANCELLATION_PENDING = (
        "CustomerCancellationPending",
        "The customer's cancellation was accepted; the booking system has yet to confirm it.",
    )
    CUSTOMER_CANCELLED = "CustomerCancelled", "Cancelled by the customer; a refund was triggered."
    SELLER_CANCELLED = "SellerCancelled", "Cancelled by the seller; a refund was triggered."
    ATTENDEE_ATTENDED = "AttendeeAttended", "The attendee came.", "CustomerAttended"
    ATTENDEE_ABSENT = "AttendeeAbsent", "The attendee did not come."
    UNKNOWN = "UNKNOWN", "A status that this version of the gateway does not know; see statusText."


class ProposalStatus(Term):
    """Where the approval of an order stands that a seller has to approve first."""

    AWAITING_SELLER_CONFIRMATION = "AwaitingSellerConfirmation", "The seller has yet to answer."
    SELLER_ACCEPTED = "SellerAccepted", "The seller approved it."
    SELLER_REJECTED = "SellerRejected", "The seller refused it."
    CUSTOMER_REJECTED = "CustomerRejected", "The customer withdrew it."
    UNKNOWN = "UNKNOWN", _UNKNOWN


class EventStatus(Term):
    """Whether a session takes place as planned."""

    EVENT_SCHEDULED = "EventScheduled", "Takes place as planned."
    EVENT_CANCELLED = "EventCancelled", "Does not take place."
    EVENT_POSTPONED = "EventPostponed", "Put off; no new date yet."
    EVENT_RESCHEDULED = "EventRescheduled", "Moved to another date."
    UNKNOWN = "UNKNOWN", _UNKNOWN


class AttendanceMode(Term):
    """Whether a session is attended in person."""

    OFFLINE_EVENT_ATTENDANCE_MODE = "OfflineEventAttendanceMode", "In person, at the venue."
    ONLINE_EVENT_ATTENDANCE_MODE = "OnlineEventAttendanceMode", "Online, through an access channel."
    MIXED_EVENT_ATTENDANCE_MODE = "MixedEventAttendanceMode", "In person or online."
    UNKNOWN = "UNKNOWN", _UNKNOWN


class BrokerRole(Term):
    """What the broker is to the customer."""

    AGENT_BROKER = "AgentBroker", "Books on the customer's behalf."
    RESELLER_BROKER = "ResellerBroker", "Sells in its own name."
    NO_BROKER = "NoBroker", "There is no broker."
    UNKNOWN = "UNKNOWN", _UNKNOWN


class TaxMode(Term):
    """Whether prices contain the tax."""

    TAX_GROSS = "TaxGross", "Prices contain the tax."
    TAX_NET = "TaxNet", "The tax is added to the prices."
    UNKNOWN = "UNKNOWN", _UNKNOWN


class Prepayment(Term):
    """Whether payment in advance is asked for."""

    REQUIRED = "Required", "Must be paid in advance."
    OPTIONAL = "Optional", "May be paid in advance."
    UNAVAILABLE = "Unavailable", "Cannot be paid in advance."
    UNKNOWN = "UNKNOWN", _UNKNOWN


class GenderRestriction(Term):
    """Who may attend."""

    NO_RESTRICTION = "NoRestriction", "Everybody.", "None"
    MALE_ONLY = "MaleOnly", "Men and boys only."
    FEMALE_ONLY = "FemaleOnly", "Women and girls only."
    UNKNOWN = "UNKNOWN", _UNKNOWN


class Gender(Term):
    """Gender of a person, where they told it."""

    MALE = "Male", "Male."
    FEMALE = "Female", "Female."
    UNKNOWN = "UNKNOWN", _UNKNOWN


class DayOfWeek(Term):
    """A day of the week."""

    MONDAY = "Monday", "Monday."
    TUESDAY = "Tuesday", "Tuesday."
    WEDNESDAY = "Wednesday", "Wednesday."
    THURSDAY = "Thursday", "Thursday."
    FRIDAY = "Friday", "Friday."
    SATURDAY = "Saturday", "Saturday."
    SUNDAY = "Sunday", "Sunday."
    PUBLIC_HOLIDAYS = "PublicHolidays", "Public holidays."
    UNKNOWN = "UNKNOWN", _UNKNOWN
