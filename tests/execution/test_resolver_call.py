"""Which resolvers compiled execution calls itself: those whose arguments need no conversion."""

from typing import Any

import pytest
from graphql import FieldNode, OperationDefinitionNode, parse

from gateway.execution.compiled.resolver_call import ResolverCall
from gateway.graph.schema import build_schema

QUERY = "query ($d: DateTime, $s: [OrderItemStatus!]) { orders%s { totalCount } }"


def call_of(arguments: str) -> ResolverCall | None:
    """How to call the resolver of Customer.orders with these arguments."""
    schema = build_schema()._schema  # noqa: SLF001  # Strawberry's documented way to graphql-core's schema
    [operation] = parse(QUERY % arguments).definitions
    assert isinstance(operation, OperationDefinitionNode)
    [node] = operation.selection_set.selections
    assert isinstance(node, FieldNode)
    customer: Any = schema.type_map["Customer"]
    return ResolverCall.of(schema, customer.fields["orders"], node)


@pytest.mark.parametrize(
    ("arguments", "variables", "expected"),
    [
        ("", {}, {}),
        ("(first: 3)", {}, {"first": 3}),
        ("(first: 3, from: $d, itemStatuses: $s)", {}, {"first": 3}),
        ("(from: $d, itemStatuses: $s)", {"d": None, "s": None}, {"from_": None, "item_statuses": None}),
        ("(from: $d)", {"d": "2026-01-01T00:00:00Z"}, None),
        ("(itemStatuses: $s)", {"s": []}, None),
    ],
    ids=["none", "plain", "left out", "null", "a date", "a list"],
)
def test_arguments(arguments: str, variables: dict[str, Any], expected: dict[str, Any] | None) -> None:
    """Arguments that Strawberry converts slow a field only where they have a value."""
    call = call_of(arguments)

    assert call is not None
    assert call.arguments(variables) == expected


@pytest.mark.parametrize(
    "arguments", ['(from: "2026-01-01T00:00:00Z")', "(itemStatuses: [ORDER_ITEM_CONFIRMED])", "(from: null)"]
)
def test_literals(arguments: str) -> None:
    """As a literal, such a value is always converted."""
    assert call_of(arguments) is None
