"""Checks that a value must pass before generated code reads it. A value that fails a check raises Bail."""

from collections.abc import Callable
from typing import Any

from graphql import GraphQLSchema, Undefined
from strawberry.execution import optimized_is_awaitable

Classes = dict[type, None]
"""An ordered set."""


class Bail(Exception):
    """Generated code cannot complete this value; graphql-core completes it instead."""


def bail() -> None:
    """Raise Bail, in places of generated code where only an expression is possible."""
    raise Bail


def require_plain(value: Any) -> None:
    """Bail on nulls, exceptions and awaitables, which graphql-core does not complete as they are."""
    if value is None or value is Undefined or isinstance(value, Exception) or optimized_is_awaitable(value):
        raise Bail


class RestrictedInfo:
    """The `info` argument of `is_type_of` and `resolve_type` in generated code.

    It has what does not depend on the position in the response; reading anything else bails.
    """

    def __init__(self, schema: GraphQLSchema, field_name: str) -> None:
        self.schema = schema
        self.field_name = field_name
        self.is_awaitable = optimized_is_awaitable

    def __getattr__(self, name: str) -> Any:
        raise Bail


def object_check(
    seen: Classes, is_type_of: Any, info: RestrictedInfo, on_first_class: Callable[[], None]
) -> Callable[[Any], None]:
    """The check of an object whose class is not in `seen`.

    Adds classes to `seen` for which the first object answers for all others, so that these are not checked
    again. is_type_of: called for such an object, unless None. on_first_class: called with the first class.
    """

    def check(value: Any) -> None:
        require_plain(value)
        if is_type_of and is_type_of(value, info) is not True:
            raise Bail
        if _has_uniform_objects(type(value)):
            if not seen:
                on_first_class()
            seen[type(value)] = None

    return check


def _has_uniform_objects(cls: type) -> bool:
    """Whether `require_plain` gives the same result for all objects of a class."""
    return cls.__dictoffset__ == 0 and not any(
        hook in base.__dict__
        for base in cls.__mro__
        if base is not object
        for hook in ("__getattr__", "__getattribute__", "__class__", "__await__")
    )
