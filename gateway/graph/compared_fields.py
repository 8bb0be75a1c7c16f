"""Comparing two states of an order by what the schema shows of them, for live updates.

What is compared follows from the schema's own fields, so that a new field cannot be forgotten. A field that
cannot be compared says at its declaration why: see NotCompared.
"""

from collections.abc import Callable, Iterator
from enum import Enum
from operator import attrgetter
from typing import Any, Final, NamedTuple

import msgspec
from graphql import (
    GraphQLField,
    GraphQLLeafType,
    GraphQLNamedType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
)

from gateway.execution.compiled.attribute_fields import attribute_of
from gateway.execution.compiled.calculated_fields import attributes_read
from gateway.imin.documents import CustomerAccount, Order, OrderItem
from gateway.live.order_state import Path

ACCOUNT_VALUE = "account_value"
"""Key of a field's metadata: a function that gives the field's value, given the customer's account."""

_KEY = "not_compared"
_INVALID: Final = object()


class NotCompared(Enum):
    """Why live updates do not compare a field between two documents."""

    EXPIRES = "A link that is different each time."
    CHANGES_BY_ITSELF = "It depends on the time and on open cancellations: ItemFlags has it."
    FROM_JOURNAL = "It comes from the gateway's journal: OrderState.attempts has it."
    LEADS_BACK = "It leads back to the order that is compared."
    FOLLOWS = "It follows from other fields, which are compared."
    LIVE = "It is requested from imin's Search API, not read from the order."
    ITEMS = "The items of an order are compared one by one."

    def __call__(self) -> dict[str, Any]:
        """The metadata of a field that says so."""
        return {_KEY: self}


def why_not_compared(field: GraphQLField) -> NotCompared | None:
    """What a field's declaration says; None if it says nothing."""
    declared: Any = (field.extensions or {}).get("strawberry-definition")
    return declared.metadata.get(_KEY) if declared else None


class _Field(NamedTuple):
    """attributes: of the document, on which the field depends. is_calculated: whether from several ones."""

    name: str
    attributes: tuple[str, ...]
    type: GraphQLNamedType
    is_calculated: bool


def attributes_of(field: GraphQLField) -> tuple[str, ...]:
    """The attributes of a document on which a field depends; none if it depends on anything else."""
    if (attribute := attribute_of(field)) is not None:
        return (attribute,)
    return attributes_read(field) or ()


class ComparedFields:
    """Implements Comparison with the fields of a schema."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._fields: dict[str, tuple[_Field, ...]] = {}

    def of_orders(self, before: Order, after: Order) -> Iterator[Path]:
        return self._compare("Order", before, after)

    def of_items(self, before: OrderItem, after: OrderItem) -> Iterator[Path]:
        return self._compare("OrderItem", before, after)

    def of_accounts(self, before: CustomerAccount, after: CustomerAccount) -> Iterator[Path]:
        """Where two states of an account differ, as the fields of Customer show them."""
        comparison, customer = _OneComparison(self), self._schema.type_map["Customer"]
        for name, field in customer.fields.items():  # type: ignore[attr-defined]  # it is an object type
            declared: Any = (field.extensions or {}).get("strawberry-definition")
            if declared and (value := declared.metadata.get(ACCOUNT_VALUE)):
                values = _read(value, before), _read(value, after)
                yield from comparison.values(get_named_type(field.type), *values, (name,))

    def fields_of(self, type_name: str) -> tuple[_Field, ...]:
        """The fields of an object type that are compared."""
        if type_name not in self._fields:
            type_: Any = self._schema.type_map[type_name]
            self._fields[type_name] = tuple(
                _Field(name, attributes, get_named_type(field.type), attribute_of(field) is None)
                for name, field in type_.fields.items()
                if (attributes := attributes_of(field)) and not why_not_compared(field)
            )
        return self._fields[type_name]

    def _compare(self, type_name: str, before: Any, after: Any) -> Iterator[Path]:
        return _OneComparison(self).objects(type_name, before, after, ())

    def type_of(self, declared: GraphQLNamedType, value: Any) -> str:
        """The name of the object type of a value."""
        if not is_abstract_type(declared):
            return declared.name
        resolve: Any = declared.resolve_type
        return str(resolve(value, None, declared))


class _OneComparison:
    """Compares two objects. Pairs that are being compared count as equal: events may refer to each other."""

    def __init__(self, fields: ComparedFields) -> None:
        self._fields = fields
        self._pairs: set[tuple[int, int]] = set()

    def objects(self, type_name: str, before: Any, after: Any, path: Path) -> Iterator[Path]:
        pair = id(before), id(after)
        if pair in self._pairs:
            return
        self._pairs.add(pair)
        for field in self._fields.fields_of(type_name):
            here = (*path, field.name)
            for attribute in field.attributes:
                read = attrgetter(attribute)
                values = _read(read, before), _read(read, after)
                if not field.is_calculated:
                    yield from self.values(field.type, *values, here)
                elif _content(values[0]) != _content(values[1]):
                    yield here
        self._pairs.discard(pair)

    def values(self, type_: GraphQLNamedType, before: Any, after: Any, path: Path) -> Iterator[Path]:
        if before is after:
            return
        if before is None or after is None or before is _INVALID or after is _INVALID:
            yield path
        elif isinstance(before, list | tuple):
            if len(before) != len(after):
                yield path
            else:
                for one, other in zip(before, after, strict=True):
                    yield from self.values(type_, one, other, path)
        elif is_leaf_type(type_):
            if _shown(type_, before) != _shown(type_, after):
                yield path
        elif _content(before) != _content(after):
            names = self._fields.type_of(type_, before), self._fields.type_of(type_, after)
            if names[0] != names[1]:
                yield path
            else:
                yield from self.objects(names[0], before, after, path)


def _read(read: Callable[[Any], Any], document: Any) -> Any:
    try:
        return read(document)
    except Exception:  # noqa: BLE001  # a client gets an error, whatever its text
        return _INVALID


def _shown(type_: GraphQLLeafType, value: Any) -> Any:
    try:
        return type_.serialize(value)
    except Exception:  # noqa: BLE001  # as above
        return _INVALID


def _content(value: Any) -> bytes:
    """What imin stated. Not `==`: 12.5 and 12.50 are equal, but shown as they are."""
    return msgspec.json.encode(value, enc_hook=lambda _: None)
