"""Properties that are given as the text of an expression."""

import sys
from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class ExpressionProperty(Generic[T]):
    """A property whose value is that of one expression over `self`.

    Subclasses build the text of the expression, which may use the names of their module. The text is the only
    definition: `__get__` evaluates it, the query compiler inlines it (see gateway.hints), and property_reads
    derives from it which fields are read.
    """

    def __init__(self, expression: str) -> None:
        self.expression = expression
        self.names: dict[str, Any] = vars(sys.modules[type(self).__module__])
        self.fget: Callable[[Any], T] = eval(f"lambda self: {expression}", self.names)  # noqa: S307  # from this package

    def __get__(self, document: Any, _owner: type | None = None) -> T:
        return self.fget(document)
