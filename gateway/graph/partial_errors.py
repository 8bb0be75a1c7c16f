"""Telling a client of documents that could be read in part only."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLIncludeDirective,
    GraphQLSkipDirective,
    SelectionNode,
    get_directive_values,
)
from graphql.execution.values import VariableValues

from gateway.errors import unreadable_order
from gateway.graph.info import Info
from gateway.imin.documents import Owned

T = TypeVar("T", bound=Owned)


def report_unreadable(info: Info, document: T | None, *, path: Sequence[str | int] | None = None) -> T | None:
    """The document; what could not be read in it becomes an error of the answer at its path.

    path: where the answer shows it, if not here; without one, a document is told of once.
    """
    if document is None or not document.unreadable:
        return document
    context = info.context
    if path is None and id(document) in context.reported:
        return document
    context.reported.add(id(document))
    context.errors.append(unreadable_order(document.unreadable, path=list(path or info.path.as_list())))
    return document


def selected(info: Info, nodes: Iterable[FieldNode], *names: str) -> list[FieldNode]:
    """The fields of those names directly below some fields, fragments looked into, what is left out left out.

    Looks no deeper: Strawberry's own way, `info.selected_fields`, converts the whole selection below.
    """
    raw = info._raw_info  # noqa: SLF001  # where Strawberry keeps the document
    variables = VariableValues({}, info.variable_values)
    found: list[FieldNode] = []
    waiting: list[SelectionNode] = list(nodes)
    for node in waiting:
        within: Any = raw.fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
        for selection in within.selection_set.selections:
            if _is_left_out(selection, variables):
                continue
            if not isinstance(selection, FieldNode):
                waiting.append(selection)
            elif selection.name.value in names:
                found.append(selection)
    return found


def selected_here(info: Info, *names: str) -> list[FieldNode]:
    """The fields of those names directly below the field that is being resolved."""
    return selected(info, info._raw_info.field_nodes, *names)  # noqa: SLF001  # as above


def _is_left_out(node: SelectionNode, variables: VariableValues) -> bool:
    if not node.directives:
        return False
    skip = get_directive_values(GraphQLSkipDirective, node, variables) or {"if": False}
    include = get_directive_values(GraphQLIncludeDirective, node, variables) or {"if": True}
    return bool(skip["if"]) or not include["if"]


def response_key(field: FieldNode) -> str:
    """Name of the field in the answer."""
    return (field.alias or field.name).value
