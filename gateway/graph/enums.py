"""The vocabularies of imin's documents, and our own, as GraphQL enums, each value with its description."""

from typing import Any

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

from gateway.artefacts.picture import ImageFormat
from gateway.imin.documents.cancellability import CancellationBlock
from gateway.imin.documents.pass_vocabulary import AccessPassType, BarcodeSymbology
from gateway.imin.documents.vocabulary import (
    ActionStatus,
    AttendanceMode,
    BrokerRole,
    BusinessEntityType,
    DayOfWeek,
    EventStatus,
    FacilitySettingType,
    Gender,
    GenderRestriction,
    OpportunityType,
    OrderItemStatus,
    OrderStatus,
    PaymentMethod,
    Prepayment,
    ProposalStatus,
    RequiredStatusType,
    TaxMode,
)

__all__ = [
    "AccessPassType",
    "ActionStatus",
    "AttendanceMode",
    "BarcodeSymbology",
    "BrokerRole",
    "BusinessEntityType",
    "CancellationBlock",
    "DayOfWeek",
    "EventStatus",
    "FacilitySettingType",
    "Gender",
    "GenderRestriction",
    "ImageFormat",
    "OpportunityType",
    "OrderItemStatus",
    "OrderStatus",
    "PaymentMethod",
    "Prepayment",
    "ProposalStatus",
    "RequiredStatusType",
    "TaxMode",
]


def _declare(terms: Any) -> None:
    strawberry.enum(terms, description=terms.__doc__)
    definition: StrawberryEnumDefinition = terms.__strawberry_definition__  # put there by Strawberry
    for value, term in zip(definition.values, terms, strict=True):
        value.description = term.description


for _terms in (
    AccessPassType,
    ActionStatus,
    AttendanceMode,
    BarcodeSymbology,
    BrokerRole,
    BusinessEntityType,
    CancellationBlock,
    DayOfWeek,
    EventStatus,
    FacilitySettingType,
    Gender,
    GenderRestriction,
    ImageFormat,
    OpportunityType,
    OrderItemStatus,
    OrderStatus,
    PaymentMethod,
    Prepayment,
    ProposalStatus,
    RequiredStatusType,
    TaxMode,
):
    _declare(_terms)
