"""The cost that a field declares for its resolver: requests to imin, at most, without the fields below it."""

from typing import Any

from graphql import GraphQLField
from msgspec import Struct

METADATA = "cost"
"""Key of a Strawberry field's metadata, which holds a FieldCost."""


class FieldCost(Struct, frozen=True):
    """requests: for each call of the resolver, or as one of the functions below says.

    extra: further requests for each call that is given one of some arguments; null and false do not count.
    """

    requests: int
    per_page: bool = False
    per_item_of: str | None = None
    is_shared: bool = False
    extra: tuple[tuple[tuple[str, ...], int], ...] = ()


def per_page(requests: int, *extra: tuple[tuple[str, ...], int]) -> FieldCost:
    """Requests for each page that the window of a connection touches. extra: as in FieldCost."""
    return FieldCost(requests, per_page=True, extra=extra)


def per_call(requests: int, *extra: tuple[tuple[str, ...], int]) -> FieldCost:
    """Requests for each call of the resolver. extra: as in FieldCost."""
    return FieldCost(requests, extra=extra)


def per_item_of(argument: str, requests: int) -> FieldCost:
    """Requests for each item of a list argument."""
    return FieldCost(requests, per_item_of=argument)


def shared(requests: int) -> FieldCost:
    """Requests that all fields of an object which declare this share."""
    return FieldCost(requests, is_shared=True)


def field_cost(field: GraphQLField) -> FieldCost | None:
    """What a field declares; None if it declares nothing."""
    declared: Any = (field.extensions or {}).get("strawberry-definition")
    cost: FieldCost | None = declared.metadata.get(METADATA) if declared else None
    return cost
