"""What live updates compare: every field that the schema shows of an order."""

from collections.abc import Iterator
from typing import Any

from graphql import GraphQLField, get_named_type, is_abstract_type

from gateway.graph.compared_fields import NotCompared, attributes_of, why_not_compared
from gateway.graph.schema import build_schema

_SCHEMA = build_schema()._schema  # noqa: SLF001  # graphql-core's


def test_every_field() -> None:
    """Each field of an order and of what belongs to it is compared, or says why it is not."""
    forgotten = [
        name
        for name, field in _fields_below("Order")
        if not attributes_of(field) and why_not_compared(field) is None
    ]

    assert forgotten == []


def test_exceptions() -> None:
    """The fields that are not compared; ItemFlags has those that change by themselves."""
    exceptions = {name: why for name, field in _fields_below("Order") if (why := why_not_compared(field))}

    assert {name for name, why in exceptions.items() if why is NotCompared.CHANGES_BY_ITSELF} == {
        "OrderItem.isPresentlyCancellable",
        "OrderItem.cancellationBlockedBecause",
    }
    assert {name for name, why in exceptions.items() if why is NotCompared.ITEMS} == {"Order.items"}
    assert {name for name, why in exceptions.items() if why is NotCompared.LEADS_BACK} == {"OrderItem.order"}


def _fields_below(name: str) -> Iterator[tuple[str, GraphQLField]]:
    """The fields of a type and of all types below it, where the comparison goes."""
    waiting: list[Any] = [_SCHEMA.type_map[name]]
    for type_ in waiting:  # grows: types below it are appended
        if is_abstract_type(type_):
            waiting += [one for one in _SCHEMA.get_possible_types(type_) if one not in waiting]
            continue
        for field_name, field in getattr(type_, "fields", {}).items():
            yield f"{type_.name}.{field_name}", field
            below = get_named_type(field.type)
            is_left_out = (why := why_not_compared(field)) and why is not NotCompared.ITEMS
            if below not in waiting and not is_left_out:
                waiting.append(below)
