"""What generated code asks of an object before it reads anything of it."""

from collections.abc import Callable
from typing import Any

from graphql import GraphQLSchema
from strawberry.execution import optimized_is_awaitable

from gateway.execution.compiled.leaf_code import Bail, require_plain


class StandInInfo:
    """What type resolution may know in generated code; anything else it asks for makes it bail."""

    def __init__(self, schema: GraphQLSchema, field_name: str) -> None:
        self.schema = schema
        self.field_name = field_name
        self.is_awaitable = optimized_is_awaitable

    def __getattr__(self, name: str) -> Any:
        raise Bail


def note_classes(
    noted: dict[type, None], is_type_of: Any, info: StandInInfo, on_class: Callable[[], None]
) -> Callable[[Any], None]:
    """A check that bails on what is no plain object of its type, and notes classes that have no others."""

    def note(value: Any) -> None:
        require_plain(value)
        if is_type_of and is_type_of(value, info) is not True:
            raise Bail
        if _is_fixed(type(value)):
            if not noted:
                on_class()
            noted[type(value)] = None

    return note


def _is_fixed(cls: type) -> bool:
    """Whether no instance of a class can differ from another in what `require_plain` asks of it."""
    return cls.__dictoffset__ == 0 and not any(
        hook in base.__dict__
        for base in cls.__mro__
        if base is not object
        for hook in ("__getattr__", "__getattribute__", "__class__", "__await__")
    )
