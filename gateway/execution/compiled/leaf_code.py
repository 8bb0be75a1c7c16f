"""Complete scalars and enums in generated code.

Each leaf type has an expression with a test that usual values pass, and a function for all other values. The
function calls graphql-core's own serialisation, and bails unless its result is a plain value.
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

from gateway.execution.compiled.guards import Bail, require_plain
from gateway.execution.compiled.memo import TextMemo

_PLAIN = frozenset({str, int, float, bool, Decimal, datetime, date, time, UUID})
"""Types whose values are never awaitable, never exceptions, never null."""

# Only values of exactly these types are used as they are: a subclass may override anything.
_BUILT_IN = {
    GraphQLString: "{0} if type({1}) is str else {2}({0})",
    GraphQLID: "{0} if type({1}) is str else {2}({0})",
    GraphQLInt: "{0} if type({1}) is int and -2147483648 <= {0} <= 2147483647 else {2}({0})",
    GraphQLFloat: "{0} if type({1}) is float and -inf < {0} < inf else {2}({0})",
    GraphQLBoolean: "{0} if {1} is True or {0} is False else {2}({0})",
}
_TEXT_SCALAR = "{0} if type({1}) is str else {2}({0})"
# Keyed by text: Decimals may be equal and written differently, as 1.1 and 1.10.
_OTHER_SCALAR = "{3}[{0}] if type({1}) is str else {4}[str({0})] if type({0}) is Decimal else {2}({0})"
_ENUM = "{3}[{0}._name_] if type({1}) is {4} else {2}({0})"


@dataclass(frozen=True, slots=True)
class LeafCode:
    """How generated code completes one leaf type.

    template: of an expression. {0} stands for the value's name, {1} for its first occurrence (which may
    assign it), {2} and following for the names of `constants`.
    constants: the first is a function that completes any value but null.
    """

    template: str
    constants: tuple[Any, ...]


@cache
def leaf_code(leaf: GraphQLLeafType) -> LeafCode:
    """The code that completes values of a leaf type."""
    complete = _completer(leaf)
    if isinstance(leaf, CustomGraphQLEnumType) and issubclass(leaf.wrapped_cls, Enum):
        return LeafCode(_ENUM, (complete, _member_names(leaf), leaf.wrapped_cls))
    template = next((text for scalar, text in _BUILT_IN.items() if scalar is leaf), None)
    if template is not None:
        return LeafCode(template, (complete,))
    if leaf.coerce_output_value is str:
        return LeafCode(_TEXT_SCALAR, (complete,))
    of_decimal_text = TextMemo(lambda text: complete(Decimal(text)))
    return LeafCode(_OTHER_SCALAR, (complete, TextMemo(complete), of_decimal_text))


def _member_names(enum: CustomGraphQLEnumType) -> dict[str, str]:
    """Serialised members by name. Members that graphql-core refuses are left out, so that they bail."""
    names = {}
    members: Iterable[Enum] = enum.wrapped_cls
    for member in members:
        try:
            names[member._name_] = enum.coerce_output_value(member)  # the same as .name, but faster
        except Exception:  # noqa: BLE001, S112  # graphql-core reports it when such a member occurs
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
