"""Reporting documents that could be read only in part."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from gateway.context import Context
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
    if path is not None or id(document) not in info.context.reported:
        _report(document, path or info.path.as_list(), info.context)
    return document


def unreadable_reporter(info: Info, document: Owned | None) -> Callable[[Context], None] | None:
    """What adds that error to the result of an event, for the subscription's field; None without one."""
    if document is None or not document.unreadable:
        return None
    return partial(_report, document, info.path.as_list())


def _report(document: Owned, path: Sequence[str | int], context: Context) -> None:
    context.reported.add(id(document))
    context.errors.append(unreadable("an order", document.unreadable, path=list(path)))
