"""Completing scalars and enums in generated code.

Each leaf type has a test in source text that the usual value passes, and a
function for every other value. That function asks graphql-core for the result
and raises Bail wherever graphql-core would not give a plain one.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any
from uuid import UUID

from graphql import (
    GraphQLBoolean,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLString,
    Undefined,
)
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema_converter import CustomGraphQLEnumType

from gateway.execution.compiled.memo import Remembered


class Bail(Exception):
    """Generated code cannot complete this value; graphql-core completes it instead."""


_PLAIN = frozenset({str, int, float, bool, Decimal, datetime, date, time, UUID})
"""Types whose values are never awaitable, never exceptions, never null."""

# Only values of exactly these types take the short way: a subclass may override anything.
_USUAL = {
    GraphQLString: "{0} if type({1}) is str else {2}({0})",
    GraphQLID: "{0} if type({1}) is str else {2}({0})",
    GraphQLInt: "{0} if type({1}) is int and -2147483648 <= {0} <= 2147483647 else {2}({0})",
    GraphQLFloat: "{0} if type({1}) is float and -inf < {0} < inf else {2}({0})",
    GraphQLBoolean: "{0} if {1} is True or {0} is False else {2}({0})",
}
_USUAL_TEXT = "{0} if type({1}) is str else {2}({0})"
# Decimals that are equal may be written differently; their texts tell them apart.
_USUAL_CUSTOM = "{3}[{0}] if type({1}) is str else {4}[str({0})] if type({0}) is Decimal else {2}({0})"
_USUAL_ENUM = "{3}[{0}._name_] if type({1}) is {4} else {2}({0})"


@dataclass(frozen=True, slots=True)
class LeafCode:
    """How generated code completes one leaf type.

    usual: template of an expression; {0} names the value, {1} does so for the first time, {2} and those
    that follow name `parts`. The first of them completes any value but null.
    """

    usual: str
    parts: tuple[Any, ...]


@cache
def leaf_code(leaf: GraphQLLeafType) -> LeafCode:
    """How to complete values of that type."""
    other = _completer(leaf)
    if isinstance(leaf, CustomGraphQLEnumType) and issubclass(leaf.wrapped_cls, Enum):
        return LeafCode(_USUAL_ENUM, (other, _member_names(leaf), leaf.wrapped_cls))
    usual = next((text for scalar, text in _USUAL.items() if scalar is leaf), None)
    if usual is not None:
        return LeafCode(usual, (other,))
    if leaf.coerce_output_value is str:
        return LeafCode(_USUAL_TEXT, (other,))
    # A scalar completes equal texts the same way every time.
    return LeafCode(_USUAL_CUSTOM, (other, Remembered(other), Remembered(lambda text: other(Decimal(text)))))


def _member_names(enum: CustomGraphQLEnumType) -> dict[str, str]:
    """What graphql-core makes of each member; members it refuses are left out and bail."""
    names = {}
    members: Iterable[Enum] = enum.wrapped_cls
    for member in members:
        try:
            names[member._name_] = enum.coerce_output_value(member)  # faster than .name, the same
        except Exception:  # noqa: BLE001, S112  # then graphql-core shall say what is wrong
            continue
    return names


def _completer(leaf: GraphQLLeafType) -> Callable[[Any], Any]:
    coerce = leaf.coerce_output_value

    def complete(value: Any) -> Any:
        if type(value) not in _PLAIN:
            require_plain(value)
        completed = coerce(value)
        if type(completed) not in _PLAIN and (
            completed is None or completed is Undefined or optimized_is_awaitable(completed)
        ):
            raise Bail
        return completed

    return complete


def require_plain(value: Any) -> None:
    """Bail where graphql-core would not complete the value as it is: nulls, exceptions, awaitables."""
    if value is None or value is Undefined or isinstance(value, Exception) or optimized_is_awaitable(value):
        raise Bail
