"""Prices of sessions, and schedules of series."""

from decimal import Decimal
from typing import ClassVar

from msgspec import field
from msgspec.structs import replace

from gateway.imin.dates import until_end_of_day
from gateway.imin.documents.thing import AgeRange, Concept, Priced, QuantitativeValue, Thing, filled
from gateway.imin.documents.vocabulary import (
    BusinessEntityType,
    DayOfWeek,
    PaymentMethod,
    Prepayment,
    RequiredStatusType,
)
from gateway.imin.jsonld import Bare, Exact, Int, Link, iri_tail, is_same_iri


class Offer(Priced, kw_only=True, gc=False, rename="camel"):
    """A price, and the terms on which it is offered.

    unclear: names of fields of which something could not be read.
    """

    bare: ClassVar[Bare] = Bare(text="name")
    valid_from_before_start_date: Exact | None = None
    latest_cancellation_before_start_date: Exact | None = None
    description: str | None = None
    url: Link | None = None
    own_age_restriction: AgeRange | None = field(default=None, name="ageRestriction")
    older_age_restriction: AgeRange | None = field(default=None, name="ageRange")
    older_prepayment: Exact | None = field(default=None, name="prepayment")
    valid_through_before_start_date: Exact | None = None
    allow_customer_cancellation_full_refund: bool | None = None
    membership_required: bool | None = field(default=None, name="imin:membershipRequired")
    own_indicative_price: bool | None = field(default=None, name="imin:indicativePrice")
    own_in_advance: Exact | None = field(default=None, name="openBookingInAdvance")
    own_payment_methods: tuple[Exact, ...] = field(default=(), name="acceptedPaymentMethod")
    own_customer_types: tuple[Exact, ...] = field(default=(), name="eligibleCustomerType")
    eligible_entitlement_types: tuple[Concept, ...] = field(default=(), name="eligibleEntitlementType")
    party_size: QuantitativeValue | None = field(default=None, name="beta:partySize")
    valid_from: Exact | None = None
    own_valid_through: Exact | None = field(default=None, name="validThrough")
    unclear: tuple[str, ...] = field(default=(), name="gateway:unclear")

    @property
    def age_restriction(self) -> AgeRange | None:
        """Ages that it is for. OpenActive called them ageRange before 1.0."""
        own = self.own_age_restriction
        return own if own is not None and own.has_limit else self.older_age_restriction or own

    @property
    def prepayment(self) -> Prepayment | None:
        """Whether payment in advance is required. OpenActive called it prepayment before 1.0."""
        return Prepayment.of(self.open_booking_prepayment) or Prepayment.of(self.older_prepayment)

    @property
    def is_reference(self) -> bool:
        """Whether it only says which offer is meant."""
        has_identity = bool(self.iri) or self.own_identifier is not None
        has_terms = (
            self.price is not None
            or self.latest_cancellation_before_start_date is not None
            or self.allow_customer_cancellation_full_refund is not None
        )
        return has_identity and not has_terms

    def is_meant_by(self, reference: "Offer") -> bool:
        """Whether the other has the IRI of this one; without an IRI, its identifier."""
        iri, other = self.iri, reference.iri
        if iri and other:
            return is_same_iri(iri, other)
        identifier = reference.identifier or reference.name
        return identifier is not None and identifier in (self.identifier, iri)

    @property
    def accepted_terms(self) -> tuple[Decimal | str | bool | None, ...]:
        """What a customer accepts: price, notice and refund."""
        return (
            self.price,
            self.price_currency,
            self.latest_cancellation_before_start_date,
            self.allow_customer_cancellation_full_refund,
        )

    def completed_by(self, offer: "Offer") -> "Offer":
        """The offer that this one refers to, with what this one states itself."""
        window = self.latest_cancellation_before_start_date
        if window is None:
            window = offer.latest_cancellation_before_start_date
        refund = self.allow_customer_cancellation_full_refund
        if refund is None:
            refund = offer.allow_customer_cancellation_full_refund
        return replace(
            offer,
            name=filled(self.name) or offer.name,
            latest_cancellation_before_start_date=window,
            allow_customer_cancellation_full_refund=refund,
            unclear=self.unclear + offer.unclear,
        )

    @property
    def indicative_price(self) -> bool | None:
        """Whether the price is only an indication. OpenActive has a type for such offers."""
        if self.own_indicative_price is None and self.type == "IndicativeOffer":
            return True
        return self.own_indicative_price

    @property
    def valid_through(self) -> str | None:
        """When it ends."""
        return until_end_of_day(self.own_valid_through)

    @property
    def open_booking_in_advance(self) -> RequiredStatusType | None:
        """Whether booking in advance is required."""
        return RequiredStatusType.of(self.own_in_advance)

    @property
    def open_booking_in_advance_text(self) -> str | None:
        """Last segment of the text that imin wrote."""
        return iri_tail(self.own_in_advance) if self.own_in_advance else None

    @property
    def accepted_payment_methods(self) -> tuple[PaymentMethod, ...]:
        """Ways to pay at the venue."""
        return tuple(PaymentMethod.of(text) or PaymentMethod.UNKNOWN for text in self.own_payment_methods)

    @property
    def accepted_payment_method_texts(self) -> tuple[str, ...]:
        """Last segments of the texts that imin wrote, in the same order."""
        return tuple(iri_tail(text) for text in self.own_payment_methods)

    @property
    def eligible_customer_types(self) -> tuple[BusinessEntityType, ...]:
        """Kinds of customers that it is for."""
        return tuple(
            BusinessEntityType.of(text) or BusinessEntityType.UNKNOWN for text in self.own_customer_types
        )

    @property
    def eligible_customer_type_texts(self) -> tuple[str, ...]:
        """Last segments of the texts that imin wrote, in the same order."""
        return tuple(iri_tail(text) for text in self.own_customer_types)


class LowestOffer(Offer, kw_only=True, gc=False, rename="camel"):
    """The lowest of several prices, which schema.org's AggregateOffer calls lowPrice."""

    bare: ClassVar[Bare] = Bare(text="name", number="price")
    low_price: Decimal | None = None

    @property
    def amount(self) -> Decimal | None:
        """Exact amount as imin wrote it."""
        return self.low_price if self.price is None else self.price

    @property
    def money(self) -> Priced | None:
        """The lowest price; None if there is none."""
        return None if self.amount is None else self


class AggregateOffer(Thing, kw_only=True, gc=False, rename="camel"):
    """The lowest price of a series for each group of people. Source: imin docs, Search API."""

    public_adult: LowestOffer | None = None
    public_junior: LowestOffer | None = None
    active_entitlement: LowestOffer | None = None


class Schedule(Thing, kw_only=True, gc=False, rename="camel"):
    """When the sessions of a series take place. Dates and times are local."""

    own_days: tuple[Exact, ...] = field(default=(), name="byDay")
    start_date: Exact | None = None
    end_date: Exact | None = None
    start_time: Exact | None = None
    end_time: Exact | None = None
    duration: Exact | None = None
    repeat_frequency: Exact | None = None
    repeat_count: Int | None = None
    schedule_timezone: str | None = None
    except_dates: tuple[str, ...] = field(default=(), name="exceptDate")
    by_month: tuple[Int, ...] = ()
    by_month_day: tuple[Int, ...] = ()

    @property
    def by_day(self) -> tuple[DayOfWeek, ...]:
        """Days of the week."""
        return tuple(DayOfWeek.of(day) or DayOfWeek.UNKNOWN for day in self.own_days)

    @property
    def first_date(self) -> str | None:
        """First day."""
        return filled(self.start_date)

    @property
    def last_date(self) -> str | None:
        """Last day."""
        return filled(self.end_date)

    @property
    def start_time_of_day(self) -> str | None:
        """Start time."""
        return filled(self.start_time)

    @property
    def end_time_of_day(self) -> str | None:
        """End time."""
        return filled(self.end_time)

    @property
    def excluded_dates(self) -> tuple[str, ...]:
        """Days on which no session takes place."""
        return self.except_dates
