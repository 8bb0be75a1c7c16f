"""The declaration of every type. Where an object of a type may stand in an order: see places.py."""

from collections.abc import Iterator
from typing import Any

from tests.examples.openactive import events, occurrences, orders, others
from tests.examples.openactive.declared import Declared, Shown
from tests.examples.openactive.places import PLACES

_DECLARED: dict[str, Declared] = {
    "AggregateOffer": others.AGGREGATE_OFFER,
    "Barcode": orders.BARCODE,
    "BookingService": orders.BOOKING_SERVICE,
    "BooleanFormFieldSpecification": orders.FORM_FIELD,
    "Brand": others.BRAND,
    "Concept": others.CONCEPT,
    "Course": events.COURSE,
    "FacilityUse": events.FACILITY_USE,
    "GeoCoordinates": others.GEO_COORDINATES,
    "ImageObject": others.IMAGE,
    "IndividualFacilityUse": events.FACILITY_USE,
    "Lease": orders.LEASE,
    "LocationFeatureSpecification": others.FEATURE,
    "MediaObject": others.MEDIA,
    "Offer": others.OFFER,
    "OpeningHoursSpecification": others.OPENING_HOURS,
    "Order": orders.ORDER,
    "OrderItem": orders.ORDER_ITEM,
    "OrderProposal": orders.ORDER,
    "Organization": others.AGENT,
    "PartialSchedule": others.SCHEDULE,
    "Payment": orders.PAYMENT,
    "Person": others.AGENT,
    "Place": others.PLACE,
    "PostalAddress": others.POSTAL_ADDRESS,
    "PriceSpecification": orders.PRICE,
    "PrivacyPolicy": others.TERMS,
    "PropertyValue": orders.PROPERTY_VALUE,
    "PropertyValueSpecification": orders.FORM_FIELD,
    "QuantitativeValue": others.QUANTITATIVE_VALUE,
    "Schedule": others.SCHEDULE,
    "Slot": events.SLOT,
    "SportsActivityLocation": others.SPORTS_ACTIVITY_LOCATION,
    "TaxChargeSpecification": others.TAX,
    "Terms": others.TERMS,
    "VideoObject": others.MEDIA,
    "VirtualLocation": orders.VIRTUAL_LOCATION,
}

SHOWN: dict[str, Declared] = {
    kind: {name: _DECLARED.get(kind, events.EVENT)[name] for name in properties}
    for kind, properties in occurrences().items()
}
"""How the graph shows each property of each type; types that are not listed above are events."""


def shown(kind: str) -> dict[str, Shown]:
    """The properties of a type that the graph shows."""
    return {name: declared for name, declared in SHOWN[kind].items() if isinstance(declared, Shown)}


def filled_orders() -> Iterator[dict[str, Any]]:
    """An order for each place of each type, with an object that states all properties that are shown."""
    for kind, places in PLACES.items():
        properties = {name: one.value for name, one in shown(kind).items()}
        for place in places:
            yield place.order({"@type": kind, **properties})


def coverage() -> tuple[int, int]:
    """How often feeds state a property that the graph shows, and how often any."""
    counts = [
        (count, isinstance(SHOWN[kind][name], Shown))
        for kind, properties in occurrences().items()
        for name, count in properties.items()
    ]
    return sum(count for count, is_shown in counts if is_shown), sum(count for count, _ in counts)
