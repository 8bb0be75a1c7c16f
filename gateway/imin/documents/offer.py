"""Prices of sessions, and schedules of series."""

from typing import ClassVar

from msgspec import field

from gateway.imin.documents.thing import AgeRange, Priced, Thing
from gateway.imin.documents.vocabulary import DayOfWeek
from gateway.imin.jsonld import Bare, Exact, Int, Link


class Offer(Priced, kw_only=True, gc=False, rename="camel"):
    """A price, and the terms on which it is offered."""

    bare: ClassVar[Bare] = Bare(text="name")
    name: str | None = None
    description: str | None = None
    url: Link | None = None
    age_restriction: AgeRange | None = None
    latest_cancellation_before_start_date: Exact | None = None
    valid_from_before_start_date: Exact | None = None
    valid_through_before_start_date: Exact | None = None
    allow_customer_cancellation_full_refund: bool | None = None
    membership_required: bool | None = field(default=None, name="imin:membershipRequired")
    indicative_price: bool | None = field(default=None, name="imin:indicativePrice")


class AggregateOffer(Thing, kw_only=True, gc=False, rename="camel"):
    """The lowest price of a series for each group of people. Source: imin docs, Search API."""

    public_adult: Offer | None = None
    public_junior: Offer | None = None
    active_entitlement: Offer | None = None


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

    @property
    def by_day(self) -> tuple[DayOfWeek, ...]:
        """Days of the week."""
        return tuple(DayOfWeek.of(day) or DayOfWeek.UNKNOWN for day in self.own_days)
