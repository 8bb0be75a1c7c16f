"""Telling a client of documents that could be read in part only."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

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


def _is_left_out(selection: Selection) -> bool:
    skipped = selection.directives.get("skip", {}).get("if", False)
    included = selection.directives.get("include", {}).get("if", True)
    return skipped is True or included is False


def response_key(field: SelectedField) -> str:
    """Name of the field in the answer."""
    return field.alias or field.name
