"""What an operation may cost, in requests to imin, computed before it runs.

Each field with a resolver declares its requests (field_cost.py); fields below a list count for each of its
items. Loaders and caches make it less. What may need many more, but rarely does, is not estimated: proving
that an order number is the caller's, finding a seller by id, a cursor in a list that has changed, a repeated
request, reading what became of a cancellation. Those requests are charged when they are about to be sent (see
Context.expect_requests and CallCounter), so that no operation makes more than it is charged for.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
)

from gateway.execution.field_cost import field_cost

Variables = Mapping[str, Any]
"""Coerced values: execution uses these, with defaults in place, and 100 for 100.0."""

Size = Callable[[Variables], int]

WHOLE = {"Order"}
"""Types that come whole: nothing below them causes a request."""

_PAGE = 10
_MAX_PAGES = 10
_MAX_DIGITS = 11


@dataclass(frozen=True, slots=True)
class Cost:
    """fixed: requests that no variable changes. varying: requests for each combination of sizes."""

    fixed: int
    varying: tuple[tuple[int, tuple[Size, ...]], ...] = ()

    def of(self, variables: Variables) -> int:
        """Requests to imin that these variables may cause, at most."""
        total = self.fixed
        for calls, sizes in self.varying:
            for size in sizes:
                calls *= size(variables)  # noqa: PLW2901  # the product is needed
            total += calls
        return total


def cost_of(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> Cost:
    """Cost of an operation that is valid."""
    ledger = _Ledger(schema, document)
    root = schema.get_root_type(operation.operation)
    ledger.charge_selection(root, operation.selection_set, ())
    return Cost(ledger.fixed, tuple(ledger.varying))


class _Ledger:
    """Adds up the cost of one operation."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema = schema
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self.fixed = 0
        self.varying: list[tuple[int, tuple[Size, ...]]] = []

    def charge_selection(
        self, parent: Any, selection: SelectionSetNode | None, sizes: tuple[Size, ...]
    ) -> None:
        """Charge what a selection causes, as often as the sizes say."""
        if parent is None or selection is None or parent.name in WHOLE:
            return
        shared = 0
        for node in selection.selections:
            if isinstance(node, FieldNode):
                shared = max(shared, self._charge_field(parent, node, sizes))
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                inner = self._schema.type_map[condition.name.value] if condition else parent
                self.charge_selection(inner, node.selection_set, sizes)
            elif isinstance(node, FragmentSpreadNode):
                fragment = self._fragments[node.name.value]
                inner = self._schema.type_map[fragment.type_condition.name.value]
                self.charge_selection(inner, fragment.selection_set, sizes)
        self._charge(shared, sizes)

    def _charge_field(self, parent: Any, node: FieldNode, sizes: tuple[Size, ...]) -> int:
        """Charge a field and what is below it; return the requests that it shares with other fields."""
        definition = getattr(parent, "fields", {}).get(node.name.value)
        if definition is None:  # __typename, __schema, __type
            return 0
        cost = field_cost(definition)
        for names, requests in cost.extra if cost is not None else ():
            if given := [value for name in names if (value := _argument(node, name)) is not None]:
                self._charge(requests, (*sizes, _is_any_given(given)))
        if cost is not None and cost.per_page:
            self._charge(cost.requests, (*sizes, self._pages(node)))
            sizes = (*sizes, self._window(node))
        elif cost is not None and not cost.is_shared:
            if cost.per_item_of is not None:
                sizes = (*sizes, self._length(_argument(node, cost.per_item_of)))
            self._charge(cost.requests, sizes)
        self.charge_selection(get_named_type(definition.type), node.selection_set, sizes)
        return cost.requests if cost is not None and cost.is_shared else 0

    def _charge(self, requests: int, sizes: tuple[Size, ...]) -> None:
        if not sizes:
            self.fixed += requests
        elif requests:
            self.varying.append((requests, sizes))

    def _number(self, value: ValueNode | None) -> Callable[[Variables], int | None]:
        """The whole number that an argument is; None if it is none, or not given."""
        if isinstance(value, VariableNode):
            name = value.name.value

            def of_variable(variables: Variables) -> int | None:
                given = variables.get(name)
                return given if isinstance(given, int) else None

            return of_variable
        number = _literal_number(value)
        return lambda _: number

    def _window(self, node: FieldNode) -> Size:
        """How many items a connection returns at most; ten if no argument says."""
        first = self._number(_argument(node, "first"))
        last = self._number(_argument(node, "last"))

        def window(variables: Variables) -> int:
            given = [number for number in (first(variables), last(variables)) if number is not None]
            return min(max([1, *given]) if given else _PAGE, _PAGE * _MAX_PAGES)

        return window

    def _pages(self, node: FieldNode) -> Size:
        """Pages that a window may touch.

        One more if it may begin in the middle of a page; another one for a window at the end of the list,
        which is found by the total on page 1.
        """
        window = self._window(node)
        after, last, before = (_argument(node, name) is not None for name in ("after", "last", "before"))
        extra = int(after or last or before) + int(last and not before)
        return lambda variables: -(-window(variables) // _PAGE) + extra

    def _length(self, value: ValueNode | None) -> Size:
        """How many items a list argument has."""
        if isinstance(value, VariableNode):
            name = value.name.value

            def of_variable(variables: Variables) -> int:
                given = variables.get(name)
                return len(given) if isinstance(given, list) else 1

            return of_variable
        count = _literal_length(value)
        return lambda _: count


def _is_any_given(values: list[ValueNode]) -> Size:
    """1 if any of an argument's values is neither null nor false, otherwise 0."""
    names = [value.name.value for value in values if isinstance(value, VariableNode)]
    literals = [value for value in values if not isinstance(value, VariableNode)]
    is_given = any(not isinstance(one, NullValueNode) and getattr(one, "value", True) for one in literals)
    return lambda variables: int(is_given or any(variables.get(name) not in (None, False) for name in names))


def _argument(node: FieldNode, name: str) -> ValueNode | None:
    return next((argument.value for argument in node.arguments or () if argument.name.value == name), None)


def _literal_number(value: ValueNode | None) -> int | None:
    return int(value.value) if isinstance(value, IntValueNode) and len(value.value) <= _MAX_DIGITS else None


def _literal_length(value: ValueNode | None) -> int:
    return len(value.values) if isinstance(value, ListValueNode) else 1
