"""imin's documents as Structs, with properties that navigate them.

They are decoded straight from JSON, and resolvers return them as they are: there is
no other representation. An attribute named `own_…` holds what one JSON object states;
the property of the plain name adds what other objects state.
"""

from gateway.imin.documents.account import AccountAction, CustomerAccount, Entitlement
from gateway.imin.documents.agent import (
    AccessChannel,
    AccessPass,
    Address,
    Agent,
    BookingService,
    ContactPoint,
    Person,
    Terms,
)
from gateway.imin.documents.binding import (
    bind_order,
    bind_passes,
    bind_upcoming_items,
    distinguish_items,
)
from gateway.imin.documents.booking import (
    Booking,
    bind_opportunity,
    bind_sessions,
    find_opportunity_place,
    find_place,
)
from gateway.imin.documents.brand import Brand
from gateway.imin.documents.cancellability import CancellationBlock
from gateway.imin.documents.event import Event
from gateway.imin.documents.linked_account import LinkedAccount
from gateway.imin.documents.media import MediaObject
from gateway.imin.documents.offer import AggregateOffer, Offer, Schedule
from gateway.imin.documents.order import Order, Receipt, Seller
from gateway.imin.documents.order_item import IntakeFormField, ItemError, OrderItem
from gateway.imin.documents.page import (
    PAGE_SIZE,
    Page,
    read_order_item_page,
    read_order_page,
    split_order_page,
)
from gateway.imin.documents.partial import Attributes, fields_read_by, partial_document
from gateway.imin.documents.place import Amenity, OpeningHours, Place
from gateway.imin.documents.thing import (
    AgeRange,
    Concept,
    Image,
    Owned,
    Owner,
    Priced,
    PropertyValue,
    QuantitativeValue,
    TaxCharge,
)

__all__ = [
    "PAGE_SIZE",
    "AccessChannel",
    "AccessPass",
    "AccountAction",
    "Address",
    "AgeRange",
    "Agent",
    "AggregateOffer",
    "Amenity",
    "Attributes",
    "Booking",
    "BookingService",
    "Brand",
    "CancellationBlock",
    "Concept",
    "ContactPoint",
    "CustomerAccount",
    "Entitlement",
    "Event",
    "Image",
    "IntakeFormField",
    "ItemError",
    "LinkedAccount",
    "MediaObject",
    "Offer",
    "OpeningHours",
    "Order",
    "OrderItem",
    "Owned",
    "Owner",
    "Page",
    "Person",
    "Place",
    "Priced",
    "PropertyValue",
    "QuantitativeValue",
    "Receipt",
    "Schedule",
    "Seller",
    "TaxCharge",
    "Terms",
    "bind_opportunity",
    "bind_order",
    "bind_passes",
    "bind_sessions",
    "bind_upcoming_items",
    "distinguish_items",
    "fields_read_by",
    "find_opportunity_place",
    "find_place",
    "partial_document",
    "read_order_item_page",
    "read_order_page",
    "split_order_page",
]
