"""Telling a client of documents that could be read in part only."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from strawberry.types.nodes import FragmentSpread, InlineFragment, SelectedField, Selection

from gateway.errors import unreadable_order
from gateway.graph.info import Info
from gateway.imin.documents import Owned

T = TypeVar("T", bound=Owned)


def report_unreadable(info: Info, document: T | None, *, path: Sequence[str | int] | None = None) -> T | None:
    """The document; what could not be read in it becomes an error of the answer at its path."""
    if document is not None and document.unreadable:
        where = list(info.path.as_list() if path is None else path)
        info.context.errors.append(unreadable_order(document.unreadable, path=where))
    return document


def selected(selections: Iterable[Selection], *names: str) -> list[SelectedField]:
    """The selected fields of those names, fragments looked into."""
    found: list[SelectedField] = []
    for selection in selections:
        if isinstance(selection, FragmentSpread | InlineFragment):
            found += selected(selection.selections, *names)
        elif selection.name in names:
            found.append(selection)
    return found


def response_key(field: SelectedField) -> str:
    """Name of the field in the answer."""
    return field.alias or field.name
