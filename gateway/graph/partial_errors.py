"""Reporting documents that could be read only in part."""

from collections.abc import Sequence
from typing import TypeVar

from gateway.errors import unreadable
from gateway.graph.info import Info
from gateway.imin.documents import Owned

T = TypeVar("T", bound=Owned)


def report_unreadable(info: Info, document: T | None, *, path: Sequence[str | int] | None = None) -> T | None:
    """Return the document; if parts of it could not be read, add an error to the response.

    path: where the response shows the document; by default the field that is being resolved. A document is
    reported for each given path, but only once in all for the default one.
    """
    if document is None or not document.unreadable:
        return document
    context = info.context
    if path is None and id(document) in context.reported:
        return document
    context.reported.add(id(document))
    here = list(path or info.path.as_list())
    context.errors.append(unreadable("an order", document.unreadable, path=here))
    return document
