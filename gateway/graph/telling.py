"""Declaring what a type's answer about an object depends on, so that it need not be asked of each object."""

from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


def told_by(*attributes: str) -> Callable[[F], F]:
    """Declare an is_type_of or resolve_type: it looks at an object's class and those attributes only.

    Each of the attributes is a text or None.
    """

    def declare(function: F) -> F:
        function.told_by = attributes  # type: ignore[attr-defined]
        return function

    return declare
