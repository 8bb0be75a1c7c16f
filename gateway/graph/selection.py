"""Reading an operation's selection set: which fields are selected below another."""

from collections.abc import Iterable
from typing import Any

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLIncludeDirective,
    GraphQLSkipDirective,
    SelectionNode,
    get_directive_values,
)
from graphql.execution.values import VariableValues

from gateway.graph.info import Info


def selected_below(info: Info, fields: Iterable[FieldNode], *names: str) -> list[FieldNode]:
    """The selections of these names directly below some fields, through fragments, @skip and @include.

    Looks no deeper, unlike Strawberry's `info.selected_fields`, which converts the whole selection.
    """
    raw = info._raw_info  # noqa: SLF001  # where Strawberry holds the document
    variables = VariableValues({}, info.variable_values)
    found: list[FieldNode] = []
    pending: list[SelectionNode] = list(fields)
    for node in pending:  # grows: fragments are appended
        within: Any = raw.fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
        for selection in within.selection_set.selections:
            if _is_skipped(selection, variables):
                continue
            if not isinstance(selection, FieldNode):
                pending.append(selection)
            elif selection.name.value in names:
                found.append(selection)
    return found


def selected(info: Info, *names: str) -> list[FieldNode]:
    """The selections of these names directly below the field that is being resolved."""
    return selected_below(info, info._raw_info.field_nodes, *names)  # noqa: SLF001  # as above


def _is_skipped(node: SelectionNode, variables: VariableValues) -> bool:
    if not node.directives:
        return False
    skip = get_directive_values(GraphQLSkipDirective, node, variables) or {"if": False}
    include = get_directive_values(GraphQLIncludeDirective, node, variables) or {"if": True}
    return bool(skip["if"]) or not include["if"]


def response_key(field: FieldNode) -> str:
    """The field's name in the response: its alias, if it has one."""
    return (field.alias or field.name).value
