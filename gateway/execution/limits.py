"""Limit the size of documents before validation, in time linear in the document.

A client that can make validation slow can make the gateway slow for everyone. Each fragment is measured once,
so fragments that spread fragments cost no more than their text. Two counts that grow faster than the document
have limits of their own: `fields`, after fragments are expanded, and `pairs` of fields with the same response
name, which validation compares with each other (graphql-core's OverlappingFieldsCanBeMergedRule, about 6 µs
per pair).
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from graphql import (
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    ExecutableDefinitionNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    ListValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
)

from gateway.errors import BAD_REQUEST, LIMIT_EXCEEDED, VALIDATION_FAILED, GatewayError

_INTROSPECTION_FIELDS = {"__schema", "__type"}
_MAX_COMMENTS = 500


@dataclass(frozen=True)
class Limits:
    """The maximum of each count of a request; see Settings for each."""

    document_bytes: int = 32_768
    tokens: int = 4_000
    depth: int = 12
    aliases: int = 30
    root_fields: int = 20
    introspections: int = 4
    directives: int = 50
    fields: int = 100_000
    pairs: int = 5_000
    list_items: int = 100
    cost: int = 250
    errors: int = 5


@dataclass(frozen=True, slots=True)
class Weight:
    """Counts of a selection with its fragments expanded.

    width: fields of its top level. introspections: `__schema` and `__type` fields.
    """

    width: int = 0
    fields: int = 0
    depth: int = 0
    aliases: int = 0
    directives: int = 0
    introspections: int = 0

    def __add__(self, other: "Weight") -> "Weight":
        return Weight(
            self.width + other.width,
            self.fields + other.fields,
            max(self.depth, other.depth),
            self.aliases + other.aliases,
            self.directives + other.directives,
            self.introspections + other.introspections,
        )


class LimitExceeded(GatewayError):
    """A count exceeds its limit. The message names the limit, its value and the count."""

    def __init__(self, name: str, limit: int, got: int | str) -> None:
        words = name.replace("_", " ")
        super().__init__(LIMIT_EXCEEDED, f"{words.capitalize()} must be {limit} at most, got {got}.")


NESTED_TOO_DEEPLY = GatewayError(BAD_REQUEST, "The document is nested too deeply.")


def read_document(text: str, limits: Limits) -> DocumentNode:
    """Parse a document. Raises GraphQLError if it is not valid syntax or exceeds a limit."""
    size = len(text.encode())
    if size > limits.document_bytes:
        raise LimitExceeded("document_bytes", limits.document_bytes, size)
    try:
        document = parse(text, max_tokens=limits.tokens, max_comments=_MAX_COMMENTS)
        check(document, limits)
    except RecursionError:
        raise NESTED_TOO_DEEPLY from None
    except GraphQLError as error:
        if "more than" in error.message and "tokens" in error.message:
            raise LimitExceeded("tokens", limits.tokens, "more") from None
        raise
    return document


def check(document: DocumentNode, limits: Limits) -> None:
    """Raise GraphQLError if the document exceeds a limit, or a fragment spreads itself."""
    weigher = _Weigher(document)
    weights = [
        weigher.weigh(node) for node in document.definitions if isinstance(node, ExecutableDefinitionNode)
    ]
    operations = [
        weigher.weigh(node) for node in document.definitions if isinstance(node, OperationDefinitionNode)
    ]
    for name in ("depth", "aliases", "introspections", "directives"):
        _compare(name, max((getattr(weight, name) for weight in operations), default=0), limits)
    _compare("root_fields", max((weight.width for weight in operations), default=0), limits)
    _compare("fields", max((weight.fields for weight in weights), default=0), limits)
    pairs, longest_list = _pairs_and_longest_list(document)
    _compare("pairs", pairs, limits)
    _compare("list_items", longest_list, limits)


def check_lists(variables: Mapping[str, Any], limits: Limits) -> None:
    """Raise LimitExceeded if a list anywhere in the variables is too long."""
    waiting = [value for value in variables.values() if isinstance(value, list | dict)]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            if len(value) > limits.list_items:
                raise LimitExceeded("list_items", limits.list_items, len(value))
            waiting += value
        elif isinstance(value, dict):
            waiting += value.values()


def check_cost(cost: int, limits: Limits) -> None:
    """Raise LimitExceeded if an operation costs too much."""
    if cost > limits.cost:
        _compare("cost", cost, limits)


def _compare(name: str, got: int, limits: Limits) -> None:
    limit = getattr(limits, name)
    if got > limit:
        # Nested fragments can reach counts with thousands of digits.
        raise LimitExceeded(name, limit, got if got < 10**9 else "far more")


class _Weigher:
    """Measures the definitions of one document, each fragment once."""

    def __init__(self, document: DocumentNode) -> None:
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._weights: dict[str, Weight | None] = {}

    def weigh(self, definition: ExecutableDefinitionNode) -> Weight:
        """The weight of an operation or a fragment."""
        if isinstance(definition, FragmentDefinitionNode):
            return self._weight_of_fragment(definition.name.value)
        own = _directives(definition.directives)
        return own + self._weight_of_selection(definition.selection_set)

    def _weight_of_selection(self, selection: SelectionSetNode | None) -> Weight:
        total = Weight()
        for node in selection.selections if selection else ():
            total += _directives(node.directives)
            if isinstance(node, FieldNode):
                total += self._weight_of_field(node)
            elif isinstance(node, InlineFragmentNode):
                total += self._weight_of_selection(node.selection_set)
            elif isinstance(node, FragmentSpreadNode):
                total += self._weight_of_fragment(node.name.value)
        return total

    def _weight_of_field(self, node: FieldNode) -> Weight:
        inner = self._weight_of_selection(node.selection_set)
        is_introspection = node.name.value in _INTROSPECTION_FIELDS
        # graphql-core limits the depth of introspection itself (MaxIntrospectionDepthRule).
        depth = 1 if is_introspection else 1 + inner.depth
        return replace(
            inner,
            width=1,
            fields=1 + inner.fields,
            depth=depth,
            aliases=inner.aliases + (node.alias is not None),
            introspections=inner.introspections + is_introspection,
        )

    def _weight_of_fragment(self, name: str) -> Weight:
        if name not in self._fragments:
            return Weight()  # validation reports it
        if name not in self._weights:
            self._weights[name] = None
            fragment = self._fragments[name]
            own = _directives(fragment.directives)
            self._weights[name] = own + self._weight_of_selection(fragment.selection_set)
        weight = self._weights[name]
        if weight is None:
            raise GatewayError(VALIDATION_FAILED, f"Cannot spread fragment '{name}' within itself.")
        return weight


def _pairs_and_longest_list(document: DocumentNode) -> tuple[int, int]:
    """The number of pairs of fields with the same response name, and the length of the longest list.

    The pairs are an upper bound of those that validation compares.
    """
    names: Counter[str] = Counter()
    longest = 0
    waiting: list[Any] = list(document.definitions)
    while waiting:
        node = waiting.pop()
        if isinstance(node, FieldNode):
            names[(node.alias or node.name).value] += 1
            waiting += node.arguments or ()
        elif isinstance(node, ListValueNode):
            longest = max(longest, len(node.values))
            waiting += node.values
        elif isinstance(node, ObjectValueNode):
            waiting += node.fields
        elif isinstance(node, ArgumentNode | ObjectFieldNode):
            waiting.append(node.value)
        selection = getattr(node, "selection_set", None)
        waiting += selection.selections if selection else ()
    return sum(count * (count - 1) // 2 for count in names.values()), longest


def _directives(directives: tuple[DirectiveNode, ...] | None) -> Weight:
    return Weight(directives=len(directives or ()))
