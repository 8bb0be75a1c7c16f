"""Promises about a function that let the query compiler reuse its result.

`@depends_only_on` marks an `is_type_of` or `resolve_type`, `@pure` any other function. Both only add an
attribute: the function itself is unchanged, and without them everything works, only slower.
"""

from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F")
TypeCheck = TypeVar("TypeCheck", bound=Callable[..., Any])


def depends_only_on(*attributes: str) -> Callable[[TypeCheck], TypeCheck]:
    """Promise that an `is_type_of` or `resolve_type` reads only an object's class and these attributes.

    Each attribute is a text or None. Compiled code then caches the answer by their values instead of
    calling the function for every object.
    """

    def declare(function: TypeCheck) -> TypeCheck:
        function.depends_only_on = attributes  # type: ignore[attr-defined]  # read by the query compiler
        return function

    return declare


def pure(function: F) -> F:
    """Promise that a function's result depends on its arguments alone and that it has no side effects."""
    function.is_pure = True  # type: ignore[attr-defined]  # read by the query compiler
    return function
