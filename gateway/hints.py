"""Hints for the query compiler (gateway/execution/compiled). Everything works without them, only slower.

Decorators, which promise something about a function and only set an attribute on it:
`@depends_only_on` for `is_type_of` and `resolve_type`, `@pure` for any other function.

Attributes, which the compiler looks for:
`expression` of a descriptor: the text of an expression over `self`, with the value that `__get__` returns. It
may use names of the module of the descriptor's class. See `gateway.imin.documents.inherited.Inherited`.
`prefetch` of a resolver: a function of the context and the resolver's arguments that starts the requests that
the resolver will wait for. Returns whether these are all; then resolvers side by side need no task each.
Raises nothing. See `gateway.graph.decorators.resolved`.
"""

from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F")
TypeCheck = TypeVar("TypeCheck", bound=Callable[..., Any])


def depends_only_on(*attributes: str) -> Callable[[TypeCheck], TypeCheck]:
    """Promise that an `is_type_of` or `resolve_type` reads only an object's class and these attributes.

    Each attribute is a text or None. Compiled code then calls the function once for each combination of their
    values, instead of once for each object.
    """

    def declare(function: TypeCheck) -> TypeCheck:
        function.depends_only_on = attributes  # type: ignore[attr-defined]  # read by the query compiler
        return function

    return declare


def pure(function: F) -> F:
    """Promise that a function's result depends on its arguments alone and that it has no side effects."""
    function.is_pure = True  # type: ignore[attr-defined]  # read by the query compiler
    return function
