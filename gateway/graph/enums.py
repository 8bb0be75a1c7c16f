"""The vocabularies of imin's documents as GraphQL enums, each value with its description."""

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

from gateway.imin.documents.cancellability import CancellationBlock
from gateway.imin.documents.vocabulary import (
    AttendanceMode,
    BrokerRole,
    BusinessEntityType,
    DayOfWeek,
    EventStatus,
    FacilitySettingType,
    Gender,
    GenderRestriction,
    OrderItemStatus,
    OrderStatus,
    PaymentMethod,
    Prepayment,
    ProposalStatus,
    RequiredStatusType,
    TaxMode,
    Term,
)

__all__ = [
    "AttendanceMode",
    "BrokerRole",
    "BusinessEntityType",
    "CancellationBlock",
    "DayOfWeek",
    "EventStatus",
    "FacilitySettingType",
    "Gender",
    "GenderRestriction",
    "OrderItemStatus",
    "OrderStatus",
    "PaymentMethod",
    "Prepayment",
    "ProposalStatus",
    "RequiredStatusType",
    "TaxMode",
]


def _declare(terms: type[Term]) -> None:
    strawberry.enum(terms, description=terms.__doc__)
    definition: StrawberryEnumDefinition = terms.__strawberry_definition__  # type: ignore[attr-defined]  # put there by Strawberry
    for value, term in zip(definition.values, terms, strict=True):
        value.description = term.description


for _terms in (
    AttendanceMode,
    BrokerRole,
    BusinessEntityType,
    CancellationBlock,
    DayOfWeek,
    EventStatus,
    FacilitySettingType,
    Gender,
    GenderRestriction,
    OrderItemStatus,
    OrderStatus,
    PaymentMethod,
    Prepayment,
    ProposalStatus,
    RequiredStatusType,
    TaxMode,
):
    _declare(_terms)
