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
from strawberry.types.nodes import FragmentSpread, InlineFragment, SelectedField, Selection

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


def selected(selections: Iterable[Selection], *names: str) -> list[SelectedField]:
    """The selected fields of those names, fragments looked into, what is left out left out."""
    found: list[SelectedField] = []
    for selection in selections:
        if _is_left_out(selection):
            continue
        if isinstance(selection, FragmentSpread | InlineFragment):
            found += selected(selection.selections, *names)
        elif selection.name in names:
            found.append(selection)
    return found


def selects(info: Info, *names: str) -> bool:
    """Whether the field's own selection has any field of those names. Looks no deeper, so it is quick."""
    raw = info._raw_info  # noqa: SLF001  # Strawberry's own way converts the whole selection below
    waiting: list[SelectionNode] = list(raw.field_nodes)
    for node in waiting:
        within: Any = raw.fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
        for selection in within.selection_set.selections:
            if _is_skipped(selection, VariableValues({}, info.variable_values)):
                continue
            if not isinstance(selection, FieldNode):
                waiting.append(selection)
            elif selection.name.value in names:
                return True
    return False


def _is_skipped(node: SelectionNode, variables: VariableValues) -> bool:
    if not node.directives:
        return False
    skip = get_directive_values(GraphQLSkipDirective, node, variables) or {"if": False}
    include = get_directive_values(GraphQLIncludeDirective, node, variables) or {"if": True}
    return bool(skip["if"]) or not include["if"]


def _is_left_out(selection: Selection) -> bool:
    skipped = selection.directives.get("skip", {}).get("if", False)
    included = selection.directives.get("include", {}).get("if", True)
    return skipped is True or included is False


def response_key(field: SelectedField) -> str:
    """Name of the field in the answer."""
    return field.alias or field.name
