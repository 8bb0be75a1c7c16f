"""The closed lists of OpenActive and schema.org, read openly.

imin spells a term as an IRI (`https://schema.org/EventScheduled`), compact
(`schema:EventScheduled`) or bare; versions rename terms; new ones appear. So a
term is identified by its last segment, older names are accepted, and an unknown one
is read as UNKNOWN; where it matters, the text itself is available too.
"""

from enum import Enum
from functools import cache, lru_cache
from typing import Self

from gateway.hints import pure
from gateway.imin.jsonld import iri_tail

_CACHE_SIZE = 1_024


class Term(Enum):
    """A term: its value is the last segment of its IRI.

    description: its meaning, for clients. older: its names in earlier versions.
    """

    description: str
    older: tuple[str, ...]

    def __new__(cls, value: str, description: str, *older: str) -> Self:
        member = object.__new__(cls)
        member._value_ = value
        member.description = description
        member.older = older
        return member

    @classmethod
    @pure
    def of(cls, text: str | None) -> Self | None:
        """The term that a text names; UNKNOWN if it is not in the list, None if there is no text."""
        return _term(cls, text) if text else None  # type: ignore[return-value]  # one of this class


@lru_cache(_CACHE_SIZE)
def _term(vocabulary: type[Term], text: str) -> Term | None:
    name = iri_tail(text)
    return _table(vocabulary).get(name, vocabulary["UNKNOWN"]) if name else None


@cache
def _table(vocabulary: type[Term]) -> dict[str, Term]:
    return {name: term for term in vocabulary for name in (term.value, *term.older)}


_UNKNOWN = "A value that this version of the gateway does not know."


class OrderStatus(Term):
    """Status of an order as a whole. It does not show cancellations: see the statuses of the items."""

    ORDER_CANCELLED = "OrderCancelled", "The order is cancelled."
    ORDER_DELIVERED = "OrderDelivered", "The order is booked and delivered to the customer."
    ORDER_IN_TRANSIT = "OrderInTransit", "The order is on its way."
    ORDER_PAYMENT_DUE = "OrderPaymentDue", "The order is waiting for payment."
    ORDER_PICKUP_AVAILABLE = "OrderPickupAvailable", "The order is ready to be picked up."
    ORDER_PROBLEM = "OrderProblem", "There is a problem with the order."
    ORDER_PROCESSING = "OrderProcessing", "The order is being processed."
    ORDER_RETURNED = "OrderReturned", "The order was returned."
    UNKNOWN = "UNKNOWN", _UNKNOWN


class OrderItemStatus(Term):
    """Status of one booked item. Source: Open Booking API, OrderItemStatus; imin docs, Cancellations."""

    ORDER_ITEM_CONFIRMED = "OrderItemConfirmed", "The item is booked.", "OrderConfirmed"
    ORDER_ITEM_PROPOSED = (
        "OrderItemProposed",
        "The item is proposed; the seller has yet to approve it.",
        "OrderProposed",
    )
    CUSTOMER_CANCELLATION_PENDING = (
        "CustomerCancellationPending",
        "The customer's cancellation was accepted; the booking system has yet to confirm it.",
    )
    CUSTOMER_CANCELLED = "CustomerCancelled", "The customer cancelled the item; a refund was triggered."
    SELLER_CANCELLED = "SellerCancelled", "The seller cancelled the item; a refund was triggered."
    ATTENDEE_ATTENDED = "AttendeeAttended", "The attendee attended.", "CustomerAttended"
    ATTENDEE_ABSENT = "AttendeeAbsent", "The attendee did not attend."
    UNKNOWN = "UNKNOWN", "A status that this version of the gateway does not know; see statusText."


class ProposalStatus(Term):
    """State of the approval of an order that the seller has to approve first."""

    AWAITING_SELLER_CONFIRMATION = (
        "AwaitingSellerConfirmation",
        "The seller has yet to approve or reject the order.",
    )
    SELLER_ACCEPTED = "SellerAccepted", "The seller approved the order."
    SELLER_REJECTED = "SellerRejected", "The seller rejected the order."
    CUSTOMER_REJECTED = "CustomerRejected", "The customer withdrew the order."
    UNKNOWN = "UNKNOWN", _UNKNOWN


class EventStatus(Term):
    """Whether a session takes place as planned."""

    EVENT_SCHEDULED = "EventScheduled", "It takes place as planned."
    EVENT_CANCELLED = "EventCancelled", "It does not take place."
    EVENT_POSTPONED = "EventPostponed", "It is postponed, without a new date yet."
    EVENT_RESCHEDULED = "EventRescheduled", "It is moved to another date."
    UNKNOWN = "UNKNOWN", _UNKNOWN


class AttendanceMode(Term):
    """Whether a session is attended in person or online."""

    OFFLINE_EVENT_ATTENDANCE_MODE = "OfflineEventAttendanceMode", "Attended in person, at the venue."
    ONLINE_EVENT_ATTENDANCE_MODE = "OnlineEventAttendanceMode", "Attended online, through an access channel."
    MIXED_EVENT_ATTENDANCE_MODE = "MixedEventAttendanceMode", "Attended in person or online."
    UNKNOWN = "UNKNOWN", _UNKNOWN


class BrokerRole(Term):
    """Role of the broker towards the customer."""

    AGENT_BROKER = "AgentBroker", "The broker books on the customer's behalf."
    RESELLER_BROKER = "ResellerBroker", "The broker sells in its own name."
    NO_BROKER = "NoBroker", "There is no broker."
    UNKNOWN = "UNKNOWN", _UNKNOWN


class TaxMode(Term):
    """Whether prices include tax."""

    TAX_GROSS = "TaxGross", "Prices include tax."
    TAX_NET = "TaxNet", "Tax is added to the prices."
    UNKNOWN = "UNKNOWN", _UNKNOWN


class Prepayment(Term):
    """Whether payment in advance is required, optional or impossible."""

    REQUIRED = "Required", "Payment in advance is required."
    OPTIONAL = "Optional", "Payment in advance is optional."
    UNAVAILABLE = "Unavailable", "Payment in advance is not possible."
    UNKNOWN = "UNKNOWN", _UNKNOWN


class RequiredStatusType(Term):
    """Whether something is required, optional or impossible."""

    REQUIRED = "Required", "It is required."
    OPTIONAL = "Optional", "It is possible, but not required."
    UNAVAILABLE = "Unavailable", "It is not possible."
    UNKNOWN = "UNKNOWN", _UNKNOWN


class PaymentMethod(Term):
    """A way to pay at the venue. Source: OpenActive, which takes two terms from GoodRelations."""

    CASH = "Cash", "Cash."
    PAYMENT_METHOD_CREDIT_CARD = "PaymentMethodCreditCard", "A credit or debit card."
    UNKNOWN = "UNKNOWN", _UNKNOWN


class BusinessEntityType(Term):
    """A kind of customer that an offer is for. Source: OpenActive's beta namespace; schema.org."""

    MEMBER = "Member", "Members of the organizer or provider."
    BUSINESS = "Business", "Businesses."
    ENDUSER = "Enduser", "People who book for themselves."
    PUBLIC_INSTITUTION = "PublicInstitution", "Public institutions."
    RESELLER = "Reseller", "Resellers."
    UNKNOWN = "UNKNOWN", _UNKNOWN


class FacilitySettingType(Term):
    """Whether something is indoors or outdoors. Source: OpenActive's beta namespace."""

    INDOOR_FACILITY = "IndoorFacility", "Indoors."
    OUTDOOR_FACILITY = "OutdoorFacility", "Outdoors."
    UNKNOWN = "UNKNOWN", _UNKNOWN


class GenderRestriction(Term):
    """Restriction of attendance by gender."""

    NO_RESTRICTION = "NoRestriction", "Anyone may attend.", "None"
    MALE_ONLY = "MaleOnly", "Only men and boys may attend."
    FEMALE_ONLY = "FemaleOnly", "Only women and girls may attend."
    UNKNOWN = "UNKNOWN", _UNKNOWN


class Gender(Term):
    """Gender that a person has stated."""

    MALE = "Male", "Male."
    FEMALE = "Female", "Female."
    UNKNOWN = "UNKNOWN", _UNKNOWN


class OpportunityType(Term):
    """A kind of opportunity that imin's Search API finds by its identifier. Source: imin docs, Search."""

    SCHEDULED_SESSION = "ScheduledSession", "A session at a fixed date and time."
    SLOT = "Slot", "A period of time at a facility."


class ActionStatus(Term):
    """How far an action has got. Source: schema.org, ActionStatusType."""

    POTENTIAL = "PotentialActionStatus", "It has not been started."
    ACTIVE = "ActiveActionStatus", "It is in progress."
    COMPLETED = "CompletedActionStatus", "It is finished."
    FAILED = "FailedActionStatus", "It has failed."
    UNKNOWN = "UNKNOWN", _UNKNOWN


class DayOfWeek(Term):
    """A day of the week. In a Schedule, OpenActive allows iCalendar's short names too."""

    MONDAY = "Monday", "Monday.", "MO"
    TUESDAY = "Tuesday", "Tuesday.", "TU"
    WEDNESDAY = "Wednesday", "Wednesday.", "WE"
    THURSDAY = "Thursday", "Thursday.", "TH"
    FRIDAY = "Friday", "Friday.", "FR"
    SATURDAY = "Saturday", "Saturday.", "SA"
    SUNDAY = "Sunday", "Sunday.", "SU"
    PUBLIC_HOLIDAYS = "PublicHolidays", "Public holidays."
    UNKNOWN = "UNKNOWN", _UNKNOWN
