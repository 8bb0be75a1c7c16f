"""The vocabularies of imin's documents as GraphQL enums."""

from typing import TypeVar

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

from gateway.imin.documents import vocabulary
from gateway.imin.documents.vocabulary import Term

T = TypeVar("T", bound=type[Term])


def _enum(terms: T) -> T:
    """The vocabulary as an enum, each value with its description."""
    described: T = strawberry.enum(terms, description=terms.__doc__)
    definition: StrawberryEnumDefinition = described.__strawberry_definition__  # type: ignore[attr-defined]  # put there by Strawberry
    for value, term in zip(definition.values, terms, strict=True):
        value.description = term.description
    return described


OrderStatus = _enum(vocabulary.OrderStatus)
OrderItemStatus = _enum(vocabulary.OrderItemStatus)
EventStatus = _enum(vocabulary.EventStatus)
AttendanceMode = _enum(vocabulary.AttendanceMode)
BrokerRole = _enum(vocabulary.BrokerRole)
TaxMode = _enum(vocabulary.TaxMode)
Prepayment = _enum(vocabulary.Prepayment)
GenderRestriction = _enum(vocabulary.GenderRestriction)
Gender = _enum(vocabulary.Gender)
DayOfWeek = _enum(vocabulary.DayOfWeek)
